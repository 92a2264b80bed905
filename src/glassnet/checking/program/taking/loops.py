"""A training loop, wherever it stands: in the module, in ``main``, in a function that makes its own weights.

The file is run up to the loop's first turn. What the turn computes before it looks at the targets is the forward pass;
the whole turn is the step. Both run with the names that stood there.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import numpy as np

from glassnet.checking.program.words import meanings, says
from glassnet.support.arrays import as_array

HOOK = "__glassnet_turn__"
# How many numbers the samples of a loop may have; more would take too long.
MOST_NUMBERS = 2_000_000


class Reached(BaseException):
    """The loop's first turn begins; with the names of its module and of its function."""

    def __init__(self, names: dict[str, Any], local: dict[str, Any]) -> None:
        super().__init__("the loop was reached")
        self.names, self.local = names, local


@dataclass(frozen=True)
class Loop:
    """A loop that may be a training."""

    line: int  # where it begins
    function: str  # the function of the module in which it stands; "" for none, or for a method's


@dataclass
class Turn:
    """One turn of a loop, ready to be run again."""

    names: dict[str, Any]  # what it runs with
    # before, whole: the part before the targets are looked at, and all of it
    before: CodeType
    whole: CodeType
    assigned: list[str]  # the names that the first part gives values to, in order
    targets: str  # the name of the targets
    beside: set[str]  # what stands in the statement that looks at the targets first
    lines: tuple[int, int]
    # What may compute the loss from the output, and its name.
    losses: list[tuple[CodeType, str]] = field(default_factory=list)

    def forward(self) -> dict[str, Any]:
        """All names after the first part, which leaves those of the program as they are."""
        names = dict(self.names)
        exec(self.before, names)
        return names

    def step(self) -> None:
        """The whole turn."""
        exec(self.whole, self.names)

    def loss_of(self, output: str) -> Callable[[Any, Any], Any] | None:
        """The loss as a function of targets and output; None where the turn computes no number from these."""
        now = {**self.names, **self.forward()}
        for code, name in self.losses:

            def loss(y_true: Any, y_pred: Any, code: CodeType = code, name: str = name) -> Any:
                names = {**self.forward(), self.targets: y_true, output: copy.deepcopy(y_pred)}
                exec(code, names)
                return names[name]

            if np.size(loss(now[self.targets], now[output])) == 1:
                return loss
        return None


def loops(tree: ast.Module) -> Iterator[Loop]:
    """The loops that change numbers and look at targets, those outside first."""
    homes = {
        id(inner): node.name
        for node in tree.body if isinstance(node, ast.FunctionDef) for inner in ast.walk(node)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.While)) and _changes(node) and _first_look(node.body) > 0:
            yield Loop(node.lineno, homes.get(id(node), ""))


def hooked(tree: ast.Module, loop: Loop) -> ast.Module:
    """The module, with a call at the beginning of each turn of the loop."""
    tree = copy.deepcopy(tree)
    node = _at(tree, loop)
    call = ast.parse(f"{HOOK}(globals(), locals())").body[0]
    node.body.insert(0, ast.copy_location(call, node.body[0]))
    return ast.fix_missing_locations(tree)


def reached(names: dict[str, Any], local: dict[str, Any]) -> None:
    """What is called at the beginning of a turn."""
    raise Reached(names, dict(local))


def turn_of(tree: ast.Module, loop: Loop, found: Reached, file: str) -> Turn | None:
    """The turn, to be run with the names that stood there; None where it cannot be run outside of its function."""
    body = _at(tree, loop).body
    look = _first_look(body)
    names = found.names
    if any(isinstance(inner, (ast.Yield, ast.Await)) for statement in body for inner in ast.walk(statement)):
        return None
    names.update({name: value for name, value in found.local.items() if found.local is not names})
    assigned = [
        name.id for statement in body[:look] if not _is_data(statement)
        for name in ast.walk(statement) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    ]  # fmt: skip
    losses = list(_losses(body, look, file))
    lines = (loop.line, body[-1].end_lineno or loop.line)
    return Turn(names, _compiled(body[:look], file), _compiled(body, file), list(dict.fromkeys(assigned)),
                _targets_in(body[look])[0], _read(body[look]), lines, losses)  # fmt: skip


def output_of(turn: Turn, after: dict[str, Any]) -> str | None:
    """The name of the output: the last array of the first part that fits the targets; those beside them first."""
    y = as_array(after[turn.targets])
    beside = [name for name in turn.assigned if name in turn.beside]
    for name in (*reversed(beside), *reversed(turn.assigned)):
        value = after.get(name)
        array = as_array(value) if isinstance(value, (np.ndarray, float)) else None
        if array is not None and array.dtype.kind == "f" and _fits(array, y):
            return name
    return None


def _fits(output: Any, y: Any) -> bool:
    if output.size == y.size:
        return True
    return bool(y.dtype.kind in "iu" and y.size in output.shape and output.ndim == 2)


def data_in(turn: Turn, after: dict[str, Any]) -> Any:
    """The samples: what the first part reads last under a name that means them, a batch behind all; None for none."""
    read = [name for name in reversed(turn.before.co_names) if name in after and meanings(name)[:1] == ["x"]]
    arrays = [after[name] for name in read if isinstance(after[name], (np.ndarray, list))]
    return arrays[0] if arrays else None


# ---- the text of a loop


def _at(tree: ast.Module, loop: Loop) -> ast.For | ast.While:
    return next(
        node for node in ast.walk(tree)
        if isinstance(node, (ast.For, ast.While)) and node.lineno == loop.line
    )  # fmt: skip


def _changes(loop: ast.For | ast.While) -> bool:
    """Whether something is changed by a part of itself, or handed to a function that updates."""
    for node in ast.walk(loop):
        if isinstance(node, ast.AugAssign):
            return True
        if isinstance(node, ast.Assign):
            targets = {ast.unparse(target) for target in node.targets}
            inside = {ast.unparse(part) for part in ast.walk(node.value) if isinstance(part, ast.expr)}
            if targets & inside:
                return True
        if isinstance(node, ast.Call) and says(ast.unparse(node.func).rpartition(".")[2], "update"):
            return True
    return False


def _first_look(body: list[ast.stmt]) -> int:
    """The place of the first statement that looks at the targets and does not only choose data; -1 for none."""
    for i, statement in enumerate(body):
        if _targets_in(statement) and not _is_data(statement):
            return i
    return -1


def _targets_in(statement: ast.stmt) -> list[str]:
    counted = {
        id(inner) for node in ast.walk(statement)
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len")
        or (isinstance(node, ast.Attribute) and node.attr in ("shape", "size"))
        for inner in ast.walk(node)
    }  # fmt: skip
    counted |= {id(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)}
    return [
        node.id for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in counted
        and meanings(node.id)[:1] == ["y"]
    ]  # fmt: skip


def _read(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _is_data(statement: ast.stmt) -> bool:
    """Whether a statement only chooses samples: all that it gives values to are samples or targets by name."""
    if not isinstance(statement, ast.Assign):
        return False
    stored = [
        node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)
    ]
    return bool(stored) and all(meanings(name)[:1] in (["x"], ["y"]) for name in stored)


def _losses(body: list[ast.stmt], look: int, file: str) -> Iterator[tuple[CodeType, str]]:
    for i, statement in enumerate(body[look:], look):
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name) and says(target.id, "loss"):
                yield _compiled([*_needed(body[look:i], statement), statement], file), target.id


def _needed(before: list[ast.stmt], last: ast.stmt) -> list[ast.stmt]:
    """The statements that give names to what the last one reads, and to what these read; no updates of weights."""
    wanted, found = _read(last), list[ast.stmt]()
    for statement in reversed(before):
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        if wanted & {node.id for node in names if isinstance(node.ctx, ast.Store)}:
            found.insert(0, statement)
            wanted |= {node.id for node in names}
    return found


def _compiled(body: list[ast.stmt], file: str) -> CodeType:
    """The statements as one turn, in which break and continue mean its end, and return too."""
    inside = [_Ending().visit(copy.deepcopy(statement)) for statement in body] or [
        ast.Pass(lineno=1, col_offset=0)
    ]
    turn = ast.For(ast.Name("_", ast.Store()), ast.Tuple([ast.Constant(0)], ast.Load()), inside, [])
    return compile(
        ast.fix_missing_locations(ast.Module([ast.copy_location(turn, inside[0])], [])), file, "exec"
    )


class _Ending(ast.NodeTransformer):
    def visit_Return(self, node: ast.Return) -> ast.stmt:
        return ast.copy_location(ast.Continue(), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return node

    def visit_Global(self, node: ast.Global) -> ast.stmt:
        return ast.copy_location(ast.Pass(), node)
