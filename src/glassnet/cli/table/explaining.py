"""``glassnet explain``: what a model of a table leans on, and what made one prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.table import Table as Grid

from glassnet.cli.table import judging
from glassnet.cli.table.loading import sample
from glassnet.cli.table.printing import TablePrinter
from glassnet.cli.table.using import Used
from glassnet.errors import ArgumentError
from glassnet.support.text import in_one_line
from glassnet.tables import Table
from glassnet.tables.explain import Dependence, contributions, partial_dependence, permutation_importance
from glassnet.tables.explain.contributions import shown
from glassnet.tables.files import TableFile

_MOST_ROWS = 5000
_MOST_MOVED = 10


def run(model_path: str, source: str, row: int | None, answer: str | None, trace: str | None) -> None:
    """Print about the whole table, or about one row."""
    if row is None and (answer is not None or trace is not None):
        raise ArgumentError(
            f"--{'class' if answer is not None else 'trace'} is about one row; give --row, too"
        )
    used = Used.load(model_path)
    file, printer = used.read(source), TablePrinter()
    if row is None:
        _table(used, file, printer)
    else:
        _row(used, file, printer, row, answer, trace)


def _table(used: Used, file: TableFile, printer: TablePrinter) -> None:
    frame = file.rows
    if used.target in frame.columns:
        frame = frame.filter(frame[used.target].is_not_null())
    frame = frame[sample(np.arange(frame.height), _MOST_ROWS)]
    table = Table.of(frame.select(used.columns))
    order = list(used.columns)
    if used.target in frame.columns:
        importances = permutation_importance(
            used.model, table, judging.targets(used.model, frame[used.target].to_numpy())
        )
        printer.line(str(importances))
        order = [one.column for one in importances.columns]
    else:
        printer.line(
            f"{file.name} has no column {used.target!r}, so that importance cannot be measured", "yellow"
        )
    printer.line("")
    moved = [partial_dependence(used.model, table, name) for name in order[:_MOST_MOVED]]
    _moved(moved, printer, judging.class_names(used.model))


def _moved(dependences: list[Dependence], printer: TablePrinter, names: tuple[str, ...]) -> None:
    """How far the mean prediction moves with each column."""
    answer = max(len(names) - 1, 0) if len(names) <= 2 else None
    predicted = (
        dependences[0].answers[answer] if answer is not None else "probability of the class that moves most"
    )
    printer.line(f"mean {predicted}, when a column holds the same in every row:", "bold")
    grid = Grid(
        "column",
        "lowest",
        "at",
        "highest",
        "at",
        box=None,
        header_style="bold",
        pad_edge=False,
        padding=(0, 3, 0, 0),
    )
    for one in sorted(dependences, key=lambda one: -one.reach):
        place = answer if answer is not None else int(np.ptp(one.means, axis=0).argmax())
        means = one.means[:, place]
        low, high = int(means.argmin()), int(means.argmax())
        which = "" if answer is not None else f" ({names[place]})"
        grid.add_row(
            in_one_line(one.column) + which,
            f"{means[low]:.4g}",
            _value(one, low),
            f"{means[high]:.4g}",
            _value(one, high),
        )
    printer.console.print(grid)


def _value(one: Dependence, place: int) -> str:
    return in_one_line(shown(one.values[place]) if one.kind != "dates" else str(one.values[place])[:10])


def _row(
    used: Used, file: TableFile, printer: TablePrinter, row: int, answer: str | None, trace: str | None
) -> None:
    if not 1 <= row <= file.n_rows:
        raise ArgumentError(f"--row must be from 1 to {file.n_rows:,}, the rows of {file.name}; got {row}")
    one = _one_row(file, row).select(used.columns)
    reference = Table.of(file.rows.select(used.columns))
    table = Table.of(one)
    reasons = contributions(used.model, table, 0, reference=reference, output=answer)
    printer.line(str(reasons).replace("of row 0:", f"of row {row:,} of {file.name}:", 1))
    if not reasons.is_checked:
        printer.line("the sum is not the difference: do not believe these contributions", "yellow")
    if trace is None:
        printer.line("--trace FILE writes every number behind it to a page")
        return
    features = used.model.preprocessing.transform(table)
    _trace(used, features, trace)
    printer.fact("saved in", f"{trace}: the way from {features.shape[1]} features to the prediction")


def _one_row(file: TableFile, row: int) -> Any:
    if file.is_whole:
        return file.rows[row - 1 : row]
    first = 0
    for frame in file.slices(_MOST_ROWS):
        if row <= first + frame.height:
            return frame[row - 1 - first : row - first]
        first += frame.height
    raise ArgumentError(f"--row must be from 1 to {first:,}, the rows of {file.name}; got {row}")


def _trace(used: Used, features: Any, path: str) -> None:
    from glassnet.bridges import writing
    from glassnet.insight.trace.trace import trace
    from glassnet.support import checks

    written = trace(used.model.networks[0], features)
    writing.write(checks.path("--trace", path), _page(written._repr_html_(), used).encode())


def _page(content: str, used: Used) -> str:
    several = f", the first of {len(used.model.networks)} networks" if len(used.model.networks) > 1 else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>One prediction</title>'
        f"<h1>One prediction, written out{several}</h1>{content}</html>"
    )
