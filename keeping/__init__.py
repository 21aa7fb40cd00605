"""What is kept of people and films, for how long, and how the house lets go of it."""
