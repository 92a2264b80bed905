"""A learner's file, run statement by statement: what fails or takes too long is left out, and said."""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from glassnet.checking.program.limits import CALL_SECONDS, TookTooLong, limited
from glassnet.checking.program.taking.loops import Reached
from glassnet.checking.program.taking.missing import stood_in_for
from glassnet.checking.program.taking.witness import Witness
from glassnet.errors import ArgumentError

MOST_BYTES = 2_000_000


@dataclass
class Loaded:
    """A file's names after it was run."""

    names: dict[str, Any]  # the module's own
    witness: Witness  # what was seen of its functions, where they were watched
    left_out: list[str] = field(default_factory=list)  # statements that failed, with the reason
    reached: Reached | None = None  # the turn of a loop at which it was ended, where it was run only so far


def load(
    path: Path, as_main: bool = False, tree: ast.Module | None = None, more: Mapping[str, Any] | None = None
) -> Loaded:
    """Run the file, statement by statement.

    Parameters
    ----------
    path : Path
        The file.
    as_main : bool
        Whether what stands under ``if __name__ == "__main__"`` is run too, and its functions are watched.
    tree : Module, optional
        Its text, where it is not to be run as it stands.
    more : dict, optional
        Further names for it.

    Raises
    ------
    ArgumentError
        If it cannot be read, or is no Python.
    """
    tree = parsed(path) if tree is None else tree
    package = _package(path, tree)
    name = "__main__" if as_main else f"{package}.{path.stem}" if package else "learner"
    module = ModuleType(name)
    module.__file__, module.__package__ = str(path), package
    sys.path.insert(0, str(path.resolve().parents[package.count(".") + 1] if package else path.parent))
    _import_package(package)
    sys.modules["learner" if as_main else name] = module
    loaded = Loaded(vars(module), Witness((str(path.resolve().parent),)))
    loaded.names.update(more or {})
    if any(isinstance(node, ast.Name) and node.id == "xrange" for node in ast.walk(tree)):
        loaded.names["xrange"] = range
        loaded.left_out.append("xrange, a word of Python 2, was taken for range")
    for statement in _statements(tree, as_main):
        code = compile(ast.Module([statement], []), str(path.resolve()), "exec")
        why = _execute(code, path, loaded, as_main)
        if loaded.reached is not None:
            break
        if why:
            loaded.left_out.append(f"line {statement.lineno} {why}")
    return loaded


def _import_package(package: str) -> None:
    """Import what the file's package imports itself, of which the file may be a part."""
    with (
        contextlib.suppress(Exception, SystemExit, TookTooLong),
        limited(CALL_SECONDS),
        contextlib.redirect_stdout(_Nowhere()),
    ):
        if package:
            importlib.import_module(package)


def _statements(tree: ast.Module, as_main: bool) -> Iterator[ast.stmt]:
    """The statements of the module; those under ``if __name__ == "__main__"`` one by one, or not at all."""
    for statement in tree.body:
        if not (isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)):
            yield statement
        elif as_main:
            yield from statement.body


def _execute(code: CodeType, path: Path, loaded: Loaded, as_main: bool) -> str:
    """Run one statement; why it was left out, or ""."""
    owner = os.getpid()
    why = ""
    try:
        with (
            limited(CALL_SECONDS),
            contextlib.redirect_stdout(_Nowhere()),
            contextlib.redirect_stderr(_Nowhere()),
        ):
            if as_main:
                loaded.witness.run(lambda: exec(code, loaded.names))
            else:
                exec(code, loaded.names)
    except ModuleNotFoundError as reason:
        found = _finds(path, str(reason.name), code, loaded.names)
        why = "" if found else f"failed: {reason}"
        if not found and stood_in_for(str(reason.name)):
            _execute(code, path, loaded, as_main)  # what else the statement imports
    except TookTooLong:
        why = f"takes longer than {CALL_SECONDS:g} s and was cut off"
    except Reached as found:
        loaded.reached = found
    except BaseException as reason:  # whatever a learner's script raises, also SystemExit
        why = f"failed: {type(reason).__name__}: {reason}"
    if os.getpid() != owner:  # a child that the script has forked ends here
        os._exit(0)
    return why


class _Nowhere(io.TextIOBase):
    """Where prints go."""

    def write(self, text: str) -> int:
        return len(text)


def _package(path: Path, tree: ast.Module) -> str:
    """The dotted name of the package in which the file lies, as its dots say where no ``__init__``; "" for none."""
    names: list[str] = []
    dots = max((node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0)
    for folder in path.resolve().parents:
        if not (folder / "__init__.py").is_file() and len(names) >= dots:
            break
        names.append(folder.name)
    return ".".join(reversed(names))


def _finds(path: Path, name: str, code: Any, names: dict[str, Any]) -> bool:
    """Whether the module that is missing lies above, as in a package that is not installed, or in a folder below, which
    the program finds from where it is run.
    """
    below = [
        folder for folder in sorted(path.resolve().parent.iterdir()) if (folder / f"{name}.py").is_file()
    ]
    for folder in [*list(path.resolve().parents)[1:4], *below]:
        if (folder / name.partition(".")[0]).is_dir() or (folder / f"{name}.py").is_file():
            sys.path.insert(0, str(folder))
            try:
                with limited(CALL_SECONDS), contextlib.redirect_stdout(_Nowhere()):
                    exec(code, names)
            except BaseException:  # something else is missing in it
                return False
            return True
    return False


def parsed(path: Path) -> ast.Module:
    """The file's text as Python."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ArgumentError(
                f"{path} has more than {MOST_BYTES} bytes; check takes the source of a program"
            )
        return ast.parse(path.read_text(encoding="utf-8", errors="replace"), str(path))
    except OSError as reason:
        raise ArgumentError(f"{path} cannot be read: {reason.strerror or reason}") from reason
    except (SyntaxError, ValueError, RecursionError) as reason:
        line = getattr(reason, "lineno", None)
        raise ArgumentError(
            f"{path} is no Python that runs: {reason}"
            + (f" (line {line})" if line and "line" not in str(reason) else "")
        ) from reason
