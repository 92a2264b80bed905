"""Stages of layers that learn something else than the weights of a dense layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.checking.network.slips.stages import Stage
from glassnet.checking.numerics.rounding import Array, Rounded, joined


@dataclass
class Learned(Stage):
    """A layer that is no dense one and learns: at most one weight for each feature, and with some a bias."""

    index: str  # its place in ``net.layers``, "1", or inside of another layer, "1.0"
    kind: str  # what the layer is called in prose
    weights: Rounded
    bias: Rounded | None = field(default=None, kw_only=True)

    has_weights = True

    @property
    def has_bias(self) -> bool:
        """Whether it learns a bias beside weights."""
        return self.bias is not None

    @property
    def times(self) -> Rounded:
        """What the weights are multiplied by."""
        raise NotImplementedError

    def output(self) -> Rounded:
        """A, once x has gone through."""
        raise NotImplementedError

    def forward(self, x: Rounded) -> Rounded:
        """A; keeps x."""
        self.x = x
        return self.output()


@dataclass
class Norm(Learned):
    """a = w s + b with s = (x - mean) / sqrt(variance + epsilon), over the batch (axis 0) or over a sample (axis 1).

    Without `centred` the mean is taken for 0, and there is no bias: the norm of root mean squares.

    Attributes
    ----------
    kind : str
        "batch norm", "layer norm" or "rms norm".
    unbiased : bool
        Whether the variance divides by n - 1, which is a slip.
    running : tuple of arrays or None
        A mean and variance to use in the place of the batch's own, which is a slip.
    """

    axis: int
    epsilon: float
    centred: bool = True
    unbiased: bool = False
    running: tuple[Any, Any] | None = None
    standardised: Rounded = field(init=False)
    inverse: Rounded = field(init=False)

    def forward(self, x: Rounded) -> Rounded:
        """A = w (x - mean) / sqrt(variance + epsilon) + b."""
        self.x = x
        centred = x - self._mean() if self.centred else x
        if self.running is None:
            variance = (centred * centred).mean(self.axis)
            n = x.value.shape[self.axis]
            variance = variance.times(n / (n - 1)) if self.unbiased else variance
        else:
            variance = x.exactly(self.running[1])
        self.inverse = variance.apply(lambda v: 1 / np.sqrt(np.maximum(v, 0) + self.epsilon))
        self.standardised = centred * self.inverse
        return self.output()

    def _mean(self) -> Rounded:
        return self.x.mean(self.axis) if self.running is None else self.x.exactly(self.running[0])

    @property
    def times(self) -> Rounded:
        """The standardised input."""
        return self.standardised

    def output(self) -> Rounded:
        """A, once x has gone through."""
        scaled = self.weights * self.standardised
        return scaled if self.bias is None else scaled + self.bias

    def spread(self, g: Rounded, unbiased: bool) -> Rounded:
        """What reaches x through the variance: s mean(g s), times n / (n - 1) for the unbiased one."""
        n = g.value.shape[self.axis]
        product = (g * self.standardised).mean(self.axis)
        return self.standardised * (product.times(n / (n - 1)) if unbiased else product)


@dataclass
class Factors(Learned):
    """a = w x."""

    @property
    def times(self) -> Rounded:
        """What was given, feature by feature."""
        return self.x

    def output(self) -> Rounded:
        """A, once x has gone through."""
        return self.x * self.weights


@dataclass
class Slopes(Learned):
    """a = x where x > 0, else w x; one weight for each feature or one for all."""

    @property
    def times(self) -> Rounded:
        """What lies below 0."""
        return self.x.apply_pieces(lambda x: np.minimum(x, 0))

    def sides(self, above: Rounded, below: Rounded) -> Rounded:
        """One number for inputs above 0, another for the others."""
        is_above = self.x.apply_pieces(lambda x: (x > 0) * 1.0)
        return above * is_above + below * (is_above.exactly(1.0) - is_above)

    def output(self) -> Rounded:
        """A, once x has gone through."""
        return self.x * self.sides(self.weights.exactly(1.0), self.weights)


@dataclass
class Lookup(Learned):
    """The columns that pass, and behind them rows of the weights, (n_rows, dimension), for integers in the others."""

    passing: list[int]  # the columns that pass
    columns: list[tuple[int, int]]  # the others, each with the row of the weights at which its vectors begin

    def output(self) -> Rounded:
        """The columns that pass, then a vector for each integer."""
        return joined([self.x[:, self.passing], *(self.weights[rows] for rows in self.rows)], 1)

    @property
    def rows(self) -> list[Array]:
        """The rows of the weights that the samples take, column by column."""
        return [self.x.value[:, column].astype(int) + start for column, start in self.columns]
