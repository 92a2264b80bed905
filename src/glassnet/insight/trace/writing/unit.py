"""One unit of any layer and one sample of a training step: what all kinds have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.insight.trace.arithmetic import (
    TERMS,
    Term,
    equation,
    num,
    number,
    product_sum,
    times,
)
from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.insight.trace.writing.notation import WrittenFunction, function_of
from glassnet.insight.trace.writing.slopes import LossOf
from glassnet.plan import DENSE
from glassnet.support.arrays import Array
from glassnet.support.registry import compact_repr
from glassnet.support.text import in_one_line, markup

_LARGEST_POWER = 300.0  # of e, that is written as it is


@dataclass(frozen=True)
class UnitTrace:
    """The arithmetic of one unit for one sample.

    Attributes
    ----------
    step : StepRecord
    index : int
        The row of the plan.
    unit, sample : int
    """

    step: StepRecord
    index: int
    unit: int
    sample: int

    @property
    def record(self) -> RowRecord:
        """All arrays of the unit's row of the plan."""
        return self.step.rows[self.index]

    @property
    def layer(self) -> int:
        """Its place in ``net.layers``."""
        return self.record.row.layer

    @property
    def name(self) -> str:
        """The layer, as an expression."""
        return layer_name(self.step, self.index)

    @property
    def a(self) -> float:
        """The output for this sample."""
        return float(self.record.a[self.sample, self.unit])

    @property
    def d_a(self) -> float:
        """The gradient dL/da for this sample."""
        return float(self.record.d_a[self.sample, self.unit])

    def lines(self, terms: int = TERMS) -> list[str]:
        """The arithmetic, a line for each formula; at most `terms` terms of a sum are written out."""
        update = self._update_lines(terms)
        return [
            *self.forward_lines(terms),
            "backward",
            *(f"  {line}" for line in self._backward_lines(terms)),
            *(["update", *(f"  {line}" for line in update)] if update else []),
        ]

    def forward_lines(self, terms: int = TERMS) -> list[str]:
        """Which unit it is, and the arithmetic of the way up."""
        return [
            f"layer {layer_place(self.step, self.index)}, {self.name}: unit {self.unit}, sample {self.sample}",
            "forward",
            *(f"  {line}" for line in self._forward_lines(terms)),
        ]

    def _forward_lines(self, terms: int) -> list[str]:
        raise NotImplementedError

    def _backward_lines(self, terms: int) -> list[str]:
        raise NotImplementedError

    def _update_lines(self, terms: int) -> list[str]:
        return []

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return preformatted(self)

    @property
    def carried(self) -> tuple[Array, Array] | None:
        """Errors dz of the next layer's units and the weights that lead there, where it is dense."""
        following = self._following()
        if following is None or following.row.kind != DENSE or following.weights is None:
            return None
        return following.d_z[self.sample], following.weights[self.unit]

    def _following(self) -> RowRecord | None:
        return self.step.rows[self.index + 1] if self.index + 1 < len(self.step.rows) else None

    @property
    def is_last(self) -> bool:
        """Whether the loss reads this unit."""
        return self.index == len(self.step.rows) - 1

    @property
    def loss_takes_over(self) -> bool:
        """Whether the activation cancels against the loss."""
        return self.step.fused and self.is_last

    @property
    def activation(self) -> WrittenFunction:
        """How the activation of this unit is written."""
        function = self.step.plan.objective.activation if self.loss_takes_over else self.record.row.activation
        return function_of(function)

    @property
    def into_activation(self) -> Array:
        """What the activation of each unit is given, for all samples."""
        return self.record.z if self.record.row.kind == DENSE else self.record.inputs

    def output(self, terms: int = TERMS) -> str:
        """The numbers of a = f(z), and what comes out."""
        term = self.activation.output(self.into_activation[self.sample], self.unit, terms)
        return number(self.a) if term is None else equation(term, self.a)

    def activated(self, terms: int = TERMS) -> str:
        """f(z) as it is called, as it is computed, and with its numbers."""
        return f"{self.activation.called()} = {self.output(terms)}"

    def probability(self, terms: int = TERMS) -> str | None:
        """What a loss of logits makes of this output, with its numbers; None for other losses."""
        probabilities = self.step.probabilities if self.is_last else None
        if probabilities is None:
            return None
        function = function_of(self.step.plan.objective.activation)
        p = float(probabilities[self.sample, self.unit])
        term = function.output(self.record.a[self.sample], self.unit, terms)
        return number(p) if term is None else equation(term, p)

    @property
    def slope(self) -> float | None:
        """f'(z); None for a function of rows, which has a Jacobian, and where the loss takes the activation over."""
        if self.loss_takes_over or self.activation.is_of_rows:
            return None
        place = (slice(self.sample, self.sample + 1), slice(self.unit, self.unit + 1))
        slope: Any = self.record.row.activation.slope(self.into_activation[place], self.record.a[place])
        return float(np.broadcast_to(slope, (1, 1))[0, 0])

    def slope_with_numbers(self) -> str:
        """The numbers of f'(z)."""
        z, slope = float(self.into_activation[self.sample, self.unit]), self.slope
        if slope is None:
            return self.activation.backward
        term = self.activation.slope_with_numbers(z, self.a)
        return number(slope) if term is None else equation(term, slope)

    def error(self) -> str:
        """The numbers of dL/dz, from dL/da or, where the loss took the activation over, from the target."""
        d_z, slope = float(self.record.d_z[self.sample, self.unit]), self.slope
        if self.loss_takes_over:
            return LossOf(self.step).slope_with_numbers(self.sample, self.unit, d_z)
        if slope is None:
            return equation(self._through_row()[1], d_z)
        return equation(times(num(self.d_a), num(slope)), d_z)

    def _through_row(self) -> tuple[list[tuple[str, Term, float]], Term]:
        return self.activation.through_row(
            self.record.a[self.sample], self.record.d_a[self.sample], self.unit
        )

    def d_output(self, terms: int = TERMS) -> str:
        """The numbers of dL/da: of the loss, or of what the next layer carries back."""
        if self.is_last:
            return LossOf(self.step).slope_with_numbers(self.sample, self.unit, self.d_a)
        carried = self.carried
        return number(self.d_a) if carried is None else equation(product_sum(*carried, terms), self.d_a)

    def _activation_lines(self) -> list[str]:
        """The way back through the activation."""
        if self.loss_takes_over:
            return self._cancelled_lines()
        function, slope = self.activation, self.slope
        if slope is None:
            sums, _ = self._through_row()
            return [
                *self._d_a_lines(),
                *(f"{text} = {equation(term, value)}" for text, term, value in sums),
                f"dz = {function.backward} = {self.error()}",
            ]
        return [
            *self._d_a_lines(),
            f"f′(z) = {_once(function.slope, self.slope_with_numbers())}",
            f"dz = ∂L/∂a · f′(z) = {self.error()}",
        ]

    def _cancelled_lines(self) -> list[str]:
        """The error of an output whose activation cancels against the loss."""
        loss, name = LossOf(self.step), self.activation.name
        text, _ = loss.slope("a", "y", "Σy")
        of_what = f"{loss.count} samples" if loss.over == "m" else f"{loss.count} outputs of the batch"
        legend = "; ".join([f"{loss.over} = {of_what}", *loss.legend("Σy")])
        return [
            f"{name} and its cross-entropy cancel: ∂L/∂a · ∂a/∂z = {text}, {legend}",
            f"dz = {text} = {self.error()}",
        ]

    def _d_a_lines(self, terms: int = TERMS) -> list[str]:
        """Where dL/da comes from: the next layer, or the loss."""
        following = self._following()
        if following is None:
            loss = LossOf(self.step)
            letter = "a" if self.step.probabilities is None else "p"
            return [f"∂L/∂a = {_once(loss.slope(letter, 'y', 'Σy')[0], self.d_output(terms))}"]
        if self.carried is not None:
            return ["∂L/∂a = Σ dzₖ·wₖ over the units k of the next layer", f"      = {self.d_output(terms)}"]
        place, name = layer_place(self.step, self.index + 1), layer_name(self.step, self.index + 1)
        return [f"∂L/∂a = {number(self.d_a)}, which layer {place}, {name}, carries back"]


def layer_place(step: StepRecord, index: int) -> int | tuple[int, ...]:
    """Where the layer of a row stands, as :meth:`Trace.neuron` takes it."""
    place, _ = step.places[index]
    return place if len(place) > 1 else place[0]


def layer_name(step: StepRecord, index: int) -> str:
    """The layer of a row, as an expression."""
    return in_one_line(compact_repr(step.places[index][1]))


def preformatted(text: object) -> str:
    """Lines as a notebook shows them below a cell."""
    style = "white-space: pre-wrap; word-break: normal; overflow-wrap: break-word; font-family: monospace"
    return f'<div style="{style}">{markup(text)}</div>'


def _once(formula: str, numbers: str) -> str:
    """A formula and the same with numbers, where they are not alike."""
    return numbers if formula == numbers else f"{formula} = {numbers}"
