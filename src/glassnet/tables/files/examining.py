"""What the text in a column stands for, found by looking at it; what is nearly numbers, or nearly dates, is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glassnet.errors import DataError
from glassnet.support.text import in_one_line
from glassnet.tables.columns import DATES, NUMBERS, TEXT
from glassnet.tables.files import dates
from glassnet.tables.files.kinds import (
    CLOCK,
    DECIMAL_COMMA,
    ON_A_CLOCK,
    PLAIN,
    THOUSANDS,
    TRUTH,
    Kind,
    kind_of_dtype,
    polars_package,
    without_unit,
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
_WITH_COMMA = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+)?,\d+$"
_WITH_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_SURELY_THOUSANDS = r"^[+-]?\d{1,3}((,\d{3}){2,}(\.\d+)?|,\d{3}\.\d+)$"
# A number with what stands around it: a currency, a share, or a unit after a blank, the same in every row.
_NUMBER = r"\d[\d.,]*(?:[eE][+-]?\d+)?"
_MONEY = r"[$€£¥₹]"
_WITH_UNIT = (
    rf"^[+-]?\s*({_MONEY}?)\s*[+-]?{_NUMBER}(\s*(?:%|‰|°C|°F|°|{_MONEY})|\s+[\p{{L}}²³/%°µ]{{1,12}})?$"
)


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

    Raises `DataError` if a column holds numbers or dates but for a few entries, or decimal commas.
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
        if kind.kind == NUMBERS and dtype.is_integer() and dates.are_compact(frame[name]):
            notes.append(
                f"column {name!r} holds numbers that look like dates, such as {frame[name].drop_nulls()[0]}; "
                f"--date-format {dates.COMPACT} reads them so"
            )
    if wish.date_format and not any(kind.format == wish.date_format for kind in kinds):
        raise DataError(f"no column holds dates as --date-format says, {wish.date_format!r}")
    return kinds, notes


def _of_dtype(column: polars.Series, dtype: polars.DataType, wish: ColumnWish) -> Kind | None:
    pl = polars_package()
    if dtype == pl.String:
        return _Text(column, wish).kind()
    kind = kind_of_dtype(dtype)
    if kind is None:
        return None
    if wish.date_format and dtype.is_integer():
        digits = column.drop_nulls().cast(pl.String)
        if len(digits) and dates.n_dates(digits, wish.date_format) == len(digits):
            return Kind(column.name, DATES, PLAIN, wish.date_format)
    return Kind(column.name, kind, TRUTH if dtype == pl.Boolean else PLAIN)


def _notes(kind: Kind) -> list[str]:
    notes = []
    if kind.missing:
        notes.append(f"column {kind.name!r}: {', '.join(map(repr, kind.missing))} is read as missing")
    if kind.written == THOUSANDS:
        notes.append(f"column {kind.name!r}: commas are taken to separate thousands, as in 1,234")
    if kind.written == CLOCK:
        notes.append(f"column {kind.name!r}: times such as 12:30 are read as seconds")
    if kind.kind == NUMBERS and kind.format:
        unit = kind.format.replace("{}", "").strip()
        notes.append(f"column {kind.name!r}: {unit!r} is taken for a unit, and left out")
    return notes + dates.notes_of(kind.name, kind.format) if kind.kind == DATES else notes


class _Text:
    """The different texts of one column."""

    def __init__(self, column: polars.Series, wish: ColumnWish) -> None:
        pl = polars_package()
        self.column, self.wish, self.name = column, wish, column.name
        texts = column.drop_nulls().unique(maintain_order=True).str.strip_chars()
        is_missing = texts.str.to_lowercase().is_in(list(_MISSING))
        self.missing = tuple(sorted(set(texts.filter(is_missing))))
        known = texts.filter(~is_missing)
        self.unit = _unit_of(known)
        self.texts = known.to_frame().select(without_unit(pl.col(self.name), self.unit)).to_series()
        self.numbers = self.texts.cast(pl.Float64, strict=False)

    def kind(self) -> Kind:
        """How it is taken."""
        return self._as_numbers() or self._as_dates() or Kind(self.name, TEXT)

    def _as_numbers(self) -> Kind | None:
        others = self.texts.filter(self.numbers.is_null())
        n_numbers = len(self.texts) - len(others)
        if len(others) == 0:
            return None if self._are_long_names() else self._numbers(PLAIN)
        if self.texts.str.contains(ON_A_CLOCK).all():
            return self._numbers(CLOCK)
        if self.texts.str.to_lowercase().is_in(["true", "false"]).all():
            return self._numbers(TRUTH)
        if others.str.contains(_WITH_THOUSANDS).all() and others.str.contains(_SURELY_THOUSANDS).any():
            return self._numbers(THOUSANDS)
        if others.str.contains(_WITH_COMMA).all():
            return self._with_commas(others)
        if n_numbers >= _NEARLY * len(self.texts) and n_numbers >= _FEWEST:
            raise DataError(
                f"column {self.name!r} holds numbers, but {self._first(others)}; mend that, or give --categorical "
                f"{self.name!r} where these are names of categories"
            )
        return None

    def _numbers(self, written: str) -> Kind:
        return Kind(self.name, NUMBERS, written, self.unit, self.missing)

    def _are_long_names(self) -> bool:
        """Whether these are whole numbers of so many digits that different ones are the same number."""
        whole = self.texts.str.contains(r"^\d{17,}$")
        return len(whole) > 0 and bool(whole.all()) and self.numbers.n_unique() < len(self.texts)

    def _with_commas(self, others: polars.Series) -> Kind:
        if not self.wish.decimal_comma:
            raise DataError(
                f"column {self.name!r} holds numbers with commas, such as {others[0]}; give --decimal-comma to read "
                f"them so, or --categorical {self.name!r} where they are names"
            )
        return self._numbers(DECIMAL_COMMA)

    def _as_dates(self) -> Kind | None:
        form = dates.format_of(self.texts, self.wish.date_format, _NEARLY)
        if not form:
            return None
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

    def _first(self, wrong: polars.Series) -> str:
        """The first of these texts in the column, with its row."""
        places = self.column.str.strip_chars().is_in(wrong.implode()).arg_true()
        at = int(places[0])
        return f"{in_one_line(self.column[at])!r} in row {at + 1:,}"


def _unit_of(texts: polars.Series) -> str:
    """What stands around the numbers of a column, as in "{} %"; "" where not nearly all of them have the same."""
    pl = polars_package()
    around = texts.to_frame().select(
        pl.col(texts.name).str.extract(_WITH_UNIT, group).str.strip_chars().fill_null("").alias(name)
        for group, name in ((1, "before"), (2, "after"))
    )
    around = around.filter((pl.col("before") != "") | (pl.col("after") != ""))
    if len(around) < max(_NEARLY * len(texts), 2):
        return ""
    most = around.group_by("before", "after").len().sort("len", descending=True)
    if most["len"][0] < max(_NEARLY * len(texts), 2):
        return ""
    before, after = most["before"][0], most["after"][0]
    return f"{before}{{}}" if not after else f"{before}{{}} {after}"
