"""Everything that a call leaves behind: what it returns, what it keeps, and how far it moves the parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import Leaf, flatten
from glassnet.checking.finding.matching import Found
from glassnet.checking.finding.sources import returned_names
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.bench import Bench, shown
from glassnet.checking.program.limits import CALL_SECONDS, limited
from glassnet.support.arrays import as_array


@dataclass
class Observation:
    """What a call left behind.

    Attributes
    ----------
    result : object
        What it returned.
    pool : list of Found
        Arrays that may be gradients: returned, or kept somewhere.
    steps : dict of array
        By parameter, its numbers before less those after, for those that were moved.
    """

    result: Any
    pool: list[Found] = field(default_factory=list)
    steps: dict[Leaf, Array] = field(default_factory=dict)


def observe(
    bench: Bench, action: Callable[[], Any], function: Callable[..., Any], parameters: Sequence[Leaf]
) -> Observation:
    """Run a call and look at what it did."""
    before = {leaf: bench.values(leaf) for leaf in bench.leaves()}
    with limited(CALL_SECONDS):
        result = action()
    found = Observation(result, list(_returned(result, function)))
    own = set(parameters)
    for leaf in bench.leaves():
        values = bench.values(leaf)
        old = before.get(leaf)
        if old is not None and np.array_equal(old, values, equal_nan=True):
            continue
        if leaf in own and old is not None and old.shape == values.shape:
            found.steps[leaf] = old - values
        else:
            found.pool.append(Found(shown(leaf), values))
    return found


def _returned(result: Any, function: Callable[..., Any]) -> Iterator[Found]:
    """The arrays in the result; by the names that stand behind ``return``, or by that of the function."""
    names = returned_names(function)
    own = getattr(function, "__name__", "")
    for place, values in flatten(result):
        array = np.asarray(as_array(values))
        if array.dtype.kind not in "fiu":
            continue
        head, _, tail = place[1:].partition("]")
        known = (
            names[int(head)]
            if head.isdigit() and len(names) > int(head) and isinstance(result, tuple)
            else ""
        )
        if place == "":
            known, tail = (names[0] if names and "".join(names) and _says(names[0]) else own), ""
        yield Found(f"{known}{tail}" if known else place, array.astype(np.float64))


def _says(name: str) -> bool:
    """Whether a returned name says more than ``result`` or ``ret2``."""
    return not name.lower().startswith(("ret", "res", "out", "tmp", "temp"))
