"""Columns that name rows, and say nothing about them."""

from __future__ import annotations

import re

import numpy as np

from glassnet.tables.columns import Column, DateColumn, NumberColumn, TextColumn

# Fewer different rows than this prove nothing.
FEWEST = 20
# The share of text that must be different to be a name of its row.
DIFFERENT = 0.95
_NAMES = re.compile(
    r"(^|[_\s.])(id|ids|uuid|guid|key|index|idx|rowid|row|rownames|nr|no|number)$|^unnamed: \d+$|^$|[a-z]I[Dd]$"
)


def is_identifier(name: str, column: Column) -> bool:
    """Whether a column is different in (nearly) every row and nothing else.

    Text: at least 95 % of at least 20 entries are different. Numbers: whole, all different, and either called like an
    identifier (id, key, index, number, …) or counting the rows from 0 or 1. Dates: never.
    """
    match column:
        case TextColumn():
            n = int((column.codes >= 0).sum())
            return n >= FEWEST and int((column.counts() > 0).sum()) >= DIFFERENT * n
        case NumberColumn():
            return _counts_rows(column) or (_sounds_so(name) and _all_different(column))
        case DateColumn():
            return False


def _sounds_so(name: str) -> bool:
    return _NAMES.search(name.strip()) is not None or _NAMES.search(name.strip().lower()) is not None


def _all_different(column: NumberColumn) -> bool:
    x = column.values
    whole = len(x) >= FEWEST and bool((x == np.floor(x)).all())
    return whole and len(np.unique(x)) == len(x)


def _counts_rows(column: NumberColumn) -> bool:
    x = column.values
    return len(x) >= FEWEST and x[0] in (0, 1) and bool((x == x[0] + np.arange(len(x))).all())
