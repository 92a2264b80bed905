"""Dates in text: the ways in which people write them, and which of them a column is written in."""

from __future__ import annotations

from itertools import product
from shlex import quote
from typing import TYPE_CHECKING

from glassnet.tables.files.kinds import parsed, polars_package

if TYPE_CHECKING:
    import polars

_TIMES = ("", " %H:%M", " %H:%M:%S%.f")
_CLOCKS = (*_TIMES, " %I:%M %p", " %I:%M:%S %p")
ISO = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z", "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M:%S%.f UTC", *(f"%Y/%m/%d{time}" for time in _TIMES), *(f"%Y.%m.%d{time}" for time in _TIMES),
)  # fmt: skip
DAY_FIRST = tuple(
    f"%d{sign}%m{sign}{year}{clock}" for sign, year, clock in product("./-", ("%Y", "%y"), _CLOCKS)
)
MONTH_FIRST = tuple(
    f"%m{sign}%d{sign}{year}{clock}" for sign, year, clock in product("/-", ("%Y", "%y"), _CLOCKS)
)
_BY_NAME = tuple(
    f"{day}{clock}"
    for day, clock in product(
        ("%d %B %Y", "%d-%B-%Y", "%d. %B %Y", "%B %d, %Y", "%B %d %Y", "%d %B %y", "%d-%B-%y"), _CLOCKS
    )
)
COMPACT = "%Y%m%d"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_LOOKS_LIKE_ONE = rf"(?i)^\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}|^(\d{{1,2}}[-. ]+)?({_MONTHS})[a-z]*[-. ,]+\d"
_FEWEST = 20  # different numbers that make a column of dates
_LOOKED_AT = 1000  # texts by which a format is chosen


def format_of(texts: polars.Series, wish: str, share: float) -> str:
    """The format in which this share of the texts are dates at least; "" where there is none."""
    some = texts.head(_LOOKED_AT)
    if wish and n_dates(some, wish) >= share * len(some):
        return wish
    looks = some.str.contains(_LOOKS_LIKE_ONE)
    if int(looks.sum()) < share * len(some):
        return ""
    right = {form: n_dates(some, form) for form in (*ISO, *DAY_FIRST, *MONTH_FIRST, *_BY_NAME)}
    form = max(right, key=lambda one: right[one])
    if right[form] < share * len(some):
        return ""
    other = turned(form)
    both = form in DAY_FIRST and right.get(other) == len(some)
    return other if both and n_dates(texts, other) > n_dates(texts, form) else form


def n_dates(texts: polars.Series, form: str) -> int:
    """How many of the texts are dates in this format."""
    pl = polars_package()
    dates = texts.to_frame().select(parsed(pl.col(texts.name), form)).to_series()
    return len(texts) - dates.null_count()


def turned(form: str) -> str:
    """The format with day and month in each other's place."""
    return form.replace("%d", "?").replace("%m", "%d").replace("?", "%m")


def are_compact(column: polars.Series) -> bool:
    """Whether whole numbers are dates such as 20240131, all of them between 1900 and 2100."""
    known = column.drop_nulls().unique()
    if len(known) < _FEWEST or not known.is_between(19_000_101, 21_001_231).all():
        return False
    return n_dates(known.cast(polars_package().String), COMPACT) == len(known)


def notes_of(name: str, form: str) -> list[str]:
    """What has to be known about dates in this format."""
    notes = []
    for first, other, starts in (
        ("day", "month", ("%d/%m", "%d-%m")),
        ("month", "day", ("%m/%d", "%m-%d")),
    ):
        if form.startswith(starts):
            notes.append(
                f"column {name!r}: dates are read with the {first} first, {form}; --date-format "
                f"{quote(turned(form))} reads the {other} first"
            )
    if "%y" in form:
        notes.append(
            f"column {name!r}: years of two digits, 69 to 99, are read as 1969 to 1999, others as 20.."
        )
    return notes
