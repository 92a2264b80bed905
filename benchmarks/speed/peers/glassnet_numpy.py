"""glassnet on its numpy engine."""

from __future__ import annotations

from benchmarks.speed.peers import glassnet_compiled


class Training(glassnet_compiled.Training):
    """One call of ``fit``."""

    engine = "numpy"
