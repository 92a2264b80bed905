"""``glassnet bench``: what it takes on the command line."""

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glassnet.errors import ArgumentError, UnknownNameError

if TYPE_CHECKING:
    from glassnet.bench import suite

QUICK_WORKS, QUICK_REPEATS = ("digits-full", "digits-batches"), 2
QUICK_PEERS = ("glassnet", "glassnet-numpy", "numpy", "pytorch", "jax", "scikit-learn")
REPEATS = 5


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="Two works and the quicker peers, in under a minute.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES", help="Works and measures, such as xor,large or one_row; by default all."
        ),
    ] = None,
    peers: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Peers, such as glassnet,pytorch; by default all."),
    ] = None,
    repeats: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Counted runs of each peer; 5 by default.")
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="Threads that each process may use; by default all cores."),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Where tables and chart go.")
    ] = "runs/bench",
) -> None:
    """Measure glassnet beside its peers on this machine.

    Works: xor, digits-full, digits-batches, middle, large. Measures: products, memory, start, one_row, many_networks,
    busy, size. Peers that are not installed are left out: pip install 'glassnet[bench]' installs them.

    Writes results.json, results.md and chart.png.
    """
    from glassnet.bench import suite
    from glassnet.bench.figures import Setting
    from glassnet.bench.peers import PEERS
    from glassnet.bench.works import WORKS

    works, measures = (list(QUICK_WORKS), []) if quick else (list(WORKS), list(suite.MEASURES))
    if only:
        names = chosen("work or measure", only, [*WORKS, *suite.MEASURES])
        works = [name for name in names if name in WORKS]
        measures = [name for name in names if name not in WORKS]
    compared = chosen("peer", peers, list(PEERS)) if peers else list(QUICK_PEERS if quick else PEERS)
    setting = Setting(
        positive("threads", threads or available_cores()),
        positive("repeats", repeats if repeats is not None else QUICK_REPEATS if quick else REPEATS),
        lambda what: typer.echo(what, err=True),
    )
    _deliver(suite.run(works, measures, compared, setting), Path(output))


def _deliver(results: "suite.Results", folder: Path) -> None:
    from glassnet.bench import chart, report
    from glassnet.errors import MissingDependencyError

    written = report.write(results, folder)
    typer.echo(report.markdown(results))
    if results.works:
        try:
            chart.draw(results, folder / "chart.png")
            written.append(folder / "chart.png")
        except MissingDependencyError as error:
            typer.echo(str(error), err=True)
    typer.echo(f"written: {', '.join(map(str, written))}", err=True)


def chosen(kind: str, given: list[str], known: list[str]) -> list[str]:
    """Names from comma-separated lists, each one known."""
    names = [name.strip() for text in given for name in text.split(",")]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UnknownNameError(f"no {kind} is called {name!r}; there are {', '.join(known)}{hint}")
    return list(dict.fromkeys(names))


def positive(name: str, value: int) -> int:
    """An integer >= 1."""
    if value < 1:
        raise ArgumentError(f"--{name} must be at least 1; got {value}")
    return value


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
