"""What stands in for a library that is not installed, so that a file that imports it can be run up to its use."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any


class Missing(ModuleType):
    """A library that is not here: any name can be imported from it, and whoever uses one is told."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        return sys.modules.setdefault(full, Missing(full))

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        library = self.__name__.partition(".")[0]
        raise ModuleNotFoundError(f"No module named {library!r}", name=library)


def stood_in_for(name: str) -> bool:
    """Put a stand-in in the place of a library that is missing; False where it is here, and lacks only this module."""
    library = name.partition(".")[0]
    if library in sys.modules or importlib.util.find_spec(library) is not None:
        return False
    sys.modules[library] = Missing(library)
    return True
