"""What is known about a part, as plain data in the part's own class: for pages and people, never for engines."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.errors import ArgumentError


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a reader is told about a part.

    Attributes
    ----------
    formula, latex : str
        The same formula as text and for a page that sets mathematics.
    range : str
        Where its values lie.
    source : str
        Who published it; empty where it is older than print in this field.
    elsewhere : str
        Its full name in the library that it agrees with; empty where that has none.
    """

    formula: str
    latex: str
    range: str
    source: str
    elsewhere: str

    def check(self, name: str, fields: set[str]) -> None:
        """Raise `ArgumentError` where formula or range of the part `name` are not told."""
        for fact in ("formula", "latex", "range"):
            if not getattr(self, fact):
                raise ArgumentError(f"the facts of {name!r} do not tell its {fact}")
