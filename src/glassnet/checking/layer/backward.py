"""A learner's backward pass, called in the way that it wants, and every array that it leaves behind."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import attributes, flatten, is_foreign, leaves
from glassnet.checking.finding.matching import Found, returned
from glassnet.checking.finding.members import BACKWARD, is_rate, method
from glassnet.checking.finding.sources import attributes_read, parameters, required
from glassnet.checking.layer.running import SWITCHES, LearnerLayer
from glassnet.checking.numerics.calling import quiet, why
from glassnet.checking.numerics.rounding import Array
from glassnet.errors import ArgumentError
from glassnet.support.arrays import as_array

RATE = 0.5
ERRORS = ("d", "grad", "err", "delta", "upstream", "top", "g", "next")
UPDATES = ("update", "step", "apply", "optimize", "calculate", "get_update", "update_params")


@dataclass
class Pass:
    """What a backward pass left."""

    # Arrays that were returned, kept, or given to an optimizer that the layer holds, in this order
    pool: list[Found] = field(default_factory=list)
    # By parameter, how far the pass itself moved it, over the learning rate
    steps: dict[str, Found] = field(default_factory=dict)
    rate: float | None = None  # the learning rate; None where the layer has one that is not known
    # The parameters behind the pass, where it moved them
    after: dict[str, Array] = field(default_factory=dict)


def backward(learner: LearnerLayer, error: Array, way: Way) -> Pass:
    """Run the backward pass behind a forward pass; the parameters are put back.

    Raises whatever the learner's code raises for these arguments.
    """
    recorders = _record(learner.thing)
    before = {leaf.name: leaf.values(learner.thing) for leaf in leaves(learner.thing)}
    own = {leaf.name: leaf for leaf in learner.parameters}
    function = way.function(learner, error)
    with quiet():
        result = learner.way(function, (error,))
    one_pass = Pass(list(returned(result, method(learner.thing, BACKWARD))), rate=way.rate(learner))
    for leaf in leaves(learner.thing):
        values = leaf.values(learner.thing)
        old = before.get(leaf.name)
        is_same = old is not None and np.array_equal(old, values, equal_nan=True)
        if is_same or leaf.path[0].key in dict(recorders):
            continue
        if leaf.name not in own:
            one_pass.pool.append(Found(leaf.name, values))
        elif old is not None and old.shape == values.shape:
            one_pass.after[leaf.name] = values
            if not any(arrays for _, arrays in recorders):
                one_pass.steps[leaf.name] = Found(
                    f"step of {leaf.name}", (old - values) / (one_pass.rate or 1.0)
                )
    for name, arrays in recorders:
        gradients = [
            array for array in arrays if not any(np.array_equal(array, before[own_name]) for own_name in own)
        ]
        one_pass.pool += [Found(f"given to {name}", array) for array in gradients]
    grown = [name for name, leaf in own.items() if leaf.values(learner.thing).shape != before[name].shape]
    for name, leaf in own.items():
        leaf.write(learner.thing, before[name])
    if grown and learner.batch.n_samples > 1:
        raise ArgumentError(
            f"{grown[0]} gets another shape from a batch; the layer takes one sample at a time"
        )
    return one_pass


class Way:
    """One way to call a backward pass.

    Parameters
    ----------
    order : tuple of str
        What it gets, in order: "error", "input", "cache", "rate", "train", or "" for the default.
    slot : str
        The attribute that gets the error, where the pass takes no argument.
    """

    def __init__(self, order: tuple[str, ...], slot: str = "") -> None:
        self.order, self.slot = order, slot

    def function(self, learner: LearnerLayer, error: Array) -> Callable[[Any], Any]:
        """The call, as a function of the error in the form that the learner wants."""
        own = method(learner.thing, BACKWARD)
        if own is None:
            raise ArgumentError("check_layer needs a backward pass")
        x = learner.way(lambda values: values, (learner.X,))
        values_by_role = {"input": x, "rate": RATE, "train": True, "output": learner.output}

        def call(values: Any) -> Any:
            if self.slot:
                setattr(learner.thing, self.slot, values)
                return own()
            return own(*(values if name == "error" else values_by_role[name] for name in self.order))

        return call

    def rate(self, learner: LearnerLayer) -> float | None:
        """The learning rate of the pass: what was given, the default, or what the layer or its optimizer holds."""
        own = method(learner.thing, BACKWARD)
        if "rate" in self.order or own is None:
            return RATE
        for parameter in parameters(own)[len(self.order) :]:
            if is_rate(parameter.name) and isinstance(parameter.default, (int, float)):
                return float(parameter.default)
        held = (
            leaf
            for leaf in leaves(learner.thing)
            if is_rate(leaf.last_word) and leaf.values(learner.thing).ndim == 0
        )
        return next((float(leaf.values(learner.thing)) for leaf in held), None)


def ways(learner: LearnerLayer) -> Iterator[Way]:
    """The ways in which this backward pass may want to be called, the likeliest first."""
    function = method(learner.thing, BACKWARD)
    if function is None:
        return
    names = [p.name for p in required(function)]
    if not names:
        yield from (Way((), slot) for slot in _slots(learner, function))
        return
    roles = [_role(name) for name in names]
    if roles.count("error") > 1 and "input" not in roles:
        roles = ["error", *("input" if role == "error" else role for role in roles[1:])]
    if "error" not in roles:
        roles[0] = "error"
    yield Way(tuple(roles))
    if len(names) == 2 and "rate" not in roles:
        yield Way(tuple(reversed(roles)))
        yield Way(("error", "output"))
        yield Way(("error", "rate"))


def _role(name: str) -> str:
    lower = name.lower()
    if is_rate(name):
        return "rate"
    if any(word in lower for word in SWITCHES):
        return "train"
    if lower.startswith(ERRORS) or "grad" in lower or "error" in lower:
        return "error"
    if lower in ("out", "output", "outputs", "y", "a"):
        return "output"
    return "input"


def _slots(learner: LearnerLayer, function: Callable[..., Any]) -> Iterator[str]:
    """Attributes from which a backward pass without arguments may read the error: those that nobody has set."""
    attributes = [
        name for name in attributes_read(function) if not callable(getattr(learner.thing, name, None))
    ]
    unset = [name for name in attributes if getattr(learner.thing, name, None) is None]
    shape = learner.output.shape
    alike = [
        name
        for name in attributes
        if name not in unset and _role(name) == "error" and _has_shape(learner, name, shape)
    ]
    yield from (*unset, *alike)


def _has_shape(learner: LearnerLayer, name: str, shape: tuple[int, ...]) -> bool:
    return bool(np.shape(getattr(learner.thing, name)) == shape)


class _Recorder:
    """In the place of an optimizer that a layer holds: keeps the arrays that it is given, and hands them on."""

    def __init__(self, optimizer: Any) -> None:
        self._optimizer, self.arrays = optimizer, list[Array]()

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.__dict__["_optimizer"], name)
        return self._keeping(attribute) if name in UPDATES and callable(attribute) else attribute

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return copy.deepcopy(self._optimizer, memo)

    def _keeping(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def update(*arguments: Any, **named: Any) -> Any:
            arrays = [number for _, number in flatten((arguments, named))]
            self.arrays += [np.array(as_array(number), np.float64) for number in arrays]
            return function(*arguments, **named)

        return update


def _record(thing: Any) -> list[tuple[str, list[Array]]]:
    """Put a recorder before each optimizer that the layer holds; the arrays that they get, by the optimizer's name."""
    records = []
    for name, part in list(attributes(thing)):
        if isinstance(part, _Recorder):
            part.arrays.clear()
            records.append((name, part.arrays))
        elif _is_optimizer(part):
            recorder = _Recorder(part)
            setattr(thing, name, recorder)
            records.append((name, recorder.arrays))
    return records


def _is_optimizer(part: Any) -> bool:
    if (
        is_foreign(part)
        or inspect.isroutine(part)
        or inspect.isclass(part)
        or isinstance(part, (dict, list, tuple, str))
    ):
        return False
    methods = [getattr(part, name, None) for name in UPDATES]
    return any(callable(m) and len(required(m)) >= 2 for m in methods) and not hasattr(part, "backward")


def passes(learner: LearnerLayer, error: Array) -> Iterator[tuple[Way, Pass]]:
    """The ways to call the backward pass that do not fail, with what each gives."""
    reasons: list[str] = []
    n = 0
    for way in ways(learner):
        copied = learner.copied()
        try:
            copied.forward(copied.X)
            one_pass = backward(copied, error, way)
        except Exception as reason:  # whatever a learner's code raises for what it does not accept
            reasons.append(why(reason))
            continue
        n += 1
        yield way, one_pass
    if n == 0:
        unread = "it takes no argument, and no attribute was found from which it reads the error"
        raise ArgumentError(
            f"the layer's backward pass could not be called; {reasons[0] if reasons else unread}"
        )
