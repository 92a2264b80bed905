"""An object with a forward and a backward pass, of whatever a learner's layer is: an object, a class, two functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from glassnet.checking.finding.sources import required
from glassnet.checking.numerics.calling import copied
from glassnet.checking.numerics.rounding import Array
from glassnet.errors import ArgumentError

N_INPUTS, N_UNITS = 3, 4
_WEIGHTS = ("w", "weight", "weights", "kernel", "theta", "params", "init_w", "init_weights")
_RATES = ("rate", "p", "prob", "probability", "keep_prob", "drop_prob", "dropout", "dropout_rate", "drop_rate",
          "ratio")  # fmt: skip
_BIAS = ("b", "bias", "biases", "init_b")


def layer_of(layer: Any, n_inputs: int | None) -> Any:
    """A copy of an object; of a class an object that reads 3 features, or needs no arguments; of functions a pair.

    Raises `ArgumentError` if no object of the class can be made.
    """
    if isinstance(layer, (tuple, list)) and len(layer) == 2 and all(map(callable, layer)):
        return FunctionPair(layer[0], layer[1], n_inputs or N_INPUTS)
    if not inspect.isclass(layer):
        return copied(layer)
    reasons = []
    for arguments in _arguments(layer, n_inputs or N_INPUTS):
        try:
            return layer(*arguments)
        except Exception as reason:  # whatever a learner's class raises for arguments that it does not take
            reasons.append(reason)
    if all(isinstance(reason, TypeError) for reason in reasons):
        raise ArgumentError(
            f"{layer.__name__} cannot be built as {layer.__name__}(3, 4); pass an object of it"
        )
    raise ArgumentError(
        f"{layer.__name__} could not be built: {type(reasons[-1]).__name__}: {reasons[-1]}; pass an object of it"
    )


def _arguments(layer: type, n: int) -> Iterator[tuple[Any, ...]]:
    """Arguments for the class, as its names ask for them; then two sizes, none, one."""
    random = np.random.default_rng(8)
    names = [p.name.lower().strip("_") for p in required(layer)]
    if any(name in _WEIGHTS for name in names):
        for shape, bias in (
            ((n, N_UNITS), (N_UNITS,)),
            ((n, N_UNITS), (1, N_UNITS)),
            ((N_UNITS, n), (N_UNITS, 1)),
        ):
            arrays = {name: random.normal(size=shape) for name in _WEIGHTS}
            arrays |= {name: random.normal(size=bias) for name in _BIAS}
            if all(name in arrays for name in names):
                yield tuple(arrays[name] for name in names)
    if {"gamma", "beta"} <= set(names):
        of_norm = {"gamma": random.uniform(0.5, 1.5, n), "beta": random.normal(size=n)}
        if len(names) == 2:
            yield tuple(of_norm[name] for name in names)
    if len(names) == 1 and names[0] in _RATES:
        yield (0.5,)
    yield (n, N_UNITS)
    yield ()
    yield (n,)


class FunctionPair:
    """``affine_forward(x, w, b)`` and ``affine_backward(dout, cache)`` as one object that holds w and b.

    Parameters
    ----------
    forward, backward : callable
        The functions.
    n_inputs : int
        Features that the layer reads.
    """

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any], n_inputs: int) -> None:
        self._kept = _Kept(forward, backward)
        names = [p.name for p in required(forward)][1:3]
        self._kept.names = names
        self._kept.other = _drawn(names, n_inputs, True)
        vars(self).update(_drawn(names, n_inputs, False))

    def turn(self) -> None:
        """Take weights of the other convention, (n_units, n_inputs), with samples in columns."""
        now = {name: getattr(self, name) for name in self._kept.names}
        vars(self).update(self._kept.other)
        self._kept.other = now

    def forward(self, X: Any) -> Any:
        """The output; what else the function returns is kept for the way back."""
        result = self._kept.forward(X, *(getattr(self, name) for name in self._kept.names))
        self._kept.cache = X
        if isinstance(result, tuple) and len(result) >= 2:
            self._kept.cache = result[1] if len(result) == 2 else result[1:]
            return result[0]
        return result

    def backward(self, error: Any) -> Any:
        """What the function returns for the error and the cache, in whichever order it takes them."""
        names = [p.name.lower() for p in required(self._kept.backward)]
        if len(names) < 2:
            return self._kept.backward(error)
        is_error_last = names[0] in ("cache", "x", "z", "input", "inputs") and names[1] != "cache"
        arguments = (self._kept.cache, error) if is_error_last else (error, self._kept.cache)
        return self._kept.backward(*arguments)


class _Kept:
    """What a pair of functions carries besides its weights."""

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        self.forward, self.backward = forward, backward
        self.cache: Any = None
        self.names: list[str] = []
        self.other: dict[str, Array] = {}


def _drawn(names: list[str], n: int, columns: bool) -> dict[str, Array]:
    random = np.random.default_rng(9)
    shapes = ((N_UNITS, n), (N_UNITS, 1)) if columns else ((n, N_UNITS), (N_UNITS,))
    return {name: random.normal(size=shape) for name, shape in zip(names, shapes, strict=False)}
