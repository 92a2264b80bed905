"""A notebook, where the program runs in one: a line that changes in its place, and pictures below their cell.

IPython is never imported here: where it runs, it has been imported already.
"""

from __future__ import annotations

import sys
from typing import Any


def shell() -> Any:
    """The shell of the notebook's kernel; None in a terminal, a script or the terminal of IPython."""
    ipython = sys.modules.get("IPython")
    kernel_shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return kernel_shell if getattr(kernel_shell, "kernel", None) is not None else None


def show(value: Any) -> None:
    """Show a value below the cell; a mapping is its content, by kinds of media."""
    sys.modules["IPython"].display.display(value, raw=isinstance(value, dict))


class Line:
    """A line below the cell that is replaced in its place."""

    def __init__(self) -> None:
        self._display = sys.modules["IPython"].display.display
        self._handle: Any = None

    def show(self, plain: str, html: str) -> None:
        """Write it, or write it anew."""
        content = {"text/plain": plain, "text/html": html}
        if self._handle is None:
            self._handle = self._display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)


class Pictures:
    """What was drawn in the running cell: shown at its end, unless it was shown as the cell's value."""

    def __init__(self) -> None:
        self._waiting: list[Any] = []
        self._known: Any = None

    def add(self, picture: Any) -> None:
        """Show this picture when the cell ends; outside of notebooks nothing."""
        here = shell()
        if here is None:
            return
        if self._known is not here:
            here.events.register("post_execute", self._show_all)
            here.display_formatter.formatters["image/png"].for_type(type(picture), _png)
            self._known = here
        self._waiting.append(picture)

    def shown(self, picture: Any) -> None:
        """It has been shown."""
        self._waiting = [other for other in self._waiting if other is not picture]

    def _show_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        for picture in waiting:
            sys.modules["IPython"].display.display(picture)


def _png(picture: Any) -> Any:
    return picture._repr_png_()


PICTURES = Pictures()
