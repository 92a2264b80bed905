"""Samples in the place of data that a file reads and that are not there: a file, a download, a library of data sets."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from glassnet.checking.program.data import Samples, drawn
from glassnet.checking.program.words import meanings

HOOK, NOTHING = "__glassnet_stand_in__", "__glassnet_absent__"
N_SAMPLES = 12
# What reading data that are not there raises.
ABSENT = r"FileNotFoundError|URLError|HTTPError|ConnectionError|gaierror|No module named|NotADirectoryError|EOFError"

MAKES = r"rand|normal|uniform|zeros|dense|linear|layer|network|net$|mlp|nn$|affine|fc"


class AbsentError(AttributeError):
    """Something is used that would have been read."""


class Absent:
    """What would have been read: nothing can be done with it."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise AbsentError("it was not read")

    __call__ = __getitem__ = __iter__ = __len__ = __add__ = __sub__ = __mul__ = __truediv__ = __array__ = (
        _refuse
    )
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __matmul__ = __gt__ = __lt__ = __ge__ = __le__ = _refuse

    def __getattr__(self, name: str) -> NoReturn:
        raise AbsentError(f"it was not read, and has no {name}")


@dataclass
class StandIns:
    """Samples in one form, by the names of what they stand for."""

    X: Any
    y: Any
    form: str  # in words
    given: dict[str, None] = field(default_factory=dict)  # the names for which they were given

    def __call__(self, name: str) -> Any:
        """What stands for a name that could not be given its own value."""
        meaning = meanings(name)[:1]
        if meaning not in (["x"], ["y"]):
            return Absent()
        self.given[name] = None
        return copy.deepcopy(self.X if meaning == ["x"] else self.y)

    @property
    def note(self) -> str:
        """What is said of them."""
        return f"{', '.join(self.given)}: data that could not be read; in their place stand {self.form}"


def are_wanted(left_out: list[str]) -> bool:
    """Whether a file could not read its data."""
    return any(re.search(ABSENT, why) is not None for why in left_out)


def stand_ins(tree: ast.Module, samples: Samples | None) -> Iterator[StandIns]:
    """The samples that were given, or some of the sizes that stand in the file, in each form that a file may want."""
    n, k = _sizes(tree)
    some = [samples] if samples is not None else [drawn(n, k, "classes" if k > 1 else "binary")]
    for one in some:
        times = -(-N_SAMPLES // len(one.X))
        X, Y = np.tile(one.X, (times, 1)), np.tile(one.Y, (times, 1))
        whose = "the samples given" if samples is not None else "random numbers"
        labels = None if one.labels is None else np.tile(one.labels, times)
        yield StandIns(X, Y, f"{whose}, {X.shape[1]} features in rows")
        if labels is not None or Y.shape[1] == 1:
            flat = labels if labels is not None else Y[:, 0]
            yield StandIns(X, flat, f"{whose}, {X.shape[1]} features in rows")
        yield StandIns(X.T, Y.T, f"{whose}, {X.shape[1]} features in columns")


def _sizes(tree: ast.Module) -> tuple[int, int]:
    """Numbers of features and outputs, as the sizes of weights and layers in the file say: ``randn(784, 128)``."""
    numbers = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is int
    }
    if numbers & {784, 28}:
        return 784, 10
    found = [sizes for node in ast.walk(tree) if isinstance(node, ast.Call) for sizes in _sizes_of(node)]
    return (found[0][0], min(found[-1][-1], 10)) if found else (3, 1)


def _sizes_of(call: ast.Call) -> Iterator[list[int]]:
    """The whole numbers that a call which makes weights or layers is given."""
    if re.search(MAKES, ast.unparse(call.func).lower()) is None:
        return
    for entries in (call.args, *(arg.elts for arg in call.args if isinstance(arg, (ast.List, ast.Tuple)))):
        sizes = [e.value for e in entries if isinstance(e, ast.Constant) and type(e.value) is int]
        if len(sizes) == len(entries) > 1 and sizes[0] > 1 and min(sizes) > 0:
            yield sizes


def with_stand_ins(tree: ast.Module) -> ast.Module:
    """The module, in which each assignment outside of loops that cannot be made gives what stands in."""
    tree = copy.deepcopy(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.If, ast.With)):
            node.body = [_tried(statement) for statement in node.body]
    return ast.fix_missing_locations(tree)


def _tried(statement: ast.stmt) -> ast.stmt:
    if not isinstance(
        statement, (ast.Assign, ast.With)
    ):  # ``with np.load(file) as arrays:`` gives values, too
        return statement
    names = [
        name.id for name in ast.walk(statement)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    ]  # fmt: skip
    if not names:
        return statement
    lines = "\n    ".join(f"{name} = {HOOK}({name!r})" for name in names)
    text = f"try:\n    pass\nexcept {NOTHING}:\n    {lines}"
    tried = ast.parse(text).body[0]
    for node in ast.walk(tried):
        ast.copy_location(node, statement)
    tried.body = [statement]  # type: ignore[attr-defined]
    return ast.copy_location(tried, statement)


def hooks(given: StandIns) -> dict[str, Any]:
    """The names that the module needs for it."""
    return {HOOK: given, NOTHING: (OSError, ModuleNotFoundError, NameError, AbsentError, EOFError)}
