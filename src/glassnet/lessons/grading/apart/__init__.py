"""Walls around a learner's process; of the standard library alone, as they stand before NumPy is loaded."""
