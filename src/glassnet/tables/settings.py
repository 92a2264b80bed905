"""How columns become numbers: what a fit of the preprocessing is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.calls import explained


@explained
@dataclass(frozen=True)
class TableSettings:
    """What :meth:`Preprocessing.fit` makes of columns; the defaults are those of RealMLP's simplified recipe.

    Parameters
    ----------
    numbers : {"robust", "standard", "none"}
        "robust": median to 0 and the quartiles' distance to 1 (twice the range's inverse where the quartiles are one);
        "standard": mean to 0 and standard deviation to 1.
    smooth_clip : bool
        Whether scaled numbers z become z / sqrt(1 + (z / 3)^2), so that none is beyond 3.
    number_pieces : int
        Pieces that each number has a feature for beside itself (:class:`~glassnet.tables.Number`), >= 0; none where it
        has only two different values, fewer where all numbers of the table together would have more than 512, and none
        where there are more than 50 numbers.
    missing_indicators : bool
        Whether numbers and dates that may be missing have a second feature which says so.
    scale_categories : bool
        Whether the features of categories are scaled and clipped as numbers are.
    one_hot_most : int or None
        Categories of more levels become one integer, for an embedding; None: none do.
    most_levels : int
        The most frequent levels of a category that are kept apart, >= 1; the others are put together as "other".
    rare_count : int
        Levels that occur less often are put together, too, >= 1; of few rows (under 50 times this) less is asked.
    categorical : sequence of str or int, optional
        Names, or places, of columns that hold categories although they hold numbers.
    keep : sequence of str or int
        Columns that are never dropped for being constant or an identifier.
    decimal_comma : bool or None
        Whether text such as "3,5" is a number. None: such a column is refused, with the question.
    """

    numbers: str = "robust"
    smooth_clip: bool = True
    number_pieces: int = 0
    missing_indicators: bool = True
    scale_categories: bool = True
    one_hot_most: int | None = None
    most_levels: int = 256
    rare_count: int = 3
    categorical: Sequence[str | int] | None = None
    keep: Sequence[str | int] = ()
    decimal_comma: bool | None = None

    def __post_init__(self) -> None:
        checks.choice("numbers", self.numbers, ("robust", "standard", "none"))
        for name in ("smooth_clip", "missing_indicators", "scale_categories"):
            checks.truth(name, getattr(self, name))
        checks.integer("number_pieces", self.number_pieces, least=0)
        if self.one_hot_most is not None:
            checks.integer("one_hot_most", self.one_hot_most, least=0)
        checks.integer("most_levels", self.most_levels, least=1)
        checks.integer("rare_count", self.rare_count, least=1)
        if self.categorical is not None:
            _columns("categorical", self.categorical)
        _columns("keep", self.keep)
        if self.decimal_comma is not None:
            checks.truth("decimal_comma", self.decimal_comma)

    def named(self, names: Sequence[str]) -> tuple[set[str], set[str]]:
        """The columns of a table with these names that are categorical, and those that are kept."""
        return _names("categorical", self.categorical or (), names), _names("keep", self.keep, names)


def _columns(name: str, value: Any) -> None:
    for column in checks.sequence(name, value, "['colour', 3]"):
        if not isinstance(column, str) and not checks.is_integer(column):
            raise ArgumentError(
                f"{name} must hold names or places of columns; it holds {checks.shown(column)}"
            )


def _names(name: str, columns: Sequence[str | int], names: Sequence[str]) -> set[str]:
    chosen_names = set()
    for column in columns:
        if isinstance(column, str):
            chosen_names.add(checks.choice(f"a column in {name}", column, names))
        else:
            place = checks.integer(f"a column in {name}", column, least=0, most=len(names) - 1)
            chosen_names.add(names[place])
    return chosen_names
