"""A user's own activation."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike, NDArray

from glassnet.activations.base import ActivationFunction, Formula, numbers
from glassnet.support import checks
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained

_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@explained
@dataclass(frozen=True)
class Function(ActivationFunction):
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

    @property
    def slope_letters(self) -> tuple[str, ...]:
        """What the derivative is given, in order: z, and a where it takes that."""
        return ("z", "a") if self.derivative_takes_output else ("z",)

    @explained
    def value(self, z: ArrayLike) -> NDArray[Any]:
        """f(z), of z's shape; the function is given a copy, which it may write into."""
        inputs = numbers("z", z)
        result = self.function(inputs.copy())
        return checks.elementwise(f"the activation {self.registered_name!r}", result, inputs)

    @explained
    def slope(self, z: ArrayLike, a: ArrayLike | None = None) -> NDArray[Any]:
        """f'(z), of z's shape."""
        z, a = self._with_output(z, a)
        arguments = (z.copy(), a.copy()) if self.derivative_takes_output else (z.copy(),)
        result = self.derivative(*arguments)
        return checks.elementwise(
            f"the derivative of the activation {self.registered_name!r}", result, z, "fiub"
        )
