"""Units of layers without a neuron's weighted sum: activations, dropout, normalisations. And the way to any unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.insight.trace.neuron import NeuronTrace, slope
from glassnet.insight.trace.notation import activation_notation
from glassnet.insight.trace.numbers import factor, number, product_sum
from glassnet.insight.trace.record import StepRecord
from glassnet.insight.trace.unit import UnitTrace
from glassnet.plan import ACTIVATION, BATCH_NORM, DENSE, DROPOUT, LAYER_NORM
from glassnet.registry import compact_repr

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
        """The input."""
        return float(self.made.inputs[self.sample, self.unit])

    @property
    def d_x(self) -> float:
        """dL/dx."""
        return float(self.made.d_inputs[self.sample, self.unit])


@dataclass(frozen=True, repr=False)
class ActivationTrace(PassedUnitTrace):
    """A unit of an activation layer: a = f(x)."""

    @property
    def _loss_takes_over(self) -> bool:
        return self.step.fused and self.index == len(self.step.rows) - 1

    def _forward_lines(self, terms: int) -> list[str]:
        activation = self.made.row.activation
        if self._loss_takes_over:
            activation = self.step.plan.objective.activation
        name, notation = activation_notation(activation)
        return [f"a = {name}(z) = {notation.value}, z = {number(self.x)}", f"  = {number(self.a)}"]

    def _backward_lines(self, terms: int) -> list[str]:
        if self._loss_takes_over:
            name, _ = activation_notation(self.step.plan.objective.activation)
            target = number(float(self.step.y[self.sample, self.unit]))
            return [
                f"{name} and its cross-entropy cancel: dz = (a − y) over the number that the mean is of, y = {target}",
                f"   = {number(self.d_x)}",
            ]
        found = slope(self.made, self.sample, self.unit)
        _, notation = activation_notation(self.made.row.activation)
        if found is None:
            a, errors = self.made.a[self.sample], self.made.d_a[self.sample]
            return [
                *self._d_a_lines(terms),
                f"Σₖ ∂L/∂aₖ·aₖ = {product_sum(errors, a, terms)} = {number(float(errors @ a))}",
                f"dz = a·(∂L/∂a − Σₖ ∂L/∂aₖ·aₖ) = {number(self.d_x)}",
            ]
        return [
            *self._d_a_lines(terms),
            f"f′(z) = {notation.slope} = {number(found)}",
            f"dz = ∂L/∂a · f′(z) = {factor(self.d_a)} · {factor(found)} = {number(self.d_x)}",
        ]


@dataclass(frozen=True, repr=False)
class DropoutTrace(PassedUnitTrace):
    """A unit of a dropout layer: a = x mask / (1 - rate)."""

    @property
    def kept(self) -> int:
        """1 if the unit was kept for this sample, 0 if it was dropped."""
        return 0 if self.made.mask is None else int(self.made.mask[self.sample, self.unit])

    def _forward_lines(self, terms: int) -> list[str]:
        rate = number(self.made.row.rate)
        text = f"a = x·mask/(1 − rate) = {factor(self.x)}·{self.kept}/(1 − {rate}) = {number(self.a)}"
        return [f"mask = {self.kept}: {'kept' if self.kept else 'dropped'} for this sample", text]

    def _backward_lines(self, terms: int) -> list[str]:
        rate = number(self.made.row.rate)
        text = f"∂L/∂x = ∂L/∂a·mask/(1 − rate) = {factor(self.d_a)}·{self.kept}/(1 − {rate}) = {number(self.d_x)}"
        return [*self._d_a_lines(terms), text]


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
        return float(self.made.z[self.sample, self.unit])

    def _group(self, array: Array) -> Array:
        """The entries that are normalised together."""
        return array[:, self.unit] if self.made.row.kind == BATCH_NORM else array[self.sample]

    @property
    def mean(self) -> float:
        """Of the entries that are normalised together."""
        return float(self._group(self.made.inputs).mean())

    @property
    def variance(self) -> float:
        """Of the entries that are normalised together."""
        return float(self._group(self.made.inputs).var())

    def _parameter(self, which: str) -> int:
        return int(getattr(self.made.row, which)) + self.unit

    def _forward_lines(self, terms: int) -> list[str]:
        row, before = self.made.row, self.step.update.before
        over = "the samples of the batch" if row.kind == BATCH_NORM else "the features of the sample"
        w, b = (float(before[self._parameter(which)]) for which in ("weights", "bias"))
        return [
            f"mean = {number(self.mean)}, variance = {number(self.variance)}, over {over}",
            f"x̂ = (x − mean)/√(variance + ε) = ({number(self.x)} − {factor(self.mean)})"
            f"/√({number(self.variance)} + {number(row.epsilon)}) = {number(self.standardised)}",
            f"a = w·x̂ + b = {factor(w)}·{factor(self.standardised)} + {factor(b)} = {number(self.a)}",
        ]

    def _backward_lines(self, terms: int) -> list[str]:
        made, update = self.made, self.step.update
        weights = update.before[made.row.weights : made.row.weights + made.row.n_outputs]
        errors = self._group(made.d_a * weights)
        standardised = self._group(made.z)
        g = self.d_a * float(weights[self.unit])
        part = self.d_a * self.standardised
        return [
            *self._d_a_lines(terms),
            f"∂L/∂w = ∂L/∂a·x̂, this sample: {number(part)}; over all samples: "
            f"{number(float(update.gradient[self._parameter('weights')]))}",
            f"∂L/∂b = ∂L/∂a, this sample: {number(self.d_a)}; over all samples: "
            f"{number(float(update.gradient[self._parameter('bias')]))}",
            f"g = ∂L/∂x̂ = w·∂L/∂a = {factor(float(weights[self.unit]))}·{factor(self.d_a)} = {number(g)}",
            "∂L/∂x = (g − mean(g) − x̂·mean(g·x̂))/√(variance + ε), through the mean and the variance too",
            f"      = ({number(g)} − {factor(float(errors.mean()))} − {factor(self.standardised)}·"
            f"{factor(float((errors * standardised).mean()))})"
            f"/√({number(self.variance)} + {number(made.row.epsilon)}) = {number(self.d_x)}",
        ]

    def _update_lines(self, terms: int) -> list[str]:
        update = self.step.update
        lines = [f"{update.rule}, η = {number(update.learning_rate)}; w:"]
        lines += [f"  {line}" for line in update.lines(self._parameter("weights"))]
        change = float(update.after[self._parameter("bias")]) - float(update.before[self._parameter("bias")])
        return [*lines, f"Δb = {number(change)}"]


KINDS: dict[int, type[UnitTrace]] = {
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
    places = {made.row.layer: index for index, made in enumerate(step.rows)}
    if layer not in places:
        hint = ""
        if layer in range(len(step.network.layers)):
            hint = f", since {compact_repr(step.network.layers[layer])} computes nothing"
        raise ArgumentError(f"layer must be one of {sorted(places)}; got {layer!r}{hint}")
    made = step.rows[places[layer]]
    _within("unit", unit, made.row.n_outputs)
    _within("sample", sample, len(step.x))
    return KINDS[made.row.kind](step, places[layer], unit, sample)


def _within(name: str, value: int, n: int) -> None:
    if value not in range(n):
        raise ArgumentError(f"{name} must be from 0 to {n - 1}; got {value!r}")
