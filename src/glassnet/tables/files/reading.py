"""A table read from files, by Polars: every column numbers, text or dates, and what had to be decided for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from glassnet.errors import DataError
from glassnet.support.text import in_one_line
from glassnet.tables.columns import NUMBERS, TEXT
from glassnet.tables.files import formats
from glassnet.tables.files.examining import examine
from glassnet.tables.files.kinds import Kind, polars_package
from glassnet.tables.files.raw import Raw, ReadingOptions

if TYPE_CHECKING:
    import polars


_ROWS = 50_000  # that are read at once where one column is wanted


@dataclass(frozen=True, eq=False)
class TableFile:
    """A table in files.

    Attributes
    ----------
    name : str
    rows : polars.DataFrame
        All of it, or a sample, drawn evenly, of a table that is too large.
    n_rows : int
        Of the whole table.
    kinds : tuple of Kind
        How each column is taken.
    notes : tuple of str
        What was decided in reading.
    lazy : polars.LazyFrame or None
        The raw columns of a table that is too large.
    extra : tuple of str
        Columns that are there and were not asked for.
    """

    name: str
    rows: polars.DataFrame
    n_rows: int
    kinds: tuple[Kind, ...]
    notes: tuple[str, ...]
    lazy: polars.LazyFrame | None = None
    extra: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether `rows` are all."""
        return self.lazy is None

    def series(self, name: str) -> polars.Series:
        """One column of all rows."""
        if self.lazy is None:
            return self.rows[name]
        pl = polars_package()
        column: polars.Series = pl.concat([frame[name] for frame in self.slices(_ROWS)])
        return column

    def slices(self, n_rows: int) -> Iterator[polars.DataFrame]:
        """All rows in order, so many at a time."""
        if self.lazy is None:
            yield from self.rows.iter_slices(n_rows)
            return
        first = 0
        for frame in self.lazy.collect_batches(chunk_size=n_rows, maintain_order=True):
            rows = _without_empty(frame)[0]
            yield taken(rows, self.kinds, self.name, first)
            first += len(frame)


def read(source: str, options: ReadingOptions | None = None) -> TableFile:
    """The table in the files that `source` names: a name, a pattern such as ``part-*.csv``, or "-".

    Raises
    ------
    GlassnetError
        If there is none, or it cannot be used; the message names the row and the column.
    """
    options = options or ReadingOptions()
    raw = Raw(formats.find(source), options)
    frame, notes = raw.frame, list(raw.notes)
    frame, n_empty = _without_empty(frame)
    if n_empty:
        notes.append(f"{n_empty:,} empty row{'' if n_empty == 1 else 's'} left out")
    if frame.height == 0:
        raise DataError(f"{source} holds the names of {frame.width} columns and no rows")
    _check_names(options.wish.as_text, frame.columns, source)
    kinds, notes_of_columns = examine(frame, options.wish)
    rows = taken(frame, kinds, source, 0)
    n_rows = frame.height if raw.is_whole else raw.n_rows
    return TableFile(
        _name(source),
        rows,
        n_rows,
        tuple(kinds),
        (*notes, *notes_of_columns),
        None if raw.is_whole else raw.lazy,
    )


def read_like(source: str, kinds: Sequence[Kind], options: ReadingOptions | None = None) -> TableFile:
    """A table whose columns are taken as those of another; those that it lacks are left to who asks for them.

    Raises
    ------
    GlassnetError
        If it cannot be read, or holds something else in a column.
    """
    options = options or ReadingOptions()
    as_text = tuple(kind.name for kind in kinds if kind.kind == TEXT)
    raw = Raw(formats.find(source), replace(options, wish=replace(options.wish, as_text=as_text)))
    frame, n_empty = _without_empty(raw.frame)
    notes = list(raw.notes)
    if n_empty:
        notes.append(f"{n_empty:,} empty row{'' if n_empty == 1 else 's'} left out")
    if frame.height == 0:
        raise DataError(f"{source} holds the names of {frame.width} columns and no rows")
    here = [kind for kind in kinds if kind.name in frame.columns]
    rows = taken(frame, here, source, 0)
    n_rows = frame.height if raw.is_whole else raw.n_rows
    extra = [name for name in frame.columns if name not in {kind.name for kind in here}]
    lazy = None if raw.is_whole else raw.lazy
    return TableFile(_name(source), rows, n_rows, tuple(here), tuple(notes), lazy, tuple(extra))


def taken(frame: polars.DataFrame, kinds: Sequence[Kind], place: str, first: int) -> polars.DataFrame:
    """The columns as they are to be taken; row 0 of the frame is row `first` of the table.

    Raises
    ------
    DataError
        If an entry is none of its kind, or infinite.
    """
    pl = polars_package()
    expressions = []
    for kind in kinds:
        expression = kind.of(pl.col(kind.name), frame.schema[kind.name])
        if expression is None:
            raise DataError(
                f"column {kind.name!r} of {place} holds {frame.schema[kind.name]}, where {kind.kind} must be"
            )
        expressions.append(expression.alias(kind.name))
    result = frame.select(expressions)
    for kind in kinds:
        _check(frame[kind.name], result[kind.name], kind, place, first)
    return result


def _check(raw: polars.Series, result: polars.Series, kind: Kind, place: str, first: int) -> None:
    pl = polars_package()
    if kind.kind == NUMBERS:
        infinite = result.is_infinite().fill_null(False)
        if infinite.any():
            raise DataError(
                f"column {kind.name!r} holds an infinite number in row {first + int(infinite.arg_true()[0]) + 1:,} of "
                f"{place}; leave the entry empty where it is not known"
            )
    if raw.dtype != pl.String or result.null_count() == raw.null_count():
        return
    lost = result.is_null() & raw.is_not_null() & ~raw.str.strip_chars().is_in(list(kind.missing))
    lost = lost & (raw.str.strip_chars() != "") & ~raw.str.strip_chars().str.to_lowercase().is_in(["nan"])
    if lost.any():
        at = int(lost.arg_true()[0])
        raise DataError(
            f"column {kind.name!r} holds {kind.kind}, but row {first + at + 1:,} of {place} has "
            f"{in_one_line(raw[at])!r}"
        )


def _without_empty(frame: polars.DataFrame) -> tuple[polars.DataFrame, int]:
    """Without rows that are missing altogether, as blank lines of a file are; and how many there were."""
    pl = polars_package()
    if frame.width < 2 or frame[:, -1].null_count() == 0:
        return frame, 0
    filled = frame.filter(~pl.all_horizontal(pl.all().is_null()))
    return filled, frame.height - filled.height


def _name(source: str) -> str:
    return "standard input" if source == formats.STANDARD_INPUT else source


def _check_names(needed: Sequence[str], names: Sequence[str], place: str) -> None:
    from difflib import get_close_matches

    for name in needed:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(names[:12])}"
            raise DataError(f"{place} has no column {name!r}{hint}")
