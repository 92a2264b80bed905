"""A learner's derivative at many points, beside the slope of the function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.checking.numerics import numeric
from glassnet.checking.numerics.calling import Elementwise
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.report import Evidence, digits
from glassnet.errors import ArgumentError
from glassnet.support.cached import cached_property

LOW, HIGH = -6.0, 6.0
MOST_LINES = 3


@dataclass
class Comparison:
    """Values of `f` and `df`, and where they disagree; computed when they are first asked for."""

    f: Elementwise
    df: Elementwise
    takes: str
    points: ArrayLike | None

    @cached_property
    def kinks(self) -> Array:
        """Where f or its slope jumps."""
        return numeric.kinks(self.f, LOW, HIGH, self.width)

    @cached_property
    def width(self) -> float:
        """How narrowly kinks are found."""
        return numeric.KINK_WIDTH if self.step == numeric.FINE[0] else numeric.COARSE_KINK_WIDTH

    @cached_property
    def step(self) -> float:
        """The step of the differences."""
        return numeric.accuracy(self.f.dtype)[0]

    @cached_property
    def z(self) -> Array:
        """Points at which f is finite and smooth."""
        wanted = np.linspace(LOW + 0.037, HIGH - 0.041, 101) if self.points is None else self.points
        z = np.asarray(wanted, np.float64).ravel()
        finite = np.isfinite(self.f(z)) & np.isfinite(numeric.slope(self.f, z, self.step))
        away = np.abs(z[:, None] - self.kinks[None, :]).min(axis=1, initial=np.inf) > 2 * self.step
        if (finite & away).sum() < 2:
            raise ArgumentError(
                f"f has a finite slope at {(finite & away).sum()} of {len(z)} points from {z.min():g} to {z.max():g}; "
                "give points= at which it has"
            )
        smooth: Array = z[finite & away]
        return smooth

    @cached_property
    def a(self) -> Array:
        """f at the points."""
        return self.f(self.z)

    @cached_property
    def right(self) -> Array:
        """The slope at the points."""
        return numeric.slope(self.f, self.z, self.step)

    @cached_property
    def given(self) -> Array:
        """The derivative at the points, called as the learner calls it."""
        return self.derivative_at(self.z)

    def derivative_at(self, z: Array) -> Array:
        """What df gives for z, called as the learner calls it."""
        return self.df(z if self.takes == "input" else self.f(z))

    @cached_property
    def tolerance(self) -> Array:
        """How far the derivative may be from the differences."""
        relative = max(numeric.accuracy(function.dtype)[1] for function in (self.f, self.df))
        tolerance: Array = relative * (np.abs(self.right) + np.median(np.abs(self.right)) + 1e-3)
        return tolerance

    def equal(self, values: Array, wanted: Array) -> bool:
        """Whether these are the same numbers at all points."""
        return values.shape == wanted.shape and bool((np.abs(values - wanted) <= self.tolerance).all())

    @cached_property
    def wrong(self) -> Any:
        """Where the derivative is not the slope."""
        return ~(np.abs(self.given - self.right) <= self.tolerance)

    def evidence(self) -> tuple[Evidence, ...]:
        """Some points at which the derivative is far from the slope, from left to right."""
        distances = np.where(self.wrong, np.nan_to_num(np.abs(self.given - self.right), nan=np.inf), -1)
        parts = np.array_split(np.arange(len(self.z)), MOST_LINES)
        farthest = [int(part[np.argmax(distances[part])]) for part in parts if len(part)]
        return tuple(
            Evidence("df", f"z = {self.z[i]:.4g}", *digits(float(self.given[i]), float(self.right[i])))
            for i in farthest
            if self.wrong[i]
        )

    def notes(self) -> tuple[str, ...]:
        """Kinks, dtypes, and where a wrong derivative is right."""
        jumps = numeric.is_jump(self.f, self.kinks, self.width)
        notes = [
            f"f {what} at z = {', '.join(f'{place:g}' for place in places)}"
            for what, places in (("has a kink", self.kinks[~jumps]), ("jumps", self.kinks[jumps]))
            if len(places)
        ]
        if self.df.dtype == bool:
            notes.append("df returns True and False, which multiply like 1 and 0")
        above, below = self.z > 0, self.z < 0
        for side, name in ((above, "above"), (below, "below")):
            if side.any() and self.wrong.any() and not self.wrong[side].any():
                notes.append(f"df is right everywhere {name} 0, and wrong only on the other side")
        return tuple(notes)
