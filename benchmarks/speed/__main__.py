"""glassnet beside its peers, measured on the machine at hand.

Run: make bench [QUICK=yes] [ONLY=xor,digits-full] [PEERS=glassnet,pytorch] [REPEATS=7] [THREADS=2] [OUTPUT=FOLDER]

Works: xor, digits-full, digits-batches, middle, large. Measures: products, straight_line, memory, start, one_row,
many_networks, busy, size. Peers that are not installed are left out. Writes results.json, results.md and chart.png.
On a busy machine it refuses to begin, and where rounds lie far apart it gives no ratio.
"""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Sequence
from pathlib import Path

import psutil
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.speed import chart, report, suite
from benchmarks.speed.contender import MeasuringError
from benchmarks.speed.figures import Setting
from benchmarks.speed.peers import PEERS
from benchmarks.speed.suite import Results
from benchmarks.speed.works import WORKS
from glassnet.errors import GlassnetError, MissingDependencyError, UnknownNameError
from glassnet.support.checks import integer

QUICK_WORKS, QUICK_REPEATS = ("digits-full", "digits-batches"), 2
QUICK_PEERS = ("glassnet", "glassnet-numpy", "numpy", "pytorch", "jax", "scikit-learn")
REPEATS = 5
# Beside others that use more of the cores than this, nothing is measured.
BUSY = 0.1

_messages = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument(
        "--quick", action="store_true", help="two works and the quicker peers, in about a minute"
    )
    parser.add_argument("--only", action="append", help="works and measures, as xor,large; by default all")
    parser.add_argument("--peers", action="append", help="peers, such as glassnet,pytorch; by default all")
    parser.add_argument("--repeats", type=int, help=f"counted runs of each peer; by default {REPEATS}")
    parser.add_argument(
        "--threads", type=int, help="threads of each process; by default as many as there are cores"
    )
    parser.add_argument(
        "--output", default="runs/bench", help="where tables and chart go; by default runs/bench"
    )
    wish = parser.parse_args()
    try:
        run(wish.quick, wish.only, wish.peers, wish.repeats, wish.threads, wish.output)
    except GlassnetError as error:
        parser.error(str(error))


def run(
    quick: bool, only: Sequence[str] | None, peers: Sequence[str] | None, repeats: int | None, threads: int | None,
    output: str,
) -> None:  # fmt: skip
    """Measure, print the tables, and write them with a chart into the folder `output`.

    Raises
    ------
    UnknownNameError, ArgumentError
        If a name is not known, or a number below 1.
    MeasuringError
        If other processes are busy.
    """
    works, measures = (list(QUICK_WORKS), []) if quick else (list(WORKS), list(suite.MEASURES))
    if only:
        names = chosen("work or measure", only, [*WORKS, *suite.MEASURES])
        works = [name for name in names if name in WORKS]
        measures = [name for name in names if name not in WORKS]
    compared = chosen("peer", peers, list(PEERS)) if peers else list(QUICK_PEERS if quick else PEERS)
    default = QUICK_REPEATS if quick else REPEATS
    setting = Setting(
        integer("--threads", available_cores() if threads is None else threads, least=1),
        integer("--repeats", default if repeats is None else repeats, least=1),
        _messages.print,
        busy_share(),
    )
    if setting.busy_before > BUSY:
        raise MeasuringError(
            f"other processes use {setting.busy_before:.0%} of this machine's cores, and what is measured beside them "
            f"says little; begin when they use less than {BUSY:.0%}"
        )
    _deliver(suite.run(works, measures, compared, setting), Path(output))


def _deliver(results: Results, folder: Path) -> None:
    written = report.write(results, folder)
    console = Console()
    text = report.markdown(results)
    console.print(Markdown(text)) if console.is_terminal else print(text)
    if results.works:
        try:
            chart.draw(results, folder / "chart.png")
            written.append(folder / "chart.png")
        except MissingDependencyError as error:
            _messages.print(str(error))
    _messages.print(f"written: {', '.join(map(str, written))}")


def chosen(kind: str, given: Sequence[str], known: list[str]) -> list[str]:
    """Names from comma-separated lists, each one known."""
    names = [name.strip() for text in given for name in text.split(",")]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UnknownNameError(f"no {kind} is called {name!r}; there are {', '.join(known)}{hint}")
    return list(dict.fromkeys(names))


def busy_share() -> float:
    """The share of all cores that is in use, over two seconds."""
    return float(psutil.cpu_percent(interval=2.0)) / 100


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
