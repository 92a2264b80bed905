"""Statements of a source: their own lines, without those of the statements in them, and what they read and give."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class _Statement:
    lines: set[int]
    reads: set[str]
    gives: set[str]


class Statements:
    """All statements of a source."""

    def __init__(self, source: str) -> None:
        self._all = [_read(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]

    def around(self, line: int) -> set[int]:
        """The lines of the statement on a line."""
        return self._on(line).lines

    def names(self, line: int) -> set[str]:
        """What the statement on a line gives a name to."""
        return self._on(line).gives

    def naming(self, names: set[str]) -> Iterator[tuple[set[int], set[str]]]:
        """The lines of each statement that reads one of these names, and the names that it gives."""
        return ((one.lines, one.gives) for one in self._all if one.reads & names)

    def _on(self, line: int) -> _Statement:
        return next(one for one in self._all if line in one.lines)


def _read(node: ast.stmt) -> _Statement:
    within = {number for inner in _inner(node) for number in _span(inner)}
    own = list(_own(node))
    gives = {one.id for one in own if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    gives |= {one.asname or one.name for one in own if isinstance(one, ast.alias)}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        gives.add(node.name)
    reads = {one.id for one in own if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    reads |= {one.attr for one in own if isinstance(one, ast.Attribute)}
    reads |= {one.name for one in own if isinstance(one, ast.alias)}
    return _Statement(set(_span(node)) - within, reads, gives)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that are in none of the statements in it, annotations left out."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST) and not isinstance(part, ast.stmt):
                yield from _own(part)


def _inner(node: ast.stmt) -> Iterator[ast.stmt]:
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner is not node)


def _span(node: ast.stmt) -> range:
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    return range(first, (node.end_lineno or first) + 1)
