"""A training step as a list of formulas: forward, loss, backward, update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.activations import Linear
from glassnet.insight.trace.notation import LOSSES, UPDATES, Notation, activation_notation
from glassnet.insight.trace.numbers import factor, number, plain_sum, product_sum
from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.plan import ACTIVATION, DENSE, DROPOUT, LAYER_NORM, Row

Array = NDArray[Any]


@dataclass(frozen=True)
class Step:
    """One formula of a training step.

    Attributes
    ----------
    name : str
        What is computed, such as "Z1" or "dW2"; rows of the plan count from 1.
    phase : str
        "forward", "loss", "backward" or "update".
    layer : int or None
        Index in ``network.layers``.
    formula, latex : str
        In plain text and in LaTeX.
    numbers : str
        The formula with this step's numbers in it, for its first entry.
    shapes : str
        Shapes of what goes in and comes out.
    note : str
        Why the formula is so, where that needs saying.
    array : ndarray
        The result.
    """

    name: str
    phase: str
    layer: int | None
    formula: str
    latex: str
    numbers: str
    shapes: str
    array: Array
    note: str = ""


class Writer:
    """Writes the formulas with samples in rows (Z = X W + b) or in columns (Z = W X + b, everything transposed)."""

    def __init__(self, step: StepRecord, samples_in: str) -> None:
        self.step, self.columns = step, samples_in == "columns"

    def steps(self) -> Iterator[Step]:
        """All formulas, in the order in which they are computed."""
        rows = list(enumerate(self.step.rows, 1))
        for k, made in rows:
            yield from self._forward(k, made)
        yield from self._probabilities()
        yield self._loss()
        for k, made in reversed(rows):
            yield from self._backward(k, made, last=k == len(rows))
        for k, made in rows:
            yield from self._update(k, made)

    def _turned(self, array: Array) -> Array:
        return array.T if self.columns else array

    def _step(
        self, name: str, phase: str, layer: int | None, texts: tuple[str, str], numbers: str, *arrays: Array,
        note: str = "",
    ) -> Step:  # fmt: skip
        turned = [self._turned(array) for array in arrays]
        shapes = " · ".join(str(array.shape) for array in turned[1:])
        shapes = f"{shapes} → {turned[0].shape}" if shapes else str(turned[0].shape)
        return Step(name, phase, layer, *texts, numbers, shapes, turned[0], note)

    def _forward(self, k: int, made: RowRecord) -> Iterator[Step]:
        row, source = made.row, "X" if k == 1 else f"A{k - 1}"
        latex_source = "X" if k == 1 else f"A_{k - 1}"
        if row.kind == DENSE and made.weights is not None:
            plus, latex_plus = ("", "") if made.bias is None else (f" + b{k}", f" + b_{k}")
            texts = (f"Z{k} = {source} W{k}{plus}", f"Z_{k} = {latex_source} W_{k}{latex_plus}")
            if self.columns:
                texts = (f"Z{k} = W{k} {source}{plus}", f"Z_{k} = W_{k} {latex_source}{latex_plus}")
            terms = product_sum(made.inputs[0], made.weights[:, 0])
            added = "" if made.bias is None else f" + {factor(made.bias[0])}"
            numbers = f"z = {terms}{added} = {number(made.z[0, 0])}"
            yield self._step(f"Z{k}", "forward", row.layer, texts, numbers, made.z, made.inputs, made.weights)
        if row.kind in (DENSE, ACTIVATION):
            objective = self.step.plan.objective
            name, notation = activation_notation(
                objective.activation if self._fused(made) else row.activation
            )
            texts = (f"A{k} = {name}(Z{k}) = {notation.value}", f"A_{k} = {notation.value_latex}")
            numbers = f"a = {name}({number(made.z[0, 0])}) = {number(made.a[0, 0])}"
        elif row.kind == DROPOUT:
            texts = (f"A{k} = {source} ∘ M{k} / (1 − p)", rf"A_{k} = {latex_source} \circ M_{k} / (1 - p)")
            numbers = f"p = {row.rate:g}: a = {number(made.inputs[0, 0])} → {number(made.a[0, 0])}"
        else:
            over = "the features of each sample" if row.kind == LAYER_NORM else "the batch"
            texts = (
                f"A{k} = w{k} ({source} − mean)/√(variance + ε) + b{k}, over {over}",
                rf"A_{k} = w_{k} \frac{{{latex_source} - \mu}}{{\sqrt{{\sigma^2 + \epsilon}}}} + b_{k}",
            )
            numbers = f"a = {number(made.inputs[0, 0])} → {number(made.a[0, 0])}"
        yield self._step(f"A{k}", "forward", row.layer, texts, numbers, made.a, made.z)

    def _fused(self, made: RowRecord) -> bool:
        return self.step.fused and made is self.step.rows[-1]

    def _probabilities(self) -> Iterator[Step]:
        """What a loss that was chosen for logits makes of them."""
        probabilities, k = self.step.probabilities, len(self.step.rows)
        if probabilities is not None:
            name, notation = activation_notation(self.step.plan.objective.activation)
            texts = (f"P = {name}(A{k})", f"P = {notation.value_latex}".replace("z", "a"))
            logits = self.step.rows[-1].a
            numbers = f"p = {name}({number(logits[0, 0])}) = {number(probabilities[0, 0])}"
            note = "the loss was chosen for logits and applies this itself"
            yield self._step("P", "forward", None, texts, numbers, probabilities, logits, note=note)

    def _loss(self) -> Step:
        step, k = self.step, len(self.step.rows)
        notation = LOSSES.get(step.loss.name) or Notation("mean of the loss", "its slope", "L", r"\partial L")
        which = "A" if step.plan.objective.activation == Linear() or step.fused else "Z"
        value, latex = notation.value.replace(which, f"A{k}"), notation.value_latex.replace(which, f"A_{k}")
        numbers = f"L = {number(step.value)}"
        if step.penalty:
            numbers += f" + {number(step.penalty)} penalty = {number(step.value + step.penalty)}"
        notes = [f"computed from Z{k}, so that no logarithm of 0 can occur"] if step.fused else []
        if (step.sample_weights != 1).any():
            notes.append("each sample counts with its weight")
        texts, array = (f"L = {value}", f"L = {latex}"), np.array([[step.value]])
        return self._step("L", "loss", None, texts, numbers, array, note="; ".join(notes))

    def _backward(self, k: int, made: RowRecord, *, last: bool) -> Iterator[Step]:
        row = made.row
        if last:
            yield self._output_error(k, made)
        if not self._fused(made) and row.kind in (DENSE, ACTIVATION):
            _, notation = activation_notation(row.activation)
            texts = (f"dZ{k} = dA{k} ∘ f′(Z{k}), f′ = {notation.slope}", rf"dZ_{k} = dA_{k} \circ f'(Z_{k})")
            numbers = f"dz = {number(made.d_a[0, 0])} → {number(made.d_z[0, 0])}"
            yield self._step(f"dZ{k}", "backward", row.layer, texts, numbers, made.d_z, made.d_a)
        yield from self._parameter_gradients(k, made)
        if k > 1:
            yield self._carried(k, made)

    def _output_error(self, k: int, made: RowRecord) -> Step:
        if self._fused(made):
            return self._cancelled(k, made)
        notation = LOSSES.get(self.step.loss.name) or Notation(
            "", "the loss's slope", "", r"\partial L / \partial A"
        )
        text, latex = notation.slope.replace("A", f"A{k}"), notation.slope_latex.replace("A", f"A_{k}")
        numbers = f"da = {number(self.step.d_output[0, 0])}"
        texts = (f"dA{k} = {text}", f"dA_{k} = {latex}")
        return self._step(f"dA{k}", "backward", made.row.layer, texts, numbers, made.d_a, self.step.y)

    def _cancelled(self, k: int, made: RowRecord) -> Step:
        """The error where the slope of the loss and that of the last activation leave only A - Y."""
        softmax = made.row.n_outputs > 1 and self.step.plan.objective.least_outputs > 1
        over, count = ("m", len(self.step.x)) if softmax else ("n", self.step.y.size)
        note = (
            f"dA{k} = −Y/(m A{k}), and softmax carries it back as A{k} ∘ (dA{k} − Σ A{k} ∘ dA{k}): "
            f"together A{k} − Y, for rows of Y that add up to 1"
            if softmax
            else f"dA{k} = ((1 − Y)/(1 − A{k}) − Y/A{k})/n, and the sigmoid's slope is A{k}(1 − A{k}): "
            f"together A{k} − Y"
        )
        a, y = number(made.a[0, 0]), factor(self.step.y[0, 0])
        numbers = f"dz = ({a} − {y})/{count} = {number(made.d_z[0, 0])}"
        texts = (f"dZ{k} = (A{k} − Y)/{over}", rf"dZ_{k} = \frac1{over} (A_{k} - Y)")
        arrays = (made.d_z, made.a, self.step.y)
        return self._step(f"dZ{k}", "backward", made.row.layer, texts, numbers, *arrays, note=note)

    def _parameter_gradients(self, k: int, made: RowRecord) -> Iterator[Step]:
        row, source, latex_source = made.row, "X" if k == 1 else f"A{k - 1}", "X" if k == 1 else f"A_{k - 1}"
        weights, d_weights, d_bias = made.weights, made.d_weights, made.d_bias
        if weights is None or d_weights is None:
            return
        if row.kind == DENSE:
            penalty = " + λ₁ sign(W) + λ₂ W" if row.l1 or row.l2 else ""
            latex = rf" + \lambda_1 \operatorname{{sign}} W_{k} + \lambda_2 W_{k}" if penalty else ""
            texts = (f"dW{k} = {source}ᵀ dZ{k}{penalty}", rf"dW_{k} = {latex_source}^\top dZ_{k}{latex}")
            if self.columns:
                texts = (f"dW{k} = dZ{k} {source}ᵀ{penalty}", rf"dW_{k} = dZ_{k} {latex_source}^\top{latex}")
            added = _penalty_slope(weights[0, 0], row.l1, row.l2)
            numbers = (
                f"dw = {product_sum(made.inputs[:, 0], made.d_z[:, 0])}{added} = {number(d_weights[0, 0])}"
            )
        else:
            texts = (
                f"dw{k} = Σ dA{k} ∘ standardised {source}",
                rf"dw_{k} = \sum_i dA_{k} \circ \hat {latex_source}",
            )
            numbers = f"dw = {product_sum(made.z[:, 0], made.d_a[:, 0])} = {number(d_weights[0, 0])}"
        error = made.d_z if row.kind == DENSE else made.d_a
        yield self._step(f"dW{k}", "backward", row.layer, texts, numbers, d_weights, made.inputs, error)
        if made.bias is not None and d_bias is not None:
            yield self._bias_gradient(k, made.row, made.bias, d_bias, error)

    def _bias_gradient(self, k: int, row: Row, bias: Array, d_bias: Array, error: Array) -> Step:
        which = "Z" if row.kind == DENSE else "A"
        penalty = " + λ₁ sign(b) + λ₂ b" if row.bias_l1 or row.bias_l2 else ""
        latex = rf" + \lambda_1 \operatorname{{sign}} b_{k} + \lambda_2 b_{k}" if penalty else ""
        texts = (
            f"db{k} = Σ over the samples of d{which}{k}{penalty}",
            rf"db_{k} = \sum_i d{which}_{k}^{{(i)}}{latex}",
        )
        added = _penalty_slope(bias[0], row.bias_l1, row.bias_l2)
        numbers = f"db = {plain_sum(error[:, 0])}{added} = {number(d_bias[0])}"
        return self._step(f"db{k}", "backward", row.layer, texts, numbers, d_bias[None, :], error)

    def _carried(self, k: int, made: RowRecord) -> Step:
        below = k - 1
        if made.row.kind == DENSE and made.weights is not None:
            texts = (f"dA{below} = dZ{k} W{k}ᵀ", rf"dA_{below} = dZ_{k} W_{k}^\top")
            if self.columns:
                texts = (f"dA{below} = W{k}ᵀ dZ{k}", rf"dA_{below} = W_{k}^\top dZ_{k}")
            numbers = f"da = {product_sum(made.d_z[0], made.weights[0])} = {number(made.d_inputs[0, 0])}"
            return self._step(
                f"dA{below}",
                "backward",
                made.row.layer,
                texts,
                numbers,
                made.d_inputs,
                made.d_z,
                made.weights,
            )
        texts = (f"dA{below} = dA{k} through layer {made.row.layer}", rf"dA_{below}")
        numbers = f"da = {number(made.d_a[0, 0])} → {number(made.d_inputs[0, 0])}"
        return self._step(f"dA{below}", "backward", made.row.layer, texts, numbers, made.d_inputs, made.d_a)

    def _update(self, k: int, made: RowRecord) -> Iterator[Step]:
        update = self.step.update
        plain, latex = UPDATES.get(update.rule, ("w ← w + Δw", r"w \leftarrow w + \Delta w"))
        row = made.row
        for name, old, new, place in (
            (f"W{k}", made.weights, made.new_weights, row.weights),
            (f"b{k}", _row(made.bias), _row(made.new_bias), row.bias),
        ):
            if old is not None and new is not None:
                numbers = "\n".join([f"η = {number(update.learning_rate)}", *update.lines(place)])
                texts = (f"{name}: {plain}", latex)
                yield self._step(name, "update", row.layer, texts, numbers, new, old)


def _penalty_slope(first: Any, l1: float, l2: float) -> str:
    """What penalties add to the gradient of the first weight or bias."""
    return f" + {factor(float(l1 * np.sign(first) + l2 * first))}" if l1 or l2 else ""


def _row(vector: Array | None) -> Array | None:
    return None if vector is None else vector[None, :]
