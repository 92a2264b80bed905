"""Many networks at once."""

from __future__ import annotations

from benchmarks.speed import figures
from benchmarks.speed.contender import Contender, in_turn
from benchmarks.speed.figures import Figure, Setting

SUBJECT = "benchmarks.speed.subjects.many_networks"


def measure(setting: Setting) -> list[Figure]:
    """The time of 200 networks by threads in times of one, and the share of them that learned."""
    contender = Contender(SUBJECT, setting.threads, threads=setting.threads)
    runs = in_turn({"many": contender}, setting.repeats, setting.announce)["many"].succeeded()
    threads = f"{setting.threads} threads"
    return [
        figures.of("one XOR network, 10 000 steps", runs.column("one"), "s"),
        figures.of(f"200 XOR networks by {threads}", runs.column("all"), "s"),
        figures.ratio("200 networks / one network", runs.column("all"), runs.column("one")),
        figures.of("share of them that learns XOR", runs.column("share")),
    ]
