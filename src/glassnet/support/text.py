"""Text on its way out: names that come from data are shown, never obeyed.

A name of a class, a file or a function may hold anything: escape sequences that a terminal would carry out, markup,
what a spreadsheet takes for a formula, half of a character. Whatever is written for a person goes through one of
these doors.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from typing import Any

# Control characters but tab and line feed; marks that turn the direction of writing; line separators; lone surrogates.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LINES = re.compile(r"[\t\n]")
_OBEYED_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
# Where another separator is usual, such as in German and French, a cell begins behind one, too.
_BEHIND_A_SEPARATOR = re.compile(r"([;\t\n]\s*)(?=[=+\-@])")


def plain(text: object) -> str:
    """For a terminal or a file: what would be obeyed, or cannot be encoded, as an escape."""
    return _UNSHOWN.sub(_escaped, str(text))


def in_one_line(text: object) -> str:
    """The same, line feeds and tabs too: for a name."""
    return _LINES.sub(_escaped, plain(text))


def in_snake_case(name: str) -> str:
    """``OwnLoss`` as ``own_loss``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def enumerated(names: Sequence[str]) -> str:
    """Names in a sentence: "a", "a and b", "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def one(noun: str) -> str:
    """A noun with its article, by its first letter."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def be(n: int) -> str:
    """The verb for so many of several: 1 of 4 is, none of 4 and 2 of 4 are."""
    return "is" if n == 1 else "are"


def markup(text: object) -> str:
    """For HTML, between tags or in a quoted attribute."""
    return html.escape(plain(text))


def script(data: Any) -> str:
    """Plain data as JSON inside a <script> element: no text in it can end the element or open a comment."""
    written = json.dumps(data, separators=(",", ":"))
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def cell(value: object) -> object:
    """For CSV: where a spreadsheet would take text for a formula stands an apostrophe; numbers are left alone."""
    if not isinstance(value, str):
        return value
    shown = _BEHIND_A_SEPARATOR.sub(r"\1'", plain(value))
    return f"'{shown}" if value.startswith(_OBEYED_BY_SPREADSHEETS) and not _is_number(value) else shown


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode("ascii")
