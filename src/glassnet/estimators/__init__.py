"""Estimators for tables, and the presets that they begin with."""
