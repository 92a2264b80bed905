"""From a file to rows with a known target: which column is predicted, what it holds, and what is learned from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from glassnet.cli.table.wishes import TableWish
from glassnet.errors import ArgumentError, DataError
from glassnet.insight.report.numbers import count
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.text import in_one_line
from glassnet.tables import Table, target_of
from glassnet.tables.columns import DATES, TEXT, as_text
from glassnet.tables.files import Split, TableFile, read, split
from glassnet.tables.files.kinds import TRUTH, Kind, polars_package
from glassnet.tables.target import CLASSES

TASKS = ("auto", "classify", "regress")
_SHOWN_NAMES = 12
_LARGEST, _LEAST_RANGE = 1e100, 1e-100
_ROWS = 50_000  # that are read at once
MOST_LEVELS = 256  # of a column that are told apart
MOST_BYTES = 500_000_000  # that columns of categories may take
MOST_LOOKED_AT = 50_000  # rows that stand for a large part


@dataclass(frozen=True, eq=False)
class Loaded:
    """A table to learn from."""

    file: TableFile
    wish: TableWish
    target: str  # the column that is predicted
    rows: NDArray[np.int64]  # (n,): places of the rows of the file whose target is known
    y: Array  # (n,): their targets
    classifies: bool
    features: tuple[str, ...]  # the columns that may be learned from
    notes: tuple[str, ...]  # what was decided
    # Whether a column for each category would take too much memory, so that categories are embedded
    embeds: bool = False

    def table(self, places: NDArray[np.int64]) -> Table:
        """The features of some of these rows."""
        if self.file.is_whole:
            return Table.of(self.file.rows.select(self.features)[self.rows[places]])
        is_taken = np.zeros(self.file.n_rows, np.bool_)
        is_taken[self.rows[places]] = True
        frames, first = [], 0
        for frame in self.file.slices(_ROWS):
            frames.append(frame.select(self.features).filter(is_taken[first : first + frame.height]))
            first += frame.height
        return Table.of(polars_package().concat(frames))

    def slices(self, n_rows: int) -> Iterator[tuple[int, Table]]:
        """The features of all of these rows in order, so many at a time, and the place of the first."""
        has_target = np.zeros(self.file.n_rows, np.bool_)
        has_target[self.rows] = True
        first = place = 0
        for frame in self.file.slices(n_rows):
            part = frame.select(self.features).filter(has_target[first : first + frame.height])
            first += frame.height
            if part.height:
                yield place, Table.of(part)
                place += part.height

    def sampled(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of a part of the rows those that are looked at as a table: all where the file is in memory."""
        return places if self.file.is_whole else sample(places)

    def split(self, test_share: float, validation_share: float) -> Split:
        """The rows in parts, as the user wants it."""
        groups, times = self._of(self.wish.group), self._of(self.wish.time)
        classes = self.y if self.classifies else None
        return split(len(self.y), test_share, validation_share, classes=classes, groups=groups, times=times)

    def _of(self, name: str | None) -> Array | None:
        if name is None:
            return None
        (column,) = Table.of(self.file.series(name).to_frame()).columns.values()
        return column[self.rows]


def sample(places: NDArray[np.int64], most: int = MOST_LOOKED_AT) -> NDArray[np.int64]:
    """Of many rows so many, drawn evenly."""
    return (
        places
        if len(places) <= most
        else np.sort(np.random.default_rng(0).choice(places, most, replace=False))
    )


def load(source: str, wish: TableWish) -> Loaded:
    """The table, its target checked.

    Raises `GlassnetError` in one line: no such file, row or column, a target that cannot be learned.
    """
    checks.choice("--task", wish.task, TASKS)
    if wish.group is not None and wish.time is not None:
        raise ArgumentError("--group and --time are two ways to split; give one")
    file = read(source, wish.reading)
    names = [kind.name for kind in file.kinds]
    if wish.target is None:
        raise ArgumentError(f"--target names the column to predict; {file.name} has {_listed(names)}")
    for option in ("target", "group", "time"):
        column = getattr(wish, option)
        if column is not None:
            check_column(f"--{option}", column, names, file.name)
    for option in ("drop", "keep"):
        for column in getattr(wish, option):
            check_column(f"--{option}", column, names, file.name)
    _refuse_contradictions(wish)
    kind = next(kind for kind in file.kinds if kind.name == wish.target)
    rows, y, notes = _known(file, kind, wish.task)
    classifies = _classifies(wish.target, y, kind, wish.task, notes)
    left = {wish.target, wish.group, *wish.drop}
    features = tuple(name for name in names if name not in left)
    if not features:
        raise DataError(f"{file.name} has no column to learn from beside {wish.target!r}")
    crowd = _crowd(file, features, len(rows)) if (wish.preset or "tabular") == "tabular" else ""
    said = (*file.notes, *notes, *([crowd] if crowd else []))
    return Loaded(file, wish, wish.target, rows, y, classifies, features, said, bool(crowd))


def _crowd(file: TableFile, features: Sequence[str], n_rows: int) -> str:
    """That a column for each category would take too much memory; "" where it would not."""
    names = [kind.name for kind in file.kinds if kind.kind == TEXT and kind.name in features]
    levels = sum(min(int(file.rows[name].n_unique()), MOST_LEVELS) for name in names)
    if 4 * n_rows * levels <= MOST_BYTES:
        return ""
    return (
        f"a column for each of {levels:,} categories would take {4 * n_rows * levels / 1e9:.2g} GB: each category is "
        "learned as a few numbers instead (an embedding)"
    )


def _refuse_contradictions(wish: TableWish) -> None:
    """Raise `ArgumentError` where a column is to be two things at once."""
    roles = {option: {getattr(wish, option)} - {None} for option in ("target", "group", "time")}
    roles |= {"drop": set(wish.drop), "keep": set(wish.keep)}
    for one, other in (("target", "group"), ("target", "time"), ("target", "drop"), ("drop", "keep")):
        for name in sorted(roles[one] & roles[other]):
            raise ArgumentError(f"--{one} and --{other} both name {name!r}; leave one out")


def check_column(option: str, name: str, names: Sequence[str], place: str) -> None:
    """Raise `DataError` where there is no such column, with the nearest names."""
    if name in names:
        return
    lowered = {one.lower(): one for one in names}
    near = [lowered[one] for one in get_close_matches(name.lower(), lowered, n=3, cutoff=0.5)]
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"it has {_listed(names)}"
    raise DataError(f"{option} {name!r}: {place} has no such column; {hint}")


def _listed(names: Sequence[str]) -> str:
    more = f" … ({len(names):,} columns)" if len(names) > _SHOWN_NAMES else ""
    only = "; --separator names what stands between columns" if len(names) == 1 else ""
    return ", ".join(map(in_one_line, names[:_SHOWN_NAMES])) + more + only


def _known(file: TableFile, kind: Kind, task: str) -> tuple[NDArray[np.int64], Array, list[str]]:
    """Places of the rows whose target is known, their targets, and what is to be said."""
    series = file.series(kind.name)
    rows = np.flatnonzero(series.is_not_null().to_numpy())
    n_missing = len(series) - len(rows)
    if len(rows) < 2:
        raise DataError(
            f"the target {kind.name!r} is known in {count(len(rows), 'row')} of {len(series):,}; there is nothing to "
            "learn"
        )
    notes = []
    if n_missing:
        verb = "is" if n_missing == 1 else "are"
        notes.append(
            f"the target {kind.name!r} is missing in {count(n_missing, 'row')}, which {verb} left out (an empty entry, "
            "NA, NaN and null are missing ones; a class needs another name)"
        )
    return rows, _targets(series.drop_nulls().to_numpy(), kind, task), notes


def _targets(values: Array, kind: Kind, task: str) -> Array:
    """Targets as what they are: text, True and False, whole numbers, or others."""
    if kind.kind == DATES:
        raise DataError(f"the target {kind.name!r} holds dates; predict a number, such as days since a date")
    if kind.kind == TEXT:
        if task == "regress":
            raise DataError(
                f"the target {kind.name!r} holds text, such as {values[0]!r}; --task regress needs numbers"
            )
        return values.astype(object)
    if kind.written == TRUTH and task != "regress":
        return values.astype(np.bool_)
    largest = float(np.abs(values).max())
    if largest > _LARGEST:
        raise DataError(
            f"the target {kind.name!r} holds {largest:.3g}, which is too large to be squared; give it in another unit"
        )
    if 0 < np.ptp(values) < _LEAST_RANGE:
        raise DataError(
            f"the target {kind.name!r} differs by {float(np.ptp(values)):.3g} at most, which is too little to be "
            "squared; give it in another unit"
        )
    whole = bool((values == np.floor(values)).all()) and bool((np.abs(values) < 2**53).all())
    if task == "classify" and not whole:
        return np.array([as_text(value) for value in values.tolist()], object)
    return values.astype(np.int64) if whole else values.astype(np.float64)


def _classifies(name: str, y: Array, kind: Kind, task: str, notes: Sequence[str]) -> bool:
    """Whether classes are learned; raises `DataError` where neither can be."""
    form = {"auto": "auto", "classify": "classes", "regress": "values"}[task]
    try:
        outcome = target_of(y.astype(np.float64) if form == "values" else y, form)
    except DataError as error:
        raise DataError("; ".join([f"--target {name!r}: {error}", *notes])) from error
    return outcome.task == CLASSES
