"""Formulas as pieces of plain NumPy programs: their own source without annotations, and the pieces that each calls.

A piece is a function or a constant under a name that no other piece has. Methods of parts become functions that take
the fields they read behind their arguments.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import inspect
import math
import re
from keyword import iskeyword
from typing import Any, NoReturn

import numpy as np

from glassnet.browser.reading import Function, FunctionSource, named
from glassnet.errors import EngineError
from glassnet.support.text import in_snake_case

_ROLE = re.compile(r":\w+:`~?(?:\w+\.)*(\w+)`")
_END = re.compile(r"(?<=[\w)\]]{2})\.\s+(?=[A-Z])")
# What programs themselves call something.
RESERVED = set(
    "np gn torch nn X y x t n d p step states factors taken batch_size n_batches epoch order total rows start loss "
    "numbers name moved targets values slopes draw shuffle drop dropped reached sums levels length shrink model "
    "optimizer criterion table file names".split()
)
_NUMBERS = (bool, int, float, np.number)


class Sources:
    """Pieces by their names: `{"text": …, "needs": [names]}`, each after those that it needs."""

    def __init__(self) -> None:
        self.pieces: dict[str, dict[str, Any]] = {}
        self._things: dict[str, Any] = {}

    def add(self, function: Function, name: str = "") -> str:
        """The name of the piece of a function, which is added where it is not there; NumPy's own stay as they are.

        Raises
        ------
        EngineError
            If its source is not there, or is made of what stands for nothing outside.
        """
        if isinstance(function, np.ufunc):
            return f"np.{function.__name__}"
        wish = self._free(name or function.__name__.strip("<>"), function)
        if wish not in self.pieces:
            self.pieces[wish] = {}  # a function may call itself
            self._write(_Written(function, self), wish)
        return wish

    def method(self, method: Function, name: str, owner: type) -> tuple[str, list[str]]:
        """The piece of a method of this class as a function, and the fields that it takes last, by their names."""
        wish = self._free(name, method)
        if wish not in self.pieces:
            written = _Written(method, self, owner)
            self._write(written, wish)
            self.pieces[wish]["fields"] = written.fields
        return wish, self.pieces[wish]["fields"]

    def constant(self, name: str, value: Any) -> str:
        """The name of a piece that gives a number, or numbers, a name."""
        wish = self._free(name, value)
        self.pieces.setdefault(wish, {"text": f"{wish} = {_literal(value)}", "needs": []})
        return wish

    def _free(self, name: str, thing: Any) -> str:
        name = re.sub(r"\W|^(?=\d)", "_", name)
        while iskeyword(name) or name in RESERVED or self._things.setdefault(name, thing) is not thing:
            name += "_"
        return name

    def _write(self, written: _Written, name: str) -> None:
        text = written.as_function(name)
        found = self.pieces.pop(name, {})
        self.pieces[name] = found | {"text": text, "needs": [need for need in written.needs if need != name]}


def _literal(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


class _Written(FunctionSource):
    """One function on its way into a program."""

    def __init__(self, function: Function, sources: Sources, owner: type = object) -> None:
        super().__init__(function)
        self.sources, self.owner = sources, owner
        self.needs: list[str] = []
        self.fields: list[str] = []
        self.local = {
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        self.local |= {node.arg for node in ast.walk(self.tree) if isinstance(node, ast.arg)}
        fields = (
            {part.name for part in dataclasses.fields(owner)} if dataclasses.is_dataclass(owner) else set()
        )
        self.renamed = {name: f"{name}_now" for name in self.arguments[1:] if name in fields}

    def as_function(self, name: str) -> str:
        body = self.tree.body if isinstance(self.tree, ast.FunctionDef) else [ast.Return(self.tree.body)]
        first = _first_line(body[0])
        lines = [] if first is None else [f'"""{first}"""']
        rest = body if first is None else body[1:]
        lines += [ast.unparse(ast.fix_missing_locations(_Plain(self).visit(_copied(node)))) for node in rest]
        own = [one for one in self.arguments if self.owner is object or one != self.arguments[0]]
        arguments = [self.renamed.get(one, one) for one in own]
        given = [
            f"{one}={_literal(self.defaults[one])}" if one in self.defaults else one for one in arguments
        ]
        text = "\n".join(lines).replace("\n", "\n    ")
        return f"def {name}({', '.join([*given, *self.fields])}):\n    {text}"

    def refuse(self, node: ast.AST, what: str) -> NoReturn:
        """Raise for what a program cannot hold."""
        raise EngineError(
            f"a program cannot hold {what}, which stands in {named(self.function)}; it takes numbers, NumPy's "
            "functions, and functions that are made of these"
        )

    def need(self, piece: str) -> str:
        if "." not in piece and piece not in self.needs:
            self.needs.append(piece)
        return piece

    def field(self, name: str) -> None:
        if name not in self.fields:
            self.fields.append(name)


def _copied(node: ast.stmt) -> ast.stmt:
    return ast.parse(ast.unparse(ast.fix_missing_locations(node))).body[0]


def _first_line(statement: ast.stmt) -> str | None:
    """The first sentence that a function says of itself, without roles; None where it says nothing."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            paragraph = " ".join(text.strip().split("\n\n")[0].split())
            first = f"{_END.split(paragraph)[0].rstrip('.')}."
            return _ROLE.sub(r"\1", first).replace("\\", "\\\\").replace('"', "'")
    return None


class _Plain(ast.NodeTransformer):
    """Names that stand for something outside become pieces; fields become arguments; annotations go."""

    def __init__(self, written: _Written) -> None:
        self.written = written

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is None:
            return None
        return ast.Assign([node.target], self.visit(node.value))

    def visit_Name(self, node: ast.Name) -> Any:
        if isinstance(node.ctx, ast.Store) or node.id in self.written.local:
            return ast.Name(self.written.renamed.get(node.id, node.id), node.ctx)
        return self._outside(node)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        if self._is_self(node.value):
            return self._of_self(node)
        root, names = _taken_apart(node)
        if root is None or root in self.written.local:
            return self.generic_visit(node)
        if self.written.looked_up(ast.Name(root)) is np:
            return ast.parse(".".join(["np", *names]), mode="eval").body
        return self._outside(node)

    def visit_Call(self, node: ast.Call) -> Any:
        match node.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
                return self._called(self._above(name), node)
            case ast.Attribute(value=value, attr=name) if self._is_self(value):
                return self._called(getattr(self.written.owner, name), node)
        return self.generic_visit(node)

    def _is_self(self, node: ast.expr) -> bool:
        owner, arguments = self.written.owner, self.written.arguments
        return owner is not object and isinstance(node, ast.Name) and node.id == arguments[0]

    def _above(self, name: str) -> Function:
        """The method that is overridden here."""
        owner, method = self.written.owner, self.written.function
        bases = list(owner.__mro__)
        here = next(place for place, base in enumerate(bases) if vars(base).get(name) is method)
        above: Function = next(vars(base)[name] for base in bases[here + 1 :] if name in vars(base))
        return above

    def _called(self, method: Function, node: ast.Call) -> ast.Call:
        owner = self.written.owner
        name = f"{in_snake_case(method.__qualname__.split('.')[0])}_{method.__name__.strip('_')}"
        piece, fields = self.written.sources.method(method, name, owner)
        self.written.need(piece)
        for field in fields:
            self.written.field(field)
        given = [self.visit(part) for part in node.args]
        return ast.Call(ast.Name(piece), [*given, *map(ast.Name, fields)], [])

    def _of_self(self, node: ast.Attribute) -> ast.expr:
        owner: Any = self.written.owner
        if node.attr in {part.name for part in dataclasses.fields(owner)}:
            self.written.field(node.attr)
            return ast.Name(node.attr)
        computed = getattr(owner, node.attr)
        if not isinstance(computed, property) or computed.fget is None:
            self.written.refuse(node, f"{ast.unparse(node)!r}")
        return self._called(computed.fget, ast.Call(node, [], []))

    def _outside(self, node: ast.expr) -> ast.expr:
        """What stands in a program for something that the source finds outside."""
        found, name = self.written.looked_up(node), ast.unparse(node)
        if isinstance(found, np.ufunc) or getattr(found, "__module__", "") == "numpy":
            return ast.parse(f"np.{found.__name__}", mode="eval").body
        if getattr(found, "__module__", "") == "math":
            return ast.parse(f"np.{found.__name__}", mode="eval").body
        if inspect.ismodule(found) or found is getattr(builtins, name, self):
            return node
        if isinstance(found, _NUMBERS) and isinstance(node, ast.Attribute):
            return ast.parse(_literal(found), mode="eval").body
        if isinstance(found, (*_NUMBERS, tuple)):
            return ast.Name(self.written.need(self.written.sources.constant(name.strip("_"), found)))
        if inspect.isfunction(found):
            return ast.Name(self.written.need(self.written.sources.add(found, found.__name__.strip("_<>"))))
        self.written.refuse(node, f"{name!r}")


def _taken_apart(node: ast.expr) -> tuple[str | None, list[str]]:
    """Of ``a.b.c`` the name a, and the others; None where it begins with something else."""
    if isinstance(node, ast.Name):
        return node.id, []
    if not isinstance(node, ast.Attribute):
        return None, []
    root, names = _taken_apart(node.value)
    return root, [*names, node.attr]
