"""An object of a learner's class: its sizes and data given by the names of its arguments, then by trying."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from glassnet.checking.finding.sources import required, tree_of
from glassnet.checking.numerics.calling import copied, why
from glassnet.checking.program.data import Samples
from glassnet.checking.program.trying.binding import Context, Unknown, call, run
from glassnet.checking.program.trying.functions import is_learners
from glassnet.errors import ArgumentError

# Methods that make an object ready.
READY = r"init|config|set_?up|build|compile|create|prepare"
LAYERS = r"layers?(_?list)?|modules|network|model"
DENSE = r"dense|linear|affine|fully_?connected|^fc|^layer_?dense"
ACTIVATION = r"sigmoid|tanh|relu"
SMOOTH, MOST_WORDS = r"sigmoid|logistic|tanh", 6
# Meanings of optional arguments that are given too, so that what is made fits the samples.
SIZES = ("sizes", "n_inputs", "n_hidden", "n_outputs", "hidden_sizes")


def objects_of(cls: type, samples: Samples, meant: dict[str, Any]) -> Iterator[Any]:
    """Objects of the class, the likeliest first.

    Raises
    ------
    ArgumentError
        If none can be made.
    """
    reasons: list[str] = []
    n_made = 0
    for make in _ways(cls, samples, meant):
        try:
            made = make()
        except Unknown as unknown:
            reasons.append(f"what its argument {unknown.name!r} is cannot be guessed")
            continue
        except Exception as reason:  # whatever a learner's class raises for arguments that it does not take
            reasons.append(why(reason))
            continue
        n_made += 1
        yield made
    if n_made == 0:
        raise ArgumentError(
            f"no object of {cls.__name__} could be made ({reasons[0]}); pass one: {cls.__name__}(...)"
        )


def made_ready(thing: Any, meant: dict[str, Any]) -> Iterator[Any]:
    """The object after each of the methods that may make it ready, and after all that can be called."""
    every = copied(thing)
    for name in [n for n in dir(type(thing)) if re.search(READY, n.lower()) and not n.startswith("__")]:
        method = inspect.getattr_static(type(thing), name)
        if not inspect.isfunction(method):
            continue
        for y in (meant["y"], np.argmax(meant["y"], axis=1)):
            one, context = copied(thing), Context({}, {**meant, "y": y})
            try:
                call(getattr(one, name), context, given=SIZES)
                call(getattr(every, name), context, given=SIZES)
            except Exception:  # it wants something else
                continue
            yield one
            yield copied(every)
            break


def _ways(cls: type, samples: Samples, meant: dict[str, Any]) -> Iterator[Any]:
    n, k = samples.sizes
    yield lambda: _sized(cls, Context({}, meant))
    for choice in _choices(cls, meant):
        yield lambda choice=choice: _sized(cls, Context(choice, meant))
    n_required = len(required(cls))
    sizes = meant["sizes"]
    h, rate = sizes[1], meant["rate"]
    tries: list[tuple[Any, ...]] = [tuple(sizes), (sizes,), (n, k), (), (n,), (h,), (n, h, k, rate)]
    tries += [(sizes, rate), (n, [h], k), (samples.X, samples.Y)]
    if any(re.fullmatch(LAYERS, parameter.name.lower()) for parameter in required(cls)[:1]):
        layers = _layers(vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}, n, h, k)
        tries[:0] = [(made,) for made in (layers, *_described(n, h, k)) if made]
    for arguments in tries:
        if len(arguments) >= n_required:
            yield lambda arguments=arguments: run(lambda: cls(*arguments))


def _sized(cls: type, context: Context) -> Any:
    """An object with sizes in a list, or in an array where the class wants that."""
    try:
        return call(cls, context, given=SIZES)
    except (AttributeError, TypeError):
        sizes = {name: np.array(context.meant[name]) for name in ("sizes", "hidden_sizes")}
        return call(cls, Context(context.known, {**context.meant, **sizes}), given=SIZES)


def _choices(cls: type, meant: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """For the arguments that mean nothing: each word with which the class compares something, the same for all."""
    open_ones = []
    for parameter in required(cls):
        try:
            Context({}, meant).lookup(cls.__name__, parameter.name)
        except Unknown:
            open_ones.append(parameter.name)
    if open_ones:
        for word in _words(cls):
            yield dict.fromkeys(open_ones, word)


def _words(cls: type) -> list[str]:
    """The texts that the class compares with, those that name a smooth activation first."""
    compared = [
        side.value
        for method in vars(cls).values() if inspect.isfunction(method) and (tree := tree_of(method)) is not None
        for node in ast.walk(tree) if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Constant) and isinstance(side.value, str)
    ]  # fmt: skip
    ranked = sorted(dict.fromkeys(compared), key=lambda word: re.search(SMOOTH, word.lower()) is None)
    return ranked[:MOST_WORDS]


def _described(n: int, h: int, k: int) -> list[list[tuple[int, int, str]]]:
    """Two layers, each by its numbers of inputs and outputs and the name of its activation."""
    ends = (("sigmoid", "sigmoid"), ("relu", "sigmoid"), ("relu", "softmax"), ("tanh", "linear"))
    return [[(n, h, hidden), (h, k, last)] for hidden, last in ends]


def _layers(names: dict[str, Any], n: int, h: int, k: int) -> list[Any]:
    """Two dense layers of the module's own with its smoothest activation between and behind them; [] for none."""
    classes: dict[str, Any] = {
        name.lower(): value for name, value in names.items() if inspect.isclass(value) and is_learners(value)
    }
    dense = next((c for name, c in classes.items() if re.search(DENSE, name) and len(required(c)) == 2), None)
    smooth = sorted(
        (name, c) for name, c in classes.items() if re.search(ACTIVATION, name) and not required(c)
    )
    if dense is None or not smooth:
        return []
    activation = max(smooth, key=lambda named: named[0])[1]
    try:
        return [dense(n, h), activation(), dense(h, k), activation()]
    except Exception:  # its arguments are not the numbers of inputs and outputs
        return []
