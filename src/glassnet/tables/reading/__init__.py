"""Columns out of what Python programs hold tables in.

pandas, Polars and SciPy are known by their looks, and never imported.
"""
