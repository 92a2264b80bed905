"""Time: that of one call, and that of the whole check."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

# How long one call of a learner's function may take, and how long a check.
CALL_SECONDS, SECONDS = 5.0, 120.0
SHORTEST = 1e-3  # seconds that are worth waiting for


class TookTooLong(BaseException):
    """A call that took longer than it may; no ``except Exception`` of the learner's holds it up."""


# What a call of a learner's function may end with.
FAILURES = (Exception, TookTooLong)


def clock() -> float:
    """Seconds that go by while this thread runs or sleeps, without those for which it waits for a busy core.

    So a check finds the same on a busy machine. Where the system does not tell, these seconds count too.
    """
    return time.monotonic() - waited("thread-self")


def waited(process: str) -> float:
    """How many seconds a process, by its number, or "thread-self" has waited for a core; 0 where nobody tells."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End a call that takes too long, where the system and the thread allow it."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    is_over = False

    def stop(*_: Any) -> None:
        rest = seconds - (clock() - began)
        if rest <= SHORTEST:
            raise TookTooLong(f"longer than {seconds:g} s")
        if not is_over:
            signal.setitimer(signal.ITIMER_REAL, rest)

    began, before = clock(), signal.signal(signal.SIGALRM, stop)
    left = signal.setitimer(signal.ITIMER_REAL, seconds)[0]
    try:
        yield
    finally:
        is_over = True
        rest = left - max(clock() - began, 0.0)  # negative where it waited while the clock was read
        signal.setitimer(signal.ITIMER_REAL, max(rest, 0.0) if left else 0.0)
        signal.signal(signal.SIGALRM, before)
        if left and rest <= 0:
            signal.raise_signal(signal.SIGALRM)


def functions_of(action: Callable[[], Any]) -> set[CodeType]:
    """The functions that run while something does."""
    found: set[CodeType] = set()

    def see(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            found.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        action()
    finally:
        sys.setprofile(before)
    return found


@dataclass
class Wish:
    """What the user said, and what is learned on the way that concerns the whole check."""

    loss: str | Callable[..., Any] | None = None  # the loss, by name or as a function
    # forward, backward: the passes, by the name of a function or as a function
    forward: str | Callable[..., Any] | None = None
    backward: str | Callable[..., Any] | None = None
    # How long the check may take; nothing further is begun after a quarter of that, which is `until`
    seconds: float = SECONDS
    until: float = 0.0
    # Functions that took too long, with how long; they are not called again
    slow: dict[str, str] = field(default_factory=dict)
    # What was not looked at because the time was up, each once
    left: dict[str, None] = field(default_factory=dict)
    # Whether this process is there for this check alone: only then other files of the program are run for it, in part
    apart: bool = False
    ran: set[CodeType] = field(default_factory=set)  # what ran in the pass that was found right

    def __post_init__(self) -> None:
        self.until = self.until or clock() + self.seconds / 4

    def is_over(self, left: str, until: float | None = None) -> bool:
        """Whether the time is up, by its end or by another; what is left out for that is remembered."""
        if clock() <= (self.until if until is None else until):
            return False
        self.left[left] = None
        return True

    @property
    def unseen(self) -> tuple[str, ...]:
        """What was not looked at because the time was up, in words."""
        return tuple(
            f"{left}: the time was up; seconds= (--seconds of the command) gives more" for left in self.left
        )
