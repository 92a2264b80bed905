"""Dates: how long ago, and where in the year, the month, the week and the day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, DataError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.tables.columns import DATE, DATES, Column, DateColumn, TextColumn
from glassnet.tables.operations.base import Operation, first_present, registry, retyped
from glassnet.tables.operations.scaling import LIMIT, check_scaling, finite_or_none, scaled, write_scaled
from glassnet.tables.program import Program

Integers = NDArray[np.int64]

ELAPSED, YEAR, MONTH, WEEK, DAY = "elapsed", "year", "month", "week", "day"
SECONDS_OF_DAY = 86400
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTS = {
    ELAPSED: ("",),
    YEAR: (" in the year, sin", " in the year, cos"),
    MONTH: (" in the month, sin", " in the month, cos"),
    WEEK: tuple(f" is {day}" for day in WEEKDAYS),
    DAY: (" in the day, sin", " in the day, cos"),
}
PARTS = tuple(_PARTS)
# Days from 0000-03-01, where the count of leap years begins, to 1970-01-01.
_TO_EPOCH = 719468
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?")


@registry.register("date")
@dataclass(frozen=True, repr=False)
class Date(Operation):
    """Parts of a date, each a feature or several; all are 0 where it is missing.

    ============= =========================================================================================
    ``elapsed``   days since 1970, scaled and clipped as a :class:`Number`
    ``year``      sin and cos of 2 pi times (days since March 1) / 366
    ``month``     sin and cos of 2 pi times (day of the month - 1) / 31
    ``week``      1 for its day of the week, else 0: seven features, Monday first
    ``day``       sin and cos of 2 pi times the share of the day that has passed
    ============= =========================================================================================

    Parameters
    ----------
    column : str
    parts : tuple of str
        Of these names.
    unit : {"day", "second"}
        In which the date is read; in days the time of day is cut off.
    center, scale : float
        Of ``elapsed``, in days.
    limit : float or None
        Of ``elapsed``: where smooth clipping ends.
    indicator : bool
        Whether a last feature is 1 where the date is missing, else 0.
    """

    parts: tuple[str, ...] = PARTS[:-1]
    unit: str = "day"
    center: float = 0.0
    scale: float = 1.0
    limit: float | None = LIMIT
    indicator: bool = False
    reads: ClassVar[str] = DATES

    def __post_init__(self) -> None:
        super().__post_init__()
        what = f"column {self.column!r}"
        if not isinstance(self.parts, (list, tuple)):
            raise ArgumentError(f"parts of {what} must be a list of names; got {checks.shown(self.parts)}")
        parts = tuple(checks.choice(f"a part of {what}", part, PARTS) for part in self.parts)
        if len(set(parts)) < len(parts):
            raise ArgumentError(f"parts of {what} must differ; got {parts}")
        checks.choice(f"unit of {what}", self.unit, ("day", "second"))
        checks.truth(f"indicator of {what}", self.indicator)
        if not parts and not self.indicator:
            raise ArgumentError(f"a date without parts and indicator makes no features of {what}")
        center, scale, limit = check_scaling(what, self.center, self.scale, self.limit)
        for name, value in (("parts", parts), ("center", center), ("scale", scale), ("limit", limit)):
            object.__setattr__(self, name, value)

    @property
    def features(self) -> tuple[str, ...]:
        """The features of each part, and whether the date is missing."""
        named = [self.column + ending for part in self.parts for ending in _PARTS[part]]
        return (*named, *[f"{self.column} is missing"] * self.indicator)

    def accepted(self, column: Column) -> DateColumn:
        """Dates, and text that writes nothing but dates as 2026-11-30 or 2026-11-30 12:00:00."""
        row = first_present(column)
        if isinstance(column, DateColumn):
            return column
        if row is None:
            return DateColumn(np.full(len(column), "NaT", DATE))
        if not isinstance(column, TextColumn):
            raise retyped(self, column, row)
        for place in np.unique(column.codes[column.codes >= 0]):
            if not is_date(column.levels[place]):
                raise DataError(
                    f"column {self.column!r} holds dates; {column.levels[place]!r} in row "
                    f"{int(np.argmax(column.codes == place))} is none (2026-11-30 and 2026-11-30 12:00:00 are)"
                )
        return dates_of_text(column)

    def apply(self, column: DateColumn, features: Array) -> None:
        """As the class says."""
        dates = column.array
        missing = np.isnat(dates)
        seconds = self.seconds(np.where(missing, np.datetime64(0, "us"), dates))
        parts = [of_part(self, part, seconds) for part in self.parts]
        features[...] = np.concatenate([*parts, missing[:, None]], axis=1)[:, : features.shape[1]]
        features[missing, : len(self.features) - self.indicator] = 0

    def write(self, program: Program, place: int) -> str:
        """The same in floating-point numbers, which hold all whole numbers that come up."""
        dates = program.dates(self.column, place, self.unit)
        t = program.filled(dates, [0.0])
        per_day = 1.0 if self.unit == "day" else float(SECONDS_OF_DAY)
        days = program.formula("days", "floor(t / per_day)", t=t, per_day=per_day)
        parts = [write_part(program, self, part, t, days, per_day) for part in self.parts]
        missing = program.is_missing(dates)
        if parts:
            counted = program.joined(parts)
            parts = [
                program.formula("parts", "0 if missing > 0.5 else counted", missing=missing, counted=counted)
            ]
        return program.joined(parts + [missing] * self.indicator)

    def seconds(self, dates: NDArray[np.datetime64]) -> Integers:
        """Seconds since 1970 as this operation reads them; dates before the year 0 or after 9999 are held there."""
        first, last = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31", "us")
        held = np.clip(dates, first, last).astype(f"datetime64[{'D' if self.unit == 'day' else 's'}]")
        seconds: Integers = held.astype("datetime64[s]").astype(np.int64)
        return seconds


def of_part(operation: Date, part: str, seconds: Integers) -> NDArray[np.float64]:
    """The features of one part, (n_rows, n_features)."""
    days, in_day = seconds // SECONDS_OF_DAY, seconds % SECONDS_OF_DAY
    match part:
        case "elapsed":
            x = seconds / SECONDS_OF_DAY
            limit = finite_or_none(operation.limit)
            return scaled(x, operation.center, operation.scale, limit)[:, None]
        case "week":
            return np.asarray((days[:, None] + 3) % 7 == np.arange(7), np.float64)
        case "year":
            return _turn(day_of_year(days) / 366)
        case "month":
            return _turn(day_of_month(days) / 31)
        case "day":
            return _turn(in_day / SECONDS_OF_DAY)
    raise ArgumentError(f"no part of a date is called {part!r}")


def write_part(program: Program, operation: Date, part: str, t: str, days: str, per_day: float) -> str:
    """The features of one part as steps of a program; `t` counts days, or seconds where `per_day` says so."""
    match part:
        case "elapsed":
            x = program.formula("elapsed", "t / per_day", t=t, per_day=per_day)
            return write_scaled(
                program, x, operation.center, operation.scale, finite_or_none(operation.limit)
            )
        case "week":
            day = program.formula("weekday", "days + 3 - 7 * floor((days + 3) / 7)", days=days)
            return program.formula("week", "1 if abs(day - k) < 0.5 else 0", day=day, k=np.arange(7.0))
        case "year":
            return _write_turn(program, _write_day_of_year(program, days), 366.0)
        case "month":
            of_year = _write_day_of_year(program, days)
            month = program.formula("month", "floor((5 * d + 2) / 153)", d=of_year)
            of_month = program.formula("day_of_month", "d - floor((153 * m + 2) / 5)", d=of_year, m=month)
            return _write_turn(program, of_month, 31.0)
        case "day":
            seconds = program.formula("in_day", "t - per_day * days", t=t, per_day=per_day, days=days)
            return _write_turn(program, seconds, per_day)
    raise ArgumentError(f"no part of a date is called {part!r}")


def _write_day_of_year(program: Program, days: str) -> str:
    since = program.formula("since_march", f"days + {_TO_EPOCH}", days=days)
    d = program.formula("of_era", "t - 146097 * floor(t / 146097)", t=since)
    year = program.formula(
        "year_of_era", "floor((d - floor(d / 1460) + floor(d / 36524) - floor(d / 146096)) / 365)", d=d
    )
    return program.formula("day_of_year", "d - (365 * y + floor(y / 4) - floor(y / 100))", d=d, y=year)


def _write_turn(program: Program, value: str, whole: float) -> str:
    functions = ("sin", "cos")
    return program.joined(
        [
            program.formula(name, f"{name}({2 * np.pi} * x / whole)", x=value, whole=whole)
            for name in functions
        ]
    )


def _turn(share: Array) -> Array:
    """Sin and cos of a whole turn's share."""
    return np.stack([np.sin(2 * np.pi * share), np.cos(2 * np.pi * share)], axis=1)


def day_of_year(days: Integers) -> Integers:
    """Days since the last March 1, from 0 to 365, of days since 1970-01-01.

    Within 400 years of 146097 days, leap days are taken out; a year that begins in March ends with the leap day.
    """
    of_era = (days + _TO_EPOCH) % 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    return np.asarray(of_era - (365 * year + year // 4 - year // 100))


def day_of_month(days: Integers) -> Integers:
    """Day of the month, counted from 0, of days since 1970-01-01: months from March on have 153 days in five."""
    of_year = day_of_year(days)
    return of_year - (153 * ((5 * of_year + 2) // 153) + 2) // 5


def is_date(text: str) -> bool:
    """Whether text is a date, with or without a time of day, as ISO 8601 writes it."""
    if _ISO.fullmatch(text.strip()) is None:
        return False
    try:
        np.datetime64(text.strip().replace(" ", "T"), "us")
    except ValueError:
        return False
    return True


def dates_of_text(column: TextColumn) -> DateColumn:
    """The dates that texts write; levels that write none, and do not occur, are NaT."""
    values = [level.strip().replace(" ", "T") if is_date(level) else "NaT" for level in column.levels]
    return DateColumn(np.array([*values, "NaT"], DATE)[column.codes])
