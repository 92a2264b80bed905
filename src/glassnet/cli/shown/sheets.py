"""Tables as CSV: what a name holds is shown by a spreadsheet, never computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from glassnet.bridges import writing
from glassnet.support.text import cell


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """The rows as CSV."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([map(cell, row) for row in rows])
    return file.getvalue()


def write(path: Path, table: str) -> None:
    """Put a table into a file, whole or not at all; a device or a pipe is written to as it is.

    Raises `ModelFileError` if it cannot be written; a file that was there is as it was then.
    """
    if path.exists() and not path.is_file():
        with path.open("w", newline="", encoding="utf-8") as device:
            device.write(table)
        return
    writing.write(path, table.encode())
