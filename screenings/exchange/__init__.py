"""Grids from elsewhere, and ours to elsewhere."""
