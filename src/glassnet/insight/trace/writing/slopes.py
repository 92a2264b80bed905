"""The loss at the output of a step, and its slope there, written out."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from glassnet.formulas.losses import TINY
from glassnet.insight.trace.arithmetic import Term, equation, largest_of, letter, num, number
from glassnet.insight.trace.record import StepRecord
from glassnet.insight.trace.writing.notation import constants_of
from glassnet.insight.trace.writing.terms import with_letters, with_numbers
from glassnet.losses import ElementwiseLoss, Loss
from glassnet.support import expressions
from glassnet.support.arrays import Array
from glassnet.support.text import in_one_line

_ROUNDING = 1e-5


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

    def legend(self, mass: str) -> list[str]:
        """What letters of the slope mean that not every loss has; `mass` is what the targets of a row add up to."""
        mass_is = [f"{mass}: what the targets of the sample add up to"]
        weight_is = ["s: the weight of the sample"]
        says_mass = self.is_of_softmax and not self.rows_add_up
        return mass_is * says_mass + weight_is * self.weighted

    @property
    def smoothing(self) -> list[str]:
        """What Y is where the loss smooths targets."""
        share = self.objective.label_smoothing
        if share == 0:
            return []
        classes = self.step.y.shape[1] if self.objective.rows_sum_to_one else 2
        return [
            f"Y: the targets with label smoothing, {number(1 - share)}·target + {number(share)}/{classes}"
        ]

    @property
    def holds_above_zero(self) -> bool:
        """Whether a prediction is so near 0 or 1 that its logarithm is that of the nearest number that is not."""
        facts, a = self.objective.facts, self.step.rows[-1].a
        return facts is not None and any(
            bool((expressions.computed(formula, {"p": a}) < TINY).any()) for formula in facts.logarithms
        )

    def value(self, output: str) -> tuple[str, str]:
        """The loss of all samples, `output` being the letter of what the network gives, in text and in LaTeX."""
        shown = self._shown
        facts = shown.written
        if facts is None:
            return f"mean of {in_one_line(shown.name)}(Y, {output})", "L"
        if facts.in_words:
            return _named(facts.in_words, output), facts.in_words_latex
        entry = "P" if self.is_of_softmax and not self.step.fused else output
        text, latex = _with_letters(shown, facts.value, {"p": entry, "y": "Y", "z": output})
        weight = "s·" if self.weighted else ""
        return f"(1/{self.over}) Σ {weight}({text.write(0)})", rf"\frac{{1}}{{{self.over}}} \sum {latex}"

    @property
    def _shown(self) -> Loss:
        """The loss that is written: what was chosen, where its activation was taken over."""
        return self.step.loss if self.step.fused else self.objective

    def value_with_numbers(self) -> str:
        """The same with the numbers of its largest entries, and what comes out."""
        step, (terms, values) = self.step, self._entries()
        if terms is None:
            return number(step.value)
        return equation(largest_of(values, terms) / num(self.count), step.value)

    def _entries(self) -> tuple[Any, Array]:
        """A term for each entry of the batch, counted along the rows, and their values."""
        step = self.step
        shown = self._shown
        facts = shown.written
        if facts is None or facts.in_words:
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
        places = np.flatnonzero(values)
        y, a = y.reshape(-1), a.reshape(-1)

        def term(place: int) -> Term:
            entry = places[place]
            values = {"y": float(y[entry]), "p": float(a[entry]), "z": float(a[entry])}
            value = with_numbers(facts.value, values | constants_of(shown))
            return num(weights[entry]) * value if self.weighted else value

        return term, values[places]

    def slope(self, output: str, target: str, mass: str = "ΣY") -> tuple[str, str]:
        """Its slope in the output of one unit, in text and in LaTeX; `mass` is what the targets of a row add up to."""
        facts = self.objective.facts
        if facts is None:
            return (
                f"{in_one_line(self.objective.name)}′({target}, {output})/{self.over}",
                r"\partial L / \partial A",
            )
        if facts.in_words:
            return _named(facts.slope_in_words, output), facts.slope_in_words_latex
        letters = {"y": target, "p": output, "mass": mass}
        slope, latex = _with_letters(self.objective, self._slope_formula, letters)
        slope = letter(f"({slope.write(0)})") if " if " in self._slope_formula else slope
        slope = letter("s") * slope if self.weighted else slope
        return (slope / letter(self.over)).write(0), rf"\frac{{1}}{{{self.over}}} ({latex})"

    def slope_of_entry(self, output: str, target: str, mass: str = "ΣY") -> str:
        """The same before it is divided; of a loss whose formula is known."""
        letters = {"y": target, "p": output, "mass": mass}
        slope = self._slope_formula and _with_letters(self.objective, self._slope_formula, letters)[0].write(
            0
        )
        return slope or ""

    def chosen_slope(self, output: str) -> str:
        """The slope of an entry of the loss that was chosen, before its activation was taken over."""
        facts = self.step.loss.written
        slope = "" if facts is None else facts.slope
        return _with_letters(self.step.loss, slope, {"y": "Y", "p": output})[0].write(0)

    @property
    def _slope_formula(self) -> str:
        """The slope of an entry; where rows of targets add up to 1, nothing is said of what they add up to."""
        slope = "" if self.objective.written is None else self.objective.written.slope
        return slope.replace(" * mass", "") if self.rows_add_up else slope

    def slope_with_numbers(self, sample: int, unit: int, result: float) -> str:
        """The same with the numbers of a sample and a unit; the result alone where the formula is not known."""
        formula, step = self._slope_formula, self.step
        if not formula or step.y.shape != step.rows[-1].a.shape:
            return number(result)
        probabilities = step.rows[-1].a if step.probabilities is None else step.probabilities
        y, p, mass = step.y[sample, unit], probabilities[sample, unit], step.y[sample].sum()
        values = {"y": float(y), "p": float(p), "mass": float(mass)} | constants_of(self.objective)
        slope = with_numbers(formula, values)
        slope = num(step.sample_weights[sample]) * slope if self.weighted else slope
        return equation(slope / num(self.count), result)


def _named(words: str, output: str) -> str:
    """With the name of the outputs in the place of A, whose rows are A_i and A_j."""
    return re.sub(r"A_(?=[ij]\b)", f"{output}_", words).replace("A_", output)


def _with_letters(loss: Loss, formula: str, letters: dict[str, str]) -> tuple[Term, str]:
    """A formula of a loss, in text and in LaTeX."""
    constants = {} if loss.facts is None else loss.facts.letters
    plain = {name: text for name, (text, _) in constants.items()}
    latex = {name: text for name, (_, text) in constants.items()}
    indexed = {name: f"{text[0]}_{{{text[1:]}}}" if len(text) > 1 else text for name, text in letters.items()}
    return with_letters(formula, letters | plain), expressions.latex(formula, indexed | latex)


def penalty_text(parameter: str, l1: float, l2: float) -> tuple[str, str]:
    """What the penalties add to the gradient of parameters, in text and in LaTeX; empty where there are none."""
    if not (l1 or l2):
        return "", ""
    latex = f"{parameter[0]}_{parameter[1:]}" if len(parameter) > 1 else parameter
    return (
        f" + λ₁·sign({parameter}) + λ₂·{parameter}",
        rf" + \lambda_1 \operatorname{{sign}} {latex} + \lambda_2 {latex}",
    )


def penalty_slope(parameter: float, l1: float, l2: float) -> Term:
    """What the penalties add to the gradient of a parameter."""
    parts = [num(l1) * num(np.sign(parameter))] if l1 else []
    parts += [num(l2) * num(parameter)] if l2 else []
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]
