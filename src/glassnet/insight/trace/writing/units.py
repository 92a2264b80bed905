"""Units of activations and of dropout, and the way to any unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassnet.errors import ArgumentError
from glassnet.insight.trace.arithmetic import TERMS, equation, num, number
from glassnet.insight.trace.record import StepRecord
from glassnet.insight.trace.writing import kinds
from glassnet.insight.trace.writing.described import DescribedTrace
from glassnet.insight.trace.writing.learned import Formula, OwnTrace, PassedUnitTrace, WeightedTrace
from glassnet.insight.trace.writing.neuron import NeuronTrace
from glassnet.insight.trace.writing.unit import UnitTrace, layer_place
from glassnet.layers.base import computes_like, registry, trains_as_described
from glassnet.layers.facts import LayerFacts, LayerWords
from glassnet.layers.trial import refuse_misdescribed
from glassnet.network.network import Network
from glassnet.plan import ACTIVATION, BRANCH, DENSE, DROPOUT, SUM, Row
from glassnet.support import checks
from glassnet.support.registry import compact_repr


@dataclass(frozen=True, repr=False)
class ActivationTrace(PassedUnitTrace):
    """A unit of an activation layer: a = f(x)."""

    def _forward_lines(self, terms: int) -> list[str]:
        return [f"a = {self.activated(terms)}, z = {number(self.x)}"]

    def _backward_lines(self, terms: int) -> list[str]:
        return self._activation_lines()


@dataclass(frozen=True, repr=False)
class DropoutTrace(OwnTrace):
    """A unit of a dropout layer: a = x mask / (1 - rate)."""

    @property
    def kept(self) -> int:
        """1 if the unit was kept for this sample, 0 if it was dropped."""
        return 0 if self.record.mask is None else int(self.record.mask[self.sample, self.unit])

    @property
    def rate(self) -> Any:
        """The share that is dropped in this step; 0 in prediction."""
        return self.record.row.rate

    def _through_the_mask(self, value: float, result: float) -> str:
        return equation(num(value) * num(self.kept) / (num(1) - num(self.rate)), result)

    def output(self, terms: int = TERMS) -> str:
        """The numbers of a = x mask / (1 - rate)."""
        return self._through_the_mask(self.x, self.a)

    def back_to_input(self) -> str:
        """The numbers of the same on the way back."""
        return self._through_the_mask(self.d_a, self.d_x)

    def forward(self) -> Formula:
        """A = X ∘ M / (1 − p)."""
        source, latex, k = self._letters
        if not self.rate:
            text, in_latex = f"A{k} = {source}, since nothing is dropped", f"A_{k} = {latex}"
            return Formula(text, in_latex, f"a = {number(self.a)}", (self.record.inputs,))
        return Formula(
            f"A{k} = {source} ∘ M{k} / (1 − p)",
            rf"A_{k} = {latex} \circ M_{k} / (1 - p)",
            f"a = {self.output()}, p = {number(self.rate)}",
            (self.record.inputs, self.record.a),
        )

    def back(self) -> Formula:
        """dX = dA ∘ M / (1 − p)."""
        k = self.index + 1
        return Formula(
            f"dA{k - 1} = dA{k} ∘ M{k} / (1 − p)",
            rf"dA_{k - 1} = dA_{k} \circ M_{k} / (1 - p)",
            f"da = {self.back_to_input()}",
            (self.record.d_a, self.record.a),
        )

    def _forward_lines(self, terms: int) -> list[str]:
        if not self.rate:
            return [f"a = x = {number(self.a)}, since nothing is dropped"]
        text = f"a = x·mask/(1 − rate) = {self.output()}"
        return [f"mask = {self.kept}: {'kept' if self.kept else 'dropped'} for this sample", text]

    def _backward_lines(self, terms: int) -> list[str]:
        return [*self._d_a_lines(terms), f"∂L/∂x = ∂L/∂a·mask/(1 − rate) = {self.back_to_input()}"]


KINDS: dict[str, type[UnitTrace]] = {
    DENSE: NeuronTrace, ACTIVATION: ActivationTrace, DROPOUT: DropoutTrace, **kinds.KINDS,
}  # fmt: skip


def kind_of(row: Row) -> type[UnitTrace] | None:
    """What writes the units of a row: a class of its kind, or its layer's facts; None where there is neither.

    A subclass that computes something else than the layer that is known counts as unknown.
    """
    if row.own is None or row.kind in (BRANCH, SUM):
        return KINDS.get(row.kind)
    layer, own_class = row.own.layer, registry.classes().get(row.kind)
    if row.kind in KINDS and own_class is not None and computes_like(layer, own_class):
        return KINDS[row.kind]
    if not trains_as_described(layer, row.own.input_shape):
        return None
    if isinstance(layer.facts, LayerWords) and row.own.parameters and not all(layer.facts.gradient):
        return None
    return {LayerFacts: WeightedTrace, LayerWords: DescribedTrace, type(None): None}[type(layer.facts)]


def refuse_unwritten(network: Network) -> None:
    """Raise `ArgumentError` where there are no words for a layer."""
    for row in network.plan().rows:
        if kind_of(row) is None:
            raise _unwritten(network, row)
        if row.own is not None and row.kind not in (BRANCH, SUM):
            refuse_misdescribed(row.own.layer, row.own.input_shape)


def _unwritten(network: Network, row: Row) -> ArgumentError:
    return ArgumentError(
        f"a trace cannot tell what layer {row.layer}, {network.layers[row.layer]!r}, does: it is none of "
        f"{', '.join(KINDS)}, and does not state in facts and a description what it computes"
    )


def unit_trace(step: StepRecord, layer: int | tuple[int, ...], unit: int, sample: int) -> UnitTrace:
    """The arithmetic of a unit of layer `layer` for a sample.

    Raises `ArgumentError` if there is no such layer, unit or sample.
    """
    places = {layer_place(step, index): index for index in range(len(step.rows))}
    hint = ""
    if not isinstance(layer, tuple) and checks.integer("layer", layer, least=0) < len(step.network.layers):
        hint = f", since {compact_repr(step.network.layers[layer])} computes nothing"
    if layer not in list(places):
        raise ArgumentError(f"layer must be one of {list(places)}; got {layer!r}{hint}")
    record = step.rows[places[layer]]
    within("unit", unit, record.row.n_outputs)
    within("sample", sample, len(step.x))
    return unit_of(step, places[layer], unit, sample)


def unit_of(step: StepRecord, index: int, unit: int, sample: int) -> UnitTrace:
    """The arithmetic of a unit of a row of the plan, counted from 0."""
    row = step.rows[index].row
    kind = kind_of(row)
    if kind is None:
        raise _unwritten(step.network, row)
    return kind(step, index, unit, sample)


def within(name: str, value: int, n: int) -> None:
    """Raise `ArgumentError` unless `value` counts one of `n` things, from 0 on."""
    if checks.integer(name, value, least=0) >= n:
        raise ArgumentError(f"{name} must be from 0 to {n - 1}; got {value!r}")
