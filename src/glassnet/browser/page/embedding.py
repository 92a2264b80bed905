"""The page inside of other pages: by one tag in any site, and in what a notebook shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from glassnet.bridges import writing
from glassnet.browser.page.document import page
from glassnet.support.text import markup

HEIGHT = 640
_FRAMED = re.compile(r"(<glassnet-page state=[^>]*>)<iframe srcdoc=[^>]*></iframe>")


@cache
def element() -> str:
    """The script that defines ``<glassnet-page>``; the page lies beside it, under the same name with ``.html``."""
    return (files("glassnet.browser.page") / "client" / "glassnet-page.js").read_text(encoding="utf-8")


def write(path: Path, text: str | None = None) -> None:
    """Write the script of the tag, and beside it the page that it shows."""
    writing.write(path.with_suffix(".html"), (page() if text is None else text).encode())
    writing.write(path, element().encode())


def framed(text: str, height: int = HEIGHT) -> str:
    """A page with what only it knows, as a piece of another page, which needs nothing beside it.

    Parameters
    ----------
    text : str
        The page.
    height : int
        In pixels, until the page has told its own.
    """
    return f"<glassnet-page own>{_frame(text, height)}</glassnet-page>"


def _frame(text: str, height: int) -> str:
    return (
        f'<iframe srcdoc="{markup(text)}" title="a neural network to look into" '
        f'style="display: block; width: 100%; height: {height}px; border: 0"></iframe>'
    )


def shared(text: str) -> str:
    """A page of a site whose framed pages are those beside the script of the tag, instead of a copy each.

    Pages with what only they know stay as they are.
    """
    return _FRAMED.sub(r"\1", text)


class Embedded:
    """A page in what a notebook shows, with choices as they stand behind ``#`` in its address."""

    def __init__(self, state: str, height: int = HEIGHT) -> None:
        self.state, self.height = state, height

    def __repr__(self) -> str:
        return f"<page of a network: glassnet play, and behind # {self.state}>"

    def _repr_html_(self) -> str:
        frame = _frame(page(document={"address": self.state}), self.height)
        return f'<glassnet-page state="{markup(self.state)}">{frame}</glassnet-page>'


class EmbeddedNetwork:
    """A page in what a notebook shows, with a network, its samples and parts of the user's own."""

    def __init__(self, document: Mapping[str, Any], state: str, height: int = HEIGHT) -> None:
        address = "&".join(part for part in (document["address"], state) if part)
        self.document, self.height = {**document, "address": address}, height

    def __repr__(self) -> str:
        return "<page of a network: gn.play>"

    def _repr_html_(self) -> str:
        return framed(page(document=self.document, is_alone=self.document["data"] is not None), self.height)
