"""What a class of a learner's may be made of besides sizes: words, layers, activations, losses, optimizers."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, product
from typing import Any

from glassnet.checking.finding.sources import parameters, required, tree_of
from glassnet.checking.program.taking.making.stacking import SMOOTH, stacks
from glassnet.checking.program.trying.binding import Context, Unknown
from glassnet.checking.program.trying.functions import is_learners
from glassnet.checking.program.words import meanings, says

LAYERS = r"(list_?(of_?)?)?(layers?|modules|network|model|gates?)(_?list)?"
MOST_WORDS, MOST_OFFERS, SLOPE = 6, 8, r"deriv|prime|grad|^d_|_d$"
FUNCTIONS, OPTIMIZERS = r"act|non_?linear|transfer", r"opti|solver|updater"


def offers(
    cls: Callable[..., Any], meant: dict[str, Any], names: dict[str, Any]
) -> Iterator[Callable[[], dict[str, Any]]]:
    """Values for arguments of a class or method that mean nothing else, made anew each time; the likeliest first.

    Parameters
    ----------
    cls : callable
        The class, or a method.
    meant : dict
        What arguments mean, "sizes" among them.
    names : dict
        What stands beside it.
    """
    words = _words(cls, names)
    open_ones = [parameter.name for parameter in required(cls) if not _is_known(cls, parameter.name, meant)]
    for parameter in parameters(cls):
        if re.fullmatch(LAYERS, parameter.name.lower()) and parameter.name not in open_ones:
            open_ones.append(parameter.name)
    found = [list(_for_argument(name.lower(), names, words, meant)) for name in open_ones]
    for chosen in islice(product(*found), MOST_OFFERS) if found else ():
        yield lambda chosen=chosen: {n: make() for n, make in zip(open_ones, chosen, strict=True)}  # type: ignore[misc]


def _is_known(cls: Callable[..., Any], name: str, meant: dict[str, Any]) -> bool:
    try:
        Context({}, meant).lookup(getattr(cls, "__name__", ""), name)
    except Unknown:
        return False
    return not re.fullmatch(LAYERS, name.lower()) or "sizes" in meanings(name)


def _for_argument(
    name: str, names: dict[str, Any], words: list[str], meant: dict[str, Any]
) -> Iterator[Callable[[], Any]]:
    """What an argument of this name may be."""
    n, h, k = meant["sizes"]
    if re.fullmatch(LAYERS, name):
        yield from stacks(names, (n, h, k))
        yield from (partial(list, described) for described in _described(n, h, k))
    elif says(name, "loss") or re.search(OPTIMIZERS, name):
        pattern = OPTIMIZERS if re.search(OPTIMIZERS, name) else None
        kinds = [c for c in _classes(names, pattern) if pattern or says(c.__name__, "loss")]
        yield from kinds
        is_slope = re.search(SLOPE, name) is not None
        for other, function in names.items() if says(name, "loss") else ():
            if inspect.isfunction(function) and is_learners(function) and says(other, "loss"):
                if is_slope == (re.search(SLOPE, other.lower()) is not None):
                    yield lambda function=function: function  # type: ignore[misc]
    elif re.search(FUNCTIONS, name):
        several = name.endswith("s") or "list" in name
        for make in _classes(names, SMOOTH):
            yield (lambda make=make: [make(), make(), make()]) if several else make  # type: ignore[misc]
        yield from (partial(list, [word] * 3) if several else partial(str, word) for word in words)
        return
    elif name.endswith("rates"):
        yield lambda: [0.0, 0.0, 0.0]
    yield from (partial(str, word) for word in words)


def _classes(names: dict[str, Any], pattern: str | None) -> list[Any]:
    """The learner's classes of which an object needs no arguments, by their names."""
    return [
        value for name, value in names.items()
        if inspect.isclass(value) and is_learners(value) and not required(value) and not inspect.isabstract(value)
        and (pattern is None or re.search(pattern, name.lower()))
    ]  # fmt: skip


def beside(cls: type) -> dict[str, Any]:
    """The names of the class's module, and of the learner's modules from which it has classes and functions."""
    home = sys.modules.get(cls.__module__)
    own = dict(vars(home)) if home is not None else {}
    others = [
        sys.modules.get(getattr(value, "__module__", "")) for value in own.values() if is_learners(value)
    ]
    for module in others:
        own = {**(vars(module) if module is not None else {}), **own}
    return own


def _words(cls: Callable[..., Any], names: dict[str, Any]) -> list[str]:
    """The texts that a class or method compares with, else those that the module does, and the keys of its tables of
    functions; those that name a smooth activation first.
    """
    own = vars(cls).values() if inspect.isclass(cls) else [cls]
    compared = [word for method in own if inspect.isfunction(method) for word in _compared(method)]
    if not compared:
        learners = [value for value in names.values() if inspect.isfunction(value) and is_learners(value)]
        tables = [value for value in names.values() if isinstance(value, dict)]
        compared = [word for function in learners for word in _compared(function)]
        compared += [
            key
            for table in tables
            for key, value in table.items()
            if isinstance(key, str) and callable(value)
        ]
    ranked = sorted(dict.fromkeys(compared), key=lambda word: re.search(SMOOTH, word.lower()) is None)
    return ranked[:MOST_WORDS]


def _compared(function: Callable[..., Any]) -> list[str]:
    tree = tree_of(function)
    return [
        side.value
        for node in ast.walk(tree or ast.Pass()) if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Constant) and isinstance(side.value, str)
    ]  # fmt: skip


def _described(n: int, h: int, k: int) -> list[list[tuple[int, int, str]]]:
    """Two layers, each by its numbers of inputs and outputs and the name of its activation."""
    ends = (("sigmoid", "sigmoid"), ("relu", "sigmoid"), ("relu", "softmax"), ("tanh", "linear"))
    return [[(n, h, hidden), (h, k, last)] for hidden, last in ends]
