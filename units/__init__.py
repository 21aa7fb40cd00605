"""Plain arithmetic that every package may use: stretches, and hours as people write them."""
