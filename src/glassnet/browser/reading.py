"""Where a function's source stands, as a syntax tree."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NoReturn

from glassnet.browser.javascript import ELEMENTARY
from glassnet.errors import EngineError

Function = Callable[..., Any]
Tree = ast.FunctionDef | ast.Lambda


def tree_of(function: Function) -> Tree:
    """The syntax tree of a function or lambda.

    Raises
    ------
    EngineError
        If its source is not there, as of one that was typed into an interpreter.
    """
    try:
        lines, _ = inspect.findsource(function)
    except (OSError, TypeError) as error:
        raise EngineError(
            f"the browser engine cannot read the source of {named(function)}: {error}; write it into a file or a "
            "notebook, as a function of numbers"
        ) from error
    code = function.__code__
    starts = {(line, column) for line, _, column, _ in code.co_positions()}
    for node in _functions("".join(lines)):
        first = node.decorator_list[0] if isinstance(node, ast.FunctionDef) and node.decorator_list else node
        if isinstance(node, ast.Lambda):
            starts_here = (node.body.lineno, node.body.col_offset) in starts and code.co_name == "<lambda>"
        else:
            starts_here = first.lineno == code.co_firstlineno and node.name == code.co_name
        if starts_here:
            return node
    raise EngineError(
        f"the browser engine does not find {named(function)} in the source that it says it comes from; has the file "
        "changed since it was loaded?"
    )


@lru_cache(8)
def _functions(source: str) -> tuple[Tree, ...]:
    return tuple(
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.Lambda)
    )


def named(function: Function) -> str:
    """What an error calls a function."""
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', function)}"


class FunctionSource:
    """A function's syntax tree, and what the names in it stand for."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.tree = tree_of(function)
        self.outside = inspect.getclosurevars(function)
        self.arguments = [part.arg for part in self.tree.args.args]
        self.defaults = {
            name: part.default
            for name, part in inspect.signature(function).parameters.items()
            if part.default is not part.empty
        }

    def looked_up(self, node: ast.expr) -> Any:
        """What a name or the attribute of a module stands for."""
        if isinstance(node, ast.Attribute):
            return getattr(self.looked_up(node.value), node.attr, None)
        name = node.id if isinstance(node, ast.Name) else ""
        for place in (self.outside.nonlocals, self.outside.globals, self.outside.builtins):
            if name in place:
                return place[name]
        return None

    def refuse(self, node: ast.AST, what: str) -> NoReturn:
        """Raise for what stands in the source."""
        raise EngineError(
            f"the browser engine cannot translate {what} in {named(self.function)}; it knows arithmetic, comparisons, "
            f"conditions, and {', '.join(sorted({known.__name__ for known in ELEMENTARY}))}, where"
        )
