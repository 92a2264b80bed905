"""A peer at a work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.speed.peers import PEERS
from benchmarks.speed.works import WORKS

# Seconds that a run takes at least.
ENOUGH = 0.3


def prepare(peer: str, work_name: str) -> Callable[[], dict[str, Any]]:
    """A function that trains and tells the seconds, the final loss and the most memory held so far.

    Short trainings are repeated, and the median counts: a processor that has waited for its turn is slow at first.
    """
    work = WORKS[work_name]
    training = PEERS[peer].prepare(work)

    def run() -> dict[str, Any]:
        seconds: list[float] = []
        while sum(seconds) < ENOUGH:
            training.reset()
            began = time.perf_counter()
            training.train()
            seconds.append(time.perf_counter() - began)
        return {
            "seconds": median(seconds),
            "loss": work.loss(training.parameters()),
            "peak_bytes": peak_bytes(),
        }

    return run


def peak_bytes() -> int | None:
    """The most memory that this process has held; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
