"""What stands in for a library that is not installed, so that a file that imports it can be run up to its use."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

# Libraries that show things: progress, pictures, tables, lines of a log. No number of a network comes from them.
SHOWING = frozenset({
    "alive_progress", "colorama", "colorlog", "halo", "loguru", "matplotlib", "mpl_toolkits", "mpld3", "plotext",
    "plotly", "prettytable", "progress", "progressbar", "progressbar2", "rich", "seaborn", "structlog", "tabulate",
    "tensorboardX", "termcolor", "terminaltables", "texttable", "tqdm", "wandb",
})  # fmt: skip


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
    sys.modules[library] = Silent(library) if library in SHOWING else Missing(library)
    return True


class Silent(ModuleType):
    """A library that shows things, and is not here: whatever is called shows nothing, and a bar hands on its turns."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        return sys.modules.setdefault(full, Silent(full))

    def __call__(self, *arguments: Any, **_: Any) -> Any:
        first = arguments[0] if arguments else None
        return first if hasattr(first, "__iter__") and not isinstance(first, str) else self

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Iterator[Silent]:
        while True:
            yield self

    def __getitem__(self, _: Any) -> Silent:
        return self
