"""A function that the user gives for a pass, such as a closure over their object: it acts on the copy on the bench."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import PathStep, places
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.trying.functions import Part
from glassnet.errors import ArgumentError


class GivenPart(Part):
    """The function, in which everything that belongs to the program is that of the program on the bench."""

    def of(self, bench: Bench) -> Callable[..., Any]:
        paths = places(bench.origin)
        now = bench.owner if bench.owner is not None else {**bench.names, **bench.known}

        def replaced(value: Any) -> Any:
            return _at(now, paths[id(value)]) if id(value) in paths else value

        found: Callable[..., Any] = _rebound(super().of(bench), replaced)
        return found


def _at(thing: Any, path: tuple[PathStep, ...]) -> Any:
    for step in path:
        thing = step.of(thing)
    return thing


def _rebound(function: Any, replaced: Callable[[Any], Any]) -> Any:
    """The same function over other objects: those that it is bound to, closes over, reads, or has as defaults."""
    if isinstance(function, types.MethodType):
        return types.MethodType(function.__func__, replaced(function.__self__))
    if isinstance(function, functools.partial):
        arguments = [replaced(value) for value in function.args]
        named = {name: replaced(value) for name, value in function.keywords.items()}
        return functools.partial(_rebound(function.func, replaced), *arguments, **named)
    if not isinstance(function, types.FunctionType):
        return function
    names = {name: replaced(value) for name, value in function.__globals__.items()}
    cells = tuple(types.CellType(replaced(value)) for value in _closed_over(function))
    defaults = function.__defaults__ and tuple(map(replaced, function.__defaults__))
    found = types.FunctionType(function.__code__, names, function.__name__, defaults, cells)
    found.__kwdefaults__ = function.__kwdefaults__
    return found


def _closed_over(function: types.FunctionType) -> list[Any]:
    return [cell.cell_contents for cell in function.__closure__ or ()]


def check_data(function: Callable[..., Any], origin: Any) -> None:
    """Raise an error where a function without arguments has data of its own: they are not those that are checked."""
    if not isinstance(function, types.FunctionType) or inspect.signature(function).parameters:
        return
    known = places(origin)
    read = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    read |= dict(zip(function.__code__.co_freevars, _closed_over(function), strict=True))
    data = [name for name, value in read.items() if isinstance(value, np.ndarray) and id(value) not in known]
    if data:
        raise ArgumentError(
            f"backward takes {', '.join(data)} from outside; the check has samples of its own, so let it take them as "
            "arguments: backward=lambda X, y: ..."
        )
