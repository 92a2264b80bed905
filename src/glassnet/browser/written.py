"""Python functions as formulas that a page writes out: trees of arithmetic, and names for what is computed on the way.

A tree is a number, a letter, ``[sign, left, right]``, ``["-", operand]``, ``[function, …]`` or ``["if", left,
comparison, right, yes, no]``, as ``client/formulas/expressions.js`` computes and writes them. The names are
those of the source.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.browser.javascript import is_hashable
from glassnet.browser.reading import Function, FunctionSource
from glassnet.formulas import activations, elementary

Tree = Any
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
}  # fmt: skip
_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==",
}  # fmt: skip
_FUNCTIONS: dict[Any, str] = {
    np.exp: "exp", np.expm1: "expm1", np.log: "log", np.log1p: "log1p", np.log2: "log2", np.sqrt: "sqrt",
    np.tanh: "tanh", np.abs: "abs", np.sign: "sign", np.floor: "floor", np.maximum: "max", np.minimum: "min",
    np.sin: "sin", np.cos: "cos", np.sinh: "sinh", np.cosh: "cosh", np.arctan: "atan", abs: "abs",
    math.exp: "exp", math.log: "log", math.sqrt: "sqrt", math.tanh: "tanh", activations.sigmoid: "sigmoid",
}  # fmt: skip
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass
class Formula:
    """What a function computes.

    Attributes
    ----------
    letters : tuple of str
        Of its arguments.
    steps : list of (str, tree)
        What is computed on the way, each by its name, from what stands before.
    results : list of tree
        What it returns.
    """

    letters: tuple[str, ...] = ()
    steps: list[tuple[str, Tree]] = field(default_factory=list)
    results: list[Tree] = field(default_factory=list)

    def free(self, name: str) -> str:
        """The name, with a number where it is that of something else."""
        others, numbered, number = {*self.letters, *(step for step, _ in self.steps)}, name, 2
        while numbered in others:
            numbered, number = name + str(number).translate(_LOWERED), number + 1
        return numbered

    def inlined(self) -> list[Tree]:
        """The results without names for what is on the way."""
        known: dict[str, Tree] = {}
        for name, tree in self.steps:
            known[name] = replaced(tree, known)
        return [replaced(tree, known) for tree in self.results]


def replaced(tree: Tree, known: Mapping[str, Tree]) -> Tree:
    """The tree, in which what is known of its letters stands in their place."""
    if isinstance(tree, str):
        return known.get(tree, tree)
    if not isinstance(tree, list):
        return tree
    return [tree[0], *(replaced(part, known) for part in tree[1:])]


def formula_of(function: Function, letters: Sequence[str]) -> Formula:
    """The formula of a function; its first arguments are called like these letters.

    Raises
    ------
    EngineError
        If it is made of what a page does not write, naming it.
    """
    if is_hashable(function) and function in _FUNCTIONS:
        return Formula(tuple(letters), results=[[_FUNCTIONS[function], letters[0]]])
    names = [
        name for name, part in inspect.signature(function).parameters.items() if part.default is part.empty
    ]
    written = tuple(letters[place] if place < len(letters) else name for place, name in enumerate(names))
    formula = Formula(written)
    formula.results = _Writing(function, formula, dict(zip(names, written, strict=True))).results()
    return formula


class _Writing(FunctionSource):
    """One function on its way; `known` are the trees of its names."""

    def __init__(self, function: Function, formula: Formula, known: dict[str, Tree]) -> None:
        super().__init__(function)
        self.made, self.known = formula, {**known}
        for name in self.defaults.keys() - known.keys():
            self.known[name] = self.number(self.tree, self.defaults[name])

    def results(self) -> list[Tree]:
        if isinstance(self.tree, ast.Lambda):
            return [self.of(self.tree.body)]
        *body, last = self.tree.body
        for statement in body:
            self.statement(statement)
        if not isinstance(last, ast.Return) or last.value is None:
            self.refuse(last, "a function that does not end by returning")
        parts = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
        return [self.of(part) for part in parts]

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.name(name, self.of(value))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self.name(name, self.of(value))
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                old = ast.Name(id=target.id, ctx=ast.Load())
                self.name(name, self.of(ast.BinOp(left=old, op=op, right=value)))
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(
                names
            ) == len(values) and all(isinstance(part, ast.Name) for part in names):
                trees = [self.of(value) for value in values]
                for part, tree in zip(names, trees, strict=True):
                    self.name(ast.unparse(part), tree)
            case _:
                self.refuse(node, f"the statement {ast.unparse(node)!r}")

    def name(self, name: str, tree: Tree) -> None:
        """Give a name to what is computed on the way, another one where the formula has it already."""
        if not isinstance(tree, list):
            self.known[name] = tree
            return
        written = self.made.free(name.translate(_LOWERED))
        self.made.steps.append((written, tree))
        self.known[name] = written

    def of(self, node: ast.expr) -> Tree:
        """The tree of an expression."""
        match node:
            case ast.Constant(value=bool() | int() | float() as value):
                return self.number(node, value)
            case ast.Name(id=name) if name in self.known:
                return self.known[name]
            case ast.Name() | ast.Attribute():
                return self.number(node, self.looked_up(node))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return ["-", self.of(operand)]
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.of(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
                parts = self.of(left), self.of(right)
                return (
                    ["**", parts[0], 2]
                    if isinstance(op, ast.Mult) and parts[0] == parts[1]
                    else [_SIGNS[type(op)], *parts]
                )
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.chosen(test, self.of(body), self.of(orelse))
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return self.chosen(node, 1, 0)
            case ast.Call(func=function, args=arguments, keywords=[]):
                return self.call(function, arguments)
        self.refuse(node, f"the expression {ast.unparse(node)!r}")

    def number(self, node: ast.AST, value: Any) -> Tree:
        if not isinstance(value, (bool, int, float, np.number)) or not math.isfinite(value):
            self.refuse(node, f"{ast.unparse(node)!r}, which is {value!r},")
        return float(value) if isinstance(value, (float, np.floating)) else int(value)

    def chosen(self, test: ast.expr, yes: Tree, no: Tree) -> Tree:
        """`yes` where the test holds, else `no`."""
        match test:
            case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right]):
                return ["if", self.of(left), "==", self.of(right), no, yes]
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return ["if", self.of(left), _COMPARISONS[type(op)], self.of(right), yes, no]
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.chosen(operand, no, yes)
            case ast.BoolOp(op=ast.And(), values=[first, *others]):
                for other in reversed(others):
                    yes = self.chosen(other, yes, no)
                return self.chosen(first, yes, no)
            case ast.BoolOp(op=ast.Or(), values=[first, *others]):
                for other in reversed(others):
                    no = self.chosen(other, yes, no)
                return self.chosen(first, yes, no)
        return ["if", self.of(test), "==", 0, no, yes]

    def call(self, function: ast.expr, arguments: list[ast.expr]) -> Tree:
        callee = self.looked_up(function)
        if callee is np.where and len(arguments) == 3:
            return self.chosen(arguments[0], self.of(arguments[1]), self.of(arguments[2]))
        trees = [self.of(part) for part in arguments]
        if callee in (np.zeros_like, np.ones_like):
            return int(callee is np.ones_like)
        if callee is np.full_like:
            return trees[1]
        if callee is np.clip and len(trees) == 3:
            return ["min", ["max", trees[0], trees[1]], trees[2]]
        if callee is np.square:
            return ["**", trees[0], 2]
        if callee is np.power:
            return ["**", *trees]
        if callee is elementary.positive:
            return ["if", trees[0], ">", 0, 1, 0]
        if callee in (float, np.asarray):
            return trees[0]
        if is_hashable(callee) and callee in _FUNCTIONS:
            return [_FUNCTIONS[callee], *trees]
        if inspect.isfunction(callee):
            return self.inner(callee, trees)
        self.refuse(function, f"a call of {ast.unparse(function)!r}")

    def inner(self, function: Function, trees: Sequence[Tree]) -> Tree:
        """What another function makes of these; what it is given has the names of its arguments."""
        names = [*inspect.signature(function).parameters]
        writing = _Writing(function, self.made, {name: name for name in names[: len(trees)]})
        for name, tree in zip(names, trees, strict=False):
            writing.name(name, tree)
        results = writing.results()
        if len(results) != 1:
            self.refuse(writing.tree, f"several results of {function.__name__!r}")
        return results[0]
