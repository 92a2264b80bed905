"""Reading a trace as a sceptic does: every equation is computed anew, from the numbers that stand there."""

import ast
import math
import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

FUNCTIONS = {
    "exp": np.exp, "log": np.log, "tanh": np.tanh, "sqrt": np.sqrt, "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "Phi": lambda z: (1 + math.erf(z / math.sqrt(2))) / 2,
}  # fmt: skip
ROUNDING = 1e-12


class Range(NamedTuple):
    """What a number may be that is written with so many digits."""

    low: float
    high: float


class Equation(NamedTuple):
    """``expression = result``, as written in a line."""

    line: str
    expression: str
    value: Range
    result: Range

    @property
    def holds(self) -> bool:
        slack = ROUNDING * max(map(abs, (*self.value, *self.result)))
        return self.value.low <= self.result.high + slack and self.result.low <= self.value.high + slack


def python(text: str) -> str:
    """An expression of a trace as Python writes it."""
    text = text.replace("−", "-").replace("·", "*").replace("²", "**2").replace("√", "sqrt")
    text = re.sub(r"\[\d+ smaller: ([^\]]+)\]", r"(\1)", text)
    text = re.sub(r"sqrt([\d.]+(?:e[+-]?\d+)?)", r"sqrt(\1)", text)
    text = re.sub(r"\|([^|]+)\|", r"abs(\1)", text)
    return text.replace("σ(", "sigmoid(").replace("Φ(", "Phi(").replace("φ(", "phi(")


def shown(text: str) -> Range:
    """A number as written: half a unit of its last digit, at least the fifth, to both sides."""
    value = float(text)
    if value == 0 or not math.isfinite(value):
        return Range(value, value)
    digits = max(5, len(re.sub(r"e.*|[-.]", "", text).lstrip("0")))
    half = 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits)
    return Range(value - half, value + half)


def rising(function: Callable[[float], float], of: Range) -> Range:
    with np.errstate(all="ignore"):
        return Range(*(float(function(np.float64(value))) for value in of))


def among(values: list[float]) -> Range:
    known = [value for value in values if not math.isnan(value)]
    return Range(min(known, default=-math.inf), max(known, default=math.inf))


def computed(node: ast.expr, source: str) -> Range:
    """What an expression may give, by interval arithmetic."""
    if isinstance(node, ast.Constant):
        return shown(ast.get_source_segment(source, node) or "")
    if isinstance(node, ast.UnaryOp):
        low, high = computed(node.operand, source)
        return Range(-high, -low)
    if isinstance(node, ast.BinOp):
        return of_two(node, source)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return of_call(node.func.id, [computed(argument, source) for argument in node.args])
    raise SyntaxError(ast.dump(node))


def of_two(node: ast.BinOp, source: str) -> Range:
    if isinstance(node.op, ast.Pow):
        low, high = computed(node.left, source)
        ends = [low * low, high * high]
        return Range(0.0 if low <= 0 <= high else min(ends), max(ends))
    (a, b), (c, d) = computed(node.left, source), computed(node.right, source)
    if isinstance(node.op, ast.Add):
        return Range(a + c, b + d)
    if isinstance(node.op, ast.Sub):
        return Range(a - d, b - c)
    if isinstance(node.op, ast.Mult):
        return among([x * y for x in (a, b) for y in (c, d)])
    assert isinstance(node.op, ast.Div)
    if c <= 0 <= d:
        return Range(-math.inf, math.inf)
    return among([x / y for x in (a, b) for y in (c, d)])


def of_call(name: str, given: list[Range]) -> Range:
    first = given[0]
    if name == "abs":
        ends = [abs(first.low), abs(first.high)]
        return Range(0.0 if first.low <= 0 <= first.high else min(ends), max(ends))
    if name in ("max", "min"):
        choose = max if name == "max" else min
        return Range(choose(part.low for part in given), choose(part.high for part in given))
    if name == "sign":
        return Range(*(float((end > 0) - (end < 0)) for end in first))
    if name == "phi":
        ends = [math.exp(-end * end / 2) / math.sqrt(2 * math.pi) for end in first]
        return Range(min(ends), 1 / math.sqrt(2 * math.pi) if first.low <= 0 <= first.high else max(ends))
    return rising(FUNCTIONS[name], first)


def value_of(text: str) -> Range | None:
    """What a part of a line gives, if it is nothing but numbers."""
    source = python(text.strip())
    try:
        return computed(ast.parse(source, mode="eval").body, source)
    except (SyntaxError, KeyError, ValueError):
        return None


def is_number(text: str) -> bool:
    return re.fullmatch(r"−?[\d.]+(e[+−]?\d+)?", text.strip()) is not None


def equations(text: str) -> list[Equation]:
    """Every ``expression = number`` of a text."""
    found = []
    for line in text.split("\n"):
        for clause in re.split(r"[;:,] (?![^()]*\))", line):
            for left, right in pairwise(clause.split(" = ")):
                value, result = value_of(left), value_of(right) if is_number(right) else None
                if value is not None and result is not None and not is_number(left):
                    found.append(Equation(line, left, value, result))
    return found
