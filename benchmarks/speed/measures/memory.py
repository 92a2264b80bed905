"""Peak memory of a large training."""

from __future__ import annotations

from importlib.util import find_spec

from benchmarks.speed import figures
from benchmarks.speed.contender import Contender, in_turn
from benchmarks.speed.figures import Figure, Setting

SUBJECT, WORK = "benchmarks.speed.subjects.training", "large"


def measure(setting: Setting) -> list[Figure]:
    """Of the whole process, packages included, and beside PyTorch's."""
    peers = {"glassnet": "glassnet"} | (
        {"pytorch": "PyTorch eager"} if find_spec("torch") is not None else {}
    )
    contenders = {name: Contender(SUBJECT, name, WORK, threads=setting.threads) for name in peers}
    peaks = {
        name: runs.succeeded().column("peak_bytes")
        for name, runs in in_turn(contenders, 1, setting.announce).items()
    }
    found = [
        figures.of(f"peak memory of {WORK}, {title}", [peak / 1e6 for peak in peaks[name]], "MB")
        for name, title in peers.items()
    ]
    if "pytorch" in peaks:
        what = f"peak memory of {WORK}, glassnet / PyTorch"
        found.append(figures.ratio(what, peaks["glassnet"], peaks["pytorch"]))
    return found
