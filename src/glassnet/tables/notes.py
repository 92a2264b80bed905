"""What was decided about a column, as data that can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.calls import explained

CONSTANT, ALL_MISSING, IDENTIFIER = "constant", "all_missing", "identifier"
RARE_LEVELS, MANY_LEVELS = "rare_levels", "many_levels"
TEXT_AS_NUMBERS, TEXT_AS_DATES, DECIMAL_COMMA = "text_as_numbers", "text_as_dates", "decimal_comma"
EXTRA = "extra"
KINDS = (
    CONSTANT, ALL_MISSING, IDENTIFIER, RARE_LEVELS, MANY_LEVELS, TEXT_AS_NUMBERS, TEXT_AS_DATES, DECIMAL_COMMA, EXTRA,
)  # fmt: skip


@explained
@dataclass(frozen=True)
class Note:
    """A decision about a column.

    Attributes
    ----------
    column : str
    decision : str
        "constant", "all_missing" or "identifier" for a column that was dropped; "rare_levels" or "many_levels" for
        levels that were put together; "text_as_numbers", "text_as_dates" or "decimal_comma" for text that was read;
        "extra" for a column that was not there when the preprocessing was fitted.
    text : str
        A sentence that names the column and the figures.
    """

    column: str
    decision: str
    text: str

    def __post_init__(self) -> None:
        checks.text("column of a note", self.column, least=0)
        checks.choice("decision of a note", self.decision, KINDS)
        checks.text("text of a note", self.text)

    @property
    def drops(self) -> bool:
        """Whether the column was dropped."""
        return self.decision in (CONSTANT, ALL_MISSING, IDENTIFIER)

    def __str__(self) -> str:
        return self.text

    def to_data(self) -> dict[str, str]:
        """The note as plain data (JSON)."""
        return {"column": self.column, "decision": self.decision, "text": self.text}


def note_of(data: Any) -> Note:
    """The note that ``to_data`` described; raises `ArgumentError` where there is none."""
    if not isinstance(data, Mapping) or set(data) != {"column", "decision", "text"}:
        raise ArgumentError(f"this describes no note about a column: {checks.shown(data)}")
    return Note(**data)
