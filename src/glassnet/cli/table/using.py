"""``glassnet predict``, ``evaluate`` and ``summary`` with a model of a table."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import tables
from glassnet.cli.shown import sheets
from glassnet.cli.table import judging
from glassnet.cli.table.loading import check_column
from glassnet.cli.table.printing import TablePrinter, warn
from glassnet.cli.table.study import DESCRIPTION_VERSION, fingerprint, summaries_of
from glassnet.errors import DataError, ModelFileError
from glassnet.insight.report.numbers import score
from glassnet.metrics import measured_in, title
from glassnet.recipes.model import model_file
from glassnet.support.arrays import Array
from glassnet.support.text import in_one_line
from glassnet.tables import Table, TableModel
from glassnet.tables.explain import drift
from glassnet.tables.files import Kind, ReadingOptions, TableFile, read, read_like, split
from glassnet.tables.target import CLASSES

_BLOCK = 16384  # rows that are predicted and written at once
_MOST_SHIFTED, _MOST_NAMES = 12, 12
NOW = "now"  # what all rows of a new table are called
_APART = 2.0  # standard errors from which on a score is another


@dataclass(frozen=True, eq=False)
class Used:
    """A model with what its file says beside."""

    model: TableModel
    kinds: list[Kind]  # how the columns that it reads are taken, and its target
    target: str  # the column that it predicts; "" where nobody has said
    header: bool

    @classmethod
    def load(cls, path: str) -> Used:
        """From a file, or the folder of a training."""
        model = tables.load(model_file(path))
        said = model.description
        if said.get("version", DESCRIPTION_VERSION) != DESCRIPTION_VERSION:
            raise ModelFileError(
                f"{path} tells about its table in words of another version of glassnet; use that one"
            )
        kinds = said.get("kinds", [])
        if not isinstance(kinds, list):
            raise ModelFileError(f"{path} says how its columns are read, but not as a list")
        return cls(
            model,
            [Kind.from_data(one) for one in kinds],
            str(said.get("target", "")),
            said.get("header", True) is True,
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the model reads."""
        return self.model.preprocessing.columns

    def read(self, source: str) -> TableFile:
        """A file with columns as they were read for the training; those that are missing are named."""
        options = ReadingOptions(header=self.header)
        file = read_like(source, self.kinds, options) if self.kinds else read(source, options)
        names = [kind.name for kind in file.kinds]
        absent = [name for name in self.columns if name not in names]
        if absent:
            more = len(absent) > 1
            check_column(
                f"the model reads{', among others that are not there,' if more else ''}",
                absent[0],
                [*names, *file.extra],
                file.name,
            )
        return file


def predict(model_path: str, source: str, output: str | None) -> None:
    """Write a row of predictions for each row, as CSV."""
    used = Used.load(model_path)
    file = used.read(source)
    for note in file.notes:
        warn(note)
    at_training = used.model.description.get("columns", file.extra)
    new = [name for name in file.extra if name not in at_training]
    if new:
        warn(f"not read, since it was not there in training: {', '.join(map(in_one_line, new))}")
    pieces = [_head(used.model)]
    pieces += (sheets.csv_text(_rows(used.model, table)) for table in _tables(used, file))
    text = "".join(pieces)
    if output is None:
        sys.stdout.write(text)
        return
    sheets.write(Path(output), text)
    TablePrinter().fact("saved in", f"{output}: {text.count(chr(10)) - 1:,} predictions")


def _tables(used: Used, file: TableFile) -> Iterator[Table]:
    for frame in file.slices(_BLOCK):
        yield Table.of(frame.select(used.columns))


def _head(model: TableModel) -> str:
    names = judging.class_names(model)
    head = ["class", *(f"probability_{name}" for name in names)] if names else ["prediction"]
    return sheets.csv_text([head])


def _rows(model: TableModel, table: Table) -> Iterator[Sequence[object]]:
    said, names = judging.one(model, table), judging.class_names(model)
    if not names:
        yield from ([f"{value:.6g}"] for value in said.tolist())
        return
    best = said.argmax(axis=1).tolist()
    for place, row in zip(best, said.tolist(), strict=True):
        yield [names[place], *(f"{value:.6g}" for value in row)]


def evaluate(model_path: str, source: str) -> None:
    """Print scores beside those that the test promised, and which columns have moved."""
    used = Used.load(model_path)
    file, printer = used.read(source), TablePrinter()
    places, true, said = judged(used, file, printer)
    parts = parts_of(used, file, places, true)
    by_part = {name: judging.scores(used.model, true[rows], said[rows]) for name, rows in parts.items()}
    last = true[list(parts.values())[-1]]
    guess = judging.guessed(last, used.model.target.task == CLASSES)
    printer.scored(by_part, {name: len(rows) for name, rows in parts.items()}, guess)
    if NOW not in parts:
        printer.line("this is the table that it was trained on; only the part held back tells how good it is")
        return
    promise = used.model.description.get("promised")
    if isinstance(promise, Mapping):
        for line, is_worse in compared(promise, by_part[NOW], judging.uncertainties(used.model, true, said)):
            printer.line(line, "yellow" if is_worse else "")
    _moved(used, file, printer)


def judged(
    used: Used, file: TableFile, printer: TablePrinter
) -> tuple[NDArray[np.int64], Array, NDArray[np.float64]]:
    """The places of the rows whose target is known, what is true and what is said of them."""
    if not used.target or used.target not in [kind.name for kind in file.kinds]:
        raise DataError(
            f"{file.name} has no column {used.target!r}, which the model predicts, so it cannot be judged; "
            "glassnet predict writes them"
        )
    blocks: list[tuple[Any, Any, Any]] = []
    first, unknown = 0, dict[str, int]()
    for frame in file.slices(_BLOCK):
        y = judging.targets(used.model, frame[used.target].drop_nulls().to_numpy())
        places = np.flatnonzero(frame[used.target].is_not_null().to_numpy())
        if used.model.target.task == CLASSES:
            right = np.isin(y, used.model.target.class_values)
            for name in y[~right]:
                unknown[str(name)] = unknown.get(str(name), 0) + 1
            y, places = y[right], places[right]
        if len(places):
            table = Table.of(frame.select(used.columns)).take(places)
            blocks.append((first + places, judging.truth(used.model, y), judging.one(used.model, table)))
        first += frame.height
    if not blocks:
        raise DataError(f"{file.name} holds no row whose target {used.target!r} is known to the model")
    places, true, said = (np.concatenate(one) for one in zip(*blocks, strict=True))
    n_missing = first - len(places) - sum(unknown.values())
    if n_missing:
        printer.line(
            f"the target {used.target!r} is missing in {n_missing:,} rows, which are left out", "yellow"
        )
    for name, n in unknown.items():
        text = f"class {in_one_line(name)!r} ({n:,} rows) was not there in training; these rows are left out"
        printer.line(text, "yellow")
    return places, true, said


def parts_of(
    used: Used, file: TableFile, places: NDArray[np.int64], true: Array
) -> Mapping[str, NDArray[np.int64]]:
    """The rows apart as they were in training, if these are they; else all."""
    said = used.model.description
    how = said.get("split")
    everything = {NOW: np.arange(len(true))}
    if not isinstance(how, Mapping) or not said.get("fingerprint") or len(file.kinds) < len(used.kinds):
        return everything
    if fingerprint(file, [kind.name for kind in used.kinds]) != said["fingerprint"]:
        return everything
    classes = used.model.target.class_values[true] if used.model.target.task == CLASSES else None
    groups, times = (_column(file, how.get(name), places) for name in ("group", "time"))
    return split(len(true), *how["shares"], classes=classes, groups=groups, times=times).parts


def _column(file: TableFile, name: str | None, places: NDArray[np.int64]) -> Array | None:
    return None if name is None else Table.of(file.rows.select([name])).columns[name][places]


def compared(
    promise: Mapping[str, Any], scores: Mapping[str, float], errors: Mapping[str, float]
) -> Iterator[tuple[str, bool]]:
    """Each score beside the promised one, in standard errors of the difference; and whether it is worse."""
    before, spread = promise.get("scores", {}), promise.get("errors", {})
    for name in scores:
        if name not in before or name not in errors or name not in spread:
            continue
        both = float(np.hypot(spread[name], errors[name]))
        metric = measured_in(name)
        gain = scores[name] - before[name]
        if metric is not None and not metric.greater_is_better:
            gain = -gain
        apart = gain / both if both > 0 else 0.0
        is_worse = apart < -_APART
        what = "worse than" if is_worse else "better than" if apart > _APART else "as"
        yield (
            f"{title(name)}: {what} the {promise.get('part', 'test')} promised, {score(name, before[name])} "
            f"({abs(apart):.1f} standard errors {'below' if apart < 0 else 'above'})",
            is_worse,
        )


def _moved(used: Used, file: TableFile, printer: TablePrinter) -> None:
    """Which columns lie elsewhere than in training."""
    before = summaries_of(used.model.description)
    if not before:
        printer.line(
            "the model's file says nothing about the columns of its training, so that drift cannot be seen"
        )
        return
    moved = [one for one in drift(before, Table.of(file.rows.select(used.columns))) if one.matters]
    if not moved:
        printer.line("no column lies elsewhere than in training, by more than chance and a small shift")
        return
    printer.line("columns that lie elsewhere than in training:", "bold")
    for one in moved[:_MOST_SHIFTED]:
        printer.line(f"  {in_one_line(one.column)}: {one.text} (stability index {one.index:.2g})", "yellow")
    if len(moved) > _MOST_SHIFTED:
        printer.line(f"  … and {len(moved) - _MOST_SHIFTED} more")


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"{len(names)}: {', '.join(map(in_one_line, names[:_MOST_NAMES]))}{more}"


def summary(model_path: str) -> None:
    """Print layers, and what the file says about the table and the training."""
    used, printer = Used.load(model_path), TablePrinter()
    model, said = used.model, used.model.description
    printer.line(f"{model.networks[0].summary()}\n")
    if len(model.networks) > 1:
        printer.fact("networks", f"{len(model.networks)} such, their predictions averaged")
    rows = said.get("rows", {})
    held = ", ".join(f"{n:,} {name}" for name, n in rows.items()) if isinstance(rows, Mapping) else ""
    printer.fact("trained on", f"{said.get('source', 'not recorded')}{f': {held} rows' if held else ''}")
    names = judging.class_names(model)
    printer.fact("predicts", used.target or "not recorded")
    if names:
        printer.fact("classes", _listed(names))
    printer.fact("columns", _listed(used.columns))
    printer.fact("features", f"{model.preprocessing.n_features:,}")
    for note in model.preprocessing.notes:
        printer.line(note.text, "yellow")
    promise = said.get("promised")
    if isinstance(promise, Mapping):
        promises = ", ".join(
            f"{title(name)} {score(name, value)}" for name, value in promise.get("scores", {}).items()
        )
        printer.fact("promised", f"{promises} ({promise.get('part')}, {promise.get('rows'):,} rows)")
