"""What an operation is: a column in, features out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from glassnet.errors import ArgumentError, DataError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.registry import Registry, from_config, to_config
from glassnet.tables.columns import Accepted, Column
from glassnet.tables.program import Program


@dataclass(frozen=True)
class Operation:
    """Makes features of one column; frozen, compared by value, and written to files as plain data.

    Attributes
    ----------
    column : str
        The column that it reads.
    reads : str
        What this column holds: "numbers", "text" or "dates".
    """

    column: str
    reads: ClassVar[str]

    def __post_init__(self) -> None:
        checks.text("column of an operation", self.column, least=0)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that it makes."""
        raise NotImplementedError

    def accepted(self, column: Column) -> Accepted:
        """The column as this operation reads it.

        Raises
        ------
        DataError
            If it holds something else than when the operation was fitted.
        """
        raise NotImplementedError

    def apply(self, column: Any, features: Array) -> None:
        """Write the features of an accepted column into ``features``, (n_rows, n_features)."""
        raise NotImplementedError

    def write(self, program: Program, place: int) -> str:
        """Add the steps that make the features to a program; `place` is that of the column. Returns their value."""
        raise NotImplementedError

    @property
    def categories(self) -> int:
        """How many integers its one feature takes, for :class:`~glassnet.Embedding`; 0 where features are numbers."""
        return 0

    def to_data(self) -> dict[str, Any]:
        """The operation as plain data (JSON)."""
        data: dict[str, Any] = to_config(self)
        return data


registry: Registry[Operation] = Registry("operation", Operation)


def operation_of(data: Any) -> Operation:
    """The operation that ``to_data`` described.

    Raises `ArgumentError` if the data describe none, or one that cannot be.
    """
    if not isinstance(data, Mapping) or data.get("kind") != "operation":
        raise ArgumentError(f"this describes no operation on a column: {checks.shown(data)}")
    try:
        operation = from_config(dict(data))
    except TypeError as error:
        raise ArgumentError(f"this describes no operation on a column: {error}") from error
    return checks.instance("an operation", operation, Operation)


def retyped(operation: Operation, column: Column, row: int) -> DataError:
    """The error that a column no longer holds what it held."""
    return DataError(
        f"column {operation.column!r} held {operation.reads} when the preprocessing was fitted, and now holds "
        f"{column.kind}, such as {checks.shown(_plain(column.array[row]))} in row {row}"
    )


def first_present(column: Column) -> int | None:
    """The first row that holds something, None where all are missing."""
    present = ~column.missing
    return int(np.argmax(present)) if present.any() else None


def _plain(value: Any) -> Any:
    """A single entry as Python shows it; a date by its text."""
    if isinstance(value, np.datetime64):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value
