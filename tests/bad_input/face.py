"""Everything a user can call, found by walking through the public names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import glassnet as gn

ROOMS = (
    "activations", "callbacks", "datasets", "initializers", "losses", "metrics", "optimizers", "plots", "recipes",
    "schedules", "tables",
)  # fmt: skip

# What those who write parts, engines or callbacks call or override; a user does not.
HOOKS = {
    "activations": ("backward_formula", "formula", "slope_formula"),
    "callbacks": (
        "adjust",
        "begin",
        "check",
        "end",
        "epoch_begin",
        "epoch_end",
        "memory",
        "remember",
        "save",
        "step_end",
        "steps_end",
        "write",
    ),
    "initializers": ("draw",),
    "layers": (
        "backward",
        "check_samples",
        "describe",
        "describe_training",
        "integers",
        "matrices",
        "of",
        "offsets",
        "pairs",
        "passing",
        "reads_data",
        "ends",
        "epsilon_in",
        "inner",
        "bind",
        "forward",
        "in_place",
        "is_affine",
        "infer",
        "kept",
        "output_shape",
        "parameters",
        "penalty",
        "row_fields",
        "statistics",
        "view",
    ),
    "losses": (
        "activation",
        "before_activation",
        "best_constant",
        "centre",
        "compare",
        "compared",
        "formula",
        "limits",
        "n_targets",
        "on_logits",
        "prepare",
        "refuse_other_targets",
        "repeated",
        "share_of_each",
        "slope_formula",
        "smoothed",
        "terms",
        "variance_slope_formula",
    ),
    "metrics": ("area", "check", "of_one", "of_several", "place", "ratio", "reads_rows"),
    "network": ("assemble", "config", "features", "penalty", "plan", "targets", "training_state"),
    "optimizers": ("at", "coefficients", "named", "rates", "rule", "table"),
    "schedules": ("rates",),
    "tables": ("accepted", "apply", "named", "of_features", "outputs", "parts", "seconds", "values", "write"),
}


@cache
def public_callables() -> dict[str, Callable[..., Any]]:
    """By name, such as "gn.Network.fit" or "gn.losses.Huber": functions, classes, and methods of classes."""
    return dict(_walk("gn", gn)) | {
        name: thing for room in ROOMS for name, thing in _walk(f"gn.{room}", getattr(gn, room))
    }


def _walk(prefix: str, room: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in room.__all__:
        thing, label = getattr(room, name), f"{prefix}.{name}"
        if inspect.isclass(thing):
            if not issubclass(thing, BaseException):
                yield label, thing
                yield from _methods(label, thing)
        elif callable(thing):
            yield label, thing


def _methods(label: str, cls: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, method in inspect.getmembers(cls, callable):
        if not name.startswith("_") and name not in _hooks(cls) and _of_glassnet(method):
            yield f"{label}.{name}", method


def _hooks(cls: type) -> set[str]:
    """Of the rooms in which the class and its bases stand."""
    rooms = {part for base in cls.__mro__ for part in base.__module__.split(".")}
    rooms |= {"callbacks"} if issubclass(cls, gn.Callback) else set()
    return {name for room in rooms for name in HOOKS.get(room, ())}


def _of_glassnet(method: Any) -> bool:
    return str(getattr(method, "__module__", "")).startswith("glassnet")


def arguments(called: Callable[..., Any]) -> list[inspect.Parameter]:
    """What it takes beside the object it belongs to."""
    parts = list(inspect.signature(called).parameters.values())
    return [part for part in parts if part.name not in ("self", "cls")]
