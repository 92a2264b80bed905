"""A seeded sample of all small changes that Cosmic Ray's operators make to the sources of a room."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names

from benchmarks.mutants.rooms import PACKAGE, ROOMS

# Cosmic Ray's operators without those that nobody's slip makes, such as + for <<: they only raise TypeErrors.
OPERATORS = re.compile(
    r"core/(AddNot|NumberReplacer|Replace(AndWithOr|OrWithAnd|TrueWithFalse|FalseWithTrue|ContinueWithBreak)"
    r"|ZeroIterationForLoop|ReplaceUnaryOperator_(USub_UAdd|Delete_Not|Delete_USub)"
    r"|ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Lt_(LtE|GtE)|LtE_(Lt|Gt)|Gt_(GtE|LtE)|GtE_(Gt|Lt)"
    r"|Is_IsNot|IsNot_Is)"
    r"|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|Pow_Mul|FloorDiv_Div|Mod_FloorDiv|BitAnd_BitOr|BitOr_BitAnd))"
)


@dataclass(frozen=True)
class Mutant:
    """One change of one line.

    Attributes
    ----------
    path : str
        Below the package.
    before, after : str
        The lines that differ, without their indentation.
    """

    room: str
    path: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str

    @property
    def key(self) -> str:
        """The same for the same change, wherever the line stands."""
        return f"{self.path}: {self.before} -> {self.after}"

    def changed(self, source: str) -> str:
        """The source with the change."""
        changed = MutationVisitor.mutate_code(source, get_operator(self.operator)(), self.occurrence)
        assert changed is not None
        return changed


class _Meaning(ast.NodeTransformer):
    """Takes out what does not run: annotations of names, and docstrings."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        node.annotation = ast.Constant(None)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value = ast.Constant("")
        self.generic_visit(node)
        return node


def meaning(source: str) -> str:
    """What of a source runs."""
    return ast.dump(_Meaning().visit(ast.parse(source)))


def sample(room: str, size: int, seed: int) -> list[Mutant]:
    """That many mutants of a room, drawn from all of them, but of each line one at most."""
    places = list(_places(room))
    random.Random(f"{seed} {room}").shuffle(places)
    chosen: dict[tuple[str, int], Mutant] = {}
    for place in places:
        if len(chosen) == size:
            break
        mutant = _mutant(room, *place)
        if mutant is not None:
            chosen.setdefault((mutant.path, mutant.line), mutant)
    return list(chosen.values())


def _places(room: str) -> Iterator[tuple[Path, str, int]]:
    """What can be changed: a file, an operator, and which of the places it finds there."""
    names = sorted(filter(OPERATORS.fullmatch, operator_names()))
    for path in sorted(PACKAGE.glob(ROOMS[room][0])):
        nodes = list(_nodes(get_ast(path.read_text())))
        for name in names:
            operator = get_operator(name)()
            n_places = sum(len(list(operator.mutation_positions(node))) for node in nodes)
            yield from ((path, name, place) for place in range(n_places))


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)


def _mutant(room: str, path: Path, operator: str, occurrence: int) -> Mutant | None:
    """None where the change is no Python, or the same program."""
    source = path.read_text()
    changed = MutationVisitor.mutate_code(source, get_operator(operator)(), occurrence)
    try:
        if changed is None or meaning(changed) == meaning(source):
            return None
    except SyntaxError:
        return None
    pairs = list(zip(source.splitlines(), changed.splitlines(), strict=False))
    line = next(number for number, (one, other) in enumerate(pairs) if one != other)
    before, after = (text.strip() for text in pairs[line])
    return Mutant(room, path.relative_to(PACKAGE).as_posix(), operator, occurrence, line + 1, before, after)
