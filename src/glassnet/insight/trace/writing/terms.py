"""Formulas of :mod:`glassnet.support.expressions` as arithmetic: with letters, and with numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from glassnet.insight.trace.arithmetic import (
    TERMS,
    Term,
    absolute,
    cos,
    exp,
    floor,
    largest,
    largest_of,
    letter,
    log,
    log1p,
    normal_density,
    normal_share,
    num,
    root,
    sigmoid,
    sign,
    sin,
    smallest,
    softplus,
    tanh,
)
from glassnet.support import expressions
from glassnet.support.arrays import Array
from glassnet.support.expressions import Language

_FUNCTIONS: dict[str, Callable[..., Term]] = {
    "abs": absolute, "cos": cos, "exp": exp, "floor": floor, "log": log, "log1p": log1p, "max": largest,
    "min": smallest, "normal_density": normal_density, "normal_share": normal_share, "sigmoid": sigmoid,
    "sign": sign, "sin": sin, "softplus": softplus, "sqrt": root, "tanh": tanh,
}  # fmt: skip


def with_letters(
    formula: str, letters: Mapping[str, str], of_row: Mapping[str, str] | None = None, sum_sign: str = "Σ"
) -> Term:
    """A formula with letters; `of_row` holds those inside a sum."""

    def summed(inner: str) -> Term:
        text = with_letters(inner, of_row or letters, sum_sign=sum_sign).write(0)
        return letter(f"{sum_sign} {text}")

    def choose(left: Term, comparison: str, right: Term, yes: Term, no: Term) -> Term:
        condition = f"{left.write(0)} {comparison.replace('>=', '≥').replace('<=', '≤')} {right.write(0)}"
        return letter(f"{yes.write(0)} if {condition} else {no.write(0)}")

    language = Language(_short, {**_FUNCTIONS, "sum": summed}, choose)
    return expressions.built(formula, {name: letter(text) for name, text in letters.items()}, language)


def _short(value: float) -> Term:
    return letter(f"{value:.5g}")


def with_numbers(formula: str, values: Mapping[str, float]) -> Term:
    """A formula with numbers; of a choice the side that is taken."""
    branch = expressions.branch(formula, values)
    return expressions.built(branch, {name: num(value) for name, value in values.items()}, _NUMBERS)


def with_numbers_of_row(formula: str, values: Mapping[str, Array], unit: int, terms: int = TERMS) -> Term:
    """A formula of a whole row with the numbers of one unit; `values` hold the row."""

    def summed(inner: str) -> Term:
        def entry(place: int) -> Term:
            return with_numbers(inner, {name: float(row[place]) for name, row in values.items()})

        return largest_of(expressions.computed(inner, values), entry, terms)

    own = {name: num(row[unit]) for name, row in values.items()}
    return expressions.built(formula, own, Language(num, {**_FUNCTIONS, "sum": summed}, _no_choice))


def _no_choice(left: Term, comparison: str, right: Term, yes: Term, no: Term) -> Term:
    """With numbers every choice has been made."""
    raise NotImplementedError(f"{left.write(0)} {comparison} {right.write(0)}")


_NUMBERS = Language(num, _FUNCTIONS, _no_choice)
