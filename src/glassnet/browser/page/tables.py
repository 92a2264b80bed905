"""Files of tables for the page: those that it could take no samples from are refused here, in its own words."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from glassnet.errors import ArgumentError, DataError

MOST_BYTES = 60_000_000
MOST_COLUMNS = 1000
FEWEST_ROWS = 4
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_GAPS = {"", "na", "n/a", "nan", "null", "none", "?", "-", "inf", "+inf", "-inf", "infinity", "-infinity"}


def text_of(path: Path) -> str:
    """The text of a table.

    Raises
    ------
    ArgumentError, DataError
        If it cannot be read, is too large, or holds no table.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(
                f"{path.name} has {round(size / 1e6)} MB; the page takes files up to {MOST_BYTES // 1_000_000} MB"
            )
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise ArgumentError(f"cannot read {path}: {error.strerror or error}") from error
    refuse_no_table(text, path.name)
    return text


def refuse_no_table(text: str, name: str) -> None:
    """Raise `DataError` where the first rows show that this is no table of samples."""
    if "\0" in text:
        raise DataError(f"{name} is no text: it holds zero bytes; save the table as CSV")
    line = text.strip().partition("\n")[0]
    delimiter = max(",;\t", key=line.count)
    try:
        rows = list(islice(_rows(text, delimiter), FEWEST_ROWS + 1))
    except csv.Error as error:
        raise DataError(f"{name} is no table of comma-separated values: {error}") from error
    if not rows:
        raise DataError(f"{name} is empty; a table has a row for each sample")
    width = len(rows[0])
    if width < 2:
        raise DataError(f"{name} has one column; it needs one or more of inputs, and one of targets")
    if width > MOST_COLUMNS:
        raise DataError(f"{name} has {width} columns; this page takes up to {MOST_COLUMNS}")
    body = rows[1:] if _has_names(rows, delimiter) else rows
    if not body:
        raise DataError(f"{name} has names of columns and no row below them")
    if len(body) < FEWEST_ROWS:
        many = "1 row" if len(body) == 1 else f"{len(body)} rows"
        raise DataError(f"{name} has {many}; at least {FEWEST_ROWS} are needed to train on and to check")


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Rows that are not empty."""
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        cells = [cell.strip() for cell in row]
        if len(cells) > 1 or any(cells):
            yield cells


def _has_names(rows: list[list[str]], delimiter: str) -> bool:
    """Whether the first row is names, as the page judges it."""
    cells = [cell.replace(",", ".") if delimiter == ";" else cell for cell in rows[0]]
    numbers = [_NUMBER.fullmatch(cell) is not None for cell in cells]
    named = any(not number and cell.lower() not in _GAPS for number, cell in zip(numbers, cells, strict=True))
    return named and (len(rows) == 1 or not any(numbers))
