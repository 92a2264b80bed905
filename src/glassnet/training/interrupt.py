"""Ctrl-C, made to wait for the end of a call to the engine."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

# What a history says of a training that it ended.
CTRL_C = "Ctrl-C"


class Interrupt:
    """While active, the first Ctrl-C sets :attr:`pressed`; a second one interrupts as usual.

    Signals reach the main thread only; elsewhere this does nothing.
    """

    def __init__(self) -> None:
        self.pressed = False

    def __enter__(self) -> Interrupt:
        self._usual = None
        if threading.current_thread() is threading.main_thread():
            self._usual = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.pressed = True
        signal.signal(signal.SIGINT, self._usual)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._usual is not None:
            signal.signal(signal.SIGINT, self._usual)
