"""Writing HTML: whatever is not markup already is escaped where it is put in."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from glassnet.support.text import markup as escape

_LONG = 28  # letters of a cell
_WITHOUT_CONTENT = {"br", "img", "source"}


class Html(str):
    """Text that is markup; text of any other type is escaped."""

    __slots__ = ()


NOTHING = Html("")


def tag(name: str, *content: object, **attributes: object) -> Html:
    """An element; a trailing underscore of an attribute's name is dropped, so ``class_`` is "class"."""
    written = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    if name in _WITHOUT_CONTENT:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(content)}</{name}>")


def joined(parts: Iterable[object]) -> Html:
    """Parts one after the other."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def section(identifier: str, title: str, *content: object) -> Html:
    """A part of the page with its heading."""
    return tag("section", tag("h2", title), *content, id=identifier)


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """A table; the first cell of each row names it, and cells that are numbers stand to the right."""
    header = tag("tr", *(tag("th", name, scope="col") for name in head))
    body = (
        tag("tr", tag("th", cells[0], scope="row", **_long(cells[0])),
            *(tag("td", cell, **_long(cell)) for cell in cells[1:]))
        for cells in rows
    )  # fmt: skip
    element = tag("table", tag("caption", caption), tag("thead", header), tag("tbody", *body))
    # What scrolls must be reached by keyboard.
    return tag("div", element, class_="wide", role="region", tabindex=0, **{"aria-label": caption})


def _long(cell: object) -> dict[str, str]:
    """The class of a cell whose text needs more than one line."""
    return {"class_": "long"} if not isinstance(cell, Html) and len(str(cell)) > _LONG else {}


def facts(pairs: Iterable[tuple[str, object]]) -> Html:
    """Names, each with what belongs to it."""
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs))


def image(png: bytes, alt: str, **attributes: object) -> Html:
    """A picture inside the page."""
    return tag("img", src=embedded(png), alt=alt, **attributes)


def embedded(png: bytes) -> str:
    """An address that holds the picture itself."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def figure(content: Html, caption: str) -> Html:
    """A picture with the text below it."""
    return tag("figure", content, tag("figcaption", caption))
