"""Units of layers without a neuron's weighted sum: activations, dropout, normalisations. And the way to any unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.insight.trace.arithmetic import TERMS, Term, equation, num, number, root
from glassnet.insight.trace.record import StepRecord
from glassnet.insight.trace.writing.neuron import NeuronTrace
from glassnet.insight.trace.writing.unit import UnitTrace
from glassnet.plan import ACTIVATION, BATCH_NORM, DENSE, DROPOUT, LAYER_NORM
from glassnet.support import checks
from glassnet.support.registry import compact_repr

Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class PassedUnitTrace(UnitTrace):
    """A unit that has one input and no parameters.

    Attributes
    ----------
    x, a : float
        Forward.
    d_a, d_x : float
        Backward.
    """

    @property
    def x(self) -> float:
        """The input for this sample."""
        return float(self.record.inputs[self.sample, self.unit])

    @property
    def d_x(self) -> float:
        """The gradient dL/dx for this sample."""
        return float(self.record.d_inputs[self.sample, self.unit])


@dataclass(frozen=True, repr=False)
class ActivationTrace(PassedUnitTrace):
    """A unit of an activation layer: a = f(x)."""

    def _forward_lines(self, terms: int) -> list[str]:
        return [f"a = {self.activated(terms)}, z = {number(self.x)}"]

    def _backward_lines(self, terms: int) -> list[str]:
        return self._activation_lines()


@dataclass(frozen=True, repr=False)
class DropoutTrace(PassedUnitTrace):
    """A unit of a dropout layer: a = x mask / (1 - rate)."""

    @property
    def kept(self) -> int:
        """1 if the unit was kept for this sample, 0 if it was dropped."""
        return 0 if self.record.mask is None else int(self.record.mask[self.sample, self.unit])

    def _through_the_mask(self, value: float, result: float) -> str:
        return equation(num(value) * num(self.kept) / (num(1) - num(self.record.row.rate)), result)

    def output(self, terms: int = TERMS) -> str:
        """The numbers of a = x mask / (1 - rate)."""
        return self._through_the_mask(self.x, self.a)

    def back_to_input(self) -> str:
        """The numbers of the same on the way back."""
        return self._through_the_mask(self.d_a, self.d_x)

    def _forward_lines(self, terms: int) -> list[str]:
        text = f"a = x·mask/(1 − rate) = {self.output()}"
        return [f"mask = {self.kept}: {'kept' if self.kept else 'dropped'} for this sample", text]

    def _backward_lines(self, terms: int) -> list[str]:
        return [*self._d_a_lines(terms), f"∂L/∂x = ∂L/∂a·mask/(1 − rate) = {self.back_to_input()}"]


@dataclass(frozen=True, repr=False)
class NormalisedTrace(PassedUnitTrace):
    """A unit of a batch or layer normalisation: a = w (x - mean) / sqrt(variance + epsilon) + b.

    Attributes
    ----------
    standardised : float
        (x - mean) / sqrt(variance + epsilon).
    mean, variance : float
        Over the batch (batch norm) or over the features of the sample (layer norm).
    """

    @property
    def standardised(self) -> float:
        """(x - mean) / sqrt(variance + epsilon)."""
        return float(self.record.z[self.sample, self.unit])

    def _group(self, array: Array) -> Array:
        """The entries that are normalised together."""
        return array[:, self.unit] if self.record.row.kind == BATCH_NORM else array[self.sample]

    @property
    def mean(self) -> float:
        """The mean of the entries that are normalised together."""
        if self.record.statistics is not None:
            return float(self.record.statistics[0, self.unit])
        return float(self._group(self.record.inputs).mean(dtype=np.float64))

    @property
    def variance(self) -> float:
        """The variance of the entries that are normalised together."""
        if self.record.statistics is not None:
            return float(self.record.statistics[1, self.unit])
        return float(self._group(self.record.inputs).var(dtype=np.float64))

    def _parameter(self, which: str) -> int:
        return int(getattr(self.record.row, which)) + self.unit

    def _before(self, which: str) -> float:
        return float(self.step.update.before[self._parameter(which)])

    def _spread(self) -> Term:
        return root(num(self.variance) + num(self.record.row.epsilon))

    def output(self, terms: int = TERMS) -> str:
        """The numbers of a = w x̂ + b."""
        return equation(
            num(self._before("weights")) * num(self.standardised) + num(self._before("bias")), self.a
        )

    def back_to_input(self) -> str:
        """The numbers of dL/dx = (g - mean g - x̂ mean(g x̂)) / sqrt(variance + epsilon)."""
        g, standardised = self._group(self._g()), self._group(self.record.z).astype(np.float64)
        inner = num(g.mean()) + num(self.standardised) * num((g * standardised).mean())
        own = num(float(self._g()[self.sample, self.unit]))
        return equation((own - inner) / self._spread(), self.d_x)

    def _g(self) -> Array:
        """dL/dx̂ of all samples and units."""
        row, update = self.record.row, self.step.update
        weights = update.before[row.weights : row.weights + row.n_outputs]
        found: Array = self.record.d_a.astype(np.float64) * weights
        return found

    def _forward_lines(self, terms: int) -> list[str]:
        over = (
            "the samples of the batch" if self.record.row.kind == BATCH_NORM else "the features of the sample"
        )
        standardised = equation((num(self.x) - num(self.mean)) / self._spread(), self.standardised)
        return [
            f"mean = {number(self.mean)}, variance = {number(self.variance)}, over {over}",
            f"x̂ = (x − mean)/√(variance + ε) = {standardised}",
            f"a = w·x̂ + b = {self.output()}",
        ]

    def _backward_lines(self, terms: int) -> list[str]:
        gradient, weight = self.step.update.gradient, self._before("weights")
        part = equation(num(self.d_a) * num(self.standardised), self.d_a * self.standardised)
        g = equation(num(weight) * num(self.d_a), weight * self.d_a)
        of_all = [number(float(gradient[self._parameter(which)])) for which in ("weights", "bias")]
        return [
            *self._d_a_lines(terms),
            f"∂L/∂w = ∂L/∂a·x̂, this sample: {part}; over all samples: {of_all[0]}",
            f"∂L/∂b = ∂L/∂a, this sample: {number(self.d_a)}; over all samples: {of_all[1]}",
            f"g = ∂L/∂x̂ = w·∂L/∂a = {g}",
            "∂L/∂x = (g − (mean(g) + x̂·mean(g·x̂)))/√(variance + ε), through the mean and the variance too",
            f"      = {self.back_to_input()}",
        ]

    def _update_lines(self, terms: int) -> list[str]:
        update = self.step.update
        lines = [f"{update.rule}, η = {number(update.learning_rate)}; w:"]
        lines += [f"  {line}" for line in update.lines(self._parameter("weights"))]
        change = float(update.after[self._parameter("bias")]) - float(update.before[self._parameter("bias")])
        return [*lines, f"Δb = {number(change)}"]


KINDS: dict[str, type[UnitTrace]] = {
    DENSE: NeuronTrace, ACTIVATION: ActivationTrace, DROPOUT: DropoutTrace,
    BATCH_NORM: NormalisedTrace, LAYER_NORM: NormalisedTrace,
}  # fmt: skip


def unit_trace(step: StepRecord, layer: int, unit: int, sample: int) -> UnitTrace:
    """The arithmetic of a unit of layer `layer` for a sample.

    Raises
    ------
    ArgumentError
        If there is no such layer, unit or sample.
    """
    places = {record.row.layer: index for index, record in enumerate(step.rows)}
    if checks.integer("layer", layer, least=0) not in places:
        hint = ""
        if layer in range(len(step.network.layers)):
            hint = f", since {compact_repr(step.network.layers[layer])} computes nothing"
        raise ArgumentError(f"layer must be one of {sorted(places)}; got {layer!r}{hint}")
    record = step.rows[places[layer]]
    within("unit", unit, record.row.n_outputs)
    within("sample", sample, len(step.x))
    return unit_of(step, places[layer], unit, sample)


def unit_of(step: StepRecord, index: int, unit: int, sample: int) -> UnitTrace:
    """The arithmetic of a unit of a row of the plan, counted from 0."""
    return KINDS[step.rows[index].row.kind](step, index, unit, sample)


def within(name: str, value: int, n: int) -> None:
    """Raise `ArgumentError` unless `value` counts one of `n` things, from 0 on."""
    if checks.integer(name, value, least=0) >= n:
        raise ArgumentError(f"{name} must be from 0 to {n - 1}; got {value!r}")
