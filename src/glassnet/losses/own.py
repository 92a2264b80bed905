"""A user's own loss."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.losses.base import ElementwiseLoss, Formula, mean
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained


@explained
@dataclass(frozen=True)
class Function(ElementwiseLoss):
    """A user's own elementwise loss, averaged over all entries.

    Parameters
    ----------
    function : callable
        ``loss(y, p)``, elementwise.
    derivative : callable
        The derivative of `function` with respect to p, elementwise.
    title : str, optional
        The name in files and messages; the function's own by default.
    """

    function: Formula
    derivative: Formula
    title: str = ""

    def __post_init__(self) -> None:
        checks.function("function of a loss", self.function)
        checks.function("derivative of a loss", self.derivative)
        checks.text("title of a loss", self.title, least=0)

    @property
    def registered_name(self) -> str:
        """The name under which files mention this loss."""
        return self.title or str(getattr(self.function, "__name__", "function"))

    @property
    def parameters(self) -> tuple[float, ...]:
        """None: a user's functions close over their own."""
        return ()

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over all entries and its gradient; the functions are given copies, which they may write into."""
        title = f"loss {self.registered_name!r}"
        values = checks.elementwise(f"the {title}", self.function(y.copy(), p.copy()), p)
        result = self.derivative(y.copy(), p.copy())
        slopes = checks.elementwise(f"the derivative of the {title}", result, p, "fiub")
        return mean(values, slopes, weights, p.size)
