"""Ctrl-C, and a scheduler's wish to end a job, made to wait until the network is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

# What a history says of a training that they ended.
CTRL_C, TERMINATED = "Ctrl-C", "SIGTERM"
REASONS = {signal.SIGINT: CTRL_C, signal.SIGTERM: TERMINATED}


class Terminated(KeyboardInterrupt):
    """SIGTERM came, and nothing was under way that must be whole first."""


def reason_of(error: KeyboardInterrupt) -> str:
    """Which of the two an exception means."""
    return TERMINATED if isinstance(error, Terminated) else CTRL_C


@contextmanager
def terminable() -> Iterator[None]:
    """While active SIGTERM raises :class:`Terminated`, unless the program has a handler of its own."""
    if threading.current_thread() is not threading.main_thread() or not _is_free(signal.SIGTERM):
        yield
        return
    usual = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _is_free(number: signal.Signals) -> bool:
    """Whether this signal may be handled here: not one that is ignored, nor SIGTERM where the program handles it."""
    handler = signal.getsignal(number)
    return handler in (signal.SIG_DFL, _terminate) or (
        number == signal.SIGINT and handler is not signal.SIG_IGN
    )


class Interrupt:
    """While active, the first Ctrl-C or SIGTERM sets :attr:`reason`; a second one does what it usually does.

    A program's own handler of SIGTERM is left alone, and what is ignored stays ignored. Signals reach the main thread
    only; elsewhere this does nothing.

    Attributes
    ----------
    reason : str
        Which of them came; empty if none did.
    """

    def __init__(self) -> None:
        self.reason = ""
        self._usual: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            free = filter(_is_free, REASONS)
            self._usual = {number: signal.signal(number, self._note) for number in free}
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.reason = REASONS[signal.Signals(number)]
        self._put_back()

    def _put_back(self) -> None:
        for number, handler in self._usual.items():
            signal.signal(number, handler)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._put_back()
