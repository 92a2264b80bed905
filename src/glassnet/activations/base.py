"""What an activation is: a function of the pre-activation, its slope, and how one is named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.activations.facts import ActivationFacts
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained
from glassnet.support.fields import check_fields
from glassnet.support.registry import Registry

Formula = Callable[..., Any]


@explained
@dataclass(frozen=True)
class ActivationFunction:
    """An elementwise function of the pre-activation, and its slope.

    Attributes
    ----------
    facts : ActivationFacts or None
        How it is written, where its values lie, what it is called elsewhere; None for a user's own.
    """

    formula: ClassVar[Formula]
    slope_formula: ClassVar[Formula]
    facts: ClassVar[ActivationFacts | None] = None

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def is_of_rows(self) -> bool:
        """Whether each output depends on all inputs of its row."""
        return self.facts is not None and self.facts.is_of_rows

    @property
    def forward_only(self) -> bool:
        """Whether it has no slope that training could follow."""
        return self.facts is not None and self.facts.forward_only

    @property
    def outputs(self) -> str:
        """What its outputs mean at the end of a network, see :class:`~glassnet.activations.facts.ActivationFacts`."""
        return "values" if self.facts is None else self.facts.outputs

    @cached_property
    def steepest(self) -> float:
        """The largest slope of an elementwise activation."""
        return float(self.slope(np.linspace(-8.0, 8.0, 1601)).max())

    @cached_property
    def parameters(self) -> tuple[float, ...]:
        """What the formulas take beside z and a, in order."""
        return tuple(getattr(self, part.name) for part in dataclasses.fields(self))

    @explained
    def __call__(self, z: ArrayLike) -> NDArray[Any]:
        """f(z), as :meth:`value`."""
        return self.value(z)

    @explained
    def value(self, z: ArrayLike) -> NDArray[Any]:
        """f(z), of z's shape: any number of axes, one sample or many."""
        result: NDArray[Any] = type(self).formula(numbers("z", z), *self.parameters)
        return result

    @explained
    def slope(self, z: ArrayLike, a: ArrayLike | None = None) -> NDArray[Any]:
        """f'(z), of z's shape; `a` is ``value(z)``, and computed where it is not given."""
        z, a = self._with_output(z, a)
        result: NDArray[Any] = type(self).slope_formula(z, a, *self.parameters)
        return result

    def _with_output(self, z: ArrayLike, a: ArrayLike | None) -> tuple[NDArray[Any], NDArray[Any]]:
        z = numbers("z", z)
        a = self.value(z) if a is None else numbers("a", a)
        checks.same_shape("a", a, "z", z)
        return z, a

    @explained
    def backward(
        self, z: ArrayLike, a: ArrayLike, gradient: ArrayLike, out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """Gradient with respect to z from the `gradient` with respect to a: gradient * f'(z).

        It is written into `out` if that is given, which may be the gradient itself.
        """
        z, gradient = numbers("z", z), numbers("gradient", gradient)
        checks.same_shape("gradient", gradient, "z", z)
        check_target(out, gradient)
        error: NDArray[Any] = np.multiply(gradient, self.slope(z, numbers("a", a)), out=out)
        return error


def numbers(name: str, values: ArrayLike) -> NDArray[Any]:
    """`values` as an array of real floating-point numbers; those of an engine pass at once."""
    if type(values) is np.ndarray and values.dtype.kind == "f":
        return values
    array = checks.real(name, values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def check_target(out: Any, gradient: NDArray[Any]) -> None:
    """Raise `ArgumentError` where a result cannot be written."""
    if out is None or (
        isinstance(out, np.ndarray) and out.dtype == gradient.dtype and out.shape == gradient.shape
    ):
        return
    raise ArgumentError(
        f"out must be an array of the gradient's shape {gradient.shape} and dtype {gradient.dtype}; "
        f"got {checks.shown(out)}"
    )


registry = Registry(
    "activation",
    ActivationFunction,
    own="gn.activations.Function(function, derivative)",
    facts=ActivationFacts,
)
get = registry.get
register = registry.add
names = registry.names
