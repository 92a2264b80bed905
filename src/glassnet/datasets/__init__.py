"""Data sets to learn on, by function or by name: ``X, y = glassnet.datasets.digits()``."""

from __future__ import annotations

import difflib

from glassnet.datasets.dataset import Dataset
from glassnet.datasets.drawn import blobs, circles, moons, sine, spiral, xor
from glassnet.datasets.measured import breast_cancer, diabetes, digits, iris, wine
from glassnet.errors import UnknownNameError
from glassnet.support import checks
from glassnet.support.calls import explained

__all__ = [
    "Dataset",
    "blobs",
    "breast_cancer",
    "circles",
    "diabetes",
    "digits",
    "get",
    "iris",
    "moons",
    "names",
    "sine",
    "spiral",
    "wine",
    "xor",
]


def __dir__() -> list[str]:
    return __all__


_FUNCTIONS = {
    function.__name__: function
    for function in (
        xor,
        spiral,
        digits,
        iris,
        wine,
        breast_cancer,
        diabetes,
        moons,
        circles,
        blobs,
        sine,
    )
}


@explained
def names() -> tuple[str, ...]:
    """The names that :func:`get` knows."""
    return tuple(_FUNCTIONS)


@explained
def get(name: str) -> Dataset:
    """The data set called `name`, with its default arguments.

    Raises
    ------
    UnknownNameError
        If there is none; the message lists the nearest names.
    """
    checks.text("the name of a data set", name)
    if name not in _FUNCTIONS:
        near = difflib.get_close_matches(name, _FUNCTIONS, n=3, cutoff=0.5)
        hint = (
            f"did you mean {' or '.join(map(repr, near))}?"
            if near
            else f"known names: {', '.join(_FUNCTIONS)}"
        )
        raise UnknownNameError(f"no data set is called {name!r}; {hint}")
    return _FUNCTIONS[name]()
