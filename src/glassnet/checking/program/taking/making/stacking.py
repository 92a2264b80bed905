"""Networks of a module's own layers: two dense ones, with an activation between and behind them where there is one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from glassnet.checking.finding.members import BACKWARD, FORWARD, method
from glassnet.checking.finding.sources import required
from glassnet.checking.numerics.calling import quiet
from glassnet.checking.program.trying.binding import Context, call
from glassnet.checking.program.trying.functions import is_learners
from glassnet.support.arrays import as_array

DENSE = r"dense|linear|affine|fully_?connected|^fc|^layer|hidden"
ACTIVATION, SMOOTH = r"sigmoid|tanh|relu|logistic", r"sigmoid|logistic|tanh"
MOST_STACKS = 4
Make = Callable[[], Any]


def stacks(names: Mapping[str, Any], sizes: tuple[int, int, int]) -> Iterator[Callable[[], list[Any]]]:
    """Lists of layer objects from so many features over hidden units to outputs, made anew each time.

    Parameters
    ----------
    names : dict
        The names of a module: its classes and functions.
    sizes : tuple of int
        Features, hidden units and outputs.
    """
    yield from islice(_stacks(names, sizes), MOST_STACKS)


def _stacks(names: Mapping[str, Any], sizes: tuple[int, int, int]) -> Iterator[Callable[[], list[Any]]]:
    n, h, k = sizes
    activations = list(_activations(names))
    for dense in _dense(names):
        if not (_leads(partial(dense, n, h), n, h) and _leads(partial(dense, h, k), h, k)):
            continue
        for activation in activations:
            yield lambda d=dense, a=activation: [d(n, h), a(), d(h, k), a()]  # type: ignore[misc]
        yield lambda d=dense: [d(n, h), d(h, k)]  # type: ignore[misc]


def _classes(names: Mapping[str, Any], pattern: str) -> list[tuple[str, Any]]:
    return [
        (name, value) for name, value in names.items()
        if inspect.isclass(value) and is_learners(value) and re.search(pattern, name.lower())
        and method(value, FORWARD) is not None and not inspect.isabstract(value)
    ]  # fmt: skip


def _dense(names: Mapping[str, Any]) -> Iterator[Callable[[int, int], Any]]:
    """Ways to make a dense layer of numbers of inputs and outputs."""
    for _, cls in _classes(names, DENSE):
        if method(cls, BACKWARD) is None:
            continue
        for switched in (False, True):
            yield lambda n, k, cls=cls, switched=switched: cls(*((k, n) if switched else (n, k)))  # type: ignore[misc]
        yield partial(_by_meaning, cls, names)


def _by_meaning(cls: type, names: Mapping[str, Any], n: int, k: int) -> Any:
    """A layer of arguments by their names; an activation among them is one of the module's, or its name."""
    meant = {
        "n_inputs": n, "n_outputs": k, "n_hidden": k, "sizes": (n, k), "rate": 0.01, "zero": 0.0, "keep": 1.0,
        "seed": 0, "quiet": False, "train": True,
    }  # fmt: skip
    known = {
        p.name: next(_activations(names))() if _classes(names, SMOOTH) else "sigmoid"
        for p in required(cls) if re.search(r"act|non_?linear|transfer", p.name.lower())
    }  # fmt: skip
    return call(cls, Context(known, meant))


def _activations(names: Mapping[str, Any]) -> Iterator[Make]:
    """Ways to make an activation: its own class, the smoothest first; or a class of them all that is handed one."""
    own = [(name, cls) for name, cls in _classes(names, ACTIVATION) if not required(cls)]
    yield from (cls for _, cls in sorted(own, key=lambda one: not re.search(SMOOTH, one[0].lower())))
    for _, cls in _classes(names, r"activ"):
        n_needed = len(required(cls))
        if n_needed == 1:
            yield from (partial(cls, made) for made in _handed(names))
        elif n_needed == 2:
            yield from (partial(cls, f, df) for f, df in _pairs(names))


def _handed(names: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    for name, value in names.items():
        if (
            re.search(SMOOTH, name.lower())
            and inspect.isclass(value)
            and is_learners(value)
            and not required(value)
        ):
            found.append(value())
    return [*found, *(f for f, _ in _pairs(names)), "sigmoid", "tanh"]


def _pairs(names: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Smooth functions of the module with their derivatives."""
    functions = {name: value for name, value in names.items() if inspect.isfunction(value)}
    for name, function in functions.items():
        if re.fullmatch(SMOOTH, name.lower()):
            slopes = [f for other, f in functions.items() if name.lower() in other.lower() and other != name]
            yield from ((function, slope) for slope in slopes[:1])


def _leads(make: Make, n: int, k: int) -> bool:
    """Whether a layer leads n numbers to k, in rows, in columns, or of one sample."""
    random = np.random.default_rng(2)
    for shape, wanted in (
        ((5, n), (5, k)),
        ((n, 5), (k, 5)),
        ((1, n), (1, k)),
        ((n, 1), (k, 1)),
        ((n,), (k,)),
    ):
        try:
            with quiet():
                layer = make()
                found = method(layer, FORWARD)
                output = None if found is None else found(random.normal(size=shape))
            if output is None:
                output = getattr(layer, "output", None)
            if output is not None and as_array(output).shape == wanted:
                return True
        except Exception:  # it takes other arguments, or samples in another form
            continue
    return False
