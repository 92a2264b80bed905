"""An object made ready for its forward pass: by methods that set it up, by layers added, by an epoch of training."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from glassnet.checking.finding.sources import required
from glassnet.checking.numerics.calling import copied
from glassnet.checking.program.limits import CALL_SECONDS, FAILURES, limited
from glassnet.checking.program.taking.making.offering import beside, offers
from glassnet.checking.program.taking.making.stacking import stacks
from glassnet.checking.program.trying.binding import Context, call
from glassnet.checking.program.trying.training import TRAINING
from glassnet.checking.program.words import says

READY = r"init|config|set_?up|build|compile|create|prepare|use_|set_(loss|cost|opti)"
ADDING = r"^_?(add|append|push|stack)(_?layers?)?$"
# Meanings of optional arguments that are given too, so that what is made fits the samples.
SIZES = ("sizes", "n_inputs", "n_hidden", "n_outputs", "hidden_sizes")


def made_ready(thing: Any, meant: dict[str, Any]) -> Iterator[Any]:
    """The object after each of the methods that may make it ready, and after all that can be called; then with layers
    added, and after an epoch of training, which may make its weights.
    """
    yield from _set_up(thing, meant)
    for filled in _filled(thing, meant):
        yield copied(filled)
        yield from _set_up(filled, meant)
    for name in _methods(thing, lambda name: says(name, "train")):
        for y in (meant["y"], np.argmax(meant["y"], axis=1)):
            one = copied(thing)
            if _does(getattr(one, name), {**meant, "y": y}, TRAINING):
                yield one
                break


def _set_up(thing: Any, meant: dict[str, Any]) -> Iterator[Any]:
    every = copied(thing)
    for name in _methods(thing, lambda name: re.search(READY, name.lower()) is not None):
        for y in (meant["y"], np.argmax(meant["y"], axis=1)):
            one = copied(thing)
            if _does(getattr(one, name), {**meant, "y": y}, SIZES):
                _does(getattr(every, name), {**meant, "y": y}, SIZES)
                yield one
                yield copied(every)
                break


def _filled(thing: Any, meant: dict[str, Any]) -> Iterator[Any]:
    """The object with two layers added: layer objects of its module, or by their numbers of units."""
    n, h, k = meant["sizes"]
    for name in _methods(thing, lambda name: re.match(ADDING, name.lower()) is not None):
        for make in stacks(beside(type(thing)), (n, h, k)):
            one = copied(thing)
            try:
                for layer in make():
                    getattr(one, name)(layer)
            except Exception:  # it wants something else
                break
            yield one
        one = copied(thing)
        if all(_does(getattr(one, name), meant, (), dict.fromkeys((*SIZES, "n_samples"), n)) for n in (h, k)):
            yield one


def _methods(thing: Any, is_one: Callable[[str], bool]) -> list[str]:
    cls = type(thing)
    return [
        name for name in dir(cls)
        if is_one(name) and not name.startswith("__") and inspect.isfunction(inspect.getattr_static(cls, name))
    ]  # fmt: skip


def _does(
    method: Callable[..., Any],
    meant: dict[str, Any],
    given: tuple[str, ...],
    sizes: Mapping[str, int] = MappingProxyType({}),
) -> bool:
    """Whether a method can be called, with what its arguments mean, or with losses and optimizers of the module."""
    home = type(getattr(method, "__self__", None))
    ways = [{}, *(offered() for offered in offers(method, meant, beside(home)))] if required(method) else [{}]
    for known in ways:
        try:
            with limited(CALL_SECONDS):
                call(method, Context(known, {**meant, **sizes}), given=given)
        except FAILURES:  # it wants something else
            continue
        return True
    return False
