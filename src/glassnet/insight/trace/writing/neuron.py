"""One neuron and one sample of a training step, written out term by term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.insight.trace.arithmetic import TERMS, equation, listed, num, number, product_sum
from glassnet.insight.trace.writing.notation import function_of
from glassnet.insight.trace.writing.slopes import penalty_text
from glassnet.insight.trace.writing.unit import UnitTrace
from glassnet.plan import NOWHERE
from glassnet.support.arrays import Array


@dataclass(frozen=True, repr=False)
class NeuronTrace(UnitTrace):
    """The arithmetic of one neuron of a dense layer for one sample: z = sum_i x_i w_i + b, a = f(z), and back.

    Of a layer without biases `bias`, `d_bias`, `d_bias_batch` and `change_bias` are None.

    Attributes
    ----------
    inputs, weights, products : ndarray, (n_inputs,)
        The terms of z.
    bias : float or None
        b.
    z, a : float
        Forward.
    d_a, slope, d_z : float
        Backward: dL/da, f'(z), and dL/dz = dL/da f'(z); `slope` is None where the loss takes the activation over
        (then d_a is dL/dz, too) and for softmax, whose outputs depend on each other.
    carried : (ndarray, ndarray) or None
        dL/da = sum_k dz_k w_k: errors and weights of the units k of the next layer, where it is dense.
    d_weights, d_bias : ndarray, float or None
        This sample's part of the gradient: x_i dz and dz.
    d_weights_batch, d_bias_batch : ndarray, float or None
        The gradient over all samples, penalties included.
    change, change_bias : ndarray, float or None
        New weight minus old weight.
    """

    @property
    def inputs(self) -> Array:
        """The inputs x_i of this sample, (n_inputs,)."""
        inputs: Array = self.record.inputs[self.sample]
        return inputs

    @property
    def weights(self) -> Array:
        """The weights w_i before the update, (n_inputs,)."""
        return self.step.update.before[self._places]

    @property
    def bias(self) -> float | None:
        """The bias b before the update; None where the layer has none."""
        return self._of_bias(self.step.update.before)

    @property
    def products(self) -> Array:
        """The terms x_i w_i of z, (n_inputs,)."""
        return self.inputs * self.weights

    @property
    def z(self) -> float:
        """The pre-activation of this sample."""
        return float(self.record.z[self.sample, self.unit])

    @property
    def d_z(self) -> float:
        """The error dL/dz of this sample."""
        return float(self.record.d_z[self.sample, self.unit])

    @property
    def d_weights(self) -> Array:
        """The part of this sample in the gradient, x_i dz."""
        return self.inputs * self.d_z

    @property
    def d_bias(self) -> float | None:
        """The same of the bias, dz."""
        return None if self.bias is None else self.d_z

    @property
    def d_weights_batch(self) -> Array:
        """The gradient of the weights over all samples."""
        return self.step.update.gradient[self._places]

    @property
    def d_bias_batch(self) -> float | None:
        """The gradient of the bias over all samples."""
        return self._of_bias(self.step.update.gradient)

    @property
    def change(self) -> Array:
        """New weights minus old weights."""
        return self.step.update.after[self._places] - self.weights

    @property
    def change_bias(self) -> float | None:
        """New bias minus old bias."""
        new, old = self._of_bias(self.step.update.after), self.bias
        return None if new is None or old is None else new - old

    @property
    def _places(self) -> slice:
        row = self.record.row
        return slice(row.weights + self.unit, row.weights + row.n_inputs * row.n_outputs, row.n_outputs)

    def _of_bias(self, vector: Array) -> float | None:
        place = self.record.row.bias
        return None if place == NOWHERE else float(vector[place + self.unit])

    def weighted_sum(self, terms: int = TERMS) -> str:
        """The numbers of z = Σ xᵢ·wᵢ + b."""
        weighted = product_sum(self.inputs, self.weights, terms)
        return equation(weighted if self.bias is None else weighted + num(self.bias), self.z)

    def _forward_lines(self, terms: int) -> list[str]:
        probability = self.probability(terms)
        lines = [
            "z = Σ xᵢ·wᵢ" if self.bias is None else "z = Σ xᵢ·wᵢ + b",
            f"  = {self.weighted_sum(terms)}",
            f"a = {self.activated(terms)}",
        ]
        if probability is not None:
            name = function_of(self.step.plan.objective.activation).name
            lines.append(f"p = {name}(a), which the loss takes = {probability}")
        return lines

    def _backward_lines(self, terms: int) -> list[str]:
        row = self.record.row
        return [
            *self._activation_lines(),
            f"∂L/∂wᵢ = xᵢ·dz, this sample: {listed(self.d_weights, terms)}",
            f"∂L/∂wᵢ over all samples{penalty_text('w', row.l1, row.l2)[0]}: {listed(self.d_weights_batch, terms)}",
            *self._bias_lines(),
        ]

    def _bias_lines(self) -> list[str]:
        if self.d_bias is None or self.d_bias_batch is None:
            return []
        penalty, _ = penalty_text("b", self.record.row.bias_l1, self.record.row.bias_l2)
        of_batch = number(self.d_bias_batch)
        return [f"∂L/∂b = dz, this sample: {number(self.d_bias)}; over all samples{penalty}: {of_batch}"]

    def _update_lines(self, terms: int) -> list[str]:
        update = self.step.update
        most = int(np.abs(self.change).argmax())
        return [
            f"{update.rule}, η = {number(update.learning_rate)}; the weight that changes most, of input {most}:",
            *(f"  {line}" for line in update.lines(self._places.start + most * self._places.step)),
            f"Δwᵢ = {listed(self.change, terms)}",
            *([] if self.change_bias is None else [f"Δb = {number(self.change_bias)}"]),
        ]
