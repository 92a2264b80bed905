"""A learner's part with a forward and a backward pass, which is called in every way in which it may be meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import numpy as np

from glassnet.checking.finding.members import INPUT_GRADIENT, OUTPUT, attribute, is_rate
from glassnet.checking.finding.sources import required
from glassnet.checking.numerics.calling import Callee, n_required, usable
from glassnet.checking.numerics.rounding import Array

Function = Callable[..., Any]
# What arguments of a backward pass are by their names.
ERRORS = ("upstream", "error", "dout", "dvalues", "delta", "grad", "top", "derror", "output_gradient")
RATE = 0.1
WORDS = {
    "error": "the error",
    "kept": "what forward keeps or takes",
    "output": "the output",
    "rate": "a learning rate",
}


class Stateful:
    """A part with a forward and a backward pass, one after the other.

    The forward pass may return its output, its output and a cache, or keep the output as an attribute; the backward
    pass may take the error, and beside it the cache, the input or the output in any order, and return the new error or
    keep it as an attribute. `roles` says what its arguments are.
    """

    def __init__(self, forward: Function, backward: Function, owner: Any, roles: tuple[str, ...]) -> None:
        self.owner, self.roles = owner, roles
        self._forward = Callee("forward", self._run_forward(forward))
        self._backward = Callee("backward", self._run_backward(backward))
        self.kept: Any = None
        self.output: Any = None

    def _run_forward(self, function: Function) -> Function:
        more = (True,) * (n_required(function) - 1)

        def run(z: Any) -> Any:
            result = function(z, *more)
            if result is None:
                result = attribute(self.owner, OUTPUT)
            self.kept = z
            if isinstance(result, tuple) and len(result) == 2:
                result, self.kept = result
            self.output = result
            return result

        return run

    def _run_backward(self, function: Function) -> Function:
        def run(error: Any) -> Any:
            values = {"error": error, "kept": self.kept, "output": self.output, "rate": RATE}
            result = function(*(values[role] for role in self.roles))
            if result is None:
                result = attribute(self.owner, INPUT_GRADIENT)
            return result[0] if isinstance(result, tuple) else result

        return run

    def changes(self, z: Array, error: Array) -> bool:
        """Whether the passes change the arrays that they are given."""
        before = z.copy(), error.copy()
        try:
            self._forward.function(z)
            self._backward.function(error)
        except Exception:  # passes that take no arrays change none
            return False
        return not (np.array_equal(z, before[0]) and np.array_equal(error, before[1]))

    def forward(self, z: Array) -> Array:
        """The output for z."""
        return self._forward(z).astype(np.float64)

    def backward(self, error: Array) -> Array:
        """The error at the input, from the error at the output of the last forward pass."""
        return usable(self._backward.raw(error)).astype(np.float64)


def readings(backward: Function) -> Iterator[tuple[str, ...]]:
    """What the arguments of a backward pass may be, the likeliest first."""
    names = [parameter.name.lower().strip("_") for parameter in required(backward)]
    if len(names) < 2:
        yield ("error",)
        return
    rates = [i for i, name in enumerate(names) if is_rate(name)]
    others = [i for i in range(len(names)) if i not in rates]
    for kinds in (("error", "kept"), ("error", "output"), ("error", "kept", "output")):
        if len(kinds) != len(others) and len(others) != 1:
            continue
        for order in permutations(kinds[: len(others)]):
            roles = dict(zip(others, order, strict=True)) | dict.fromkeys(rates, "rate")
            if all(roles[i] == "error" for i in others if _is_error(names[i])):
                yield tuple(roles[i] for i in range(len(names)))


def _is_error(name: str) -> bool:
    return any(word in name for word in ERRORS) or (
        name[:1] == "d" and name[1:] in ("a", "y", "out", "h", "l")
    )


def words(roles: tuple[str, ...]) -> str:
    """How a backward pass is read."""
    return "backward takes " + ", then ".join(WORDS[role] for role in roles)
