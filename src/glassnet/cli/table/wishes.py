"""What a user wants of a table, as it was typed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from glassnet.errors import ArgumentError
from glassnet.tables.files import ColumnWish, ReadingOptions


@dataclass(frozen=True, kw_only=True)
class TableWish:
    """Options of ``train`` and ``tune`` that are about tables.

    Attributes
    ----------
    target : str or None
        The column to predict.
    task : {"auto", "classify", "regress"}
    preset : str or None
    group, time : str or None
        Columns to split by.
    drop, keep, categorical : tuple of str
        Columns that are not read, those that are however they look, and those that hold names.
    balance, calibrate : bool
        Whether rare classes weigh as much as others, and whether probabilities are calibrated.
    ensemble : int or None
        Networks side by side.
    separator, encoding : str or None
    header, decimal_comma : bool
    date_format : str or None
    """

    target: str | None = None
    task: str = "auto"
    preset: str | None = None
    group: str | None = None
    time: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    balance: bool = False
    calibrate: bool = False
    ensemble: int | None = None
    separator: str | None = None
    encoding: str | None = None
    header: bool = True
    decimal_comma: bool = False
    date_format: str | None = None

    def as_typed(self) -> dict[str, Any]:
        """The options that are not the usual ones, by their names."""
        usual = TableWish()
        changed = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in changed.items() if value != getattr(usual, name)}

    @property
    def reading(self) -> ReadingOptions:
        """How the file is read."""
        separator = "\t" if self.separator in ("tab", r"\t") else self.separator
        wish = ColumnWish(self.decimal_comma, self.date_format or "", self.categorical)
        return ReadingOptions(separator, self.encoding, self.header, wish)


def refuse_for_data_sets(source: str, wish: TableWish, suffixes: str) -> None:
    """Raise `ArgumentError` where options of tables stand beside what is no table."""
    typed = wish.as_typed()
    if typed:
        raise ArgumentError(
            f"--{next(iter(typed)).replace('_', '-')} is for tables, and {source!r} is none: those are files called "
            f"{suffixes}, patterns such as 'part-*.csv', and - for standard input"
        )
