"""A decision about every column: dropped, or read by an operation."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.errors import DataError
from glassnet.tables import notes
from glassnet.tables.columns import Column, DateColumn, NumberColumn, TextColumn, as_text_column
from glassnet.tables.fitting.identifiers import is_identifier
from glassnet.tables.fitting.measuring import category_of, date_of, number_of
from glassnet.tables.fitting.pieces import with_pieces
from glassnet.tables.fitting.text import read_text
from glassnet.tables.notes import Note
from glassnet.tables.operations import Operation
from glassnet.tables.settings import TableSettings
from glassnet.tables.table import Table


@dataclass(frozen=True)
class Fitted:
    """What a fit found: operations in the order of their columns, and what was decided."""

    operations: tuple[Operation, ...]
    notes: tuple[Note, ...]


def fit_operations(table: Table, settings: TableSettings) -> Fitted:
    """The operations for the columns of this table.

    Raises `DataError` if there are no rows, no columns, or none that could tell rows apart.
    """
    if not table.n_rows or not table.names:
        raise DataError(
            f"the table has {table.n_rows} rows and {len(table.names)} columns; there is nothing to learn from"
        )
    categorical, keep = settings.named(table.names)
    operations: list[Operation] = []
    said: list[Note] = []
    for name in table.names:
        column = table.column(name)
        if name in categorical:
            column = as_text_column(column)
        else:
            column, said_now = read_text(name, column, settings.decimal_comma)
            said += said_now
        indicates = settings.missing_indicators or isinstance(column, TextColumn)
        reason = _dropped(name, column, table, name in keep, name in categorical, indicates)
        if reason is not None:
            said.append(reason)
            continue
        operation, said_now = _operation(name, column, settings)
        operations.append(operation)
        said += said_now
    if not operations:
        raise DataError(
            "no column of the table could tell rows apart: " + "; ".join(note.text for note in said)
        )
    return Fitted(tuple(with_pieces(operations, table, settings)), tuple(said))


def _operation(name: str, column: Column, settings: TableSettings) -> tuple[Operation, list[Note]]:
    match column:
        case NumberColumn():
            return number_of(name, column, settings), []
        case TextColumn():
            return category_of(name, column, settings)
        case DateColumn():
            return date_of(name, column, settings), []


def _dropped(
    name: str, column: Column, table: Table, is_kept: bool, categorical: bool, tells_missing: bool
) -> Note | None:
    """Why a column is dropped, if it is; `tells_missing` says whether a missing entry makes another feature."""
    missing = column.missing
    if missing.all():
        return Note(name, notes.ALL_MISSING, f"column {name!r} is dropped: all its entries are missing")
    present = column.take(~missing)
    constant = _is_constant(present) and not (missing.any() and tells_missing)
    if constant and (isinstance(column, DateColumn) or (table.named and not is_kept)):
        where = "every row" if not missing.any() else "every row where it is not missing"
        return Note(
            name, notes.CONSTANT, f"column {name!r} is dropped: it holds {_first(present)} in {where}"
        )
    if is_kept or not table.named:
        return None
    if not categorical and is_identifier(name, column) and len(table.names) > 1:
        return Note(
            name,
            notes.IDENTIFIER,
            f"column {name!r} is dropped: it is an identifier, different in every row, such as "
            f"{_example(column)}; keep it by keep=[{name!r}], in the command by --keep",
        )
    return None


def _is_constant(column: Column) -> bool:
    entries = column.codes if isinstance(column, TextColumn) else column.values
    return bool((entries == entries[0]).all())


def _first(column: Column) -> str:
    value = column.array[0]
    return str(value) if isinstance(column, DateColumn) else repr(getattr(value, "item", lambda: value)())


def _example(column: Column) -> str:
    values = column.array[~column.missing][:2].tolist()
    return " and ".join(f"{value:g}" if isinstance(value, float) else repr(value) for value in values)
