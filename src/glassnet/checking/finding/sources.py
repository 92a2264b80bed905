"""What the text of a learner's function says: what it returns by which names, and what it reads of its object."""

from __future__ import annotations

import ast
import contextlib
import inspect
import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_NO_SOURCE = (OSError, TypeError, SyntaxError, IndentationError, ValueError)


def tree_of(function: Callable[..., Any]) -> ast.FunctionDef | None:
    """The function's syntax; None where its text cannot be had."""
    return _tree(getattr(function, "__func__", function))


@lru_cache(maxsize=256)
def _tree(function: Any) -> ast.FunctionDef | None:
    try:
        source = inspect.getsource(function).expandtabs()
    except _NO_SOURCE:
        return None
    # Comments may stand farther to the left than the function.
    for text, is_within in ((textwrap.dedent(source), False), (f"if True:\n{source}", True)):
        with contextlib.suppress(*_NO_SOURCE):
            body = ast.parse(text).body
            found = body[0].body if is_within else body  # type: ignore[attr-defined]
            return next((node for node in found if isinstance(node, ast.FunctionDef)), None)
    return None


def returned_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names in the last ``return a, b, c``; entries that are no names are ""."""
    tree = tree_of(function)
    if tree is None:
        return ()
    returns = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value is not None
    ]
    if not returns:
        return ()
    last = max(returns, key=lambda node: node.lineno)
    entries = last.elts if isinstance(last, ast.Tuple) else [last]
    return tuple(_name(entry) for entry in entries)


def named_results(function: Callable[..., Any], result: Any) -> dict[str, Any]:
    """What a function returned by the names that stand behind ``return``, where these tell."""
    names = returned_names(function)
    if isinstance(result, tuple) and len(names) == len(result):
        return {name: value for name, value in zip(names, result, strict=True) if name}
    return {names[0]: result} if len(names) == 1 and names[0] and result is not None else {}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return ""


def attributes_read(function: Callable[..., Any]) -> tuple[str, ...]:
    """The attributes of its own object that a method reads, in order."""
    tree = tree_of(function)
    if tree is None or not tree.args.args:
        return ()
    own = tree.args.args[0].arg
    reads = [
        (node.lineno, node.col_offset, node.attr) for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name) and node.value.id == own
    ]  # fmt: skip
    return tuple(dict.fromkeys(name for *_, name in sorted(reads)))


def signature(function: Callable[..., Any]) -> list[inspect.Parameter] | None:
    """All parameters of a function; None where its signature cannot be had."""
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None


def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The positional parameters of a function; none where its signature cannot be had."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in signature(function) or () if p.kind in positional]


def required(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Those that it cannot do without."""
    return [p for p in parameters(function) if p.default is inspect.Parameter.empty]
