"""The checker's own forward pass: one stage for each step of a network, in float64 with the reach of rounding.

It is written apart from the engines on purpose: in the order of the textbook, and open at every place where a slip can
stand. Arrays ``(n_samples, n_units)``; a stage keeps what its backward pass needs, as a learner's code does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from glassnet.activations import ActivationFunction, LogSoftmax, Softmax
from glassnet.checking.numerics.rounding import Array, Rounded, log_softmax, softmax, through
from glassnet.support.cached import cached_property


@dataclass
class Stage:
    """One step. `layer` is the dense layer it belongs to, counted from 0; `x` what it was given."""

    layer: int
    x: Rounded = field(init=False)

    @property
    def has_weights(self) -> bool:
        """Whether it learns."""
        return False

    @property
    def has_bias(self) -> bool:
        """Whether it learns a bias beside weights."""
        return False

    def forward(self, x: Rounded) -> Rounded:
        """The output; keeps x."""
        raise NotImplementedError


@dataclass
class Affine(Stage):
    """z = x W + b, with l1 sum abs(W) + l2 / 2 sum W^2 in the loss, and the same of b; no bias where there is none."""

    weights: Rounded
    bias: Rounded | None
    l1: float = 0.0
    l2: float = 0.0
    bias_l1: float = 0.0
    bias_l2: float = 0.0
    z: Rounded = field(init=False)

    has_weights = True

    @property
    def has_bias(self) -> bool:
        """Whether it learns a bias beside weights."""
        return self.bias is not None

    @property
    def has_penalties(self) -> bool:
        """Whether the layer adds to the loss."""
        return self.l1 + self.l2 + self.bias_l1 + self.bias_l2 > 0

    def with_penalties_times(self, factor: float) -> Affine:
        """A copy whose penalties are multiplied."""
        return replace(
            self, l1=factor * self.l1, l2=factor * self.l2,
            bias_l1=factor * self.bias_l1, bias_l2=factor * self.bias_l2,
        )  # fmt: skip

    def forward(self, x: Rounded) -> Rounded:
        """Z = x W + b."""
        self.x = x
        product = x @ self.weights
        self.z = product if self.bias is None else product + self.bias
        return self.z


# Code, variant and factor of a slip that puts another factor, or none, in the place of f'(z).
Slipped = tuple[str, str, Rounded | None]


@dataclass
class Gate(Stage):
    """a = f(z). `slipped` keeps the slips of its slope once they have been computed."""

    activation: ActivationFunction
    z: Rounded = field(init=False)
    a: Rounded = field(init=False)
    slipped: list[Slipped] = field(init=False)

    def forward(self, x: Rounded) -> Rounded:
        """A = f(z)."""
        self.x = self.z = x
        self.slipped = []
        rows = of_rows(self.activation)
        self.a = applied(self.activation, x, self.activation.value) if rows is None else rows.forward(x)
        return self.a

    @cached_property
    def slope(self) -> Rounded:
        """f'(z), for an elementwise f."""
        return slope(self.activation, self.z)


def slope(activation: ActivationFunction, z: Rounded) -> Rounded:
    """f'(z) of an elementwise activation."""
    return applied(activation, z, lambda at: activation.slope(at, activation.value(at)))


def applied(activation: ActivationFunction, z: Rounded, formula: Callable[[Array], Array]) -> Rounded:
    """An activation's formula, of straight pieces or not."""
    return (
        z.apply_pieces(formula)
        if activation.facts is not None and activation.facts.is_piecewise_linear
        else z.apply(formula)
    )


def jacobian_product(a: Rounded, error: Rounded, axis: int = 1) -> Rounded:
    """dz_j = a_j (da_j - sum_k a_k da_k), the backward pass of softmax."""
    return a * (error - (a * error).sum(axis, keepdims=True))


def log_softmax_product(a: Rounded, error: Rounded) -> Rounded:
    """dz_j = da_j - exp(a_j) sum_k da_k, the backward pass of log-softmax."""
    return error - a.apply(np.exp) * error.sum(1, keepdims=True)


class OfRows(NamedTuple):
    """An activation of rows: from z, back from z, a and the error, and what is taken for that: texts and errors."""

    forward: Callable[[Rounded], Rounded]
    backward: Callable[[Rounded, Rounded, Rounded], Rounded]
    taken_for_it: Callable[[Rounded, Rounded], Iterator[tuple[str, str, Rounded]]]


def _taken_for_softmax(a: Rounded, error: Rounded) -> Iterator[tuple[str, str, Rounded]]:
    yield "softmax_without_jacobian", "", error * (a * (a.exactly(1.0) - a))
    yield "derivative_formula_wrong", "a", error * a


def _taken_for_log_softmax(a: Rounded, error: Rounded) -> Iterator[tuple[str, str, Rounded]]:
    p = a.apply(np.exp)
    yield "derivative_formula_wrong", "1 - exp(a)", error * (p.exactly(1.0) - p)
    yield "derivative_formula_wrong", "the Jacobian of softmax", jacobian_product(p, error)
    yield "derivative_formula_wrong", "the Jacobian of softmax, at a", jacobian_product(a, error)
    yield "derivative_formula_wrong", "d - a * sum(d)", error - a * error.sum(1, keepdims=True)


_OF_ROWS: dict[type[ActivationFunction], OfRows] = {
    Softmax: OfRows(softmax, lambda _, a, error: jacobian_product(a, error), _taken_for_softmax),
    LogSoftmax: OfRows(
        log_softmax, lambda _, a, error: log_softmax_product(a, error), _taken_for_log_softmax
    ),
}


def of_rows(activation: ActivationFunction) -> OfRows | None:
    """An activation of rows both ways; one that is not known by its own functions. None for an elementwise one."""
    if not activation.is_of_rows:
        return None
    own = OfRows(
        lambda z: through(lambda z: [activation.value(z)], z)[0],
        lambda z, a, error: through(lambda z, a, d: [activation.backward(z, a, d)], z, a, error)[0],
        lambda a, error: iter(()),
    )
    return _OF_ROWS.get(type(activation), own)


def gated(activation: ActivationFunction, z: Rounded, a: Rounded, error: Rounded) -> Rounded:
    """dZ for this dA."""
    rows = of_rows(activation)
    return error * slope(activation, z) if rows is None else rows.backward(z, a, error)


@dataclass
class Drop(Stage):
    """a = x m scale; the scale is 1 / (1 - rate)."""

    mask: Rounded
    rate: float
    scale: float

    def forward(self, x: Rounded) -> Rounded:
        """A = x m scale."""
        self.x = x
        return (x * self.mask).times(self.scale)


@dataclass
class Branch(Stage):
    """Hands its input on, to the layers inside of a residual one and, times `factor`, past them; 0 is a slip."""

    factor: float = 1.0

    def forward(self, x: Rounded) -> Rounded:
        """A = x."""
        self.x = x
        return x


@dataclass
class Sum(Stage):
    """a = x + what the stage `start` handed past the layers between."""

    start: int

    def added(self, x: Rounded, branch: Stage) -> Rounded:
        """A = x + the branch's input; without it as a slip."""
        self.x = x
        factor = branch.factor if isinstance(branch, Branch) else 1.0
        return x + branch.x.times(factor)


def fresh(stages: list[Stage], changed: dict[int, dict[str, Any]]) -> list[Stage]:
    """Copies of these stages, some of them with other settings."""
    return [replace(stage, **changed.get(i, {})) for i, stage in enumerate(stages)]
