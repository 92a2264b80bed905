"""What stands in JavaScript for elementary functions, operators, names and numbers of Python."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np

from glassnet.formulas import elementary

ELEMENTARY: dict[Any, str] = {
    np.exp: "Math.exp", np.expm1: "Math.expm1", np.log: "Math.log", np.log1p: "Math.log1p", np.log2: "Math.log2",
    np.sqrt: "Math.sqrt", np.tanh: "Math.tanh", np.abs: "Math.abs", np.sign: "Math.sign", np.floor: "Math.floor",
    np.maximum: "Math.max", np.minimum: "Math.min", np.sin: "Math.sin", np.cos: "Math.cos", np.sinh: "Math.sinh",
    np.cosh: "Math.cosh", np.arctan: "Math.atan", np.square: "squared", np.power: "Math.pow",
    elementary.positive: "positive", abs: "Math.abs", int: "whole", float: "Number", np.asarray: "Number",
    math.exp: "Math.exp", math.log: "Math.log", math.sqrt: "Math.sqrt", math.tanh: "Math.tanh",
}  # fmt: skip
# Each with how strongly it binds in JavaScript.
OPERATORS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Or: ("||", 2), ast.And: ("&&", 3), ast.Eq: ("===", 4), ast.NotEq: ("!==", 4), ast.Lt: ("<", 5),
    ast.LtE: ("<=", 5), ast.Gt: (">", 5), ast.GtE: (">=", 5), ast.Add: ("+", 6), ast.Sub: ("-", 6), ast.Mult: ("*", 7),
    ast.Div: ("/", 7), ast.USub: ("-", 9), ast.UAdd: ("+", 9), ast.Not: ("!", 9), ast.Pow: ("**", 8),
}  # fmt: skip
CONDITION, WHOLE = 1, 10
RESERVED = set(
    "arguments case catch const default delete do enum eval export extends function implements instanceof interface "
    "let Math new null Number package part positive private protected public squared static super switch this throw "
    "typeof var void".split()
)
INDENT = "  "
# What some of the names above stand for.
HELPERS = """/** @param {number} z */
function positive(z) {
  return z > 0 ? 1 : 0;
}

/** @param {number} x */
function squared(x) {
  return x * x;
}

/** @param {number | boolean} x */
function whole(x) {
  return Math.trunc(Number(x));
}"""
# Of arguments that are no numbers.
TYPES = {"part": "any", "random": "any", "shape": "number[]", "coefficients": "number[]"}


def is_hashable(value: Any) -> bool:
    """Whether it can be looked up among the elementary functions."""
    return callable(value) and type(value).__hash__ is not None


def safe(name: str) -> str:
    """A name that JavaScript takes for a variable."""
    if name == "self":
        return "part"
    return f"{name}_" if name in RESERVED else name


def number(value: Any) -> str:
    """A number as a literal."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(float(value))]
    return repr(value.item() if isinstance(value, np.number) else value)
