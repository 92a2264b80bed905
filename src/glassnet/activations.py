"""Activations as a user names them: ``gn.activations.get("leaky_relu")`` or ``gn.activations.LeakyReLU(0.2)``.

Each is a function, ``activation(z)``, with a ``slope(z)``.

To add one, write its two formulas in :mod:`glassnet.formulas.activations` and register a class here; every engine
and the gradient-check table find it by itself. A user's own pair of functions becomes one by :class:`Function`.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError, ShapeError
from glassnet.formulas import activations as formulas
from glassnet.formulas import rows
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import Registry

__all__ = [
    "ELU", "GELU", "Activation", "Function", "LeakyReLU", "Linear", "ReLU", "SiLU", "Sigmoid", "Softmax",
    "Softplus", "Tanh", "get", "names", "register",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


Formula = Callable[..., Any]

_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@explained
@dataclass(frozen=True)
class Activation:
    """An elementwise function of the pre-activation, and its slope."""

    formula: ClassVar[Formula]
    slope_formula: ClassVar[Formula]

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
        _check_target(out, gradient)
        error: NDArray[Any] = np.multiply(gradient, self.slope(z, numbers("a", a)), out=out)
        return error


def numbers(name: str, values: ArrayLike) -> NDArray[Any]:
    """`values` as an array of real floating-point numbers; those of an engine pass at once."""
    if type(values) is np.ndarray and values.dtype.kind == "f":
        return values
    found = checks.real(name, values)
    return found if found.dtype.kind == "f" else found.astype(np.float64)


def _check_target(out: Any, gradient: NDArray[Any]) -> None:
    """Raise `ArgumentError` where a result cannot be written."""
    if out is None or (
        isinstance(out, np.ndarray) and out.dtype == gradient.dtype and out.shape == gradient.shape
    ):
        return
    raise ArgumentError(
        f"out must be an array of the gradient's shape {gradient.shape} and dtype {gradient.dtype}; "
        f"got {checks.shown(out)}"
    )


_registry = Registry("activation", Activation, own="gn.activations.Function(function, derivative)")
get = _registry.get
register = _registry.add


@explained
def names() -> list[str]:
    """The names of all built-in activations."""
    return list(_registry)


@_registry.register("linear", "identity", "none")
@dataclass(frozen=True)
class Linear(Activation):
    """f(z) = z."""

    formula = formulas.linear
    slope_formula = formulas.linear_slope

    @explained
    def backward(
        self, z: ArrayLike, a: ArrayLike, gradient: ArrayLike, out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """The gradient's own values, since f'(z) = 1."""
        z, a, gradient = numbers("z", z), numbers("a", a), numbers("gradient", gradient)
        checks.same_shape("gradient", gradient, "z", z)
        _check_target(out, gradient)
        out = np.empty_like(gradient) if out is None else out
        out[...] = gradient
        return out


@_registry.register("relu")
@dataclass(frozen=True)
class ReLU(Activation):
    """f(z) = max(z, 0)."""

    formula = formulas.relu
    slope_formula = formulas.relu_slope


@_registry.register("leaky_relu")
@dataclass(frozen=True)
class LeakyReLU(Activation):
    """f(z) = z where z > 0, else slope * z.

    Parameters
    ----------
    slope_below : float
        Slope for z <= 0, finite.
    """

    slope_below: float = 0.01
    formula = formulas.leaky_relu
    slope_formula = formulas.leaky_relu_slope

    def __post_init__(self) -> None:
        object.__setattr__(self, "slope_below", checks.number("slope_below of LeakyReLU", self.slope_below))


@_registry.register("elu")
@dataclass(frozen=True)
class ELU(Activation):
    """f(z) = z where z > 0, else alpha (exp(z) - 1).

    Parameters
    ----------
    alpha : float
        Minus the limit at -infinity, > 0.
    """

    alpha: float = 1.0
    formula = formulas.elu
    slope_formula = formulas.elu_slope

    def __post_init__(self) -> None:
        object.__setattr__(self, "alpha", checks.number("alpha of ELU", self.alpha, above=0))


@_registry.register("gelu")
@dataclass(frozen=True)
class GELU(Activation):
    """f(z) = z Phi(z), exact."""

    formula = formulas.gelu
    slope_formula = formulas.gelu_slope


@_registry.register("silu", "swish")
@dataclass(frozen=True)
class SiLU(Activation):
    """f(z) = z sigmoid(z)."""

    formula = formulas.silu
    slope_formula = formulas.silu_slope


@_registry.register("softplus")
@dataclass(frozen=True)
class Softplus(Activation):
    """f(z) = log(1 + exp(z))."""

    formula = formulas.softplus
    slope_formula = formulas.softplus_slope


@_registry.register("sigmoid", "logistic")
@dataclass(frozen=True)
class Sigmoid(Activation):
    """f(z) = 1 / (1 + exp(-z))."""

    formula = formulas.sigmoid
    slope_formula = formulas.sigmoid_slope


@_registry.register("tanh")
@dataclass(frozen=True)
class Tanh(Activation):
    """f(z) = tanh(z)."""

    formula = formulas.hyperbolic_tangent
    slope_formula = formulas.hyperbolic_tangent_slope


@_registry.register("softmax")
@dataclass(frozen=True)
class Softmax(Activation):
    """f(z)_j = exp(z_j) / sum_k exp(z_k) in each row; its backward is the product with its Jacobian."""

    formula = rows.softmax

    @explained
    def value(self, z: ArrayLike) -> NDArray[Any]:
        """Probabilities, of z's shape: rows lie along its last axis, so z may be one sample ``(n_classes,)``."""
        z = numbers("z", z)
        if z.ndim == 0 or z.shape[-1] == 0:
            raise ShapeError(f"softmax needs rows of at least one number; z has shape {z.shape}")
        return super().value(z)

    @explained
    def slope(self, z: ArrayLike, a: ArrayLike | None = None) -> NDArray[Any]:
        """Not elementwise: softmax has a Jacobian in each row, see :meth:`backward`."""
        raise ArgumentError(
            "softmax has no elementwise slope; each output depends on all inputs of its row: use backward"
        )

    @explained
    def backward(
        self, z: ArrayLike, a: ArrayLike, gradient: ArrayLike, out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """dz_j = a_j (da_j - sum_k a_k da_k)."""
        z, a, gradient = numbers("z", z), numbers("a", a), numbers("gradient", gradient)
        checks.same_shape("gradient", gradient, "a", a)
        _check_target(out, gradient)
        return rows.softmax_backward(a, gradient, out)


@explained
@dataclass(frozen=True)
class Function(Activation):
    """A user's own elementwise activation.

    Parameters
    ----------
    function : callable
        ``f(z)``, elementwise, of z's shape.
    derivative : callable
        ``df(z)`` or ``df(z, a)`` with a = f(z): the derivative with respect to z.
    name : str, optional
        The name in files and messages; the function's own by default. A file that mentions it can be loaded
        after ``gn.activations.register(name, ...)``.
    """

    function: Formula
    derivative: Formula
    name: str = field(default="")

    def __post_init__(self) -> None:
        checks.function("function of an activation", self.function)
        checks.function("derivative of an activation", self.derivative)
        checks.text("name of an activation", self.name, least=0)

    @property
    def registered_name(self) -> str:
        """The name under which files mention this activation."""
        return self.name or str(getattr(self.function, "__name__", "function"))

    @property
    def parameters(self) -> tuple[float, ...]:
        """None: a user's functions close over their own."""
        return ()

    @cached_property
    def derivative_takes_output(self) -> bool:
        """Whether the derivative is ``df(z, a)``."""
        parameters = inspect.signature(self.derivative).parameters.values()
        return sum(part.default is part.empty and part.kind in _BY_POSITION for part in parameters) >= 2

    @explained
    def value(self, z: ArrayLike) -> NDArray[Any]:
        """f(z), of z's shape; the function is given a copy, which it may write into."""
        given = numbers("z", z)
        found = self.function(given.copy())
        return checks.elementwise(f"the activation {self.registered_name!r}", found, given)

    @explained
    def slope(self, z: ArrayLike, a: ArrayLike | None = None) -> NDArray[Any]:
        """f'(z), of z's shape."""
        z, a = self._with_output(z, a)
        given = (z.copy(), a.copy()) if self.derivative_takes_output else (z.copy(),)
        found = self.derivative(*given)
        return checks.elementwise(
            f"the derivative of the activation {self.registered_name!r}", found, z, "fiub"
        )
