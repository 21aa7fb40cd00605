"""What no plan can better: column generation, and the enumeration that closes the gap."""
