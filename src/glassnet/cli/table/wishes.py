"""What a user wants of a table, as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from glassnet.errors import ArgumentError
from glassnet.tables.files import ColumnWish, ReadingOptions
from glassnet.tables.files.formats import SUFFIXES


@dataclass(frozen=True, kw_only=True)
class TableWish:
    """Options of ``train`` and ``tune`` that are about tables."""

    target: str | None = None  # the column to predict
    task: str = "auto"  # or "classify", "regress"
    preset: str | None = None
    # group, time: columns to split by
    group: str | None = None
    time: str | None = None
    # drop, keep, categorical: columns that are not read, those that are however they look, and those that
    # hold names
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    # balance, calibrate: whether rare classes weigh as much as others, and whether probabilities are
    # calibrated
    balance: bool = False
    calibrate: bool = False
    ensemble: int | None = None  # networks side by side
    separator: str | None = None
    encoding: str | None = None
    header: bool = True
    decimal_comma: bool = False
    date_format: str | None = None

    @classmethod
    def of_options(cls, options: Mapping[str, Any]) -> TableWish:
        """From the options of a command, by their names."""
        values = {field.name: options[field.name] for field in fields(cls) if field.name in options}
        lists = {name: tuple(values[name] or ()) for name in ("drop", "keep", "categorical")}
        return cls(**values | lists, header=not options["no_header"])

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


def refuse_for_data_sets(source: str, wish: TableWish) -> None:
    """Raise `ArgumentError` where options of tables stand beside what is no table."""
    typed = wish.as_typed()
    if typed:
        raise ArgumentError(
            f"--{next(iter(typed)).replace('_', '-')} is for tables, and {source!r} is none: those are files called "
            f"{', '.join(SUFFIXES)}, patterns such as 'part-*.csv', and - for standard input"
        )
