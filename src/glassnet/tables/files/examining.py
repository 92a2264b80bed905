"""What the text in a column stands for, found by looking at it; what is nearly numbers, or nearly dates, is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glassnet.errors import DataError
from glassnet.support.text import in_one_line
from glassnet.tables.columns import DATES, NUMBERS, TEXT
from glassnet.tables.files.kinds import (
    DECIMAL_COMMA,
    PLAIN,
    THOUSANDS,
    TRUTH,
    Kind,
    kind_of_dtype,
    polars_package,
)

if TYPE_CHECKING:
    import polars

# What people write for a number or a date that is missing.
_MISSING = (
    "?",
    "-",
    "--",
    ".",
    "na",
    "n/a",
    "nan",
    "null",
    "none",
    "missing",
    "unknown",
    "#n/a",
    "<na>",
    "nil",
    "",
)
_NEARLY = 0.9  # share of the different texts of a column from which on the others are taken for faults
_FEWEST = 20  # different numbers or dates that make such a column
_ISO = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d",
)
_DAY_FIRST = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d-%m-%Y")
_MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m-%d-%Y")
_LOOKS_LIKE_A_DATE = r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}"
_WITH_COMMA = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+)?,\d+$"
_WITH_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_SURELY_THOUSANDS = r"^[+-]?\d{1,3}((,\d{3}){2,}(\.\d+)?|,\d{3}\.\d+)$"


@dataclass(frozen=True)
class ColumnWish:
    """What the user says about columns.

    Attributes
    ----------
    decimal_comma : bool
        Text such as 3,5 is a number.
    date_format : str
        Of dates, as strftime writes them; "" looks for it.
    as_text : tuple of str
        Columns that hold names of categories, whatever they look like.
    """

    decimal_comma: bool = False
    date_format: str = ""
    as_text: tuple[str, ...] = ()


def examine(frame: polars.DataFrame, wish: ColumnWish) -> tuple[list[Kind], list[str]]:
    """How every column is taken that can be, and what has to be known about that.

    Raises
    ------
    DataError
        If a column holds numbers or dates but for a few entries, or decimal commas.
    """
    kinds, notes = [], []
    for name, dtype in frame.schema.items():
        kind = Kind(name, TEXT) if name in wish.as_text else _of_dtype(frame[name], dtype, wish)
        if kind is None:
            notes.append(
                f"column {name!r} holds {dtype}, which is neither a number, a date nor text, and is left out"
            )
            continue
        kinds.append(kind)
        notes.extend(_notes(kind))
    return kinds, notes


def _of_dtype(column: polars.Series, dtype: polars.DataType, wish: ColumnWish) -> Kind | None:
    pl = polars_package()
    if dtype == pl.String:
        return _Text(column, wish).kind()
    known = kind_of_dtype(dtype)
    if known is None:
        return None
    return Kind(column.name, known, TRUTH if dtype == pl.Boolean else PLAIN)


def _notes(kind: Kind) -> list[str]:
    found = []
    if kind.missing:
        found.append(f"column {kind.name!r}: {', '.join(map(repr, kind.missing))} is read as missing")
    if kind.written == THOUSANDS:
        found.append(f"column {kind.name!r}: commas are taken to separate thousands, as in 1,234")
    for first, formats, other in (("day", _DAY_FIRST[2:], "month"), ("month", _MONTH_FIRST, "day")):
        if kind.format in formats:
            found.append(
                f"column {kind.name!r}: dates are read with the {first} first, {kind.format}; --date-format "
                f"{_turned(kind.format)} reads the {other} first"
            )
    return found


def _turned(form: str) -> str:
    """The format with day and month in each other's place."""
    return form.replace("%d", "?").replace("%m", "%d").replace("?", "%m")


class _Text:
    """The different texts of one column."""

    def __init__(self, column: polars.Series, wish: ColumnWish) -> None:
        pl = polars_package()
        self.column, self.wish, self.name = column, wish, column.name
        texts = column.drop_nulls().unique(maintain_order=True).str.strip_chars()
        is_missing = texts.str.to_lowercase().is_in(list(_MISSING))
        self.missing = tuple(sorted(set(texts.filter(is_missing))))
        self.texts = texts.filter(~is_missing)
        self.numbers = self.texts.cast(pl.Float64, strict=False)

    def kind(self) -> Kind:
        """How it is taken."""
        return self._as_numbers() or self._as_dates() or Kind(self.name, TEXT)

    def _as_numbers(self) -> Kind | None:
        others = self.texts.filter(self.numbers.is_null())
        n_numbers = len(self.texts) - len(others)
        if len(self.texts) == 0:
            return Kind(self.name, NUMBERS, PLAIN, "", self.missing)  # all of them missing
        if len(others) == 0:
            return Kind(self.name, NUMBERS, PLAIN, "", self.missing)
        if self.texts.str.to_lowercase().is_in(["true", "false"]).all():
            return Kind(self.name, NUMBERS, TRUTH, "", self.missing)
        if others.str.contains(_WITH_THOUSANDS).all() and others.str.contains(_SURELY_THOUSANDS).any():
            return Kind(self.name, NUMBERS, THOUSANDS, "", self.missing)
        if others.str.contains(_WITH_COMMA).all():
            return self._with_commas(others)
        if n_numbers >= _NEARLY * len(self.texts) and n_numbers >= _FEWEST:
            raise DataError(
                f"column {self.name!r} holds numbers, but {self._first(others)}; mend that, or give --categorical "
                f"{self.name!r} where these are names of categories"
            )
        return None

    def _with_commas(self, others: polars.Series) -> Kind:
        if not self.wish.decimal_comma:
            raise DataError(
                f"column {self.name!r} holds numbers with commas, such as {others[0]}; give --decimal-comma to read "
                f"them so, or --categorical {self.name!r} where they are names"
            )
        return Kind(self.name, NUMBERS, DECIMAL_COMMA, "", self.missing)

    def _as_dates(self) -> Kind | None:
        some = self.texts.head(1000)
        if not self.wish.date_format and some.str.contains(_LOOKS_LIKE_A_DATE).mean() < _NEARLY:  # type: ignore[operator]
            return None
        formats = [self.wish.date_format] if self.wish.date_format else [*_ISO, *_DAY_FIRST, *_MONTH_FIRST]
        right = {form: self._n_dates(some, form) for form in formats}
        form = max(right, key=lambda one: right[one])
        if right[form] < _NEARLY * len(some):
            return None
        if form in _DAY_FIRST and right.get(_turned(form)) == len(some):
            form = self._told_apart(form)
        kind = Kind(self.name, DATES, PLAIN, form, self.missing)
        pl = polars_package()
        wrong = self.texts.filter(
            self.texts.to_frame().select(kind.of_text(pl.col(self.name))).to_series().is_null()
        )
        if len(wrong) == 0:
            return kind
        if len(self.texts) < _FEWEST and len(wrong) > 1:
            return None
        raise DataError(
            f"column {self.name!r} holds dates ({self.texts[0]}), but {self._first(wrong)}, which is none; mend that, "
            f"or give --categorical {self.name!r}"
        )

    def _told_apart(self, form: str) -> str:
        """Day or month first, where the first thousand texts do not say so."""
        other = _turned(form)
        return form if self._n_dates(self.texts, form) >= self._n_dates(self.texts, other) else other

    @staticmethod
    def _n_dates(texts: polars.Series, form: str) -> int:
        parsed = texts.str.to_datetime(form, strict=False, exact=True)
        return len(texts) - parsed.null_count()

    def _first(self, wrong: polars.Series) -> str:
        """The first of these texts in the column, with its row."""
        places = self.column.str.strip_chars().is_in(wrong.implode()).arg_true()
        at = int(places[0])
        return f"{in_one_line(self.column[at])!r} in row {at + 1:,}"
