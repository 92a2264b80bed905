"""One neuron and one sample of a training step, written out term by term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.insight.trace.notation import ACTIVATIONS
from glassnet.insight.trace.numbers import TERMS, factor, listed, number, product_sum
from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.plan import DENSE
from glassnet.registry import compact_repr, registry_of

Array = NDArray[Any]


@dataclass(frozen=True)
class NeuronTrace:
    """The arithmetic of one neuron for one sample.

    Attributes
    ----------
    layer, unit, sample : int
        Which one; `layer` counts all layers of the network from 0.
    inputs, weights, products : ndarray, (n_inputs,)
        The terms of z = sum_i x_i w_i + b.
    bias, z, a : float
        Forward.
    d_a, slope, d_z : float
        Backward: dL/da, f'(z), and dL/dz = dL/da f'(z); `slope` is None where the loss takes the activation over.
    carried_errors, carried_weights : ndarray or None
        dL/da = sum_k dz_k w_k over the units k of the next dense layer, if that is the next row.
    d_weights, d_bias : ndarray, float
        This sample's part of the gradient: x_i dz and dz.
    d_weights_batch, d_bias_batch : ndarray, float
        The gradient over all samples, weight penalties included.
    change, change_bias : ndarray, float
        New weight minus old weight.
    """

    layer: int
    unit: int
    sample: int
    name: str
    activation: str
    rule: str
    learning_rate: float
    inputs: Array
    weights: Array
    bias: float
    z: float
    a: float
    d_a: float
    slope: float | None
    d_z: float
    carried_errors: Array | None
    carried_weights: Array | None
    d_weights_batch: Array
    d_bias_batch: float
    change: Array
    change_bias: float
    target: float | None

    @property
    def products(self) -> Array:
        """x_i w_i."""
        return self.inputs * self.weights

    @property
    def d_weights(self) -> Array:
        """The part of this sample in the gradient, x_i dz."""
        return self.inputs * self.d_z

    @property
    def d_bias(self) -> float:
        """The same of the bias, dz."""
        return self.d_z

    def lines(self, terms: int = TERMS) -> list[str]:
        """The arithmetic, a line for each formula; at most `terms` terms of a sum are written out."""
        notation = ACTIVATIONS.get(self.activation)
        f = notation.value if notation else f"{self.activation}(z)"
        lines = [
            f"layer {self.layer}, {self.name}: unit {self.unit}, sample {self.sample}",
            "forward",
            "  z = Σ xᵢ·wᵢ + b",
            f"    = {product_sum(self.inputs, self.weights, terms)} + {factor(self.bias)} = {number(self.z)}",
            f"  a = {self.activation}(z) = {f} = {number(self.a)}",
            "backward",
            *self._backward_lines(terms),
            f"  ∂L/∂wᵢ = xᵢ·dz, this sample: {listed(self.d_weights, terms)}",
            f"  ∂L/∂wᵢ over all samples:     {listed(self.d_weights_batch, terms)}",
            f"  ∂L/∂b = dz, this sample: {number(self.d_bias)}; over all samples: {number(self.d_bias_batch)}",
            f"update: {self.rule}, η = {number(self.learning_rate)}",
            f"  Δwᵢ = {listed(self.change, terms)}",
            f"  Δb = {number(self.change_bias)}",
        ]
        return lines

    def _backward_lines(self, terms: int) -> list[str]:
        if self.slope is None:
            return [
                f"  dz = (a − y)/m: {self.activation} and its cross-entropy cancel; y = {number(self.target or 0.0)}",
                f"     = {number(self.d_z)}",
            ]
        lines = []
        if self.carried_errors is not None and self.carried_weights is not None:
            lines += [
                "  ∂L/∂a = Σ dzₖ·wₖ over the units k of the next layer",
                f"        = {product_sum(self.carried_errors, self.carried_weights, terms)} = {number(self.d_a)}",
            ]
        else:
            lines.append(f"  ∂L/∂a = {number(self.d_a)}")
        notation = ACTIVATIONS.get(self.activation)
        slope = notation.slope if notation else "slope"
        return [
            *lines,
            f"  f′(z) = {slope} = {number(self.slope)}",
            f"  dz = ∂L/∂a · f′(z) = {factor(self.d_a)} · {factor(self.slope)} = {number(self.d_z)}",
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def neuron(step: StepRecord, layer: int, unit: int, sample: int) -> NeuronTrace:
    """The arithmetic of unit `unit` of dense layer `layer` for sample `sample`.

    Raises
    ------
    ArgumentError
        If there is no such dense layer, unit or sample.
    """
    index = _row_of(step, layer)
    made = step.rows[index]
    _within("unit", unit, made.row.n_outputs)
    _within("sample", sample, len(step.x))
    weights, d_weights, new = made.weights, made.d_weights, made.new_weights
    bias, d_bias, new_bias = made.bias, made.d_bias, made.new_bias
    if (
        weights is None
        or bias is None
        or d_weights is None
        or d_bias is None
        or new is None
        or new_bias is None
    ):
        raise ArgumentError(f"layer {layer} has no weights to trace")
    fused = index == len(step.rows) - 1 and step.plan.objective is not step.loss
    activation = step.network.layers[layer].activation  # type: ignore[attr-defined]
    z, a = made.z[sample : sample + 1], made.a[sample : sample + 1]
    if fused:
        a = activation.value(z)
    carried_errors, carried_weights = _carried(step, index, unit, sample)
    return NeuronTrace(
        layer, unit, sample, compact_repr(step.network.layers[layer]), _name(activation),
        step.optimizer.rule.__name__, step.learning_rate,
        made.inputs[sample], weights[:, unit], float(bias[unit]), float(z[0, unit]), float(a[0, unit]),
        float(made.d_a[sample, unit]), _slope(made, fused, sample, unit), float(made.d_z[sample, unit]),
        carried_errors, carried_weights,
        d_weights[:, unit], float(d_bias[unit]), new[:, unit] - weights[:, unit], float(new_bias[unit] - bias[unit]),
        float(step.y[sample, unit]) if fused else None,
    )  # fmt: skip


def _row_of(step: StepRecord, layer: int) -> int:
    dense = {made.row.layer: k for k, made in enumerate(step.rows) if made.row.kind == DENSE}
    if layer not in dense:
        raise ArgumentError(f"layer must be one of the dense layers {sorted(dense)}; got {layer!r}")
    return dense[layer]


def _within(name: str, value: int, n: int) -> None:
    if not 0 <= value < n:
        raise ArgumentError(f"{name} must be from 0 to {n - 1}; got {value!r}")


def _name(activation: Any) -> str:
    registry = registry_of(activation)
    return registry.name_of(activation) if registry is not None else type(activation).__name__


def _slope(made: RowRecord, fused: bool, sample: int, unit: int) -> float | None:
    """f'(z); for softmax, whose output depends on the whole row, dz / da of the chain rule."""
    if fused:
        return None
    z, a = made.z[sample : sample + 1], made.a[sample : sample + 1]
    one = np.zeros_like(a)
    one[0, unit] = 1
    return float(made.row.activation.backward(z, a, one)[0, unit])


def _carried(step: StepRecord, index: int, unit: int, sample: int) -> tuple[Array | None, Array | None]:
    """Errors and weights through which the next dense layer, if it comes next, carries the error back."""
    if index + 1 >= len(step.rows) or step.rows[index + 1].row.kind != DENSE:
        return None, None
    following = step.rows[index + 1]
    return following.d_z[sample], None if following.weights is None else following.weights[unit]
