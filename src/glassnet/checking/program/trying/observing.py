"""Everything that a call leaves behind: what it returns, what it keeps, and how far it moves the parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import Leaf
from glassnet.checking.finding.matching import Found, returned
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.bench import Bench, shown
from glassnet.checking.program.limits import CALL_SECONDS, limited


@dataclass
class Observation:
    """What a call left behind."""

    result: Any  # what it returned
    # Arrays that may be gradients: returned, or kept somewhere
    pool: list[Found] = field(default_factory=list)
    # By parameter, its numbers before less those after, for those that were moved
    steps: dict[Leaf, Array] = field(default_factory=dict)

    def over(self, rate: float | None) -> list[Found]:
        """The steps over the learning rate, where it is known."""
        return [Found(shown(leaf), step / (rate or 1.0)) for leaf, step in self.steps.items()]


def observe(
    bench: Bench, action: Callable[[], Any], function: Callable[..., Any], parameters: Sequence[Leaf]
) -> Observation:
    """Run a call and look at what it did."""
    before = {leaf: bench.values(leaf) for leaf in bench.leaves()}
    with limited(CALL_SECONDS):
        result = action()
    found = Observation(result, list(returned(result, function)))
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
