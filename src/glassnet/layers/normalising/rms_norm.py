"""Each sample divided by the root of its mean square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.formulas.rows import made_to_fit
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Shape, one_axis, registry
from glassnet.layers.entrywise import Entrywise
from glassnet.layers.steps import Steps, V
from glassnet.support import checks
from glassnet.support.arrays import Array

MACHINE = -1.0


@registry.register("rms_norm")
@dataclass(repr=False)
class RMSNorm(Entrywise):
    """a = w x / sqrt(mean of x^2 + epsilon) over the features of each sample. Zhang, Sennrich, NeurIPS 2019.

    Parameters
    ----------
    epsilon : float, optional
        Added to the mean square, > 0; by default the machine epsilon of the network's dtype, as in PyTorch.
    learning_rate_factor : float
        Multiplies every step of the factors, >= 0; 0 freezes them.

    Notes
    -----
    x, a ``(n_samples, n_features)``; the factors w ``(n_features,)`` are learned and begin at 1.
    """

    epsilon: float | None = None

    def __post_init__(self) -> None:
        if self.epsilon is not None:
            self.epsilon = checks.number("epsilon of RMSNorm", self.epsilon, above=0)
        super().__post_init__()

    def kept(self, input_shape: Shape) -> tuple[int, ...]:
        """Inputs divided by their root mean square, and 1 / sqrt(mean square + epsilon)."""
        return (one_axis(input_shape), 1)

    def row_fields(self) -> dict[str, Any]:
        """The row of a root mean square."""
        return {"kind": "rms_norm", "epsilon": MACHINE if self.epsilon is None else self.epsilon}

    def epsilon_in(self, dtype: np.dtype[Any]) -> float:
        """What is added to the mean square of inputs of this dtype."""
        return float(np.finfo(dtype).eps) if self.epsilon is None else self.epsilon

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = w s, s = X / sqrt(mean of X^2 + epsilon); the mean is taken in float64, where float32 would overflow,
        and of smaller numbers in the same proportions where float64 would.
        """
        divided, inverse = own.kept
        with np.errstate(over="ignore", invalid="ignore"):
            mean_square = np.square(x, dtype=np.float64).mean(axis=1, keepdims=True)
            factor = np.ones_like(mean_square)
            if not np.isfinite(mean_square).all():
                factor = made_to_fit(x.astype(np.float64, copy=False), axis=1)
                mean_square = np.square(x * factor).mean(axis=1, keepdims=True)
        inverse[...] = factor / np.sqrt(mean_square + self.epsilon_in(x.dtype))
        np.multiply(x, inverse, out=divided)
        np.multiply(divided, own.parameters[0], out=a)

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dw = sum dA s;  dX = (g - s mean of (g s)) / sqrt(mean of X^2 + epsilon), g = w dA."""
        divided, inverse = own.kept
        np.add.reduce(error * divided, axis=0, out=own.gradients[0][0])
        g = error * own.parameters[0]
        d_x[...] = inverse * (g - divided * (g * divided).mean(axis=1, keepdims=True))

    def describe(self, steps: Steps[V], x: V, n_inputs: int) -> V:
        """Over the features of each sample."""
        mean = steps.mean(steps.formula("squares", "x**2", x=x))
        epsilon = self.epsilon_in(steps.dtype)
        return steps.formula(
            "a", "x / sqrt(mean + epsilon) * w", x=x, mean=mean, epsilon=epsilon, w=steps.row("weights")
        )
