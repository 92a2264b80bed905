"""The network that a page and a program share: what the page has made of it, and what the program sets."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from glassnet.bridges.files import load
from glassnet.bridges.writing import write
from glassnet.browser.formulas import Part
from glassnet.browser.networks import lendable
from glassnet.browser.page.names import refuse_name
from glassnet.errors import ArgumentError
from glassnet.network.network import Network
from glassnet.support.registry import lent

ENDED = -1  # version of what is offered by a program that has ended


class Shared:
    """One network with two sides, whatever carries it from one to the other.

    Each network that the program sets is another version. What the page sends says which version it had taken before,
    so that a page which does not know the newest one does not replace it.

    Parameters
    ----------
    folder : path
        Where the page may save models.
    own : sequence
        A user's own parts that the page knows.
    members : int
        How many rows a sample of the page's data has: 2 of a pair, 3 of a triplet.
    """

    def __init__(self, folder: Path, own: Sequence[Part] = (), members: int = 1) -> None:
        self.folder, self.own, self.members = folder.resolve(), tuple(own), members
        self.network: Network | None = None
        self.offered, self.version, self.news = b"", 0, threading.Condition()
        self.written: set[Path] = set()
        self.listeners: list[Callable[[], None]] = []

    def take(self, data: bytes, version: int) -> bool:
        """Remember the page's network, if it has this version; whether that was so.

        Raises
        ------
        ModelFileError
            If this is no model file.
        """
        network = self._network_in(data)
        with self.news:
            is_newest = version == self.version
            if is_newest:
                self.network = network
        return is_newest

    def offer(self, network: Network) -> None:
        """Hand this network to the page, in the place of its own."""
        data = model_bytes(network, self.own)
        with self.news:
            self.network = network.copy()
            self.offered, self.version = data, self.version + 1
            self.news.notify_all()
        for listener in self.listeners:
            listener()

    def later_than(self, version: int, seconds: float) -> int:
        """The version that is offered, as soon as it is another one, or after so many seconds."""
        with self.news:
            self.news.wait_for(lambda: self.version != version, seconds)
            return self.version

    def end(self) -> None:
        """From now on nothing is taken or offered any more."""
        with self.news:
            is_news, self.version = self.version != ENDED, ENDED
            self.news.notify_all()
        for listener in self.listeners if is_news else ():
            listener()

    def save(self, name: str, data: bytes) -> str:
        """Write a model of the page into the folder; in words, what was done.

        Raises
        ------
        GlassnetError
            If the name is more than a plain one or a device's on Windows, a file that is not from here has it, or this
            is no model file.
        """
        refuse_name(name)
        path = self.folder / name
        if path.is_symlink() or (path.exists() and path not in self.written):
            raise ArgumentError(
                f"{name} is in the folder already, and not from this page; choose another name"
            )
        self._network_in(data)
        is_again = path.exists()
        write(path, data)
        self.written.add(path)
        return f"saved as {name}" + ", in the place of the one that was saved before" * is_again

    def _network_in(self, data: bytes) -> Network:
        with tempfile.TemporaryDirectory(prefix="glassnet-") as folder, lent(lendable(self.own)):
            path = Path(folder) / "page.safetensors"
            path.write_bytes(data)
            return load(path)


def model_bytes(network: Network, own: Sequence[Part] = ()) -> bytes:
    """A network as the bytes of a model file, in which own parts have their names."""
    with tempfile.TemporaryDirectory(prefix="glassnet-") as folder, lent(lendable(own)):
        path = Path(folder) / "model.safetensors"
        network.save(path)
        return path.read_bytes()
