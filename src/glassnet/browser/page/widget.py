"""The page of a notebook, bound to its network by the notebook's own connection to the kernel.

The page is HTML in the cell's output, as in an exported file. Beside it stands a widget (anywidget) that shows nothing:
it hands messages on between that page and this program, wherever the kernel runs. Messages are plain data with at most
one model file: the page says ``hello``, ``network`` and ``save``; the program says ``welcome``, ``network``, ``answer``
and ``ended``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from glassnet.browser.page.shared import ENDED, Shared, model_bytes
from glassnet.errors import GlassnetError
from glassnet.support.optional import require


class Bridge:
    """The program's end of the messages, over a network that is shared.

    Parameters
    ----------
    page : callable
        ``page(told)``: the text of the page, from what it is told of this bridge.
    shared : Shared

    Attributes
    ----------
    widget : anywidget.AnyWidget

    Raises
    ------
    MissingDependencyError
        If anywidget is not installed.
    """

    def __init__(self, page: Callable[[Mapping[str, str]], str], shared: Shared) -> None:
        anywidget = require(
            "anywidget", extra="notebook", purpose="a page that is bound wherever the kernel runs"
        )
        traitlets = require(
            "traitlets", extra="notebook", purpose="a page that is bound wherever the kernel runs"
        )
        self.shared, self.token = shared, secrets.token_urlsafe(24)
        members = {
            "_esm": (files("glassnet.browser.page") / "client" / "notebook-bridge.js").read_text(encoding="utf-8"),
            "token": traitlets.Unicode(self.token).tag(sync=True),
            "__repr__": lambda widget: "the page above is bound to its network where notebooks show widgets",
        }  # fmt: skip
        self.widget = type("GlassnetBridge", (anywidget.AnyWidget,), members)()
        self.widget.on_msg(self._hear)
        self.page = page(self.told)
        shared.listeners.append(self._tell)

    @property
    def told(self) -> Mapping[str, str]:
        """What the page needs to talk to it."""
        return {"bridge": self.token, "folder": self.shared.folder.name}

    def close(self) -> None:
        """End it; the page stays as it is."""
        self.widget.close()

    def _tell(self) -> None:
        """Hand on what the program has set, or that it has ended."""
        if self.shared.version == ENDED:
            self.widget.send({"say": "ended"})
        else:
            self.widget.send({"say": "network", "version": self.shared.version}, [self.shared.offered])

    def _hear(self, widget: Any, message: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """What the page says."""
        data = bytes(buffers[0]) if buffers else b""
        match message:
            case {"say": "hello"}:
                network = self.shared.network
                own = [] if network is None else [model_bytes(network, self.shared.own)]
                self.widget.send({"say": "welcome", "version": self.shared.version}, own)
            case {"say": "network", "version": int(version)}:
                self._answer(
                    message, lambda: "taken" if self.shared.take(data, version) else "there is a newer one"
                )
            case {"say": "save", "name": str(name)}:
                self._answer(message, lambda: self.shared.save(name, data))

    def _answer(self, message: Mapping[str, Any], act: Callable[[], str]) -> None:
        try:
            text = act()
        except GlassnetError as error:
            text = str(error)
        self.widget.send({"say": "answer", "to": message.get("number"), "text": text})
