"""Matrix products: their share of the time, and their rate."""

from __future__ import annotations

from benchmarks.speed import figures
from benchmarks.speed.contender import Contender, in_turn
from benchmarks.speed.figures import Figure, Setting

SUBJECT = "benchmarks.speed.subjects.products"
LARGE = "large"


def measure(setting: Setting) -> list[Figure]:
    """Share of a training's time, rate within it and alone."""
    contender = Contender(SUBJECT, LARGE, threads=setting.threads)
    runs = in_turn({"products": contender}, setting.repeats, setting.announce)["products"].succeeded()
    within, alone = runs.column("rate_within"), runs.column("rate_alone")
    used = f"{runs.first['blas']}, {runs.first['threads']} threads"
    return [
        figures.of("share of the time in matrix products, large", runs.column("share")),
        figures.of("their rate alone, large", [rate / 1e9 for rate in alone], "GFLOP/s", note=used),
        figures.of("their rate in training, large", [rate / 1e9 for rate in within], "GFLOP/s"),
        figures.ratio("rate in training / rate alone, large", within, alone),
    ]
