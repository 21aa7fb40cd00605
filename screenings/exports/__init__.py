"""The publication in other forms."""
