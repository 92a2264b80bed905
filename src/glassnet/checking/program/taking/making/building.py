"""An object of a learner's class: its sizes and data given by the names of its arguments, then by trying."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from glassnet.checking.finding.sources import required, signature
from glassnet.checking.numerics.calling import why
from glassnet.checking.program.data import Samples
from glassnet.checking.program.taking.making.examples import made_as_written
from glassnet.checking.program.taking.making.offering import beside, offers
from glassnet.checking.program.taking.making.readying import SIZES
from glassnet.checking.program.taking.making.stacking import stacks
from glassnet.checking.program.trying.binding import Context, Unknown, call, run
from glassnet.errors import ArgumentError


def objects_of(cls: type, samples: Samples, meant: dict[str, Any], apart: bool = False) -> Iterator[Any]:
    """Objects of the class, the likeliest first; where the process is the check's own, also as other files make them.

    Raises `ArgumentError` if none can be made.
    """
    reasons: list[str] = []
    n_made = 0
    for make in _ways(cls, samples, meant, apart):
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


def _ways(cls: type, samples: Samples, meant: dict[str, Any], apart: bool) -> Iterator[Any]:
    n, k = samples.sizes
    yield lambda: _sized(cls, meant, {})
    for made in made_as_written(cls, beside(cls), meant) if apart else ():
        yield lambda made=made: made
    for offered in offers(cls, meant, beside(cls)):
        yield lambda offered=offered: _sized(cls, meant, offered())
    if any(p.kind is p.VAR_POSITIONAL for p in signature(cls) or ()) and not required(cls):
        for make in stacks(beside(cls), (n, meant["sizes"][1], k)):
            yield lambda make=make: cls(*make())
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
