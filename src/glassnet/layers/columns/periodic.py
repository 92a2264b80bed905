"""Numbers as waves of learned lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from glassnet import initializers
from glassnet.errors import ArgumentError, ShapeError
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Layer, Parameter, Shape, check_factors, one_axis, registry
from glassnet.layers.steps import Steps, V
from glassnet.support import checks
from glassnet.support.arrays import Array


@registry.register("periodic")
@dataclass(repr=False)
class Periodic(Layer):
    """All columns pass; behind them stand, for each chosen column x, numbers learned from waves of it.

    e = cos(2π x f + φ) W + b, with frequencies f, phases φ, weights W and offsets b of each column's own: the periodic
    embedding with phases and a linear layer, beside the number itself, of Holzmüller et al., NeurIPS 2024, section 3
    (PBLD), after Gorishniy, Rubachev, Babenko, NeurIPS 2022. A network behind it can bend within a small range of a
    number, as trees do, where it would need many neurons without.

    Parameters
    ----------
    columns : sequence of int
        Which columns of the input, each once.
    waves : int
        Frequencies for each of them, >= 1.
    dimension : int
        Numbers that are learned from them, >= 1.
    deviation : float
        Standard deviation of the first frequencies, > 0: in units of waves within one unit of x.
    learning_rate_factor : float
        Multiplies every step of this layer's parameters, >= 0; 0 freezes them.

    Notes
    -----
    For n inputs and m columns: a ``(n_samples, n + m dimension)``. W, ``weights`` ``(m waves, dimension)``, those of
    the first column first; b, ``offsets`` ``(m, dimension)``; f and φ, ``frequencies`` and ``phases`` ``(m, waves)``.
    Phases begin uniform in (-π, π), weights and offsets uniform in ±1/sqrt(waves).
    """

    columns: Sequence[int]
    waves: int = 16
    dimension: int = 3
    deviation: float = 0.1
    learning_rate_factor: float = field(default=1.0, kw_only=True)
    in_place: ClassVar[bool] = False

    def __post_init__(self) -> None:
        columns = checks.sequence("columns of Periodic", self.columns, "[0, 2]")
        self.columns = tuple(checks.integer("a column of Periodic", column, least=0) for column in columns)
        if not self.columns:
            raise ArgumentError("Periodic needs a column, such as columns=[0]; got none")
        if len(set(self.columns)) < len(self.columns):
            raise ArgumentError(f"Periodic takes each column once; got columns {list(self.columns)}")
        self.waves = checks.integer("waves of Periodic", self.waves, least=1)
        self.dimension = checks.integer("dimension of Periodic", self.dimension, least=1)
        self.deviation = checks.number("deviation of Periodic", self.deviation, above=0)
        check_factors(self, "learning_rate_factor")

    def output_shape(self, input_shape: Shape) -> Shape:
        """(columns that pass + columns chosen * dimension,)."""
        n = one_axis(input_shape)
        if max(self.columns) >= n:
            raise ShapeError(
                f"makes waves of column {max(self.columns)}; received samples of {n} columns, 0 to {n - 1}"
            )
        return (n + len(self.columns) * self.dimension,)

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """Weights, offsets, frequencies, phases."""
        m, k, d = len(self.columns), self.waves, self.dimension
        begins = {
            "weights": ((m * k, d), initializers.TorchLinear()),
            "offsets": ((m, d), initializers.TorchLinear()),
            "frequencies": ((m, k), initializers.Normal(self.deviation)),
            "phases": ((m, k), initializers.Uniform(-math.pi, math.pi)),
        }
        return [
            Parameter(name, shape, begin, k, d, self.learning_rate_factor)
            for name, (shape, begin) in begins.items()
        ]

    def kept(self, input_shape: Shape) -> tuple[int, ...]:
        """The waves cos(2π x f + φ) of all chosen columns."""
        return (len(self.columns) * self.waves,)

    def integers(self, input_shape: Shape) -> NDArray[np.int64]:
        """Chosen columns, waves, dimension; then the columns."""
        return np.array([len(self.columns), self.waves, self.dimension, *self.columns], np.int64)

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = (X, cos(2π x f + φ) W + b of each chosen column x)."""
        n = x.shape[1]
        waves = np.cos(self._angles(x, own))
        own.kept[0][...] = waves.reshape(len(x), -1)
        a[:, :n] = x
        a[:, n:] = self._of_waves(waves, own).reshape(len(x), -1)

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """With dE the error of e: db = sum dE, dW = sum cos dE, dφ = sum dθ, df = sum 2π x dθ, dX = dA + 2π dθ f.

        dθ = -sin(2π x f + φ) (dE W^T) is the gradient of the angles.
        """
        n, shape = x.shape[1], (len(x), len(self.columns), self.waves)
        d_e = error[:, n:].reshape(len(x), len(self.columns), self.dimension)
        weights = self._weights(own)
        d_angles = -np.sin(self._angles(x, own)) * np.einsum("imd,mkd->imk", d_e, weights)
        columns = list(self.columns)
        d_weights, d_offsets, d_frequencies, d_phases = own.gradients
        d_frequencies[...] = 2 * math.pi * np.einsum("imk,im->mk", d_angles, x[:, columns])
        d_phases[...] = d_angles.sum(axis=0)
        d_weights[...] = np.einsum("imk,imd->mkd", own.kept[0].reshape(shape), d_e).reshape(d_weights.shape)
        d_offsets[...] = d_e.sum(axis=0)
        d_x[...] = error[:, :n]
        d_x[:, columns] += 2 * math.pi * np.einsum("imk,mk->im", d_angles, own.parameters[2])

    def describe(self, steps: Steps[V], x: V, n_inputs: int) -> V:
        """All columns, then the numbers learned from the waves of those that are chosen."""
        repeated = steps.columns(x, [column for column in self.columns for _ in range(self.waves)])
        text, turn = "cos(x * (turn * f) + phase)", 2 * math.pi
        waves = steps.formula(
            "waves", text, turn=turn, x=repeated, f=steps.row("frequencies"), phase=steps.row("phases")
        )
        sums = steps.product(waves, "weights", parts=len(self.columns))
        return steps.joined([x, steps.formula("learned", "e + offset", e=sums, offset=steps.row("offsets"))])

    def _angles(self, x: Array, own: Own) -> Array:
        """2π x f + φ, (n_samples, columns, waves)."""
        frequencies, phases = own.parameters[2:]
        return 2 * math.pi * x[:, list(self.columns), None] * frequencies + phases

    def _of_waves(self, waves: Array, own: Own) -> Array:
        """The learned numbers, (n_samples, columns, dimension)."""
        result: Array = np.einsum("imk,mkd->imd", waves, self._weights(own)) + own.parameters[1]
        return result

    def _weights(self, own: Own) -> Any:
        return own.parameters[0].reshape(len(self.columns), self.waves, self.dimension)
