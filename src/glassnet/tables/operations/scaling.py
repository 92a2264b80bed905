"""A number brought near zero, and large ones held back smoothly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.tables.program import Program

LIMIT = 3.0
# A scale outside of these cannot come from numbers of float32, and would overflow where it is squared.
LEAST_SCALE, MOST_SCALE = 1e-100, 1e300


def scaled(x: Array, center: Any, scale: Any, limit: Any) -> Array:
    """a = z / sqrt(1 + (z / limit)^2)  with  z = (x - center) / scale; a = z where the limit is infinite.

    Smooth clipping: |a| < limit, and a is near z where |z| is small. Holzmüller, Grinsztajn, Steinwart 2024 (RealMLP).
    `center`, `scale` and `limit` are numbers, or rows of numbers.
    """
    z = (x - center) / scale
    return np.asarray(z / np.sqrt(1 + (z / limit) ** 2))


def finite_or_none(limit: float | None) -> float:
    """The limit, infinite where there is none."""
    return math.inf if limit is None else limit


def write_scaled(program: Program, x: str, center: Any, scale: Any, limit: Any) -> str:
    """The same as steps of a program; `center`, `scale` and `limit` are numbers, or rows of numbers."""
    z = program.formula("scaled", "(x - center) / scale", x=x, center=center, scale=scale)
    return program.formula("clipped", "z / sqrt(1 + (z / limit)**2)", z=z, limit=limit)


def check_scaling(what: str, center: Any, scale: Any, limit: Any) -> tuple[float, float, float | None]:
    """Checked: any center, a scale above 0, and a limit above 0 or none."""
    if limit is not None:
        limit = checks.number(f"limit of {what}", limit, above=0, most=1e6)
    bounds = {"least": LEAST_SCALE, "most": MOST_SCALE}
    return (
        checks.number(f"center of {what}", center),
        checks.number(f"scale of {what}", scale, **bounds),
        limit,
    )


def numbers(what: str, values: Any) -> tuple[float, ...]:
    """A checked tuple of finite numbers."""
    if not isinstance(values, (list, tuple)):
        raise ArgumentError(f"{what} must be a list of numbers; got {checks.shown(values)}")
    return tuple(checks.number(what, value) for value in values)
