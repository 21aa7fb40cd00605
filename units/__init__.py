"""What every package may use: stretches, hours as people write them, and a process that ends with its parent."""
