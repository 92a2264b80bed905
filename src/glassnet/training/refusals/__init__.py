"""Outputs, a loss and targets that cannot go together are refused before the first epoch."""
