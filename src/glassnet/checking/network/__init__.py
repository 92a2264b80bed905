"""The check of a whole backward pass."""
