"""What people ask of a problem or a plan: why, why not, what if, how to mend."""
