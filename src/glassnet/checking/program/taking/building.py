"""An object of a learner's class: its sizes and data given by the names of its arguments, then by trying."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from glassnet.checking.finding.sources import required
from glassnet.checking.numerics.calling import copied, why
from glassnet.checking.program.data import Samples
from glassnet.checking.program.taking.offering import offers
from glassnet.checking.program.trying.binding import Context, Unknown, call, run
from glassnet.errors import ArgumentError

# Methods that make an object ready.
READY = r"init|config|set_?up|build|compile|create|prepare"
# Meanings of optional arguments that are given too, so that what is made fits the samples.
SIZES = ("sizes", "n_inputs", "n_hidden", "n_outputs", "hidden_sizes")


def objects_of(cls: type, samples: Samples, meant: dict[str, Any]) -> Iterator[Any]:
    """Objects of the class, the likeliest first.

    Raises `ArgumentError` if none can be made.
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
    yield lambda: _sized(cls, meant, {})
    for offered in offers(cls, meant):
        yield lambda offered=offered: _sized(cls, meant, offered())
    n_required = len(required(cls))
    sizes = meant["sizes"]
    h, rate = sizes[1], meant["rate"]
    tries: list[tuple[Any, ...]] = [tuple(sizes), (sizes,), (n, k), (), (n,), (h,), (n, h, k, rate)]
    tries += [(sizes, rate), (n, [h], k), (samples.X, samples.Y)]
    for arguments in tries:
        if len(arguments) >= n_required:
            yield lambda arguments=arguments: run(lambda: cls(*arguments))


def _sized(cls: type, meant: dict[str, Any], offered: dict[str, Any]) -> Any:
    """An object of what is offered, with sizes in a list, or in an array where the class wants that."""
    needed = {parameter.name for parameter in required(cls)}
    make = partial(cls, **{name: value for name, value in offered.items() if name not in needed})
    try:
        return call(make, Context(offered, meant), given=SIZES)
    except (AttributeError, TypeError):
        sizes = {name: np.array(meant[name]) for name in ("sizes", "hidden_sizes")}
        return call(make, Context(offered, {**meant, **sizes}), given=SIZES)
