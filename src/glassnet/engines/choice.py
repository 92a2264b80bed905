"""Which engine carries out a plan."""

from __future__ import annotations

import difflib

from glassnet.engines.base import Engine
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import UnknownNameError

NAMES = ("auto", "numpy", "compiled")


def choose(name: str) -> Engine:
    """The engine called `name`; "auto" takes the fastest one that fits.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(f"no engine is called {name!r}; engines: {', '.join(NAMES)}{hint}")
    if name == "compiled":
        from glassnet.engines.compiled import CompiledEngine

        return CompiledEngine()
    return NumpyEngine()
