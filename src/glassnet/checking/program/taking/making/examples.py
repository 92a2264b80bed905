"""Objects of a class as the program's own files make them: the files are read, and nothing of them is run but that."""

from __future__ import annotations

import ast
import contextlib
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from glassnet.checking.program.limits import CALL_SECONDS, FAILURES, limited
from glassnet.checking.program.trying.binding import Context, Unknown, run
from glassnet.checking.program.trying.functions import is_learners
from glassnet.checking.program.words import part_of, says

MOST_FILES, MOST_BYTES, MOST_OBJECTS, LEVELS = 40, 300_000, 4, 2
# Folders in which files show how others are used.
OF_USE = r"(example|demo|test|notebook|script|experiment)s?"
# Methods that go on with making an object.
MAKING = r"^_?(add|append|push|stack|insert|compile|build|use|set|init|config|setup|prepare|create)"
_VALUES = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.List, ast.Tuple, ast.Dict, ast.UnaryOp,
    ast.BinOp, ast.Call, ast.keyword, ast.Starred, ast.operator, ast.unaryop, ast.expr_context,
)  # fmt: skip
_BUILTINS = {
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "range": range,
    "len": len,
    "int": int,
    "float": float,
}


# Functions of NumPy that put arrays together: none that reads or writes a file.
_OF_NUMPY = {
    "arange", "array", "asarray", "eye", "exp", "float32", "float64", "full", "identity", "int32", "int64", "linspace",
    "log", "ones", "ones_like", "sqrt", "tanh", "zeros", "zeros_like",
}  # fmt: skip


@dataclass
class _Place:
    """A piece of text in which objects are made, with what is known there."""

    body: list[ast.stmt]
    names: dict[str, Any]
    meant: Mapping[str, Any]
    home: ModuleType | None  # the module of the class

    def value(self, expression: ast.expr) -> Any:
        """What an expression gives.

        Raises `Unknown` where it does more than put together what is known and make objects.
        """
        for node in ast.walk(expression):
            if not isinstance(node, _VALUES) or (isinstance(node, ast.Call) and not self._makes(node)):
                raise Unknown("the example", ast.unparse(node))
            if isinstance(node, ast.Name) and node.id not in self.names:
                self.names[node.id] = Context({}, self.meant).lookup("the example", node.id)
        code = compile(ast.Expression(expression), "<example>", "eval")
        with limited(CALL_SECONDS):
            return run(lambda: eval(code, self.names))

    def _makes(self, call: ast.Call) -> bool:
        """Whether a call makes an object of the program's, or is one of a few harmless ones."""
        called = call.func
        if isinstance(called, ast.Name):
            made = self.names.get(called.id)
            is_maker = inspect.isclass(made) or (inspect.isfunction(made) and part_of(called.id) == "init")
            return called.id in _BUILTINS or (is_maker and is_learners(made))
        home = self.names.get(getattr(getattr(called, "value", None), "id", ""))
        made = getattr(home, getattr(called, "attr", ""), None) if isinstance(home, ModuleType) else None
        return (home is np and getattr(called, "attr", "") in _OF_NUMPY) or (
            inspect.isclass(made) and is_learners(made)
        )


def made_as_written(cls: type, names: Mapping[str, Any], meant: Mapping[str, Any]) -> Iterator[Any]:
    """Objects of the class, as its own file and those beside and above it make them.

    Parameters
    ----------
    cls : type
        The class.
    names : dict
        What stands beside it: further classes of the program.
    meant : dict
        What names that nobody gives a value to mean, such as the samples.
    """
    yield from islice(_made(cls, names, meant), MOST_OBJECTS)


def _made(cls: type, names: Mapping[str, Any], meant: Mapping[str, Any]) -> Iterator[Any]:
    home = sys.modules.get(cls.__module__)
    for tree in _texts(cls):
        known = {**_BUILTINS, **names, cls.__name__: cls}
        module, *functions = _bodies(tree)
        place = _Place(module[0], known, meant, home)
        yield from _made_in(place, cls)
        for body, defaults in functions:  # which know what stands in the module
            yield from _made_in(_Place(body, {**place.names, **defaults}, meant, home), cls)


def _texts(cls: type) -> Iterator[ast.Module]:
    """The file of a class, then those beside and above it that import the class from there."""
    try:
        own = Path(inspect.getfile(cls)).resolve()
    except (OSError, TypeError):
        return
    for level, folder in enumerate(list(own.parents)[: 1 + LEVELS]):
        homes = [own.stem, *(parent.name for parent in list(own.parents)[:level])]
        homes_of_use = [
            folder,
            *(f for f in sorted(folder.glob("*")) if level and re.fullmatch(OF_USE, f.name.lower())),
        ]
        found = [
            path for home in homes_of_use for kind in ("*.py", "*.ipynb") for path in sorted(home.glob(kind))
        ]
        beside = [path for path in found if path != own][:MOST_FILES]
        for path in [own, *beside] if level == 0 else beside:
            with contextlib.suppress(OSError, SyntaxError, ValueError, KeyError, TypeError, RecursionError):
                if path.stat().st_size > MOST_BYTES:
                    continue
                text = _source(path)
                if path == own or (_has(text, cls.__name__) and any(_has(text, home) for home in homes)):
                    yield ast.parse(text)


def _has(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


def _source(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".py":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    lines = [line.rstrip("\n") for cell in cells for line in [*cell["source"], ""]]
    return "\n".join(line for line in lines if not line.lstrip().startswith(("%", "!")))


def _bodies(tree: ast.Module) -> Iterator[tuple[list[ast.stmt], dict[str, Any]]]:
    """The statements of a module with those of its ``if``, ``with`` and ``try``; then those of each function."""
    yield list(_flat(tree.body)), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            pairs = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
            defaults = {arg.arg: default.value for arg, default in pairs if isinstance(default, ast.Constant)}
            yield list(_flat(node.body)), defaults


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, (ast.If, ast.With, ast.Try)):
            yield from _flat([*statement.body, *getattr(statement, "orelse", [])])
        else:
            yield statement


def _made_in(place: _Place, cls: type) -> Iterator[Any]:
    """The objects that a piece of text makes, each as it stands after what goes on with its making."""
    for i, statement in enumerate(place.body):
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            _import(statement, place)
            continue
        calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call) and _is_of(node, cls)]
        target = _target(statement)
        try:
            for node in calls[:1]:
                node.func = ast.copy_location(ast.Name(cls.__name__, ast.Load()), node.func)
                made = place.value(node)
                if target and node is getattr(statement, "value", None):
                    _go_on(place, i + 1, target, made)
                yield made
            if target and not calls:
                place.names[target] = place.value(statement.value)  # type: ignore[attr-defined]
        except FAILURES:  # it needs what only the whole program has
            if target:
                place.names.pop(target, None)


def _is_of(call: ast.Call, cls: type) -> bool:
    called = call.func
    return cls.__name__ == (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""))


def _target(statement: ast.stmt) -> str:
    """The one name that a statement gives a value to."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return getattr(statement.targets[0], "id", "")
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return getattr(statement.target, "id", "")
    return ""


def _go_on(place: _Place, i: int, target: str, made: Any) -> None:
    """What stands behind and goes on with making: layers added, a loss chosen."""
    for statement in place.body[i:]:
        if _target(statement) == target:
            return
        call = statement.value if isinstance(statement, ast.Expr) else None
        if (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name) and call.func.value.id == target
            and re.match(MAKING, call.func.attr) and not says(call.func.attr, "train")
        ):  # fmt: skip
            with contextlib.suppress(*FAILURES):
                values = [place.value(argument) for argument in call.args]
                named = {key.arg: place.value(key.value) for key in call.keywords if key.arg}
                run(partial(getattr(made, call.func.attr), *values, **named))
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            _import(statement, place)
        elif (name := _target(statement)) and name not in place.names:
            with contextlib.suppress(*FAILURES):
                place.names[name] = place.value(statement.value)  # type: ignore[attr-defined]


def _import(statement: ast.Import | ast.ImportFrom, place: _Place) -> None:
    """Import what is not known yet; what cannot be imported stays unknown. The class's own module is not run again."""
    own = Path(str(getattr(place.home, "__file__", ""))).stem
    for alias in statement.names:
        if alias.name.rpartition(".")[2] == own:
            place.names.setdefault(alias.asname or alias.name.partition(".")[0], place.home)
    if all((alias.asname or alias.name) in place.names for alias in statement.names):
        return
    code = compile(ast.Module([statement], []), "<example>", "exec")
    with contextlib.suppress(*FAILURES), limited(CALL_SECONDS):
        found: dict[str, Any] = {}
        run(lambda: exec(code, found))
        place.names.update({name: value for name, value in found.items() if name not in place.names})
