"""Engines: what carries out a plan. All read the same rows and give the same history, to rounding."""
