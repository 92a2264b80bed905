"""A page that is open: its network, its address, and what binds it to the program."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from glassnet.browser.formulas import Part
from glassnet.browser.networks import own_parts, refuse_unknown
from glassnet.browser.page import embedding
from glassnet.browser.page.server import Server
from glassnet.browser.page.shared import Shared
from glassnet.browser.page.widget import Bridge
from glassnet.errors import ArgumentError, MissingDependencyError, NotBuiltError
from glassnet.network.network import Network
from glassnet.support import checks, notebook
from glassnet.support.calls import explained
from glassnet.support.registry import compact_repr


class NotebookNote(UserWarning):
    """What a notebook could have beside what it shows."""


@explained
class Play:
    """A page that is open: what its network has become, and where it is.

    In a notebook it stands below the cell whose value this is. Where anywidget is installed, the notebook's own
    connection to the kernel binds it to the network, on whatever machine that runs; a server is then started when
    somebody asks for `address`.
    """

    def __init__(self, shared: Shared, serve: Callable[[], Server], bridge: Bridge | None) -> None:
        self._shared, self._serve, self._bridge = shared, serve, bridge
        self._server: Server | None = None
        self._door = bridge or self._served()

    def _served(self) -> Server:
        if self._server is None:
            self._server = self._serve()
        return self._server

    @property
    def address(self) -> str:
        """Of the page on this machine, with its token: who has it can save models into the folder."""
        return self._served().address

    @property
    def network(self) -> Network:
        """The network as the page has it, after its last pause or step; another one that is set becomes the page's.

        Raises
        ------
        NotBuiltError
            If the page was not opened yet, or trains for the first time.
        """
        if self._shared.network is None:
            raise NotBuiltError(
                "the page has not sent its network yet: it does when it is opened, and after each pause and each step"
            )
        return self._shared.network.copy()

    @network.setter
    def network(self, network: Network) -> None:
        checks.network("network", network)
        network.vectors  # noqa: B018, refuses what is not built
        refuse_unshown(network, self._shared.own)
        _refuse_other_samples(network, self._shared.members)
        self._shared.offer(network)

    def wait(self) -> None:
        """Serve until Ctrl-C, or another signal that ends the program."""
        try:
            threading.Event().wait()
        finally:
            self.stop()

    def stop(self) -> Network | None:
        """End what binds the page, and give the network that it sent last; None where it sent none."""
        self._shared.end()
        if self._server is not None:
            self._server.stop()
        if self._bridge is not None:
            self._bridge.close()
        return self._shared.network

    def __enter__(self) -> Play:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return "<page of a network>" if self._server is None else f"<page at {self._server.address}>"

    def _repr_html_(self) -> str:
        return embedding.framed(self._door.page)

    def _ipython_display_(self) -> None:
        notebook.show({"text/plain": repr(self), "text/html": self._repr_html_()})
        if self._bridge is not None:
            notebook.show(self._bridge.widget)


def bridge_or_none(shown: Callable[[Mapping[str, str]], str], shared: Shared) -> Bridge | None:
    """What binds a notebook's page wherever its kernel runs; None, and told once, where that is not installed."""
    try:
        return Bridge(shown, shared)
    except MissingDependencyError as error:
        _tell_once(
            f"{error}. Until then the page below is bound to its network where notebook and kernel are on this machine"
        )
        return None


@cache
def _tell_once(text: str) -> None:
    warnings.warn(text, NotebookNote, stacklevel=5)


def refuse_unshown(network: Network, own: Sequence[Part]) -> None:
    """Raise where the page would show another network than this one, since it does not know its parts, by name.

    It knows `own`, parts of the user's own that were translated when it was written.
    """
    others = [getattr(part, "layer", part) for part in own_parts(network) if part not in own]
    if others:
        raise ArgumentError(
            f"the page that is open does not know {', '.join(map(compact_repr, others))}: parts of your own become "
            "JavaScript when a page is written; open another one with gn.play(network)"
        )
    refuse_unknown(network, network.loss, None if network.state is None else network.state.optimizer)


def _refuse_other_samples(network: Network, members: int) -> None:
    """Raise where the loss of a network compares other samples than the page has, of which each has so many members."""
    loss = network.loss
    if loss is not None and loss.rows_per_sample != members:
        compared = ", ".join(loss.members) or "single samples"
        raise ArgumentError(
            f"the page that is open has samples of {members} {'row' if members == 1 else 'rows'} each, and {loss.name} "
            f"compares {compared}; open another one with gn.play(network, X, y)"
        )
