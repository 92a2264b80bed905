"""A training step as a list of formulas: forward, loss, backward, update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.trace.notation import ACTIVATIONS, LOSSES, UPDATES, Notation
from glassnet.insight.trace.numbers import number, product_sum
from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.plan import ACTIVATION, DENSE, DROPOUT, LAYER_NORM
from glassnet.registry import registry_of

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


class Writer:
    """Writes the formulas with samples in rows (Z = X W + b) or in columns (Z = W X + b, everything transposed)."""

    def __init__(self, step: StepRecord, samples_in: str) -> None:
        self.step, self.columns = step, samples_in == "columns"

    def steps(self) -> Iterator[Step]:
        """All formulas, in the order in which they are computed."""
        rows = list(enumerate(self.step.rows, 1))
        for k, made in rows:
            yield from self._forward(k, made)
        yield self._loss()
        for k, made in reversed(rows):
            yield from self._backward(k, made, last=k == len(rows))
        for k, made in rows:
            yield from self._update(k, made)

    def _turned(self, array: Array) -> Array:
        return array.T if self.columns else array

    def _step(
        self, name: str, phase: str, layer: int | None, texts: tuple[str, str], numbers: str, *arrays: Array
    ) -> Step:
        turned = [self._turned(array) for array in arrays]
        shapes = " · ".join(str(array.shape) for array in turned[1:])
        shapes = f"{shapes} → {turned[0].shape}" if shapes else str(turned[0].shape)
        return Step(name, phase, layer, *texts, numbers, shapes, turned[0])

    def _forward(self, k: int, made: RowRecord) -> Iterator[Step]:
        row, source = made.row, "X" if k == 1 else f"A{k - 1}"
        latex_source = "X" if k == 1 else f"A_{k - 1}"
        if row.kind == DENSE and made.weights is not None and made.bias is not None:
            texts = (f"Z{k} = {source} W{k} + b{k}", f"Z_{k} = {latex_source} W_{k} + b_{k}")
            if self.columns:
                texts = (f"Z{k} = W{k} {source} + b{k}", f"Z_{k} = W_{k} {latex_source} + b_{k}")
            terms = product_sum(made.inputs[0], made.weights[:, 0])
            numbers = f"z = {terms} + {number(made.bias[0])} = {number(made.z[0, 0])}"
            yield self._step(f"Z{k}", "forward", row.layer, texts, numbers, made.z, made.inputs, made.weights)
            if self._fused(made):
                return
        if row.kind in (DENSE, ACTIVATION):
            name, notation = activation_notation(made)
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
        return made is self.step.rows[-1] and self.step.plan.objective is not self.step.loss

    def _loss(self) -> Step:
        step, k = self.step, len(self.step.rows)
        objective = step.plan.objective
        notation = LOSSES.get(objective.name) or Notation("mean of the loss", "its slope", "L", r"\partial L")
        value, latex = notation.value, notation.value_latex
        if objective is step.loss:
            value, latex = value.replace("A", f"A{k}"), latex.replace("A", f"A_{k}")
        else:
            value, latex = value.replace("Z", f"Z{k}"), latex.replace("Z", f"Z_{k}")
        numbers = f"L = {number(step.value)}"
        if step.penalty:
            numbers += f" + {number(step.penalty)} weight penalty"
        return self._step(
            "L", "loss", None, (f"L = {value}", f"L = {latex}"), numbers, np.array([[step.value]])
        )

    def _backward(self, k: int, made: RowRecord, *, last: bool) -> Iterator[Step]:
        row = made.row
        if last:
            yield self._output_error(k, made)
        if not self._fused(made) and row.kind in (DENSE, ACTIVATION):
            _, notation = activation_notation(made)
            texts = (f"dZ{k} = dA{k} ∘ f′(Z{k}), f′ = {notation.slope}", rf"dZ_{k} = dA_{k} \circ f'(Z_{k})")
            numbers = f"dz = {number(made.d_a[0, 0])} → {number(made.d_z[0, 0])}"
            yield self._step(f"dZ{k}", "backward", row.layer, texts, numbers, made.d_z, made.d_a)
        if made.d_weights is not None and made.d_bias is not None:
            yield from self._parameter_gradients(k, made)
        if k > 1:
            yield self._carried(k, made)

    def _output_error(self, k: int, made: RowRecord) -> Step:
        objective = self.step.plan.objective
        notation = LOSSES.get(objective.name) or Notation(
            "", "the loss's slope", "", r"\partial L / \partial A"
        )
        which = "Z" if self._fused(made) else "A"
        text = notation.slope.replace(which, f"{which}{k}")
        latex = notation.slope_latex.replace(which, f"{which}_{k}")
        numbers = f"entry 0, 0: {number(self.step.d_output[0, 0])}"
        texts = (f"d{which}{k} = {text}", f"d{which}_{k} = {latex}")
        return self._step(f"d{which}{k}", "backward", made.row.layer, texts, numbers, made.d_a, self.step.y)

    def _parameter_gradients(self, k: int, made: RowRecord) -> Iterator[Step]:
        row, source, latex_source = made.row, "X" if k == 1 else f"A{k - 1}", "X" if k == 1 else f"A_{k - 1}"
        d_weights, d_bias = made.d_weights, made.d_bias
        if d_weights is None or d_bias is None:
            return
        if row.kind == DENSE:
            penalty = " + λ₁ sign(W) + λ₂ W" if row.l1 or row.l2 else ""
            texts = (f"dW{k} = {source}ᵀ dZ{k}{penalty}", rf"dW_{k} = {latex_source}^\top dZ_{k}")
            if self.columns:
                texts = (f"dW{k} = dZ{k} {source}ᵀ{penalty}", rf"dW_{k} = dZ_{k} {latex_source}^\top")
            numbers = f"dw = {product_sum(made.inputs[:, 0], made.d_z[:, 0])} = {number(d_weights[0, 0])}"
        else:
            texts = (f"dw{k} = Σ dA{k} ∘ standardised", rf"dw_{k} = \sum dA_{k} \circ \hat X")
            numbers = f"dw = {number(d_weights[0, 0])}"
        yield self._step(f"dW{k}", "backward", row.layer, texts, numbers, d_weights, made.inputs, made.d_z)
        texts = (f"db{k} = Σ over the samples of dZ{k}", rf"db_{k} = \sum_i dZ_{k}^{{(i)}}")
        numbers = f"db = {number(d_bias[0])}"
        yield self._step(f"db{k}", "backward", row.layer, texts, numbers, d_bias[None, :], made.d_z)

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
        plain, latex = UPDATES.get(
            self.step.optimizer.rule.__name__, ("w ← w + Δw", r"w \leftarrow w + \Delta w")
        )
        rate = self.step.learning_rate
        for name, old, slope, new in (
            (f"W{k}", made.weights, made.d_weights, made.new_weights),
            (f"b{k}", _row(made.bias), _row(made.d_bias), _row(made.new_bias)),
        ):
            if old is not None and slope is not None and new is not None:
                numbers = (
                    f"η = {rate:g}, dw = {number(slope[0, 0])}: {number(old[0, 0])} → {number(new[0, 0])}"
                )
                texts = (f"{name}: {plain}", latex)
                yield self._step(name, "update", made.row.layer, texts, numbers, new, old)


def activation_notation(made: RowRecord) -> tuple[str, Notation]:
    """The name of a row's activation, and how it is written."""
    activation = made.row.activation
    registry = registry_of(activation)
    name = registry.name_of(activation) if registry is not None else type(activation).__name__
    return name, ACTIVATIONS.get(name) or Notation(f"{name}(z)", f"{name}′(z)", r"f(z)", r"f'(z)")


def _row(vector: Array | None) -> Array | None:
    return None if vector is None else vector[None, :]
