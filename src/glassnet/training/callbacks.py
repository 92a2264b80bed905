"""What happens between epochs: stopping, keeping the best, lowering the learning rate, writing files.

A callback is a :class:`Callback`, or any callable, which is called with the :class:`Session` after every epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glassnet.errors import ArgumentError
from glassnet.training.history import History

if TYPE_CHECKING:
    from glassnet.network import Network


@dataclass
class Session:
    """A training run as callbacks see it.

    Attributes
    ----------
    network : Network
        With its parameters as they are now.
    history : History
        All epochs so far.
    epochs : int
        How many this fit was asked for.
    """

    network: Network
    history: History
    epochs: int
    stopped_by: str = ""

    def stop(self, reason: str) -> None:
        """End training after this epoch."""
        self.stopped_by = reason


class Callback:
    """Base of callbacks: override what is wanted."""

    def begin(self, session: Session) -> None:
        """Before the first epoch."""

    def epoch_end(self, session: Session) -> None:
        """After every epoch."""

    def end(self, session: Session) -> None:
        """After the last epoch, also when training is interrupted."""

    def memory(self) -> dict[str, Any]:
        """What must survive in a checkpoint, as plain data."""
        return {}

    def remember(self, memory: dict[str, Any]) -> None:
        """Take up what :meth:`memory` gave."""


class Function(Callback):
    """Any callable, called with the session after every epoch."""

    def __init__(self, function: Callable[[Session], Any]) -> None:
        self.function = function

    def epoch_end(self, session: Session) -> None:
        """Call it."""
        self.function(session)


def as_callback(callback: Any) -> Callback:
    """`callback` itself, or a callable as one."""
    if isinstance(callback, Callback):
        return callback
    if isinstance(callback, type) or not callable(callback):
        raise ArgumentError(f"a callback must be a Callback object or a function; got {callback!r}")
    return Function(callback)
