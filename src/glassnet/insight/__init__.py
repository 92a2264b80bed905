"""Seeing into networks."""
