"""Arguments for a learner's function: by the names of what is known, then by what their own names usually mean."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import is_foreign
from glassnet.checking.finding.sources import parameters, tree_of
from glassnet.checking.numerics.calling import quiet
from glassnet.checking.program.bench import is_data
from glassnet.checking.program.words import meanings

RATE = 0.01
SETTINGS = r"conf(ig(uration)?)?|cfg|settings?|options?|opts|hyper_?param(eter)?s|hps?"
MOST_NAMES = 6


class Unknown(Exception):
    """An argument of which nobody knows what it stands for."""

    def __init__(self, function: str, name: str) -> None:
        super().__init__(f"{function} needs {name!r}")
        self.function, self.name = function, name


def by_name(name: str) -> str:
    """The meaning of an argument that only its name tells."""
    return f"the argument {name}"


@dataclass
class Context:
    """What arguments can be taken from."""

    known: Mapping[str, Any]  # values by their exact names
    meant: Mapping[str, Any]  # values by what they mean: "x", "y", "output", "rate" …
    # The module's own names; numbers that functions look for there are put there
    names: dict[str, Any] = field(default_factory=dict)

    def lookup(self, function: str, name: str) -> Any:
        """The value for an argument.

        Raises `Unknown` if there is none.
        """
        if name in self.known:
            return self.known[name]
        if name in self.names and is_data(name, self.names[name]) and not self._is_given(name):
            return self.names[name]
        alike = {key.lower().replace("_", ""): value for key, value in self.known.items()}
        plain = name.lower().replace("_", "")
        for meaning in meanings(name):
            if meaning in ("x", "y") and meaning in self.meant:
                return self.meant[meaning]
        if plain in alike:
            return alike[plain]
        for meaning in (*meanings(name), by_name(name)):
            if meaning in self.meant:
                return self.meant[meaning]
        raise Unknown(function, name)

    def _is_given(self, name: str) -> bool:
        """Whether the data, or what a pass has just given, are meant, and not what the file's own run has left."""
        meant = set(meanings(name))
        if meant & {"x", "y"} or ("cache" in meant and "cache" in self.meant):
            return True
        return bool(meant & {"output", "error"} & self.meant.keys()) and isinstance(
            self.names[name], np.ndarray
        )


def call(function: Callable[..., Any], context: Context, given: tuple[str, ...] = ()) -> Any:
    """Call a function with what its arguments are taken to mean; silently, and without warnings.

    Parameters
    ----------
    function : callable
        The learner's.
    context : Context
        What is known.
    given : tuple of str
        Meanings of optional arguments that are to be given too, such as the learning rate.

    Raises
    ------
    Unknown
        If an argument without a default means nothing.
    Exception
        Whatever the function raises.
    """
    name = getattr(function, "__name__", type(function).__name__)
    positional, named = [], {}
    for parameter in parameters(function):
        if parameter.default is inspect.Parameter.empty:
            positional.append(_argument(function, name, parameter.name, context))
        else:
            meaning = next((m for m in meanings(parameter.name) if m in given and m in context.meant), None)
            if meaning is not None:
                named[parameter.name] = context.meant[meaning]
    return run(lambda: function(*positional, **named), context)


def _argument(function: Callable[..., Any], name: str, argument: str, context: Context) -> Any:
    """The value for an argument; for a dictionary of settings one with every key that the function reads."""
    try:
        return context.lookup(name, argument)
    except Unknown:
        if re.fullmatch(SETTINGS, argument.lower()) is None or (tree := tree_of(function)) is None:
            raise
    keys = [
        node.slice.value for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        and isinstance(node.value, ast.Name) and node.value.id == argument
    ]  # fmt: skip
    keys += [
        node.args[0].value for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{argument}.get"
        and node.args and isinstance(node.args[0], ast.Constant)
    ]  # fmt: skip
    keys += [
        node.left.value for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant)
        and ast.unparse(node.comparators[0]) in (argument, f"{argument}.keys()")
    ]  # fmt: skip
    return {key: _or_none(context, name, str(key)) for key in keys}


def _or_none(context: Context, function: str, name: str) -> Any:
    try:
        return context.lookup(function, name)
    except Unknown:
        return None


def run(action: Callable[[], Any], context: Context | None = None) -> Any:
    """Run learner's code silently; what its module or its object lacks and only the whole program sets, such as m, X or
    the learning rate, is there meanwhile.
    """
    supplied: list[tuple[dict[str, Any], str]] = []
    try:
        while True:
            try:
                with quiet():
                    return action()
            except (NameError, AttributeError) as error:
                place = _missing(error)
                value = None if context is None or place is None else _usual(context, place[1], type(error))
                if place is None or value is None or len(supplied) == MOST_NAMES:
                    raise
                place[0][place[1]] = value
                supplied.append(place)
            except SystemExit as leaving:  # as argparse does
                raise RuntimeError(f"it ends the program with {leaving.code!r}") from leaving
    finally:
        for names, name in supplied:
            names.pop(name, None)


def _missing(error: NameError | AttributeError) -> tuple[dict[str, Any], str] | None:
    """The names of the module, or of a learner's object, in which one is missing, and that one."""
    if isinstance(error, AttributeError):
        held = getattr(error.obj, "__dict__", None)
        if not isinstance(held, dict) or is_foreign(error.obj):
            return None
        return held, str(error.name)
    found = re.search(r"^name '(\w+)' is not defined", str(error))
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return None if found is None or trace is None else (trace.tb_frame.f_globals, found.group(1))


# What is usually set by a program, and not by the functions that look for it: in its module, and in its object.
_SET = {
    NameError: ("n_samples", "rate", "n_inputs", "sizes"),
    AttributeError: ("n_samples", "rate", "x", "y", "zero", "keep", "train", "quiet", "batch_size", "epochs"),
}  # fmt: skip


def _usual(context: Context, name: str, error: type[Exception]) -> Any:
    """What a number or an array of this name usually is."""
    usual = [m for m in meanings(name) if m in context.meant and m in _SET.get(error, ())]
    return context.meant[usual[0]] if usual else None
