"""Units of a periodic embedding: columns that pass, and numbers learned from waves of a column."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.insight.trace.arithmetic import Term, equation, listed, num, number, product_sum
from glassnet.insight.trace.writing.learned import Formula, OfColumnTrace, letters
from glassnet.layers import Periodic
from glassnet.support.arrays import Array


@dataclass(frozen=True, repr=False)
class PeriodicTrace(OfColumnTrace):
    """A unit of a periodic embedding: a column that passes, or a number learned from the waves of one."""

    @property
    def _periodic(self) -> Periodic:
        own = self.record.row.own
        if own is None or not isinstance(own.layer, Periodic):
            raise NotImplementedError(f"{self.name} is no Periodic")
        return own.layer

    @property
    def passes(self) -> bool:
        """Whether it is a column that is handed on."""
        return self.unit < self.record.row.n_inputs

    @property
    def _entry(self) -> tuple[int, int]:
        """Which chosen column it is of, and which of the numbers learned from it; of what passes, the first."""
        return divmod(max(self.unit - self.record.row.n_inputs, 0), self._periodic.dimension)

    @property
    def column(self) -> int:
        """The column of the layer's input that it reads."""
        return self.unit if self.passes else self._periodic.columns[self._entry[0]]

    @property
    def place(self) -> int:
        """Where the weight of its first wave lies in the flat vector."""
        first, entry = self._entry
        return int(self.record.row.weights + first * self._periodic.waves * self._periodic.dimension + entry)

    def _array(self, which: int) -> Array:
        """Weights, offsets, frequencies or phases, before the update."""
        own = self.record.row.own
        if own is None:
            raise NotImplementedError
        start, rows, columns = own.parameters[which]
        array: Array = self.step.update.before[start : start + rows * columns].reshape(rows, columns)
        return array

    @property
    def _weights(self) -> Array:
        """Those of its waves."""
        (first, entry), n = self._entry, self._periodic.waves
        weights: Array = self._array(0)[first * n : first * n + n, entry]
        return weights

    def _angles(self, samples: Any) -> Array:
        """2π x f + φ of its column, (samples, waves)."""
        x, first = self.record.inputs[samples, self.column], self._entry[0]
        angles: Array = 2 * math.pi * x[:, None] * self._array(2)[first] + self._array(3)[first]
        return angles

    def forward(self) -> Formula:
        """A = (X, cos(2π x f + φ) W + b of each chosen column)."""
        (source, latex), k, columns = letters(self.index), self.index + 1, listed(self._periodic.columns)
        return Formula(
            f"A{k} = ({source}, cos(2π x f + φ) W{k} + b of columns {columns} of {source})",
            rf"A_{k} = ({latex},\; \cos(2 \pi x f + \varphi) W_{k} + b)",
            f"a = {self._output()}",
            (self.record.inputs,),
            ", ",
        )

    def _output(self) -> str:
        if self.passes:
            return f"column {self.column} = {number(self.a)}"
        waves = np.cos(self._angles(slice(self.sample, self.sample + 1)))[0]
        return equation(product_sum(waves, self._weights) + num(self._array(1)[self._entry]), self.a)

    def gradient(self) -> Formula:
        """dW = sum of waves times dE."""
        k = self.index + 1
        return Formula(
            f"dW{k} = Σ over the samples of cos(2π x f + φ)ᵀ dE, dE = dA{k} of the learned columns",
            rf"dW_{k} = \sum_i \cos(2 \pi x f + \varphi)^\top dE_i",
            f"of the first wave of column {self._periodic.columns[self._entry[0]]}:\ndw = {self._first_gradient()}",
            (self.record.d_a,),
        )

    def _first_gradient(self) -> str:
        first, entry = self._entry
        x = self.record.inputs[:, self._periodic.columns[first]]
        waves = np.cos(2 * math.pi * x * self._array(2)[first, 0] + self._array(3)[first, 0])
        unit = self.record.row.n_inputs + first * self._periodic.dimension + entry
        result = float(self.step.update.gradient[self.place])
        return equation(product_sum(waves, self.record.d_a[:, unit]), result)

    def back(self) -> Formula:
        """dX = dA of what passes, and 2π f dθ of the chosen columns."""
        k = self.index + 1
        return Formula(
            f"dA{k - 1} = dA{k} of what passes + 2π f dθ of the chosen columns, "
            f"dθ = −sin(2π x f + φ) ∘ (dE W{k}ᵀ)",
            rf"dA_{k - 1} = dA_{k} + 2 \pi f\, d\theta,\quad "
            rf"d\theta = -\sin(2 \pi x f + \varphi) \circ (dE\, W_{k}^\top)",
            f"da = {self._back_to_input()}",
            (self.record.d_a,),
        )

    def _back_to_input(self) -> str:
        passed: Term = num(float(self.record.d_a[self.sample, self.column]))
        if self.column not in self._periodic.columns:
            return equation(passed, self.d_x)
        layer, first = self._periodic, list(self._periodic.columns).index(self.column)
        begin = self.record.row.n_inputs + first * layer.dimension
        d_e = self.record.d_a[self.sample, begin : begin + layer.dimension]
        weights = self._array(0)[first * layer.waves : (first + 1) * layer.waves]
        frequencies = self._array(2)[first]
        d_angles = -np.sin(2 * math.pi * self.x * frequencies + self._array(3)[first]) * (weights @ d_e)
        return equation(passed + product_sum(2 * math.pi * frequencies, d_angles), self.d_x)

    def _forward_lines(self, terms: int) -> list[str]:
        if self.passes:
            return [f"a = {self._output()}, which passes"]
        return [
            f"x = {number(self.x)} in column {self.column}; {self._periodic.waves} waves cos(2π·x·f + φ)",
            f"a = Σ wave·w + b = {self._output()}",
        ]

    def _backward_lines(self, terms: int) -> list[str]:
        passing = f"∂L/∂x = of what passes and of all waves: {self._back_to_input()}"
        if self.passes:
            return [*self._d_a_lines(terms), passing]
        return [
            *self._d_a_lines(terms), passing,
            f"∂L/∂w of the first wave = Σ ∂L/∂a·cos(2π·x·f + φ) over the samples = {self._first_gradient()}",
        ]  # fmt: skip

    def _update_lines(self, terms: int) -> list[str]:
        return [] if self.passes else super()._update_lines(terms)


KINDS = {"periodic": PeriodicTrace}
