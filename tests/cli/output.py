"""What the command has written."""

import csv
import re
from pathlib import Path


def cells(output: str, row: str) -> list[str]:
    """What the first row of this name shows."""
    line = next(line for line in output.splitlines() if line.startswith(row + " "))
    return re.split(r"\s{2,}", line.strip())[1:]


def table(path: Path) -> list[dict[str, str]]:
    """A CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
