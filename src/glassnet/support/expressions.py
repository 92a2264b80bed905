"""Formulas as they are written: one line of text, computed and written in several languages.

A formula such as ``"z if z > 0 else alpha * (exp(z) - 1)"`` knows ``+ - * / **``, numbers, names, one comparison inside
``if … else``, and the functions of :data:`FUNCTIONS`; ``sum`` runs over the row that an entry belongs to. What a part
computes stands in :mod:`glassnet.formulas`; this is what people read.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError

T = TypeVar("T")
FUNCTIONS = (
    "abs", "cos", "exp", "floor", "log", "log1p", "max", "min", "normal_density", "normal_share", "sigmoid", "sign",
    "sin", "softplus", "sqrt", "sum", "tanh",
)  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==",
}  # fmt: skip


@dataclass(frozen=True)
class Language(Generic[T]):
    """What numbers, functions and choices become; ``+ - * / **`` are those of T.

    Attributes
    ----------
    number : callable
        ``number(value)``.
    functions : mapping
        What is called for each of :data:`FUNCTIONS` that may occur.
    choose : callable
        ``choose(left, comparison, right, yes, no)``: `yes` where ``left comparison right``.
    """

    number: Callable[[float], T]
    functions: Mapping[str, Callable[..., T]]
    choose: Callable[[T, str, T, T, T], T]


@cache
def parsed(text: str) -> ast.expr:
    """The syntax of a formula.

    Raises `ArgumentError` if it is no formula, or calls what is none of :data:`FUNCTIONS`.
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ArgumentError(f"{text!r} is no formula: {error.msg}") from None
    unknown = {
        ast.unparse(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) not in FUNCTIONS
    }
    if unknown:
        raise ArgumentError(
            f"{text!r} calls {', '.join(sorted(unknown))}; a formula knows {', '.join(FUNCTIONS)}"
        )
    return tree


def names(text: str) -> set[str]:
    """The letters of a formula."""
    return {node.id for node in ast.walk(parsed(text)) if isinstance(node, ast.Name)} - set(FUNCTIONS)


def sums(text: str) -> list[str]:
    """What the sums of a formula add up, in the order in which they stand."""
    calls = (node for node in ast.walk(parsed(text)) if isinstance(node, ast.Call))
    return [ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func) == "sum"]


def is_constant_in_pieces(text: str, *letters: str) -> bool:
    """Whether a formula mentions these letters in its conditions alone."""
    node = parsed(text)
    if isinstance(node, ast.IfExp):
        return all(is_constant_in_pieces(ast.unparse(part), *letters) for part in (node.body, node.orelse))
    return not names(ast.unparse(node)) & set(letters)


def within(text: str, around: str) -> str:
    """The formula `around` with this one in the place of its name F, in each piece of a choice."""
    node = parsed(text)
    if isinstance(node, ast.IfExp):
        yes, no = (within(ast.unparse(part), around) for part in (node.body, node.orelse))
        return f"{yes} if {ast.unparse(node.test)} else {no}"
    return re.sub(r"\bF\b", ast.unparse(node), around)


def built(text: str, letters: Mapping[str, T], language: Language[T]) -> T:
    """The formula in a language, with what its letters stand for."""
    result: T = _built(parsed(text), letters, language)
    return result


def _built(node: ast.expr, letters: Mapping[str, Any], language: Language[Any]) -> Any:
    def of(part: ast.expr) -> Any:
        return _built(part, letters, language)

    match node:
        case ast.Constant(int() | float() as value):
            return language.number(value)
        case ast.Name(name) if name in letters:
            return letters[name]
        case ast.UnaryOp(ast.USub(), operand):
            return -of(operand)
        case ast.BinOp(left, ast.Add(), right):
            return of(left) + of(right)
        case ast.BinOp(left, ast.Sub(), right):
            return of(left) - of(right)
        case ast.BinOp(left, ast.Mult(), right):
            return of(left) * of(right)
        case ast.BinOp(left, ast.Div(), right):
            return of(left) / of(right)
        case ast.BinOp(left, ast.Pow(), ast.Constant(int() as power)):
            return of(left) ** power
        case ast.BinOp(left, ast.Pow(), right):
            return of(left) ** of(right)
        case ast.Call(ast.Name("sum"), [inner]):
            return language.functions["sum"](ast.unparse(inner))
        case ast.Call(ast.Name(name), arguments):
            return language.functions[name](*map(of, arguments))
        case ast.IfExp(ast.Compare(left, [comparison], [right]), yes, no):
            return language.choose(of(left), _COMPARISONS[type(comparison)], of(right), of(yes), of(no))
    raise ArgumentError(
        f"{ast.unparse(node)!r} is no part of a formula with the letters {', '.join(letters)}"
    )


# ---- arrays


def computed(text: str, letters: Mapping[str, Any]) -> NDArray[Any]:
    """The numbers that a formula gives; the last axis of arrays is the row that ``sum`` runs over."""
    functions = {**_OF_ARRAYS, "sum": lambda inner: computed(inner, letters).sum(axis=-1, keepdims=True)}
    with np.errstate(all="ignore"):
        return np.asarray(built(text, letters, Language[Any](float, functions, _chosen)))


def branch(text: str, letters: Mapping[str, float]) -> str:
    """The formula that holds for these numbers: of each choice that they decide the side that is taken."""
    node = parsed(text)
    while isinstance(node, ast.IfExp) and names(ast.unparse(node.test)) <= letters.keys():
        is_taken = computed(f"1 if {ast.unparse(node.test)} else 0", letters)
        node = node.body if is_taken else node.orelse
    return ast.unparse(node)


def _chosen(left: Any, comparison: str, right: Any, yes: Any, no: Any) -> Any:
    signs = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal, "==": np.equal}
    return np.where(signs[comparison](left, right), yes, no)


_normal_share = np.vectorize(lambda z: (1 + math.erf(z / math.sqrt(2))) / 2, otypes=[np.float64])
_OF_ARRAYS: dict[str, Callable[..., Any]] = {
    "abs": np.abs, "cos": np.cos, "exp": np.exp, "floor": np.floor, "log": np.log, "log1p": np.log1p,
    "max": np.maximum, "min": np.minimum, "sin": np.sin,
    "normal_share": _normal_share, "normal_density": lambda z: np.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "sign": np.sign, "softplus": lambda z: np.logaddexp(0, z),
    "sqrt": np.sqrt, "tanh": np.tanh,
}  # fmt: skip


# ---- text: what holds less tightly stands in parentheses

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4


@dataclass(frozen=True)
class Text:
    """A piece of a formula in a language of text, and how tightly it holds together."""

    text: str
    binds: int = ATOM

    def inside(self, binds: int) -> str:
        """As it stands where something binds so tightly."""
        return self.text if self.binds >= binds else f"({self.text})"

    def __add__(self, other: Text) -> Text:
        return type(self)(f"{self.text} + {other.inside(SUM)}", SUM)

    def __sub__(self, other: Text) -> Text:
        return type(self)(f"{self.text} - {other.inside(PRODUCT)}", SUM)

    def __neg__(self) -> Text:
        return type(self)(f"-{self.inside(PRODUCT)}", SUM)

    def __mul__(self, other: Text) -> Text:
        return type(self)(f"{self.inside(PRODUCT)} * {other.inside(POWER)}", PRODUCT)

    def __truediv__(self, other: Text) -> Text:
        return type(self)(f"{self.inside(PRODUCT)} / {other.inside(POWER)}", PRODUCT)

    def __pow__(self, power: int) -> Text:
        return type(self)(f"{self.inside(ATOM)}**{power}", POWER)


def numpy_code(
    text: str, letters: Mapping[str, str], axis: int = 1, names_of: Mapping[str, str] | None = None
) -> Text:
    """A formula as a line of NumPy; ``sum`` runs over `axis`, and `names_of` holds other names of functions."""

    def of_row(inner: str) -> Text:
        return Text(
            f"{numpy_code(inner, letters, axis, names_of).inside(ATOM)}.sum(axis={axis}, keepdims=True)"
        )

    def choose(left: Text, comparison: str, right: Text, yes: Text, no: Text) -> Text:
        condition = f"{left.text} {comparison} {right.text}"
        if (yes.text, no.text) == ("1", "0"):
            return Text(f"({condition})")
        return Text(f"np.where({condition}, {yes.text}, {no.text})")

    functions: dict[str, Callable[..., Text]] = {
        name: called(code) for name, code in (_IN_NUMPY | dict(names_of or {})).items()
    }
    functions |= {"sum": of_row, "softplus": lambda z: Text(f"np.logaddexp(0, {z.text})")}
    return built(
        text, {name: _name(code) for name, code in letters.items()}, Language(_digits, functions, choose)
    )


def called(name: str, kind: type[Text] = Text) -> Callable[..., Text]:
    """A call of the function of this name."""
    return lambda *arguments: kind(f"{name}({', '.join(part.text for part in arguments)})")


def _digits(value: float) -> Text:
    return Text(repr(value).removesuffix(".0"))


def _name(code: str) -> Text:
    """What stands for a letter; what is more than a name or a positive number is held together."""
    return Text(code) if code.replace(".", "").replace("_", "").isalnum() else Text(code, SUM)


_IN_NUMPY = {
    **{name: f"np.{name}" for name in ("abs", "cos", "exp", "floor", "log", "log1p", "sign", "sin", "sqrt", "tanh")},
    "max": "np.maximum", "min": "np.minimum", "sigmoid": "sigmoid",
    "normal_share": "scipy.stats.norm.cdf", "normal_density": "scipy.stats.norm.pdf",
}  # fmt: skip


class Latex(Text):
    """The same in LaTeX."""

    def __mul__(self, other: Text) -> Latex:
        dot = r" \cdot " if other.text[:1].isdigit() else r"\,"
        return Latex(f"{self.inside(PRODUCT)}{dot}{other.inside(POWER)}", PRODUCT)

    def __truediv__(self, other: Text) -> Latex:
        return Latex(rf"\frac{{{self.text}}}{{{other.text}}}")

    def __pow__(self, power: int) -> Latex:
        return Latex(f"{self.inside(ATOM)}^{power}", POWER)


def latex(text: str, letters: Mapping[str, str], of_row: Mapping[str, str] | None = None) -> str:
    """A formula in LaTeX; `of_row` holds the letters inside a sum, where they are others there."""
    functions: dict[str, Callable[..., Text]] = {
        name: called(sign, Latex) for name, sign in _IN_LATEX.items()
    }
    functions |= {
        "abs": lambda z: Latex(f"|{z.text}|"), "floor": lambda z: Latex(rf"\lfloor {z.text} \rfloor"),
        "sqrt": lambda z: Latex(rf"\sqrt{{{z.text}}}"),
        "exp": lambda z: Latex(f"e^{{{z.text}}}", POWER),
        "log1p": lambda z: functions["log"](Latex("1") + z),
        "softplus": lambda z: functions["log1p"](functions["exp"](z)),
        "sum": lambda inner: Latex(rf"\sum_k {latex(inner, of_row or letters)}", PRODUCT),
    }  # fmt: skip
    signs = {">": ">", ">=": r"\ge", "<": "<", "<=": r"\le", "==": "="}

    def choose(left: Text, comparison: str, right: Text, yes: Text, no: Text) -> Text:
        condition = f"{left.text} {signs[comparison]} {right.text}"
        return Latex(rf"\begin{{cases}}{yes.text} & {condition}\\{no.text} & \text{{else}}\end{{cases}}")

    language = Language[Text](lambda value: Latex(_digits(value).text), functions, choose)
    return built(text, {name: Latex(code) for name, code in letters.items()}, language).text


_IN_LATEX = {
    **{name: rf"\{name}" for name in ("cos", "log", "max", "min", "sin", "tanh")},
    "sigmoid": r"\sigma", "normal_share": r"\Phi", "normal_density": r"\varphi", "sign": r"\operatorname{sign}",
}  # fmt: skip
