"""A learner's optimizer, stepped along given gradients in every way in which its arguments can be read."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product
from typing import Any

import numpy as np

from glassnet.checking.finding.members import member
from glassnet.checking.finding.members import method as first_method
from glassnet.checking.numerics.calling import copied, why
from glassnet.checking.optimizer.gradient_holders import FORMS_THAT_HOLD_GRADIENTS
from glassnet.checking.optimizer.learner_run import Roles, Run, StepReading, arguments, fresh
from glassnet.checking.optimizer.names import (
    GRADIENTS,
    PARAMETERS,
    STEP,
    guesses,
    known_as,
    of_numbers,
    roles_of,
)
from glassnet.checking.optimizer.parameter_forms import (
    Form,
    OneArray,
    OneNumber,
    Values,
    forms_with_gradients_beside,
)
from glassnet.checking.optimizer.rules import Settings
from glassnet.errors import ArgumentError

# How many ways to read the arguments are looked at.
MOST_ROLES = 2000


class LearnerStep:
    """One optimizer of a learner's, and the numbers that its code states itself.

    `known` are settings by their names, `loose` other numbers that may be settings.
    """

    def __init__(self, step: Any, wanted: Settings, stated: Settings) -> None:
        if not inspect.isroutine(step) and first_method(step, STEP) is None:
            raise ArgumentError(
                f"check_optimizer needs a function, or an object with step or update; got {step!r}"
            )
        self.step, self.wanted, self.given = step, wanted, stated
        self.is_function = inspect.isroutine(step)
        self.settings = wanted | stated
        self.reasons: list[str] = []
        numbers = of_numbers(self._example())
        self.known = {
            s: value for name, value in numbers.items() if (s := known_as(name, wanted)) is not None
        }
        self.known |= stated
        self.loose = {name: value for name, value in numbers.items() if known_as(name, wanted) is None}
        self.settings = wanted | self.known

    def _example(self) -> Any:
        """The object, or the function, whose numbers are read."""
        if inspect.ismethod(self.step):
            return self.step.__self__
        if not inspect.isclass(self.step):
            return self.step
        reasons = []
        for make in (OneArray, *FORMS_THAT_HOLD_GRADIENTS):
            try:
                return self._made(make([np.zeros((1, 1)) for _ in range(4)]))
            except Exception as reason:  # whatever a learner's code raises for arguments it does not take
                reasons.append(why(reason))
        raise ArgumentError(
            f"{self.step.__name__} could not be made by itself; pass an object, {self.step.__name__}(...); "
            f"{reasons[0]}"
        )

    # ---- how it may be called

    def paths(
        self, values: Values, gradients: list[Values], most: int
    ) -> Iterator[tuple[StepReading, list[Values]]]:
        """The parameters after each step, for every way to call it that works, the likeliest first.

        Single numbers are tried only where no arrays are taken: they show less.
        """
        works = False
        for method, names, roles in self._calls():
            for reading in _in_forms(method, names, roles):
                if most == 0:
                    return
                if works and reading.make is OneNumber:
                    continue
                most -= 1
                for path in self._tried(reading, values, gradients):
                    works = True
                    yield path

    def _calls(self) -> list[tuple[str, tuple[str, ...], Roles]]:
        """What the arguments may be, by their names where these are known, else by their places."""
        calls = []
        for n, method in enumerate(self._methods()):
            parameters = arguments(self.step if self.is_function else getattr(self._example(), method))
            names = tuple(parameter.name for parameter in parameters)
            for place, places in enumerate(_places(parameters)):
                candidates = [
                    [places[i]] if i in places else roles_of(parameter, self.settings, self.given)
                    for i, parameter in enumerate(parameters)
                ]
                for picks in islice(product(*(list(enumerate(c)) for c in candidates)), MOST_ROLES):
                    roles = tuple(role for _, role in picks)
                    settings = [role for role in roles if role.startswith("setting ")]
                    if len(settings) == len(set(settings)):
                        calls.append((n, sum(i for i, _ in picks) + place, method, names, roles))
        return [
            (method, names, roles) for _, _, method, names, roles in sorted(calls, key=lambda one: one[:2])
        ]

    def _methods(self) -> list[str]:
        if self.is_function:
            return [""]
        return [name for name in STEP if self._has(name)]

    def _has(self, name: str) -> bool:
        return callable(member(self.step, name)) and not (
            name == "__call__" and inspect.isclass(self.step) and "__call__" not in vars(self.step)
        )

    # ---- calling it

    def _tried(
        self, reading: StepReading, values: Values, gradients: list[Values]
    ) -> Iterator[tuple[StepReading, list[Values]]]:
        """The path of one reading, with the first beginning of its states that works."""
        for empty in (0, 1, 2) if "state" in reading.roles else (0,):
            tried = replace(reading, empty=empty)
            run = self._path(tried, values, gradients)
            if run is not None:
                yield tried, run.found
                if run.doubtful:
                    other = replace(tried, last=True)
                    run = self._path(other, values, gradients)
                    if run is not None:
                        yield other, run.found
                return

    def _path(self, reading: StepReading, values: Values, gradients: list[Values]) -> Run | None:
        """The run; None where the optimizer cannot be called so, or changes nothing."""
        try:
            run = self._run(reading, values)
            run.steps(gradients)
        except Exception as reason:  # whatever a learner's code raises for arguments it does not take
            self.reasons.append(why(reason))
            return None
        if all(np.array_equal(a, b) for at in run.found for a, b in zip(at, run.start, strict=True)):
            self.reasons.append("the parameters do not change")
            return None
        return run

    def _run(self, reading: StepReading, values: Values) -> Run:
        form = reading.make(values)
        return Run(self._thing(form, reading.method), reading, form, self.settings)

    def _thing(self, form: Form, method: str) -> Any:
        """A fresh optimizer, made with the form's parameters where its class asks for them."""
        if self.is_function:
            return fresh(self.step)
        if inspect.isclass(self.step):
            return self._made(form)
        held = _needs_parameters(type(self.step)) and not arguments(getattr(self.step, method))
        thing = self._made_again(form) if held else copied(self.step)
        return thing

    def _made(self, form: Form) -> Any:
        handed: dict[str, Any] = {}
        for parameter in arguments(self.step):
            likely = [known_as(parameter.name, self.wanted), *guesses(parameter.name, self.wanted)]
            setting = next((s for s in likely if s is not None), None)
            if parameter.name.lower() in PARAMETERS and parameter.default in (inspect.Parameter.empty, None):
                handed[parameter.name] = form.parameters
            elif setting in self.given or (setting and parameter.default is inspect.Parameter.empty):
                handed[parameter.name] = self.settings[setting]
        return self.step(**handed)

    def _made_again(self, form: Form) -> Any:
        """An object like the learner's, with other parameters."""
        handed: dict[str, Any] = {}
        for parameter in arguments(type(self.step)):
            if parameter.name.lower() in PARAMETERS:
                handed[parameter.name] = form.parameters
            elif hasattr(self.step, parameter.name):
                handed[parameter.name] = getattr(self.step, parameter.name)
        return type(self.step)(**handed)


def _in_forms(method: str, names: tuple[str, ...], roles: Roles) -> Iterator[StepReading]:
    if "gradients" not in roles:
        for make in FORMS_THAT_HOLD_GRADIENTS:
            yield StepReading(method, names, roles, make)
        return
    for make in forms_with_gradients_beside():
        yield StepReading(method, names, roles, make)
    if "parameters" not in roles:
        for added in (1.0, -1.0):
            yield StepReading(method, names, roles, OneArray, added=added)


def _places(parameters: list[inspect.Parameter]) -> Iterator[dict[int, str]]:
    """Where parameters and gradients stand."""
    names = [parameter.name.lower().strip("_") for parameter in parameters]
    p = [i for i, name in enumerate(names) if name in PARAMETERS]
    g = [i for i, name in enumerate(names) if name in GRADIENTS or "grad" in name]
    required = [i for i, parameter in enumerate(parameters) if parameter.default is inspect.Parameter.empty]
    places: list[dict[int, str]] = []
    if p and g:
        places.append({p[0]: "parameters", g[0]: "gradients"})
    if p and not g:
        places += [{p[0]: "parameters", i: "gradients"} for i in required if i != p[0]][:2]
        places.append({p[0]: "parameters"})
    if g and not p:
        places += [{i: "parameters", g[0]: "gradients"} for i in required if i != g[0]][:2]
        places += [{g[0]: "gradients"}, {g[0]: "parameters"}]
    if not p and not g:
        if len(required) >= 2:
            places.append({required[0]: "parameters", required[1]: "gradients"})
            places.append({required[1]: "parameters", required[0]: "gradients"})
        if len(required) == 1:
            places += [{required[0]: "parameters"}, {required[0]: "gradients"}]
        places.append({})
    yield from places


def _needs_parameters(cls: type) -> bool:
    return any(parameter.name.lower() in PARAMETERS for parameter in arguments(cls))
