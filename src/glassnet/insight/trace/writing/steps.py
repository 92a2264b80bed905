"""A training step as a list of formulas: forward, loss, backward, update."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.formulas.losses import TINY
from glassnet.insight.trace.arithmetic import equation, num, number, plain_sum, product_sum
from glassnet.insight.trace.record import RowRecord, StepRecord
from glassnet.insight.trace.step import Entry, TraceStep
from glassnet.insight.trace.writing.learned import Formula, LearnedTrace, OwnTrace, letters
from glassnet.insight.trace.writing.neuron import NeuronTrace
from glassnet.insight.trace.writing.notation import function_of
from glassnet.insight.trace.writing.slopes import LossOf, penalty_slope, penalty_text
from glassnet.insight.trace.writing.terms import with_letters
from glassnet.insight.trace.writing.unit import UnitTrace
from glassnet.insight.trace.writing.units import unit_of
from glassnet.plan import ACTIVATION, DENSE
from glassnet.support import expressions
from glassnet.support.arrays import Array

_LOGITS = "the loss was chosen for logits and applies this itself"
_LOGARITHMS = "the loss was chosen for logarithms and applies this itself"
_APPLIED = {"classes": _LOGITS, "probabilities": _LOGITS, "values": _LOGARITHMS}


class Writer:
    """Writes the formulas with samples in rows (Z = X W + b) or in columns (Z = W X + b, everything transposed)."""

    def __init__(self, step: StepRecord, samples_in: str, entry: Entry | None = None) -> None:
        self.step, self.columns = step, samples_in == "columns"
        self.entry, self.loss = entry or Entry.first(step), LossOf(step)

    def steps(self) -> Iterator[TraceStep]:
        """All formulas, in the order in which they are computed."""
        rows = list(enumerate(self.step.rows, 1))
        yield from self.forward()
        yield from self._probabilities()
        yield self._loss()
        for k, record in reversed(rows):
            yield from self._backward(k, record, last=k == len(rows))
        for k, record in rows:
            yield from self._update(k, record)

    def forward(self) -> Iterator[TraceStep]:
        """The formulas of the way up alone."""
        for k, record in enumerate(self.step.rows, 1):
            yield from self._forward(k, record)

    def _step(
        self, name: str, phase: str, layer: int | None, texts: tuple[str, str], numbers: str, array: Array,
        shapes: str, note: str = "",
    ) -> TraceStep:  # fmt: skip
        turned = array.T if self.columns else array
        return TraceStep(name, phase, layer, *texts, numbers, f"{shapes} → {turned.shape}", turned, note)

    def _shapes(self, sign: str, *arrays: Array) -> str:
        """Of what goes in, with the sign between."""
        return sign.join(str((array.T if self.columns else array).shape) for array in arrays)

    def _product(self, first: Array, second: Array) -> str:
        """Of the factors of a matrix product, in the order in which they are written."""
        factors = (second.T, first.T) if self.columns else (first, second)
        return " · ".join(str(array.shape) for array in factors)

    def _unit(self, k: int) -> UnitTrace:
        """The unit of row k whose numbers are shown."""
        return unit_of(self.step, k - 1, self.entry.units[k - 1], self.entry.sample)

    def _forward(self, k: int, record: RowRecord) -> Iterator[TraceStep]:
        row, unit = record.row, self._unit(k)
        source, latex_source = letters(k - 1)
        if isinstance(unit, NeuronTrace) and record.weights is not None:
            bias, latex_bias = (f" + b{k}", f" + b_{k}") if record.bias is not None else ("", "")
            texts = (f"Z{k} = {source} W{k}{bias}", f"Z_{k} = {latex_source} W_{k}{latex_bias}")
            if self.columns:
                texts = (f"Z{k} = W{k} {source}{bias}", f"Z_{k} = W_{k} {latex_source}{latex_bias}")
            shapes = self._product(record.inputs, record.weights)
            yield self._step(
                f"Z{k}", "forward", row.layer, texts, f"z = {unit.weighted_sum()}", record.z, shapes
            )
        if row.kind in (DENSE, ACTIVATION):
            yield self._activated(k, record, unit)
        elif isinstance(unit, OwnTrace):
            yield self._own(f"A{k}", "forward", unit, unit.forward(), record.a)

    def _own(self, name: str, phase: str, unit: UnitTrace, formula: Formula, array: Array) -> TraceStep:
        """What a kind of unit writes itself."""
        texts, shapes = (formula.plain, formula.latex), self._shapes(formula.sign, *formula.operands)
        return self._step(name, phase, unit.layer, texts, formula.numbers, array, shapes)

    def _activated(self, k: int, record: RowRecord, unit: UnitTrace) -> TraceStep:
        function = unit.activation
        argument = f"Z{k}" if record.row.kind == DENSE else letters(k - 1)[0]
        called = function.called(argument)
        where = "" if record.row.kind == DENSE or "=" not in called else f", z = {argument}"
        texts = (
            f"A{k} = {called}{where}",
            f"A_{k} = {function.value_latex}",
        )
        z = number(float(unit.into_activation[unit.sample, unit.unit]))
        applied = f"{function.name}({z}) = "
        numbers = f"a = {applied}{unit.output().removeprefix(applied)}"
        shapes = self._shapes("", unit.into_activation)
        return self._step(f"A{k}", "forward", record.row.layer, texts, numbers, record.a, shapes)

    def _probabilities(self) -> Iterator[TraceStep]:
        """What a loss that was chosen for logits makes of them."""
        probabilities, k = self.step.probabilities, len(self.step.rows)
        if probabilities is None:
            return
        function, unit = function_of(self.step.plan.objective.activation), self._unit(k)
        called = function.called(f"A{k}")
        texts = (
            f"P = {called}, z = A{k}" if "=" in called else f"P = {called}",
            f"P = {function.value_latex}".replace("z", "a"),
        )
        numbers = f"p = {function.name}({number(unit.a)}) = {unit.probability()}"
        note, shapes = (
            _APPLIED[self.step.plan.objective.activation.outputs],
            self._shapes("", self.step.rows[-1].a),
        )
        yield self._step("P", "forward", None, texts, numbers, probabilities, shapes, note)

    def _loss(self) -> TraceStep:
        step, k = self.step, len(self.step.rows)
        text, latex = self.loss.value(f"A{k}")
        numbers = f"L = {self.loss.value_with_numbers()}"
        if step.penalty:
            added = equation(num(step.value) + num(step.penalty), step.value + step.penalty)
            numbers += f"\nL with the penalty = {added}"
        notes = [f"computed from Z{k}, so that no logarithm of 0 can occur"] if step.fused else []
        notes += self.loss.smoothing
        if self.loss.weighted:
            notes.append("s: the weight of the sample")
        shapes, array = self._shapes(", ", step.rows[-1].a, step.y), np.array([[step.value]])
        return self._step(
            "L", "loss", None, (f"L = {text}", f"L = {latex}"), numbers, array, shapes, "; ".join(notes)
        )

    def _fused(self, record: RowRecord) -> bool:
        return self.step.fused and record is self.step.rows[-1]

    def _backward(self, k: int, record: RowRecord, *, last: bool) -> Iterator[TraceStep]:
        row, unit = record.row, self._unit(k)
        if last:
            yield self._cancelled(k, record) if self._fused(record) else self._output_error(k, record)
        if not self._fused(record) and row.kind in (DENSE, ACTIVATION):
            argument = f"Z{k}" if row.kind == DENSE else letters(k - 1)[0]
            yield self._gated(k, record, unit, argument)
        if record.d_weights is not None:
            yield self._weights_gradient(k, record, unit)
            if record.bias is not None and record.d_bias is not None:
                yield self._bias_gradient(k, record, record.bias, record.d_bias)
        if k > 1:
            yield self._carried(k, record)

    def _gated(self, k: int, record: RowRecord, unit: UnitTrace, argument: str) -> TraceStep:
        slope = unit.activation.slope
        texts = (f"dZ{k} = dA{k} ∘ f′({argument}), f′ = {slope}", rf"dZ_{k} = dA_{k} \circ f'(Z_{k})")
        facts = unit.activation.part.facts
        if facts is not None and facts.is_of_rows:
            text = with_letters(facts.backward, {"a": f"A{k}", "d": f"dA{k}"}).write(0).replace("·", " ∘ ")
            latex = expressions.latex(facts.backward, {"a": f"A_{k}", "d": f"dA_{k}"}).replace(
                r"\,", r" \circ "
            )
            texts = (f"dZ{k} = {text}, the sum over each sample", f"dZ_{k} = {latex}")
        numbers = f"dz = {unit.error()}"
        if unit.slope is not None:
            numbers = f"f′ = {unit.slope_with_numbers()}\n{numbers}"
        shapes = self._shapes(" ∘ ", record.d_a, record.a)
        return self._step(f"dZ{k}", "backward", record.row.layer, texts, numbers, record.d_z, shapes)

    def _output_error(self, k: int, record: RowRecord) -> TraceStep:
        output = f"A{k}" if self.step.probabilities is None else "P"
        text, latex = self.loss.slope(output, "Y")
        numbers, y = f"da = {self._unit(k).d_output()}", self.step.y
        notes = self.loss.legend("ΣY")
        if self.loss.holds_above_zero:
            notes.append(f"probabilities are held above {number(TINY, 2)}")
        shapes, texts = self._shapes(", ", record.a, y), (f"dA{k} = {text}", f"dA_{k} = {latex}")
        return self._step(
            f"dA{k}", "backward", record.row.layer, texts, numbers, record.d_a, shapes, "; ".join(notes)
        )

    def _cancelled(self, k: int, record: RowRecord) -> TraceStep:
        """The error where the slope of the loss and that of the last activation leave only A - Y."""
        text, latex = self.loss.slope(f"A{k}", "Y")
        together = self.loss.slope_of_entry(f"A{k}", "Y")
        if self.loss.over == "m":
            rows = ", for rows of Y that add up to 1" if self.loss.rows_add_up else ""
            note = (
                f"dA{k} = −Y/(m A{k}), and softmax carries it back as A{k} ∘ (dA{k} − Σ A{k} ∘ dA{k}): "
                f"together {together}{rows}"
            )
        else:
            note = (
                f"dA{k} = ({self.loss.chosen_slope(f'A{k}')})/n, and the sigmoid's slope is A{k}(1 − A{k}): "
                f"together {together}"
            )
        note = "; ".join([note, *self.loss.legend("ΣY")])
        texts, shapes = (f"dZ{k} = {text}", f"dZ_{k} = {latex}"), self._shapes(" − ", record.a, self.step.y)
        numbers = f"dz = {self._unit(k).error()}"
        return self._step(f"dZ{k}", "backward", record.row.layer, texts, numbers, record.d_z, shapes, note)

    def _weights_gradient(self, k: int, record: RowRecord, unit: UnitTrace) -> TraceStep:
        (source, latex_source), j = letters(k - 1), unit.unit
        gradient = np.empty(0) if record.d_weights is None else record.d_weights
        if isinstance(unit, LearnedTrace):
            return self._own(f"dW{k}", "backward", unit, unit.gradient(), gradient)
        i = self.entry.inputs[k - 1]
        penalty, latex = penalty_text(f"W{k}", record.row.l1, record.row.l2)
        texts = (f"dW{k} = {source}ᵀ dZ{k}{penalty}", rf"dW_{k} = {latex_source}^\top dZ_{k}{latex}")
        if self.columns:
            texts = (f"dW{k} = dZ{k} {source}ᵀ{penalty}", rf"dW_{k} = dZ_{k} {latex_source}^\top{latex}")
        summed = product_sum(record.inputs[:, i], record.d_z[:, j])
        if penalty and record.weights is not None:
            summed = summed + penalty_slope(float(record.weights[i, j]), record.row.l1, record.row.l2)
        shapes, numbers = (
            self._product(record.inputs.T, record.d_z),
            f"dw = {equation(summed, gradient[i, j])}",
        )
        return self._step(f"dW{k}", "backward", record.row.layer, texts, numbers, gradient, shapes)

    def _bias_gradient(self, k: int, record: RowRecord, bias: Array, d_bias: Array) -> TraceStep:
        row, j = record.row, self.entry.units[k - 1]
        error, which = (record.d_z, "Z") if row.kind == DENSE else (record.d_a, "A")
        penalty, latex = penalty_text(f"b{k}", row.bias_l1, row.bias_l2)
        texts = (
            f"db{k} = Σ over the samples of d{which}{k}{penalty}",
            rf"db_{k} = \sum_i d{which}_{k}^{{(i)}}{latex}",
        )
        summed = plain_sum(error[:, j])
        if penalty:
            summed = summed + penalty_slope(float(bias[j]), row.bias_l1, row.bias_l2)
        numbers, shapes = f"db = {equation(summed, d_bias[j])}", self._shapes("", error)
        return self._step(f"db{k}", "backward", row.layer, texts, numbers, d_bias[None, :], shapes)

    def _carried(self, k: int, record: RowRecord) -> TraceStep:
        """What row k hands back to the row below it."""
        below, name, layer, unit = k - 1, f"dA{k - 1}", record.row.layer, self._unit(k)
        if record.row.kind == DENSE and record.weights is not None:
            texts = (f"dA{below} = dZ{k} W{k}ᵀ", rf"dA_{below} = dZ_{k} W_{k}^\top")
            if self.columns:
                texts = (f"dA{below} = W{k}ᵀ dZ{k}", rf"dA_{below} = W_{k}^\top dZ_{k}")
            numbers = f"da = {self._unit(below).d_output()}"
            shapes = self._product(record.d_z, record.weights.T)
            return self._step(name, "backward", layer, texts, numbers, record.d_inputs, shapes)
        if isinstance(unit, OwnTrace):
            return self._own(name, "backward", unit, unit.back(), record.d_inputs)
        texts, shapes = (f"dA{below} = dZ{k}", rf"dA_{below} = dZ_{k}"), self._shapes("", record.d_a)
        numbers = f"da = {number(record.d_inputs[self.entry.sample, unit.unit])}"
        return self._step(name, "backward", layer, texts, numbers, record.d_inputs, shapes)

    def _update(self, k: int, record: RowRecord) -> Iterator[TraceStep]:
        update, row, j, unit = self.step.update, record.row, self.entry.units[k - 1], self._unit(k)
        weight = (
            unit.place
            if isinstance(unit, LearnedTrace)
            else row.weights + self.entry.inputs[k - 1] * row.n_outputs + j
        )
        for name, old, new, place in (
            (f"W{k}", record.weights, record.new_weights, weight),
            (f"b{k}", _row(record.bias), _row(record.new_bias), row.bias + j),
        ):
            if old is not None and new is not None:
                numbers = "\n".join([f"η = {number(update.learning_rate)}", *update.lines(place)])
                texts = (f"{name}: {update.written.plain}", update.written.latex)
                yield self._step(name, "update", row.layer, texts, numbers, new, self._shapes("", old))


def _row(vector: Array | None) -> Array | None:
    return None if vector is None else vector[None, :]
