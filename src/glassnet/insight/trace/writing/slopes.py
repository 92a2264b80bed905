"""The loss at the output of a step, and its slope there, written out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.formulas.losses import TINY
from glassnet.insight.trace.record import StepRecord
from glassnet.insight.trace.writing.arithmetic import Term, equation, largest_of, letter, num, number
from glassnet.insight.trace.writing.notation import (
    DISTANCES,
    LOSSES,
    THROUGH_DISTANCES,
    THROUGH_DISTANCES_LATEX,
    Written,
)
from glassnet.losses import ElementwiseLoss, Function, Loss
from glassnet.support.text import in_one_line

Array = NDArray[Any]
_ROUNDING = 1e-5
_LOGARITHMS = {
    "poisson", "binary_cross_entropy", "categorical_cross_entropy", "sparse_categorical_cross_entropy",
    "kullback_leibler",
}  # fmt: skip


def written(loss: Loss) -> Written | None:
    """How a loss is written; None for a user's own, and for those of distances."""
    return None if isinstance(loss, Function) else LOSSES.get(loss.name)


class LossOf:
    """The loss of one step as it is written.

    The letters: y the target, a the output, p what a loss of logits makes of it, s the weight of a sample; n the number
    of entries, m that of samples.
    """

    def __init__(self, step: StepRecord) -> None:
        self.step, self.objective = step, step.plan.objective
        by_rows = self.objective.least_outputs > 1
        self.over, self.count = ("m", len(step.x)) if by_rows else ("n", step.y.size)
        self.weighted = bool((step.sample_weights != 1).any())
        self.rows_add_up = not by_rows or bool(np.abs(step.y.sum(axis=1) - 1).max() <= _ROUNDING)
        self.is_of_softmax = by_rows and (step.fused or step.probabilities is not None)

    @property
    def holds_above_zero(self) -> bool:
        """Whether a prediction is so near 0 or 1 that its logarithm is that of the nearest number that is not."""
        form, a = written(self.objective), self.step.rows[-1].a
        if form is None or self.objective.name not in _LOGARITHMS:
            return False
        return bool(
            (a < TINY).any() or (self.objective.name == "binary_cross_entropy" and (1 - a < TINY).any())
        )

    def value(self, output: str) -> tuple[str, str]:
        """The loss of all samples, `output` being the letter of what the network gives, in text and in LaTeX."""
        shown = self.step.loss if self.step.fused else self.objective
        if shown.name in DISTANCES and not isinstance(shown, Function):
            text, latex = DISTANCES[shown.name]
            return text.replace("A_", f"{output}_"), latex
        form, entry = written(shown), letter(output)
        if form is None:
            return f"mean of {in_one_line(shown.name)}(Y, {output})", "L"
        if self.is_of_softmax and not self.step.fused:
            entry = letter("P")
        text = form.value(letter("Y"), entry, letter(form.constant[0])).write(0)
        share = f"1/{self.over}"
        weight = "s·" if self.weighted else ""
        return f"({share}) Σ {weight}({text})", _named(form.latex, output)

    def value_with_numbers(self) -> str:
        """The same with the numbers of its largest entries, and what comes out."""
        step, (terms, values) = self.step, self._entries()
        if terms is None:
            return number(step.value)
        return equation(largest_of(values, terms) / num(self.count), step.value)

    def _entries(self) -> tuple[Any, Array]:
        """A term for each entry of the batch, counted along the rows, and their values."""
        step = self.step
        shown = step.loss if step.fused else self.objective
        form = written(shown)
        if form is None:
            return None, np.empty(0)
        y, a = step.y.astype(np.float64), step.rows[-1].a.astype(np.float64)
        if step.probabilities is not None and self.is_of_softmax:
            a = step.probabilities.astype(np.float64)
        weights = np.broadcast_to(step.sample_weights[:, None], y.shape).reshape(-1)
        with np.errstate(all="ignore"):
            values = (
                type(shown).formula(y, a, *shown.parameters)
                if isinstance(shown, ElementwiseLoss)
                else -y * np.log(np.maximum(a, np.finfo(np.float64).tiny))
            ).reshape(-1) * weights
        kept = np.flatnonzero(values)
        y, a = y.reshape(-1), a.reshape(-1)

        def term(place: int) -> Term:
            entry = kept[place]
            made = form.value(num(y[entry]), num(a[entry]), form.constant_of(shown))
            return num(weights[entry]) * made if self.weighted else made

        return term, values[kept]

    def slope(self, output: str, target: str, mass: str = "ΣY") -> tuple[str, str]:
        """Its slope in the output of one unit, in text and in LaTeX; `mass` is what the targets of a row add up to."""
        if self._is_of_distances:
            return THROUGH_DISTANCES.replace("A_", f"{output}_"), THROUGH_DISTANCES_LATEX
        form = written(self.objective)
        if form is None:
            return (
                f"{in_one_line(self.objective.name)}′({target}, {output})/{self.over}",
                r"\partial L / \partial A",
            )
        made = self._letters(form, output, target, mass)
        made = letter("s") * made if self.weighted else made
        latex = form.slope_latex.replace(r" \sum_k Y_k", "") if self.rows_add_up else form.slope_latex
        return (made / letter(self.over)).write(0), _named(latex, output)

    def slope_of_entry(self, output: str, target: str, mass: str = "ΣY") -> str:
        """The same before it is divided; of a loss whose formula is known."""
        form = written(self.objective)
        return "" if form is None else self._letters(form, output, target, mass).write(0)

    def _letters(self, form: Written, output: str, target: str, mass: str) -> Term:
        c = letter(mass) if self.is_of_softmax else letter(form.constant[0])
        return self._slope_of_entry(form, letter(target), letter(output), c)

    @property
    def _is_of_distances(self) -> bool:
        return self.objective.name in DISTANCES and not isinstance(self.objective, Function)

    def slope_with_numbers(self, sample: int, unit: int, result: float) -> str:
        """The same with the numbers of a sample and a unit; the result alone where the formula is not known."""
        form, step = written(self.objective), self.step
        if form is None or step.y.shape != step.rows[-1].a.shape:
            return number(result)
        probabilities = step.rows[-1].a if step.probabilities is None else step.probabilities
        y, a = step.y[sample, unit], probabilities[sample, unit]
        c = num(step.y[sample].sum()) if self.is_of_softmax else form.constant_of(self.objective)
        made = self._slope_of_entry(form, num(y), num(a), c)
        made = num(step.sample_weights[sample]) * made if self.weighted else made
        return equation(made / num(self.count), result)

    def _slope_of_entry(self, form: Written, y: Term, a: Term, c: Term) -> Term:
        if self.is_of_softmax and self.rows_add_up:
            return a - y
        return form.slope(y, a, c)


def _named(latex: str, output: str) -> str:
    """With the letter of the output in the place of A and Z."""
    wanted = output if output == "P" else f"{output[0]}_{output[1:]}"
    return latex.replace("A", wanted).replace("Z", wanted)


def penalty_slope(parameter: float, l1: float, l2: float) -> Term:
    """What the penalties add to the gradient of a parameter."""
    parts = [num(l1) * num(np.sign(parameter))] if l1 else []
    parts += [num(l2) * num(parameter)] if l2 else []
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]
