"""Interval models for CP-SAT."""
