"""Units that are normalised with others: over the batch, or over the features of their sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.insight.trace.arithmetic import (
    TERMS,
    Term,
    equation,
    largest_of,
    num,
    number,
    product_sum,
    root,
)
from glassnet.insight.trace.writing.learned import Formula, LearnedTrace
from glassnet.layers import RMSNorm
from glassnet.plan import BATCH_NORM, LAYER_NORM
from glassnet.support.arrays import Array


@dataclass(frozen=True, repr=False)
class OfGroupTrace(LearnedTrace):
    """What the normalisations have in common: x becomes `standardised`, which a weight multiplies."""

    LETTER: ClassVar[tuple[str, str]]

    @property
    def standardised(self) -> float:
        """What the weight multiplies."""
        return float(self.record.z[self.sample, self.unit])

    def _group(self, array: Array) -> Array:
        """The entries that are normalised together."""
        return array[:, self.unit] if self.record.row.kind == BATCH_NORM else array[self.sample]

    def _without_weights(self, x: str) -> str:
        """What the weights multiply, in letters."""
        raise NotImplementedError

    def _spread(self) -> Term:
        """What the inputs are divided by."""
        raise NotImplementedError

    def _g(self) -> Array:
        """The gradient with respect to what the weights multiply, of all samples and units."""
        row, update = self.record.row, self.step.update
        weights = update.before[row.weights : row.weights + row.n_outputs]
        errors: Array = self.record.d_a.astype(np.float64) * weights
        return errors

    def gradient(self) -> Formula:
        """dw = Σ dA ∘ what the weights multiply."""
        source, _, k = self._letters
        letter, latex_letter = self.LETTER
        record, result = self.record, float(self.step.update.gradient[self.place])
        numbers = equation(product_sum(record.z[:, self.unit], record.d_a[:, self.unit]), result)
        return Formula(
            f"dw{k} = Σ over the samples of dA{k} ∘ {letter}, {letter} = {self._without_weights(source)}",
            rf"dw_{k} = \sum_i dA_{k} \circ {latex_letter}",
            f"dw = {numbers}",
            (record.d_a, record.z),
        )

    def _weight_lines(self) -> list[str]:
        letter, weight = self.LETTER[0], self.weight
        part = equation(num(self.d_a) * num(self.standardised), self.d_a * self.standardised)
        return [
            f"∂L/∂w = ∂L/∂a·{letter}, this sample: {part}; over all samples: {self._of_all_samples}",
            *self._bias_lines(),
            f"g = ∂L/∂{letter} = w·∂L/∂a = {equation(num(weight) * num(self.d_a), weight * self.d_a)}",
        ]

    def _bias_lines(self) -> list[str]:
        return []


@dataclass(frozen=True, repr=False)
class NormalisedTrace(OfGroupTrace):
    """A unit of a batch or layer normalisation: a = w (x - mean) / sqrt(variance + epsilon) + b.

    Attributes
    ----------
    standardised : float
        (x - mean) / sqrt(variance + epsilon).
    mean, variance : float
        Over the batch (batch norm) or over the features of the sample (layer norm).
    """

    LETTER = ("x̂", r"\hat x")

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

    @property
    def _place_of_bias(self) -> int:
        return int(self.record.row.bias) + self.unit

    def _without_weights(self, x: str) -> str:
        return f"({x} − mean)/√(variance + ε)"

    def _spread(self) -> Term:
        return root(num(self.variance) + num(self.record.row.epsilon))

    def output(self, terms: int = TERMS) -> str:
        """The numbers of a = w x̂ + b."""
        bias = float(self.step.update.before[self._place_of_bias])
        return equation(num(self.weight) * num(self.standardised) + num(bias), self.a)

    def back_to_input(self) -> str:
        """The numbers of dL/dx = (g - mean g - x̂ mean(g x̂)) / sqrt(variance + epsilon)."""
        g, standardised = self._group(self._g()), self._group(self.record.z).astype(np.float64)
        inner = num(g.mean()) + num(self.standardised) * num((g * standardised).mean())
        own = num(float(self._g()[self.sample, self.unit]))
        return equation((own - inner) / self._spread(), self.d_x)

    @property
    def _over(self) -> str:
        return "the batch" if self.record.row.kind == BATCH_NORM else "the features of each sample"

    def forward(self) -> Formula:
        """A = w (X − mean)/√(variance + ε) + b."""
        source, latex, k = self._letters
        over = f"over {self._over}" if self.record.statistics is None else "by running statistics"
        return Formula(
            f"A{k} = w{k} {self._without_weights(source)} + b{k}, {over}",
            rf"A_{k} = w_{k} \frac{{{latex} - \mu}}{{\sqrt{{\sigma^2 + \epsilon}}}} + b_{k}",
            f"a = w·x̂ + b = {self.output()}",
            (self.record.inputs,),
        )

    def back(self) -> Formula:
        """dX, through the mean and the variance too."""
        k = self.index + 1
        return Formula(
            f"dA{k - 1} = (g − (mean(g) + x̂·mean(g·x̂)))/√(variance + ε), g = w{k}·dA{k}",
            rf"dA_{k - 1} = (g - \overline g - \hat x\, \overline{{g \hat x}}) / \sqrt{{\sigma^2 + \epsilon}}",
            f"da = {self.back_to_input()}",
            (self.record.d_a,),
        )

    def _forward_lines(self, terms: int) -> list[str]:
        of_batch = self.record.row.kind == BATCH_NORM
        over = "over the samples of the batch" if of_batch else "over the features of the sample"
        if self.record.statistics is not None:
            over = "the running statistics"
        standardised = equation((num(self.x) - num(self.mean)) / self._spread(), self.standardised)
        return [
            f"mean = {number(self.mean)}, variance = {number(self.variance)}, {over}",
            f"x̂ = {self._without_weights('x')} = {standardised}",
            f"a = w·x̂ + b = {self.output()}",
        ]

    def _bias_lines(self) -> list[str]:
        of_all = number(float(self.step.update.gradient[self._place_of_bias]))
        return [f"∂L/∂b = ∂L/∂a, this sample: {number(self.d_a)}; over all samples: {of_all}"]

    def _backward_lines(self, terms: int) -> list[str]:
        return [
            *self._d_a_lines(terms),
            *self._weight_lines(),
            "∂L/∂x = (g − (mean(g) + x̂·mean(g·x̂)))/√(variance + ε), through the mean and the variance too",
            f"      = {self.back_to_input()}",
        ]

    def _update_lines(self, terms: int) -> list[str]:
        update, place = self.step.update, self._place_of_bias
        return [
            *super()._update_lines(terms),
            f"Δb = {number(float(update.after[place]) - float(update.before[place]))}",
        ]


@dataclass(frozen=True, repr=False)
class RootMeanSquareTrace(OfGroupTrace):
    """A unit of a root-mean-square normalisation: a = w x / sqrt(mean of x^2 + epsilon).

    Attributes
    ----------
    standardised : float
        x / sqrt(mean of x^2 + epsilon).
    mean_square : float
        Over the features of the sample.
    """

    LETTER = ("s", "s")

    @property
    def mean_square(self) -> float:
        """The mean of the squares of the sample's features."""
        return float(np.square(self.record.inputs[self.sample], dtype=np.float64).mean())

    def _without_weights(self, x: str) -> str:
        return f"{x}/√(mean({x}²) + ε)"

    def _spread(self) -> Term:
        layer = self.record.row.own.layer if self.record.row.own is not None else None
        if not isinstance(layer, RMSNorm):
            raise NotImplementedError(f"{self.name} is no RMSNorm")
        return root(num(self.mean_square) + num(layer.epsilon_in(self.record.inputs.dtype)))

    def output(self, terms: int = TERMS) -> str:
        """The numbers of a = w s."""
        return equation(num(self.weight) * num(self.standardised), self.a)

    def back_to_input(self) -> str:
        """The numbers of dL/dx = (g - s mean(g s)) / sqrt(mean of x^2 + epsilon)."""
        g, divided = self._group(self._g()), self._group(self.record.z).astype(np.float64)
        inner = num(self.standardised) * num((g * divided).mean())
        own = num(float(self._g()[self.sample, self.unit]))
        return equation((own - inner) / self._spread(), self.d_x)

    def forward(self) -> Formula:
        """A = w X/√(mean(X²) + ε)."""
        source, latex, k = self._letters
        return Formula(
            f"A{k} = w{k} {self._without_weights(source)}, over the features of each sample",
            rf"A_{k} = w_{k} \frac{{{latex}}}{{\sqrt{{\overline{{{latex}^2}} + \epsilon}}}}",
            f"a = w·s = {self.output()}",
            (self.record.inputs,),
        )

    def back(self) -> Formula:
        """dX, through the mean square too."""
        source, latex, k = self._letters
        return Formula(
            f"dA{k - 1} = (g − s·mean(g·s))/√(mean({source}²) + ε), g = w{k}·dA{k}",
            rf"dA_{k - 1} = (g - s\, \overline{{g s}}) / \sqrt{{\overline{{{latex}^2}} + \epsilon}}",
            f"da = {self.back_to_input()}",
            (self.record.d_a,),
        )

    def _forward_lines(self, terms: int) -> list[str]:
        x = self.record.inputs[self.sample].astype(np.float64)
        squares = largest_of(x * x, lambda place: num(x[place]) ** 2, terms)
        divided = equation(num(self.x) / self._spread(), self.standardised)
        return [
            f"mean(x²) = {equation(squares / num(len(x)), self.mean_square)}, over the features of the sample",
            f"s = {self._without_weights('x')} = {divided}",
            f"a = w·s = {self.output()}",
        ]

    def _backward_lines(self, terms: int) -> list[str]:
        return [
            *self._d_a_lines(terms),
            *self._weight_lines(),
            "∂L/∂x = (g − s·mean(g·s))/√(mean(x²) + ε), through the mean square too",
            f"      = {self.back_to_input()}",
        ]


KINDS = {BATCH_NORM: NormalisedTrace, LAYER_NORM: NormalisedTrace, "rms_norm": RootMeanSquareTrace}
