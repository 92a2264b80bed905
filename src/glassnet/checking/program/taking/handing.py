"""What a program's functions are handed by whoever calls them: activations, losses, one vector of all parameters."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import is_foreign
from glassnet.checking.finding.sources import parameters, required, tree_of
from glassnet.checking.program.bench import copied_data, is_data
from glassnet.checking.program.data import Samples
from glassnet.checking.program.trying.functions import is_learners
from glassnet.checking.program.words import meanings, says

DERIVATIVE = r"deriv|prime|grad|^df|^d_?(f|act)"
ACTIVATION = r"act|sigm|transfer|^(f|g|fn|fx)$|func"
ARRAY = r"(w|b|weights?|bias(es)?)_?\d"
LOGISTIC = "the logistic function was given for"


@contextmanager
def lent(names: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The names that the functions themselves read, their data meanwhile copies; afterwards all is as it was.

    Where the names are not those of the functions' module, they are a copy, and the functions do not see it.
    """
    home = next((function.__globals__ for function in _functions(names)), None)
    data = {name: value for name, value in names.items() if is_data(name, value)}
    if home is None or any(home.get(name) is not value for name, value in data.items()):
        yield dict(names)
        return
    before = dict(home)
    home.update(copied_data(data))
    try:
        yield home
    finally:
        for name in set(home) - set(before):
            del home[name]
        home.update(before)


def functions_wanted(
    names: Mapping[str, Any], pairs: list[tuple[str, str]]
) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Functions and losses for arguments that functions of the module call, by name; with what is to be said of them.

    The module's own pair of a function and its derivative; else the logistic function, with a derivative that is
    written in the output, then with one written in the input: either may be meant.
    """
    wanted = {name for function in _functions(names) for name in _called(function)} - set(names)
    losses = {name for name in wanted if says(name, "loss")}
    derivatives = {name for name in wanted - losses if re.search(DERIVATIVE, name.lower())}
    activations = {name for name in wanted - losses - derivatives if re.search(ACTIVATION, name.lower())}
    handed = {name: loss for name in losses if (loss := _loss(names)) is not None}
    if not activations:
        yield handed, ()
        return
    own = [(names[f], names[df]) for f, df in pairs]
    if own:
        yield handed | dict.fromkeys(activations, own[0][0]) | dict.fromkeys(derivatives, own[0][1]), ()
        return
    for derivative, written in ((_slope_of_output, "output"), (_slope_of_input, "input")):
        said = f"{LOGISTIC} {', '.join(sorted(activations))}"
        if derivatives:
            said += f", and its derivative written in its {written} for {', '.join(sorted(derivatives))}"
        yield handed | dict.fromkeys(activations, _logistic) | dict.fromkeys(derivatives, derivative), (said,)
        if not derivatives:
            return


def vectors(names: Mapping[str, Any], samples: Samples, n_hidden: int) -> Iterator[dict[str, Any]]:
    """One vector of all parameters, for the cost functions of a module that take it; by the argument's name."""
    wanted = {
        parameter.name for function in _functions(names) if is_cost(function) for parameter in required(function)
        if meanings(parameter.name)[:1] == ["parameters"]
    } - set(names)  # fmt: skip
    n, k = samples.sizes
    sizes = (n, n + 1, n * k, (n + 1) * k, n_hidden * (n + 1) + k * (n_hidden + 1), n_hidden * (n + k))
    random = np.random.default_rng(7)
    for size in dict.fromkeys(sizes) if len(wanted) == 1 else ():
        for shape in ((size,), (size, 1)):
            yield {name: 0.5 * random.normal(size=shape) for name in wanted}


def arrays(names: Mapping[str, Any], samples: Samples, n_hidden: int) -> Iterator[dict[str, Any]]:
    """Weights and biases that functions take as W1, b1 …, or in a dictionary of these, and that nothing here makes."""
    held = {
        parameter.name: keys for function in _functions(names) for parameter in required(function)
        if meanings(parameter.name)[:1] == ["parameters"] and (keys := _keys(function, parameter.name))
    }  # fmt: skip
    alone = {
        parameter.name for function in _functions(names) for parameter in required(function)
        if re.fullmatch(ARRAY, parameter.name.lower())
    }  # fmt: skip
    wanted = {key for keys in held.values() for key in keys} | alone
    n_layers = len({name for name in wanted if not _is_bias(name)})
    if not n_layers or alone & set(names):
        return
    n, k = samples.sizes
    sizes = [n, *[n_hidden] * (n_layers - 1), k]
    for form in ("flat", "row", "column"):
        made = dict(_drawn(sorted(wanted), sizes, form))
        yield {name: made[name] for name in alone} | {
            name: {key: made[key] for key in keys} for name, keys in held.items()
        }


def _drawn(wanted: list[str], sizes: list[int], form: str) -> Iterator[tuple[str, Any]]:
    """Arrays by their names, in the order of their numbers."""
    random = np.random.default_rng(11)
    for group in ([w for w in wanted if not _is_bias(w)], [w for w in wanted if _is_bias(w)]):
        for i, name in enumerate(group):
            n, k = sizes[i], sizes[min(i + 1, len(sizes) - 1)]
            shape = {"flat": (k,), "row": (1, k), "column": (k, 1)}[form]
            if not _is_bias(name):
                shape = (k, n) if form == "column" else (n, k)
            yield name, 0.5 * random.normal(size=shape)


def _is_bias(name: str) -> bool:
    return name.lower().startswith("b")


def _keys(function: Callable[..., Any], argument: str) -> list[str]:
    """The weights and biases that a function reads of a dictionary."""
    found = [
        str(node.slice.value) for node in ast.walk(tree_of(function) or ast.Pass())
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == argument
        and isinstance(node.slice, ast.Constant)
    ]  # fmt: skip
    return [key for key in dict.fromkeys(found) if re.fullmatch(ARRAY, key.lower())]


def is_cost(function: Callable[..., Any]) -> bool:
    """Whether it may be a cost of given parameters, as minimizers take it: of parameters, samples and targets."""
    means = [meanings(parameter.name)[:1] for parameter in parameters(function)]
    name = getattr(function, "__name__", "")
    return says(name, "loss") and all([part] in means for part in ("parameters", "x", "y"))


def _functions(names: Mapping[str, Any]) -> list[Any]:
    return [value for value in names.values() if inspect.isroutine(value) and is_learners(value)]


def _called(function: Callable[..., Any]) -> Iterator[str]:
    """The arguments that a function cannot do without and that it calls, itself or a method of theirs."""
    tree = tree_of(function)
    wanted = {parameter.name for parameter in required(function)}
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call):
            called = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            is_loss = isinstance(called, ast.Name) and says(called.id, "loss")
            if isinstance(called, ast.Name) and called.id in wanted and (is_loss or called is node.func):
                yield called.id


def _loss(names: Mapping[str, Any]) -> Any:
    """The module's loss object, or its loss function."""
    objects = [
        value for value in names.values()
        if not inspect.isclass(value) and not is_foreign(value) and says(type(value).__name__, "loss")
    ]  # fmt: skip
    functions = [value for value in _functions(names) if says(value.__name__, "loss")]
    return next(iter([*objects, *functions]), None)


def _logistic(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def _slope_of_output(a: Any) -> Any:
    return a * (1 - a)


def _slope_of_input(z: Any) -> Any:
    return _logistic(z) * (1 - _logistic(z))
