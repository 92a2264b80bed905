"""One run of a learner's optimizer along given gradients, with its arguments read in one way."""

from __future__ import annotations

import copy
import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.checking.finding.members import member
from glassnet.checking.finding.sources import signature
from glassnet.checking.optimizer.names import AFTER, BEFORE, HOLDERS, config
from glassnet.checking.optimizer.parameter_forms import Form, OneArray, Values
from glassnet.checking.optimizer.rules import Settings
from glassnet.support.arrays import as_array

Function = Callable[..., Any]
Roles = tuple[str, ...]


@dataclass(frozen=True)
class StepReading:
    """One way to call the optimizer."""

    method: str  # the method that steps; empty for a function
    # names, roles: each argument, and what it is
    names: tuple[str, ...]
    roles: Roles
    make: Callable[[Values], Form]  # the form of parameters and gradients
    empty: int = 0  # which of the form's zeros states begin with
    last: bool = False  # whether the parameters come last in what is returned, not first
    # What the result is multiplied by and added to the parameters; 0 where it is the new parameters
    added: float = 0.0


class Run:
    """One run of a learner's optimizer along gradients."""

    def __init__(self, thing: Any, reading: StepReading, form: Form, settings: Settings) -> None:
        self.thing, self.reading, self.form, self.settings = thing, reading, form, settings
        self.function: Function = thing if reading.method == "" else getattr(thing, reading.method)
        self.parameters = arguments(self.function)
        zeros = self.form.zeros()
        if reading.empty >= len(zeros):
            raise TypeError("no such state")
        self.start: Values = form.values()
        self.found: list[Values] = []
        self.doubtful = False
        self.carried: dict[int, Any] = {}
        for i, role in enumerate(reading.roles):
            if role == "state":
                self.carried[i] = copy.deepcopy(zeros[reading.empty])
            elif role.startswith("config"):
                self.carried[i] = config(int(role[-1]), self.settings)
        if "parameters" not in reading.roles and not reading.added:
            _hold(self.thing, self.form)

    def steps(self, gradients: list[Values]) -> None:
        """Step along the gradients; `found` holds the parameters after each step."""
        for t, g in enumerate(gradients, 1):
            _call(self.thing, BEFORE, self.reading.method)
            self._step(self.form.gradients([array.copy() for array in g]), t)
            _call(self.thing, AFTER, self.reading.method)
            values = self.form.values()
            if any(
                value.ndim and value.shape != array.shape for value, array in zip(values, g, strict=False)
            ):
                shapes = values[0].shape, g[0].shape
                raise TypeError(f"it gives shape {shapes[0]} for parameters of shape {shapes[1]}")
            self.found.append(values)

    def _step(self, gradients: Any, t: int) -> None:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for i, (parameter, role) in enumerate(zip(self.parameters, self.reading.roles, strict=True)):
            if role == "left":
                continue
            value = self._value(i, role, gradients, t)
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                positional.append(value)
            else:
                named[parameter.name] = value
        result = self.function(*positional, **named)
        if self.reading.added:
            self.form.take(self.form.parameters + self.reading.added * as_array(result))
        else:
            self._take(result)

    def _value(self, i: int, role: str, gradients: Any, t: int) -> Any:
        if role.startswith("setting "):
            return self.settings[role.removeprefix("setting ")]
        if i in self.carried:
            return self.carried[i]
        return {"parameters": self.form.parameters, "gradients": gradients, "count": t, "count from 0": t - 1,
                "name": "W1"}[role]  # fmt: skip

    def _take(self, result: Any) -> None:
        """Go on from what came back: the parameters alone, or with what is to be carried along."""
        several = isinstance(result, tuple) or (isinstance(result, list) and isinstance(self.form, OneArray))
        if not several or self._is_form(result):
            self.form.take(result)
            return
        parts = list(result)
        self.doubtful = len(parts) > 1 and _shape(parts[0]) == _shape(parts[-1])
        self.form.take(parts.pop(-1 if self.reading.last else 0))
        for i, part in zip(self.carried, parts, strict=False):
            self.carried[i] = part

    def _is_form(self, result: Any) -> bool:
        if isinstance(self.form, OneArray):
            shape = _shape(self.form.parameters)
            return shape != () and shape == _shape(result)
        return type(result) is type(self.form.parameters) and all(
            np.shape(a) == np.shape(b) for a, b in zip(result, self.form.parameters, strict=False)
        )


def arguments(function: Function) -> list[inspect.Parameter]:
    """The arguments of a function that can be given; two where that cannot be seen."""
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = signature(function)
    if parameters is None:
        return [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in ("w", "g")]
    return [parameter for parameter in parameters if parameter.kind not in several]


def _hold(thing: Any, form: Form) -> None:
    """Give the parameters to an optimizer that has them as an attribute, and is told them after it is made."""
    setup = member(thing, "setup")
    if callable(setup):
        setup(form.parameters)
    for name in HOLDERS:
        if member(thing, name) is None and hasattr(thing, "__dict__"):
            setattr(thing, name, form.parameters)


def _call(thing: Any, names: tuple[str, ...], method: str) -> None:
    for name in names:
        function = member(thing, name)
        if callable(function) and name != method and not arguments(function):
            function()


def _shape(result: Any) -> tuple[int, ...] | None:
    try:
        return tuple(np.shape(result))
    except ValueError:  # parts of several shapes
        return None


def fresh(function: Function) -> Function:
    """The function with copies of what it keeps outside its arguments: closure, defaults, globals."""
    if isinstance(function, types.MethodType):
        return types.MethodType(function.__func__, copy.deepcopy(function.__self__))
    if not isinstance(function, types.FunctionType):
        return function
    copies = {
        name: copy.deepcopy(value)
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names and isinstance(value, (int, float, list, dict, np.ndarray))
    }
    closure = tuple(types.CellType(_copied(cell.cell_contents)) for cell in function.__closure__ or ())
    fresh_function = types.FunctionType(
        function.__code__, function.__globals__ | copies, function.__name__, copy.deepcopy(function.__defaults__),
        closure,
    )  # fmt: skip
    fresh_function.__kwdefaults__ = copy.deepcopy(function.__kwdefaults__)
    return fresh_function


def _copied(value: Any) -> Any:
    return copy.deepcopy(value) if isinstance(value, (int, float, list, dict, np.ndarray)) else value
