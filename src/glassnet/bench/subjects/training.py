"""A peer at a work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from glassnet.bench.peers import PEERS
from glassnet.bench.works import WORKS


def prepare(peer: str, work_name: str) -> Callable[[], dict[str, Any]]:
    """A function that trains once and tells the seconds, the final loss and the most memory held so far."""
    work = WORKS[work_name]
    training = PEERS[peer].prepare(work)

    def run() -> dict[str, Any]:
        training.reset()
        began = time.perf_counter()
        training.train()
        seconds = time.perf_counter() - began
        return {"seconds": seconds, "loss": work.loss(training.parameters()), "peak_bytes": peak_bytes()}

    return run


def peak_bytes() -> int | None:
    """The most memory that this process has held; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
