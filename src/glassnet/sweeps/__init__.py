"""Sweeps: many networks at once, on the cores of one machine or on a cluster."""

from __future__ import annotations

from glassnet.sweeps.result import SweepResult
from glassnet.sweeps.sweeping import sweep

__all__ = ["SweepResult", "sweep"]
