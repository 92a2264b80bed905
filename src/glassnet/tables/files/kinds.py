"""How the text of a column is to be taken: as numbers, as dates, or as the categories that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from glassnet.errors import ModelFileError
from glassnet.support.optional import require
from glassnet.tables.columns import DATES, NUMBERS, TEXT

if TYPE_CHECKING:
    import polars

PLAIN, DECIMAL_COMMA, THOUSANDS, TRUTH, CLOCK = "plain", "decimal comma", "thousands", "truth", "clock"
ON_A_CLOCK = r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?$"

_ZONES = ("%z", "%:z", "%#z", "%+")

_WRITTEN: dict[str, Callable[[polars.Expr], polars.Expr]] = {
    PLAIN: lambda text: text,
    DECIMAL_COMMA: lambda text: text.str.replace_all(".", "", literal=True).str.replace(
        ",", ".", literal=True
    ),
    THOUSANDS: lambda text: text.str.replace_all(",", "", literal=True),
    TRUTH: lambda text: text.str.to_lowercase().replace({"true": "1", "false": "0"}),
    CLOCK: lambda text: _seconds(text),
}


def _seconds(text: polars.Expr) -> polars.Expr:
    """Of times such as 12:30 and 12:30:59.5; null where the text is none."""
    pl = polars_package()
    hours, minutes, seconds = (text.str.extract(ON_A_CLOCK, group).cast(pl.Float64) for group in (1, 2, 3))
    total: polars.Expr = 3600 * hours + 60 * minutes + seconds.fill_null(0.0)
    return total


def polars_package() -> Any:
    """Polars, which reads all files."""
    return require("polars", extra="tables", purpose="reading a table from a file")


@dataclass(frozen=True)
class Kind:
    """How one column is taken.

    Attributes
    ----------
    name : str
        Of the column.
    kind : {"numbers", "text", "dates"}
    written : {"plain", "decimal comma", "thousands", "truth", "clock"}
        Numbers in text: 3.5, 3,5 (and 1.234,5), 1,234.5, True and False (1 and 0), 12:30 (in seconds).
    format : str
        Of dates in text, as strftime writes them; of numbers with a unit what stands around them, as in "{} %".
    missing : tuple of str
        Texts that stand for a missing number or date.
    """

    name: str
    kind: str
    written: str = PLAIN
    format: str = ""
    missing: tuple[str, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Plain data, for a model's file."""
        return asdict(self) | {"missing": list(self.missing)}

    @classmethod
    def from_data(cls, data: Any) -> Kind:
        """What :meth:`to_data` wrote; anything else is a `ModelFileError`."""
        if not isinstance(data, Mapping) or set(data) != {"name", "kind", "written", "format", "missing"}:
            raise ModelFileError(
                "the file says how a column is read in words that this version does not know"
            )
        missing = data["missing"]
        texts = [data[name] for name in ("name", "kind", "written", "format")]
        if not isinstance(missing, list) or not all(isinstance(text, str) for text in (*texts, *missing)):
            raise ModelFileError("the file says how a column is read, but not in text")
        if data["kind"] not in (NUMBERS, TEXT, DATES) or data["written"] not in _WRITTEN:
            raise ModelFileError(
                f"the file reads column {data['name']!r} as a {data['kind']!r}, which is unknown"
            )
        name, kind, written, form = texts
        return cls(name, kind, written, form, tuple(missing))

    def of_text(self, column: polars.Expr) -> polars.Expr:
        """The column, which holds text, as it is taken; null where the text is none of the kind."""
        pl = polars_package()
        if self.kind == TEXT:
            return column
        text = column.str.strip_chars()
        if self.missing:
            text = pl.when(text.is_in(list(self.missing))).then(None).otherwise(text)
        if self.kind == NUMBERS:
            return _WRITTEN[self.written](without_unit(text, self.format)).cast(pl.Float64, strict=False)
        return parsed(text, self.format)

    def of(self, column: polars.Expr, dtype: polars.DataType) -> polars.Expr | None:
        """The column, of any dtype, as it is taken: float64, String or Datetime; None where it cannot be."""
        pl = polars_package()
        if dtype == pl.Null:
            return column.cast({NUMBERS: pl.Float64, TEXT: pl.String, DATES: pl.Datetime("us")}[self.kind])
        if dtype == pl.String:
            return self.of_text(column)
        if kind_of_dtype(dtype) == DATES:
            return as_datetime(column, dtype) if self.kind == DATES else None
        if dtype == pl.Boolean or dtype.is_numeric():
            if self.kind == DATES:
                return self._of_digits(column, dtype)
            return column.cast(pl.Float64 if self.kind == NUMBERS else pl.String)
        if isinstance(dtype, (pl.Categorical, pl.Enum)):
            return self.of_text(column.cast(pl.String))
        if isinstance(dtype, (pl.Duration, pl.Time)) and self.kind == NUMBERS:
            return as_seconds(column, dtype)
        return None

    def _of_digits(self, column: polars.Expr, dtype: polars.DataType) -> polars.Expr | None:
        """Dates that whole numbers write, such as 20240131."""
        if not self.format or not dtype.is_integer():
            return None
        return self.of_text(column.cast(polars_package().String))


def without_unit(text: polars.Expr, form: str) -> polars.Expr:
    """Numbers without the unit that stands around them; the sign may stand before it."""
    before, _, after = form.partition("{}")
    if not before.strip() and not after.strip():
        return text
    for unit, place in ((before, rf"^([+-]?)\s*{_quoted(before)}\s*"), (after, rf"()\s*{_quoted(after)}$")):
        text = text.str.replace(place, "${1}") if unit.strip() else text
    return text


def _quoted(unit: str) -> str:
    return re.escape(unit.strip())


def parsed(text: polars.Expr, form: str) -> polars.Expr:
    """Dates in this format, those with a zone in UTC; null where the text is none. A year %Y has four digits."""
    pl = polars_package()
    if "%Y" in form:
        text = pl.when(text.str.contains(r"\d{4}")).then(text)
    dates: polars.Expr = text.str.to_datetime(form, strict=False, time_unit="us", exact=True)
    if any(zone in form for zone in _ZONES):
        return dates.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return dates


def kind_of_dtype(dtype: polars.DataType) -> str | None:
    """How a column of this dtype is taken; None for text, which has to be looked at, and for what is never taken."""
    pl = polars_package()
    if isinstance(dtype, (pl.Date, pl.Datetime)):
        return DATES
    if dtype.is_numeric() or dtype in (pl.Null, pl.Boolean) or isinstance(dtype, (pl.Duration, pl.Time)):
        return NUMBERS
    if isinstance(dtype, (pl.Categorical, pl.Enum)):
        return TEXT
    return None


def as_datetime(column: polars.Expr, dtype: polars.DataType) -> polars.Expr:
    """Dates and times, those of a zone in UTC, without a zone."""
    pl = polars_package()
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return column.cast(pl.Datetime("us"))


def as_seconds(column: polars.Expr, dtype: polars.DataType) -> polars.Expr:
    """Durations and times of day in seconds."""
    pl = polars_package()
    unit = dtype.time_unit if isinstance(dtype, pl.Duration) else "ns"
    return column.cast(pl.Int64).cast(pl.Float64) / {"ns": 1e9, "us": 1e6, "ms": 1e3}[unit or "us"]
