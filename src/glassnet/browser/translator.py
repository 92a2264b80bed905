"""Python functions as JavaScript: arithmetic, conditions and elementary functions; all else is refused by name.

What is translated are formulas: functions of numbers. The syntax tree of each is walked once, and a name that it reads
outside is looked up as Python would: a number becomes a literal, a function a call of its own translation.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from glassnet.browser.javascript import (
    CONDITION,
    ELEMENTARY,
    INDENT,
    OPERATORS,
    TYPES,
    WHOLE,
    is_hashable,
    number,
    safe,
)  # fmt: skip
from glassnet.browser.reading import Function, FunctionSource

if TYPE_CHECKING:
    from glassnet.browser.library import Library


@dataclass
class Written:
    """A function's translation, in pieces that a loop can be built around.

    Attributes
    ----------
    arguments : list of str
    constants : list of str
        Statements that take the coefficients apart, the same for every entry.
    statements : list of str
    results : list of str
        Expressions that it returns.
    is_tuple : bool
        Whether these are a tuple, which may be of one.
    """

    arguments: list[str]
    constants: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    is_tuple: bool = False


class Translation(FunctionSource):
    """One function on its way."""

    def __init__(self, function: Function, library: Library) -> None:
        super().__init__(function)
        self.library = library
        self.known = set(self.arguments)
        self.result = Written([safe(name) for name in self.arguments])

    def written(self) -> Written:
        if isinstance(self.tree, ast.Lambda):
            self.result.results = [self.expression(self.tree.body)]
            return self.result
        *body, last = self.tree.body
        for statement in body:
            self.result.statements += self.statement(statement)
        if not isinstance(last, ast.Return) or last.value is None:
            self.refuse(last, "a function that does not end by returning")
        self.result.is_tuple = isinstance(last.value, ast.Tuple)
        parts = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
        self.result.results = [self.expression(part) for part in parts]
        return self.result

    def as_function(self, name: str) -> str:
        translation = self.written()
        results = f"[{', '.join(translation.results)}]" if translation.is_tuple else translation.results[0]
        lines = [*translation.constants, *translation.statements, f"return {results};"]
        body = "\n".join(INDENT + line for line in lines)
        types = " ".join(f"@param {{{TYPES.get(one, 'number')}}} {one}" for one in translation.arguments)
        arguments = ", ".join(map(self.with_default, self.arguments))
        return f"/** {types} @returns {{any}} */\nfunction {name}({arguments}) {{\n{body}\n}}"

    def with_default(self, name: str) -> str:
        """An argument, with the number that it is where it is left out."""
        if name not in self.defaults:
            return safe(name)
        value = self.defaults[name]
        if not isinstance(value, (bool, int, float, np.number)):
            self.refuse(self.tree, f"{name}={value!r}")
        return f"{safe(name)} = {number(value)}"

    # ---- statements

    def statement(self, node: ast.stmt) -> list[str]:
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                return []
            case ast.Assign(targets=[target], value=value):
                return self.assignment(target, value)
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                return self.assignment(target, value)
            case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                name = ast.Name(id=target.id, ctx=ast.Load())
                return self.assignment(target, ast.BinOp(left=name, op=op, right=value))
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=[]):
                return [f"if ({self.expression(test)}) return {self.expression(value)};"]
            case ast.For(
                target=ast.Name(id=name),
                iter=ast.Call(func=ast.Name(id="reversed"), args=[ast.Subscript(value=ast.Name(id=items)) as part]),
                body=body, orelse=[],
            ) if ast.unparse(part) == f"{items}[:-1]":  # fmt: skip
                self.known.add(name)
                inner = [line for part in body for line in self.statement(part)]
                head = f"for (let k = {safe(items)}.length - 2; k >= 0; k--) {{"
                return [
                    head,
                    *(INDENT + line for line in [f"const {safe(name)} = {safe(items)}[k];", *inner]),
                    "}",
                ]
        self.refuse(node, f"the statement {ast.unparse(node)!r}")

    def assignment(self, target: ast.expr, value: ast.expr) -> list[str]:
        if isinstance(target, ast.Name):
            text = self.expression(value)
            return [f"{self.declared(target.id)}{safe(target.id)} = {text};"]
        if not isinstance(target, ast.Tuple) or not all(isinstance(part, ast.Name) for part in target.elts):
            self.refuse(target, f"an assignment to {ast.unparse(target)!r}")
        names = [part.id for part in target.elts if isinstance(part, ast.Name)]
        if isinstance(value, ast.Name) and value.id in self.arguments:  # coefficients
            constants = [
                f"{safe(name)} = {safe(value.id)}[{place}]" for place, name in enumerate(names) if name != "_"
            ]
            self.known |= set(names)
            self.result.constants.append(f"const {', '.join(constants)};")
            return []
        names_used = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
        if not isinstance(value, ast.Tuple) or len(value.elts) != len(names) or names_used & set(names):
            self.refuse(value, f"the assignment of {ast.unparse(value)!r} to several names")
        return [
            f"{self.declared(name)}{safe(name)} = {self.expression(part)};"
            for name, part in zip(names, value.elts, strict=True)
        ]

    def declared(self, name: str) -> str:
        is_new = name not in self.known
        self.known.add(name)
        return "let " if is_new else ""

    # ---- expressions

    def expression(self, node: ast.expr) -> str:
        return self.bound(node)[0]

    def inside(self, node: ast.expr, strength: int) -> str:
        """An expression as an operand of what binds so strongly."""
        text, own = self.bound(node)
        return text if own >= strength else f"({text})"

    def bound(self, node: ast.expr) -> tuple[str, int]:
        """The text of an expression, and how strongly its outermost operator binds."""
        match node:
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=2)):
                return f"squared({self.expression(left)})", WHOLE
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return f"{self.inside(left, WHOLE)} ** {self.inside(right, WHOLE)}", OPERATORS[ast.Pow][1]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                sign, strength = OPERATORS[type(op)]
                return f"{self.inside(left, strength)} {sign} {self.inside(right, strength + 1)}", strength
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                sign, strength = OPERATORS[type(op)]
                return f"{sign}{self.inside(operand, WHOLE)}", strength
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
                sign, strength = OPERATORS[type(op)]
                return (
                    f"{self.inside(left, strength + 1)} {sign} {self.inside(right, strength + 1)}",
                    strength,
                )
            case ast.BoolOp(op=op, values=values):
                sign, strength = OPERATORS[type(op)]
                return f" {sign} ".join(self.inside(value, strength + 1) for value in values), strength
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.chosen(test, body, orelse), CONDITION
            case ast.Call(func=function, args=[test, body, orelse]) if self.looked_up(function) is np.where:
                return self.chosen(test, body, orelse), CONDITION
        return self.atom(node), WHOLE

    def chosen(self, *parts: ast.expr) -> str:
        test, body, orelse = (self.inside(part, CONDITION + 1) for part in parts)
        return f"{test} ? {body} : {orelse}"

    def atom(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=bool() | int() | float() as value):
                return number(value)
            case ast.Name(id=name) if name in self.known:
                return safe(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if "self" in self.known:
                return self.field(name)
            case ast.Name() | ast.Attribute():
                return self.value(node)
            case ast.Call(func=function, args=arguments, keywords=[]):
                return self.call(function, arguments)
            case ast.List(elts=parts):
                return f"[{', '.join(map(self.expression, parts))}]"
            case ast.Starred(value=value):
                return f"...{self.inside(value, WHOLE)}"
            case ast.Subscript(value=value, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))):
                inner = self.inside(value, WHOLE)
                return f"{inner}[{inner}.length - 1]"
            case ast.Subscript(
                value=value, slice=ast.Slice(lower=None, upper=ast.expr() as upper, step=None)
            ):
                return f"{self.inside(value, WHOLE)}.slice(0, {self.expression(upper)})"
        self.refuse(node, f"the expression {ast.unparse(node)!r}")

    def field(self, name: str) -> str:
        """A field of a part; what it computes from them is a function of its own."""
        cls = inspect._findclass(self.function)  # type: ignore[attr-defined]
        attribute = getattr(cls, name, None)
        if isinstance(attribute, property) and attribute.fget is not None:
            return f"{self.library.add(attribute.fget, f'{cls.__name__}_{name}')}(part)"
        return f"part.{name}"

    def call(self, function: ast.expr, arguments: list[ast.expr]) -> str:
        texts = [self.expression(part) for part in arguments if not self.is_shape(part)]
        is_method = isinstance(function, ast.Attribute) and ast.unparse(function.value) == "random"
        if isinstance(function, ast.Attribute) and is_method and "random" in self.arguments:
            return f"random.{function.attr}({', '.join(texts)})"
        callee = self.looked_up(function)
        if callee in (np.zeros, np.zeros_like, np.ones_like):
            return "1" if callee is np.ones_like else "0"
        if callee is np.full:
            return f"({texts[0]})"
        if callee is np.full_like:
            return f"({texts[1]})"
        if callee is np.clip and len(texts) == 3:
            return f"Math.min(Math.max({texts[0]}, {texts[1]}), {texts[2]})"
        if is_hashable(callee) and callee in ELEMENTARY:
            return f"{ELEMENTARY[callee]}({', '.join(texts)})"
        if inspect.isfunction(callee):
            return f"{self.library.add(callee)}({', '.join(texts)})"
        self.refuse(function, f"a call of {ast.unparse(function)!r}")

    def is_shape(self, node: ast.expr) -> bool:
        """Whether this is the shape of an array, each entry of which is computed by itself."""
        return isinstance(node, ast.Name) and node.id == "shape" and "shape" in self.arguments

    def value(self, node: ast.expr) -> str:
        constant = self.looked_up(node)
        if isinstance(constant, (bool, int, float, np.number)):
            return number(constant)
        if isinstance(constant, tuple) and all(isinstance(entry, float) for entry in constant):
            return self.library.constant(ast.unparse(node), f"[{', '.join(map(number, constant))}]")
        if inspect.isfunction(constant):
            return f'"{constant.__name__}"'
        self.refuse(node, f"the name {ast.unparse(node)!r}")
