"""A slope by differences, and what a step does to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.tasks.lesson_06.lesson import lesson

# Relative to x, where rounding and bending are far below what is asked for.
SMALLEST_STEP, LARGEST_STEP = 5e-7, 2e-4


def _cube(x: float) -> float:
    return x**3


def _functions(random: Generator) -> Sequence[Case]:
    return [
        (np.sin, 1.0),
        (np.exp, float(random.normal())),
        (_cube, 2.0),
        (np.tanh, float(random.normal())),
        (_cube, -40.0),
    ]


def _step(answer: Any, f: Any, x: float) -> str | None:
    """What the points say at which an answer asks for f, and what it makes of them."""
    asked: list[float] = []

    def watched(point: Any) -> Any:
        asked.append(float(point))
        return f(point)

    given = float(answer(watched, x))
    offsets = sorted({point - x for point in asked})
    if len(offsets) < 2:
        return _of_one_point(offsets)
    if len(offsets) > 2:
        return "it asks for f at more than two points; x + h and x - h are enough"
    low, high = offsets
    if 0.0 in offsets:
        return (
            "it steps to one side alone: half of the step's length times how much f bends is left over; "
            "with x + h and x - h that cancels"
        )
    h = (high - low) / 2
    return _of_quotient(given, f(x + high) - f(x + low), h) or _of_size(h / max(1.0, abs(x)), h)


def _of_one_point(offsets: list[float]) -> str:
    if not offsets:
        return "it never asks for f; its slope shows in how f changes from x - h to x + h"
    return (
        f"it asks for f at one point alone, x{offsets[0]:+.2g}: where h is below the last digit of x, "
        "x + h is x itself; take h around 1e-5"
    )


def _of_quotient(given: float, change: float, h: float) -> str | None:
    """What was made of the difference of both values, where it is not divided by 2h."""
    made = {
        "this is the difference; divide it by the distance of both points": change,
        "it multiplies by h: / 2 * h is (... / 2) * h; brackets make it one divisor, / (2 * h)": change
        / 2
        * h,
        "both points are 2h apart: divide by 2h, not by h": change / h,
        "it is divided by 2 alone; both points are 2h apart": change / 2,
        "the sides are mixed up: f(x + h) minus f(x - h)": -change / (2 * h),
    }
    return next((said for said, value in made.items() if np.isclose(given, value, rtol=1e-9, atol=0)), None)


def _of_size(share: float, h: float) -> str | None:
    if share < SMALLEST_STEP:
        return (
            f"a step of {h:.2g} is too small: f(x + h) and f(x - h) agree in so many digits that their difference "
            "has few left; take h around 1e-5"
        )
    if share > LARGEST_STEP:
        return f"a step of {h:.2g} is too large: the function bends in between; take h around 1e-5"
    return None


@lesson.function(
    "A slope by differences",
    _functions,
    tolerance=1e-8,
    explains=_step,
    hints=(
        "Go a small step to both sides: how much does f change in all, and how far apart are both points?",
        "(f(x + h) - f(x - h)) / (2 * h), with h around 1e-5.",
    ),
)
def numeric_slope(f, x):
    """The slope of f at x, by a central difference."""
    h = 1e-5 * max(1.0, abs(x))
    return (f(x + h) - f(x - h)) / (2 * h)


numeric_slope.mistakes(
    (lambda f, x: (f(x + 1e-5) - f(x - 1e-5)) / 1e-5, "both points are 2h apart: divide by 2h, not by h"),
    (lambda f, x: f(x + 1e-5) - f(x - 1e-5), "this is the difference; divide it by the distance of both points"),
    (lambda f, x: (f(x - 1e-5) - f(x + 1e-5)) / 2e-5, "the sides are mixed up: f(x + h) minus f(x - h)"),
    (lambda f, x: f(x) * 1.0, "this is the value of f"),
    (lambda f, x: (f(x + 1) - f(x - 1)) / 2, "a step of 1 is far too large: the function bends in between"),
    (lambda f, x: (f(x + 0.01) - f(x - 0.01)) / 0.02, "a step of 0.01 is too large for this accuracy; try 1e-5"),
    (lambda f, x: (f(x + 1e-3) - f(x - 1e-3)) / 2e-3, "a step of 0.001 is too large for this accuracy; try 1e-5"),
    (lambda f, x: (f(x + 1e-5) - f(x)) / 1e-5, "it steps to one side alone; step to both, which is more exact"),
    (lambda f, x: (f(x + 1e-5) - f(x)) / 2e-5, "from x to x + h it is h, not 2h; use both sides"),
)  # fmt: skip
