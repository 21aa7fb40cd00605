"""What no plan can better: column generation, and the search that closes the gap."""
