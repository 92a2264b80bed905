"""Units that are written by formulas of their own, forward and back; and those among them that learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from glassnet.insight.trace.arithmetic import TERMS, Term, equation, num, number, product_sum, times
from glassnet.insight.trace.writing.terms import with_letters, with_numbers
from glassnet.insight.trace.writing.unit import UnitTrace
from glassnet.layers.facts import LayerFacts
from glassnet.support import expressions
from glassnet.support.arrays import Array


class Formula(NamedTuple):
    """What becomes of whole arrays, in text and in LaTeX, the same with the numbers of one unit.

    The operands are what goes in, with the sign that stands between them.
    """

    plain: str
    latex: str
    numbers: str
    operands: tuple[Array, ...]
    sign: str = " ∘ "


def letters(k: int) -> tuple[str, str]:
    """What row k gives, 0 being the batch, in text and in LaTeX."""
    return (f"A{k}", f"A_{k}") if k else ("X", "X")


@dataclass(frozen=True, repr=False)
class PassedUnitTrace(UnitTrace):
    """A unit that has one input.

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
class OwnTrace(PassedUnitTrace):
    """A unit whose kind has formulas of its own."""

    @property
    def _letters(self) -> tuple[str, str, int]:
        """What goes in, in text and in LaTeX, and the number of the row."""
        return *letters(self.index), self.index + 1

    def forward(self) -> Formula:
        """The output of the row."""
        raise NotImplementedError

    def back(self) -> Formula:
        """The gradient with respect to its input."""
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class LearnedTrace(OwnTrace):
    """A unit that has a weight of its own, or shares one, and perhaps a bias."""

    @property
    def weight(self) -> float:
        """The weight before the update."""
        return float(self.step.update.before[self.place])

    def gradient(self) -> Formula:
        """The gradient of the weights."""
        raise NotImplementedError

    @property
    def place(self) -> int:
        """Where its weight lies in the flat vector."""
        return int(self.record.row.weights + self.record.column(self.unit))

    @property
    def _of_all_samples(self) -> str:
        return number(float(self.step.update.gradient[self.place]))

    def _update_lines(self, terms: int) -> list[str]:
        update = self.step.update
        return [
            f"{update.rule}, η = {number(update.learning_rate)}; w:",
            *(f"  {line}" for line in update.lines(self.place)),
        ]


@dataclass(frozen=True, repr=False)
class OfColumnTrace(LearnedTrace):
    """A unit of a layer that hands columns on, and puts what it learns of some of them behind."""

    @property
    def column(self) -> int:
        """The column of the layer's input that it reads."""
        raise NotImplementedError

    @property
    def x(self) -> float:
        """What stands in its column, for this sample."""
        return float(self.record.inputs[self.sample, self.column])

    @property
    def d_x(self) -> float:
        """The gradient dL/dx for this sample."""
        return float(self.record.d_inputs[self.sample, self.column])


@dataclass(frozen=True, repr=False)
class WeightedTrace(LearnedTrace):
    """A unit of a layer that makes each output from one input x and one weight w, as its facts are written."""

    @property
    def _facts(self) -> LayerFacts:
        own = self.record.row.own
        if own is None or not isinstance(own.layer.facts, LayerFacts):
            raise NotImplementedError(f"{self.name} does not state its facts")
        return own.layer.facts

    def _written(self, formula: str) -> tuple[str, str]:
        """A formula with the letters of whole arrays."""
        source, latex, k = self._letters
        text = with_letters(formula, {"x": source, "w": f"w{k}"}).write(0)
        return text, expressions.latex(formula, {"x": latex, "w": f"w_{k}"})

    def _of_unit(self, formula: str) -> str:
        return with_letters(formula, {"x": "x", "w": "w"}).write(0)

    def _filled(self, formula: str) -> Term:
        return with_numbers(formula, {"x": self.x, "w": self.weight})

    def output(self, terms: int = TERMS) -> str:
        """The numbers of the output."""
        return equation(self._filled(self._facts.value), self.a)

    def back_to_input(self) -> str:
        """The numbers of dL/dx = dL/da · da/dx."""
        return equation(times(num(self.d_a), self._filled(self._facts.slope)), self.d_x)

    def forward(self) -> Formula:
        """A by the formula of the facts."""
        text, latex = self._written(self._facts.value)
        k = self.index + 1
        inputs = (self.record.inputs,)
        return Formula(f"A{k} = {text}", f"A_{k} = {latex}", f"a = {self.output()}", inputs)

    def gradient(self) -> Formula:
        """dw = sum dA · da/dw, over the units too where they share it."""
        record, k, formula = self.record, self.index + 1, self._facts.slope_of_weight
        text, latex = self._written(formula)
        weights: Any = record.weights
        slopes = np.broadcast_to(
            expressions.computed(formula, {"x": record.inputs, "w": weights}), record.d_a.shape
        )
        units = slice(None) if self._shares else self.unit
        d_a, slopes = record.d_a[:, units].reshape(-1), slopes[:, units].reshape(-1)
        some = np.flatnonzero(d_a * slopes)
        result = float(self.step.update.gradient[self.place])
        return Formula(
            f"dw{k} = Σ dA{k} ∘ {_held(text)}, {self._over}",
            rf"dw_{k} = \sum dA_{k} \circ \left({latex}\right)",
            f"dw = {equation(product_sum(d_a[some], slopes[some]), result)}",
            (record.d_a, record.inputs),
        )

    def back(self) -> Formula:
        """dX = dA ∘ da/dx."""
        text, latex = self._written(self._facts.slope)
        k = self.index + 1
        return Formula(
            f"dA{k - 1} = dA{k} ∘ {_held(text)}",
            rf"dA_{k - 1} = dA_{k} \circ \left({latex}\right)",
            f"da = {self.back_to_input()}",
            (self.record.d_a, self.record.inputs),
        )

    @property
    def _shares(self) -> bool:
        """Whether other units have the same weight."""
        return self.record.weights is not None and self.record.weights.shape[1] < self.record.row.n_outputs

    @property
    def _over(self) -> str:
        return "over the samples and the units, which share w" if self._shares else "over the samples"

    def _forward_lines(self, terms: int) -> list[str]:
        return [f"a = {self._of_unit(self._facts.value)} = {self.output(terms)}"]

    def _backward_lines(self, terms: int) -> list[str]:
        facts = self._facts
        of_weight = self._filled(facts.slope_of_weight)
        part = equation(times(num(self.d_a), of_weight), self.d_a * of_weight.compute(17))
        return [
            *self._d_a_lines(terms),
            f"∂L/∂x = ∂L/∂a · ∂a/∂x, ∂a/∂x = {self._of_unit(facts.slope)}: {self.back_to_input()}",
            f"∂L/∂w = Σ ∂L/∂a · ∂a/∂w, {self._over}, ∂a/∂w = {self._of_unit(facts.slope_of_weight)}",
            f"      of this sample and unit: {part}; of all: {self._of_all_samples}",
        ]


def _held(text: str) -> str:
    """A formula as a factor."""
    return f"({text})" if " " in text or "·" in text else text
