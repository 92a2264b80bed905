"""Watching a script run: with what its functions are called first, and the objects that they belong to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from glassnet.checking.numerics.calling import copied_if_possible

MOST = 60


@dataclass
class Witness:
    """What was seen of the functions of one file."""

    files: tuple[str, ...]
    # For each function the arguments of its first call, copied, by name
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)
    # The objects whose methods were called, in the order in which they were first seen
    objects: list[Any] = field(default_factory=list)

    def run(self, action: Callable[[], None]) -> None:
        """Run something under watch."""
        sys.setprofile(self._see)
        try:
            action()
        finally:
            sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(self.files) or code.co_name.startswith("<"):
            return
        names = code.co_varnames[: code.co_argcount]
        first = frame.f_locals.get(names[0]) if names else None
        if names and names[0] == "self" and len(self.objects) < MOST:
            if not any(first is seen for seen in self.objects):
                self.objects.append(first)
        elif code.co_name not in self.arguments and len(self.arguments) < MOST:
            self.arguments[code.co_name] = {
                name: copied_if_possible(frame.f_locals.get(name)) for name in names
            }
