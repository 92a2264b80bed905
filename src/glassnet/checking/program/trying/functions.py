"""The functions of a learner's program, and the parts that they may play."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from glassnet.checking.finding.leaves import attributes, is_foreign, is_library
from glassnet.checking.finding.sources import required, tree_of
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.words import part_of, says

_OF_LOSSES = ("loss", "forward", "calculate", "value", "compute", "fn", "calc_loss", "__call__")
_PATH_OF_OBJECT = ("loss", "cost", "criterion", "loss_function", "loss_fn", "cost_function", "loss_func")


@dataclass(frozen=True)
class Part:
    """A function of the program: a method of its object, or of an object that it holds, or a function of its module."""

    name: str  # as the learner calls it
    # The attributes that lead to it from the object; empty for functions of the module
    path: tuple[str, ...] = ()
    function: Callable[..., Any] | None = None  # the function of the module
    n_arguments: int = 0  # how many arguments it cannot do without

    def of(self, bench: Bench) -> Callable[..., Any]:
        """The function as it can be called now."""
        if self.function is not None:
            return self.function
        found = bench.owner
        for step in self.path:
            found = getattr(found, step)
        result: Callable[..., Any] = found
        return result


def is_learners(function: Any) -> bool:
    """Whether a function or class was written by the learner, and does not come from a library."""
    module = str(getattr(function, "__module__", None) or "builtins")
    if module == "builtins":  # it was made where there is no module
        return getattr(builtins, getattr(function, "__name__", ""), None) is not function and hasattr(
            function, "__dict__"
        )
    return not is_library(module)


def parts_of(bench: Bench) -> list[Part]:
    """All functions of the program: those of its object first, then those of its module."""
    found = list(_methods(bench.owner)) if bench.owner is not None else []
    found += [
        Part(name, function=value, n_arguments=len(required(value))) for name, value in bench.names.items()
        if inspect.isfunction(value) and is_learners(value) and not name.startswith("__")
    ]  # fmt: skip
    return found + [part for name, value in bench.names.items() for part in _of_loss_class(name, value)]


def _methods(owner: Any) -> Iterator[Part]:
    for name in dir(type(owner)):
        if name.startswith("__") and name != "__call__":
            continue
        raw = inspect.getattr_static(type(owner), name, None)
        if inspect.isfunction(raw) or isinstance(raw, (staticmethod, classmethod)):
            if is_learners(getattr(raw, "__func__", raw)):
                yield Part(name, (name,), n_arguments=len(required(getattr(owner, name))))
    for name, value in attributes(owner):
        if inspect.isfunction(value) or inspect.ismethod(value):
            yield Part(name, (name,))
        elif (
            name.lower().strip("_") in _PATH_OF_OBJECT
            and not is_foreign(value)
            and not isinstance(value, type)
        ):
            for method in _OF_LOSSES:
                if callable(getattr(value, method, None)) and not isinstance(
                    value, (int, float, str, list, dict, tuple)
                ):
                    yield Part(f"{name}.{method}", (name, method))
                    break


def _of_loss_class(name: str, value: Any) -> Iterator[Part]:
    """The function of a class that is a loss, of which an object can be made."""
    if not (inspect.isclass(value) and is_learners(value) and says(name, "loss")):
        return
    try:
        made = value()
    except Exception:  # a class that needs arguments, or is a frame only
        return
    for method in _OF_LOSSES:
        function = getattr(made, method, None)
        if callable(function):
            yield Part(f"{name}.{method}", function=function)
            return


def playing(parts: list[Part], part: str) -> list[Part]:
    """The functions whose names say that they play a part: those that say nothing else first."""
    found = [p for p in parts if says(p.name, part) and part_of(p.name) not in ("numeric", "derivative")]
    if part == "backward":  # derivative_w1(X, Z, T, Y, W2) is one, sigmoid_derivative(z) is none
        found += [p for p in parts if part_of(p.name) == "derivative" and p.n_arguments > 1]
    return sorted(found, key=lambda p: (part_of(p.name) != part, _plainness(p.name, part)))


_PLAIN = {
    "forward": ("forward", "forward_pass", "forward_propagation", "feedforward", "feed_forward", "forward_prop"),
    "backward": ("backward", "backward_pass", "backward_propagation", "backprop", "back_propagation"),
    "train": ("train", "fit", "train_step", "learn"),
}  # fmt: skip


def _plainness(name: str, part: str) -> int:
    lower = name.lower().strip("_")
    usual = _PLAIN.get(part, ())
    if lower in usual:
        return 0
    if part == "forward" and lower.startswith(("predict", "query", "evaluate")):
        return 3
    return 1 if any(word in lower for word in ("forward", "full", "model", "network")) else 2


def is_called_for_each_sample(parts: list[Part], bench: Bench, name: str) -> bool:
    """Whether the program calls a function with what a loop runs over: ``for x, y in batch: f(x, y)``."""
    for part in parts:
        tree = tree_of(part.of(bench))
        for loop in ast.walk(tree) if tree is not None else ():
            if isinstance(loop, ast.For) and _hands_on(loop, name):
                return True
    return False


def _hands_on(loop: ast.For, name: str) -> bool:
    targets = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    if any("batch" in name.lower() for name in targets) or any(
        w in ast.unparse(loop.iter).lower() for w in _BATCHES
    ):
        return False
    for node in ast.walk(loop):
        if isinstance(node, ast.Call) and _called(node.func) == name:
            arguments = {
                n.id for argument in node.args for n in ast.walk(argument) if isinstance(n, ast.Name)
            }
            if arguments & targets and not _slices(node):
                return True
    return False


_BATCHES = ("batches", "get_batch", "loader", "generator", "iterate_minibatch", "split")


def _slices(call: ast.Call) -> bool:
    return any(isinstance(node, ast.Slice) for argument in call.args for node in ast.walk(argument))


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def module_names(thing: Any) -> dict[str, Any]:
    """The names of the module in which an object's class stands; none where it cannot be had."""
    if isinstance(thing, Mapping):
        return dict(thing)
    module = sys.modules.get(type(thing).__module__)
    return dict(vars(module)) if module is not None and type(thing).__module__ != "builtins" else {}
