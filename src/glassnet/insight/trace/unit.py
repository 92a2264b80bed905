"""One unit of any layer and one sample of a training step: what all kinds have in common."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from numpy.typing import NDArray

from glassnet.insight.trace.notation import LOSSES, activation_notation
from glassnet.insight.trace.numbers import TERMS, factor, number, product_sum
from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.plan import ACTIVATION, DENSE, DROPOUT
from glassnet.registry import compact_repr

Array = NDArray[Any]


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
    def made(self) -> RowRecord:
        """What the row computed."""
        return self.step.rows[self.index]

    @property
    def layer(self) -> int:
        """Index in net.layers."""
        return self.made.row.layer

    @property
    def name(self) -> str:
        """The layer, as an expression."""
        return compact_repr(self.step.network.layers[self.layer])

    @property
    def a(self) -> float:
        """The output."""
        return float(self.made.a[self.sample, self.unit])

    @property
    def d_a(self) -> float:
        """dL/da."""
        return float(self.made.d_a[self.sample, self.unit])

    def lines(self, terms: int = TERMS) -> list[str]:
        """The arithmetic, a line for each formula; at most `terms` terms of a sum are written out."""
        update = self._update_lines(terms)
        return [
            f"layer {self.layer}, {self.name}: unit {self.unit}, sample {self.sample}",
            "forward",
            *(f"  {line}" for line in self._forward_lines(terms)),
            "backward",
            *(f"  {line}" for line in self._backward_lines(terms)),
            *(["update", *(f"  {line}" for line in update)] if update else []),
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
        return f"<pre>{escape(str(self))}</pre>"

    @property
    def carried(self) -> tuple[Array, Array] | None:
        """Errors dz of the next layer's units and the weights that lead there, where it is dense."""
        following = self._following()
        if following is None or following.row.kind != DENSE or following.weights is None:
            return None
        return following.d_z[self.sample], following.weights[self.unit]

    def _following(self) -> RowRecord | None:
        return self.step.rows[self.index + 1] if self.index + 1 < len(self.step.rows) else None

    def _d_a_lines(self, terms: int) -> list[str]:
        """Where dL/da comes from: the next layer, or the loss."""
        following, carried = self._following(), self.carried
        if following is None:
            return [f"∂L/∂a = {self._slope_of_loss()} = {number(self.d_a)}"]
        if carried is not None:
            return [
                "∂L/∂a = Σ dzₖ·wₖ over the units k of the next layer",
                f"      = {product_sum(*carried, terms)} = {number(self.d_a)}",
            ]
        behind = factor(float(following.d_a[self.sample, self.unit]))
        text = f"through layer {following.row.layer}, {compact_repr(self.step.network.layers[following.row.layer])}"
        if following.row.kind == DROPOUT and following.mask is not None:
            kept = int(following.mask[self.sample, self.unit])
            text = f"∂L/∂a′·mask/(1 − rate) = {behind}·{kept}/(1 − {number(following.row.rate)}), {text}"
        elif following.row.kind == ACTIVATION:
            _, notation = activation_notation(following.row.activation)
            text = f"∂L/∂a′·f′ = {behind}·f′, f′ = {notation.slope}, {text}"
        return [f"∂L/∂a = {number(self.d_a)}: {text}"]

    def _slope_of_loss(self) -> str:
        """The derivative of the loss at the output, with the target where there is one for each output."""
        objective, y = self.step.plan.objective, self.step.y
        notation = LOSSES.get(objective.name)
        text = notation.slope if notation else "slope of the loss"
        told = []
        if objective.targets != "labels":
            told.append(f"y = {number(float(y[self.sample, self.unit]))}")
        probabilities = self.step.probabilities
        if probabilities is not None:
            told.append(f"p = {number(float(probabilities[self.sample, self.unit]))}")
        told += self._weight_of_sample()
        return f"{text.lower()}{', ' + ', '.join(told) if told else ''}"

    def _weight_of_sample(self) -> list[str]:
        weight = float(self.step.sample_weights[self.sample])
        return [] if weight == 1 else [f"times the sample's weight {number(weight)}"]
