"""``glassnet bench``: what is measured, and where the results go."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from glassnet.bench import chart, report, suite
from glassnet.bench.figures import Setting
from glassnet.bench.peers import PEERS
from glassnet.bench.suite import Results
from glassnet.bench.works import WORKS
from glassnet.errors import MissingDependencyError, UnknownNameError
from glassnet.support.checks import integer

QUICK_WORKS, QUICK_REPEATS = ("digits-full", "digits-batches"), 2
QUICK_PEERS = ("glassnet", "glassnet-numpy", "numpy", "pytorch", "jax", "scikit-learn")
REPEATS = 5

_messages = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def run(
    quick: bool, only: Sequence[str] | None, peers: Sequence[str] | None, repeats: int | None, threads: int | None,
    output: str,
) -> None:  # fmt: skip
    """Measure, print the tables, and write them with a chart into the folder `output`.

    Raises
    ------
    UnknownNameError, ArgumentError
        If a name is not known, or a number below 1.
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


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
