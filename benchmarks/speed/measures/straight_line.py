"""XOR, beside straight-line code for this one network."""

from __future__ import annotations

from benchmarks.speed import figures
from benchmarks.speed.contender import Contender, in_turn
from benchmarks.speed.figures import Figure, Setting
from benchmarks.speed.works import WORKS

TRAINING, LIMIT = "benchmarks.speed.subjects.training", "benchmarks.speed.subjects.straight_line"
WORK = WORKS["xor"]


def measure(setting: Setting) -> list[Figure]:
    """Nanoseconds of a step, the engine's with all of ``fit``, and their ratio."""
    contenders = {
        "glassnet": Contender(TRAINING, "glassnet", WORK.name, threads=1),
        "limit": Contender(LIMIT, threads=1),
    }
    runs = in_turn(contenders, setting.repeats, setting.announce)
    ours, limit = (runs[name].succeeded().column("seconds") for name in contenders)
    apart = abs(runs["glassnet"].first["loss"] / runs["limit"].first["loss"] - 1)
    note = "" if apart < WORK.tolerance else f"final losses differ by {100 * apart:.1f} %"
    nanoseconds = 1e9 / WORK.epochs
    return [
        figures.of("a step of XOR, glassnet", [nanoseconds * took for took in ours], "ns"),
        figures.of(
            "a step of XOR, straight-line code", [nanoseconds * took for took in limit], "ns", note=note
        ),
        figures.ratio("glassnet / straight-line code, XOR", ours, limit),
    ]
