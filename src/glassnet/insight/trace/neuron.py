"""One neuron and one sample of a training step, written out term by term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.trace.notation import ACTIVATIONS, activation_notation
from glassnet.insight.trace.numbers import TERMS, factor, filled_in, listed, number, product_sum
from glassnet.insight.trace.record import RowRecord
from glassnet.insight.trace.unit import UnitTrace
from glassnet.plan import DENSE, NOWHERE

Array = NDArray[Any]


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
        """x_i."""
        found: Array = self.made.inputs[self.sample]
        return found

    @property
    def weights(self) -> Array:
        """w_i, before the update."""
        return self.step.update.before[self._places]

    @property
    def bias(self) -> float | None:
        """b, before the update."""
        return self._of_bias(self.step.update.before)

    @property
    def products(self) -> Array:
        """x_i w_i."""
        return self.inputs * self.weights

    @property
    def z(self) -> float:
        """The pre-activation."""
        return float(self.made.z[self.sample, self.unit])

    @property
    def d_z(self) -> float:
        """dL/dz."""
        return float(self.made.d_z[self.sample, self.unit])

    @property
    def slope(self) -> float | None:
        """f'(z)."""
        return None if self._loss_takes_over else slope(self.made, self.sample, self.unit)

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
        row = self.made.row
        return slice(row.weights + self.unit, row.weights + row.n_inputs * row.n_outputs, row.n_outputs)

    def _of_bias(self, vector: Array) -> float | None:
        place = self.made.row.bias
        return None if place == NOWHERE else float(vector[place + self.unit])

    @property
    def _loss_takes_over(self) -> bool:
        return self.step.fused and self.index == len(self.step.rows) - 1

    @property
    def _activation(self) -> Any:
        plan = self.step.plan
        return plan.objective.activation if self._loss_takes_over else self.made.row.activation

    def _forward_lines(self, terms: int) -> list[str]:
        name, notation = activation_notation(self._activation)
        b, its_value = ("", "") if self.bias is None else (" + b", f" + {factor(self.bias)}")
        lines = [
            f"z = Σ xᵢ·wᵢ{b}",
            f"  = {product_sum(self.inputs, self.weights, terms)}{its_value} = {number(self.z)}",
            f"a = {name}(z) = {' = '.join(self._activated(notation.value))}",
        ]
        probabilities = self.step.probabilities if self.index == len(self.step.rows) - 1 else None
        if probabilities is not None:
            name, notation = activation_notation(self.step.plan.objective.activation)
            value = number(float(probabilities[self.sample, self.unit]))
            lines.append(f"p = {name}(a), which the loss takes = {value}")
        return lines

    def _activated(self, formula: str) -> list[str]:
        """The formula, the formula with its numbers, and the output."""
        if activation_notation(self._activation)[1] is ACTIVATIONS["softmax"]:
            logits = self.made.z[self.sample]
            all_of_them = " + ".join(f"exp({number(float(z))})" for z in logits[:TERMS])
            more = f" + … ({len(logits)} in all)" if len(logits) > TERMS else ""
            return [formula, f"exp({number(self.z)})/({all_of_them}{more})", number(self.a)]
        return [formula, *filter(None, [filled_in(formula, z=self.z)]), number(self.a)]

    def _backward_lines(self, terms: int) -> list[str]:
        row = self.made.row
        return [
            *(self._cancelled_lines() if self._loss_takes_over else self._chain_lines(terms)),
            f"∂L/∂wᵢ = xᵢ·dz, this sample: {listed(self.d_weights, terms)}",
            f"∂L/∂wᵢ over all samples{_penalty('w', row.l1, row.l2)}: {listed(self.d_weights_batch, terms)}",
            *self._bias_lines(),
        ]

    def _bias_lines(self) -> list[str]:
        if self.d_bias is None or self.d_bias_batch is None:
            return []
        row = self.made.row
        penalty = _penalty("b", row.bias_l1, row.bias_l2)
        return [
            f"∂L/∂b = dz, this sample: {number(self.d_bias)}; over all samples{penalty}: "
            f"{number(self.d_bias_batch)}"
        ]

    def _cancelled_lines(self) -> list[str]:
        """The error of an output whose activation cancels against the loss."""
        name, _ = activation_notation(self._activation)
        softmax, m = name == "softmax", len(self.step.x)
        count = m if softmax else m * self.step.plan.n_outputs
        over = "m" if softmax else "n"
        target = float(self.step.y[self.sample, self.unit])
        why = f"{name} and its cross-entropy cancel: ∂L/∂a · ∂a/∂z = a − y, divided by {over}"
        weight = "".join(f", {text}" for text in self._weight_of_sample())
        return [
            why + (f" = {count} samples" if softmax else f" = {count} outputs of the batch") + weight,
            f"dz = (a − y)/{over} = ({number(self.a)} − {number(target)})/{count} = {number(self.d_z)}",
        ]

    def _chain_lines(self, terms: int) -> list[str]:
        _, notation = activation_notation(self._activation)
        found = self.slope
        if found is None:
            a, errors = self.made.a[self.sample], self.made.d_a[self.sample]
            inner = product_sum(errors, a, terms)
            return [
                *self._d_a_lines(terms),
                f"Σₖ ∂L/∂aₖ·aₖ = {inner} = {number(float(errors @ a))}",
                f"dz = a·(∂L/∂a − Σₖ ∂L/∂aₖ·aₖ) = {number(self.d_z)}",
            ]
        filled = filled_in(notation.slope, z=self.z, a=self.a)
        return [
            *self._d_a_lines(terms),
            f"f′(z) = {' = '.join(filter(None, [notation.slope, filled]))} = {number(found)}",
            f"dz = ∂L/∂a · f′(z) = {factor(self.d_a)} · {factor(found)} = {number(self.d_z)}",
        ]

    def _update_lines(self, terms: int) -> list[str]:
        update = self.step.update
        most = int(np.abs(self.change).argmax())
        return [
            f"{update.rule}, η = {number(update.learning_rate)}; the weight that changes most, of input {most}:",
            *(f"  {line}" for line in update.lines(self._places.start + most * self._places.step)),
            f"Δwᵢ = {listed(self.change, terms)}",
            *([] if self.change_bias is None else [f"Δb = {number(self.change_bias)}"]),
        ]


def _penalty(name: str, l1: float, l2: float) -> str:
    return f" + λ₁·sign({name}) + λ₂·{name}" if l1 or l2 else ""


def slope(made: RowRecord, sample: int, unit: int) -> float | None:
    """f'(z) of a dense or activation row; None for softmax, which has a Jacobian."""
    activation = made.row.activation
    if activation_notation(activation)[1] is ACTIVATIONS["softmax"]:
        return None
    place = (slice(sample, sample + 1), slice(unit, unit + 1))
    source = made.z if made.row.kind == DENSE else made.inputs
    found: Any = np.broadcast_to(activation.slope(source[place], made.a[place]), (1, 1))
    return float(found[0, 0])
