"""Arithmetic that is written and computed from one source: what stands on a page is what was computed.

A :class:`Term` knows how it is written and what it gives with its numbers rounded to so many digits; ``+ - * / **``
put terms together. :func:`equation` writes as many digits as give the result to about four.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

DIGITS = 5
MORE_DIGITS = (DIGITS, 7, 9, 12, 17)
TERMS = 8
EVERY_DIGIT = MORE_DIGITS[-1]
_CLOSE = 2e-4  # of the result: what is written gives it to about four digits
_ROUNDING = 5e-6  # of the result: half a unit of its last digit; with every digit, what is written gives it so exactly
_SUM, _PRODUCT, _ATOM = 1, 2, 3
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = DIGITS) -> str:
    """So many significant digits, with a true minus sign."""
    return f"{float(value) + 0.0:.{digits}g}".replace("-", "−")


def factor(value: float, digits: int = DIGITS) -> str:
    """The same, in parentheses where it is negative."""
    return f"({number(value, digits)})" if value < 0 else number(value, digits)


@dataclass(frozen=True)
class Term:
    """A piece of arithmetic."""

    write: Callable[[int], str]  # ``write(digits)``: as text
    # ``compute(digits)``: what comes out with the numbers as they are written
    compute: Callable[[int], float]
    # How tightly it holds together; what holds less tightly stands in parentheses inside a product
    binds: int = _ATOM

    def inside(self, binds: int, digits: int) -> str:
        """As it stands where something binds so tightly."""
        text = self.write(digits)
        return f"({text})" if self.binds < binds else text

    def __add__(self, other: Term) -> Term:
        return _joined(self, " + ", other, lambda a, b: a + b, _SUM, 0, _PRODUCT)

    def __sub__(self, other: Term) -> Term:
        return _joined(self, " − ", other, lambda a, b: a - b, _SUM, 0, _PRODUCT)

    def __mul__(self, other: Term) -> Term:
        return _joined(self, "·", other, lambda a, b: a * b, _PRODUCT, _PRODUCT, _PRODUCT)

    def __truediv__(self, other: Term) -> Term:
        return _joined(self, "/", other, _over, _PRODUCT, _PRODUCT, _ATOM)

    def __neg__(self) -> Term:
        return Term(lambda d: f"−{self.inside(_PRODUCT, d)}", lambda d: -self.compute(d), _SUM)

    def __pow__(self, power: int) -> Term:
        raised = str(power).translate(_RAISED)
        return Term(lambda d: f"{self.inside(_ATOM, d)}{raised}", lambda d: self.compute(d) ** power)


def _joined(
    left: Term,
    sign: str,
    right: Term,
    compute: Callable[[float, float], float],
    binds: int,
    of_left: int,
    of_right: int,
) -> Term:
    return Term(
        lambda d: f"{left.inside(of_left, d)}{sign}{right.inside(of_right, d)}",
        lambda d: compute(left.compute(d), right.compute(d)),
        binds,
    )


def _over(above: float, below: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(above) / np.float64(below))


def times(first: Term, second: Term) -> Term:
    """a · b, with room around the sign."""
    return _joined(first, " · ", second, lambda a, b: a * b, _PRODUCT, _PRODUCT, _PRODUCT)


def num(value: Any) -> Term:
    """A number as a term, rounded to the digits that are shown."""
    own = float(value) + 0.0
    return Term(lambda d: number(own, d), lambda d: float(f"{own:.{d}g}"), _SUM if own < 0 else _ATOM)


def letter(name: str) -> Term:
    """A letter that stands for a number: it is written, not computed."""
    return Term(lambda _: name, lambda _: math.nan)


def applied(name: str, compute: Callable[[float], Any]) -> Callable[[Term], Term]:
    """A function of one number."""

    def called(term: Term) -> Term:
        def of(digits: int) -> float:
            with np.errstate(all="ignore"):
                return float(compute(np.float64(term.compute(digits))))

        return Term(lambda d: f"{name}({term.write(d)})", of)

    return called


def absolute(term: Term) -> Term:
    """The absolute value of a term, abs(x)."""
    return Term(lambda d: f"|{term.write(d)}|", lambda d: abs(term.compute(d)))


def largest(first: Term, second: Term) -> Term:
    """The larger of two terms, max(x, y)."""
    return _of_two("max", first, second, max)


def smallest(first: Term, second: Term) -> Term:
    """The smaller of two terms, min(x, y)."""
    return _of_two("min", first, second, min)


def _of_two(name: str, first: Term, second: Term, compute: Callable[[float, float], float]) -> Term:
    return Term(
        lambda d: f"{name}({first.write(d)}, {second.write(d)})",
        lambda d: compute(first.compute(d), second.compute(d)),
    )


exp, log = applied("exp", np.exp), applied("log", np.log)
tanh, sign, root = applied("tanh", np.tanh), applied("sign", np.sign), applied("√", np.sqrt)
log1p, floor = applied("log1p", np.log1p), applied("floor", np.floor)
cos, sin = applied("cos", np.cos), applied("sin", np.sin)
softplus = applied("softplus", lambda z: np.logaddexp(0, z))
sigmoid = applied("σ", lambda z: 1 / (1 + np.exp(-z)))
normal_share = applied("Φ", lambda z: (1 + math.erf(z / math.sqrt(2))) / 2)
normal_density = applied("φ", lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi))


def largest_of(values: Any, term_of: Callable[[int], Term], most: int = TERMS) -> Term:
    """t1 + t2 + …; of many terms those of the largest `values`, in their order, and the others added up."""
    values = np.asarray(values, np.float64)
    order = np.argsort(-np.abs(values), kind="stable")
    terms = [term_of(int(place)) for place in np.sort(order[:most])] or [num(0)]
    if len(order) > most:
        rest = num(values[order[most:]].sum())
        terms.append(Term(lambda d: f"[{len(order) - most} smaller: {rest.write(d)}]", rest.compute))
    if len(terms) == 1:
        return terms[0]
    return Term(
        lambda d: " + ".join([terms[0].write(d), *(term.inside(_PRODUCT, d) for term in terms[1:])]),
        lambda d: math.fsum(term.compute(d) for term in terms),
        _SUM,
    )


def product_sum(first: Any, second: Any, most: int = TERMS) -> Term:
    """a1·b1 + a2·b2 + …"""
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    return largest_of(a * b, lambda place: num(a[place]) * num(b[place]), most)


def plain_sum(values: Any, most: int = TERMS) -> Term:
    """a1 + a2 + …"""
    return largest_of(values, lambda place: num(values[place]), most)


def equation(term: Term, result: float) -> str:
    """``term = result``, with as many digits as give it to about four; the result alone where no digits do.

    That is where it was rounded on the way, as a difference of nearly equal numbers is in float32.
    """
    value = float(result)
    if not _near(term.compute(EVERY_DIGIT), value, _ROUNDING):
        return number(value)
    digits = next(d for d in MORE_DIGITS if _near(term.compute(d), value, _CLOSE) or d == EVERY_DIGIT)
    text = term.write(digits)
    return number(value) if text == number(value) else f"{text} = {number(value)}"


def _near(computed: float, value: float, share: float) -> bool:
    return computed == value or abs(computed - value) <= share * abs(value)


def listed(values: Any, most: int = TERMS) -> str:
    """v1, v2, …; and how many there are in all."""
    shown = ", ".join(number(value) for value in values[:most])
    return f"{shown}, … ({len(values)} in all)" if len(values) > most else shown
