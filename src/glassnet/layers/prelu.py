"""A rectifier whose slope below zero is learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet import initializers
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Parameter, Shape, one_axis, registry
from glassnet.layers.entrywise import Entrywise
from glassnet.layers.facts import LayerFacts
from glassnet.support import checks
from glassnet.support.arrays import Array


@registry.register("prelu")
@dataclass(repr=False)
class PReLU(Entrywise):
    """a = x where x > 0, else w x, with a learned slope w. He et al., ICCV 2015; PyTorch's ``PReLU``.

    Parameters
    ----------
    initial_slope : float
        Where every slope begins.
    shared : bool
        One slope for all units, as PyTorch's ``num_parameters=1``, in place of one for each.
    learning_rate_factor : float
        Multiplies every step of the slopes, >= 0; 0 freezes them.

    Notes
    -----
    x, a ``(n_samples, n_features)``, w ``(n_features,)`` or ``(1,)``. At x = 0 the derivative is w, as in PyTorch.
    """

    initial_slope: float = 0.25
    shared: bool = False
    facts: ClassVar[LayerFacts] = LayerFacts(
        value="x if x > 0 else w * x", slope="1 if x > 0 else w", slope_of_weight="0 if x > 0 else x"
    )

    def __post_init__(self) -> None:
        self.initial_slope = checks.number("initial_slope of PReLU", self.initial_slope)
        self.shared = checks.truth("shared of PReLU", self.shared)
        super().__post_init__()

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """The slopes, or the slope."""
        n = one_axis(input_shape)
        shape = (1 if self.shared else n,)
        begin = initializers.Constant(self.initial_slope)
        return [Parameter("weights", shape, begin, n, n, self.learning_rate_factor)]

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = max(X, 0) + w min(X, 0)."""
        np.multiply(np.minimum(x, 0), own.parameters[0], out=a)
        a += np.maximum(x, 0)

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dw = sum dA min(X, 0), over the units too where they share it;  dX = dA where X > 0, else w dA."""
        of_slopes = (error * np.minimum(x, 0)).sum(axis=0)
        own.gradients[0][0] = of_slopes.sum() if self.shared else of_slopes
        np.multiply(error, np.where(x > 0, 1, own.parameters[0]), out=d_x)
