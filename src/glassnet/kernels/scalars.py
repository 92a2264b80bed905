"""The elementary functions, and those of NumPy, for single numbers: what their names mean in compiled code."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from glassnet.formulas import elementary
from glassnet.kernels.exponentials import DOUBLE, SINGLE, exponentials, logarithms, scalar


@scalar
def _erf(x):
    return math.erf(x)


@scalar
def _sqrt(x):
    return math.sqrt(x)


@scalar
def _absolute(x):
    return abs(x)


@scalar
def _where(condition, a, b):
    return a if condition else b


@scalar
def _maximum(a, b):
    """The larger one; NaN where either is, as in NumPy."""
    return b if a < b or b != b else a


@scalar
def _minimum(a, b):
    """The smaller one; NaN where either is."""
    return b if a > b or b != b else a


@scalar
def _clip(a, a_min, a_max):
    """`a` limited to a_min and a_max; NaN where a is."""
    above = a_min if a < a_min else a
    return a_max if above > a_max else above


@scalar
def _heaviside(x, h):
    return (h if x == 0 else 1.0 if x > 0 else 0.0) if x == x else x


@scalar
def _one(a):
    return 1.0


@scalar
def _zero(a):
    return 0.0


@scalar
def _positive_float32(x):
    return np.float32(1) if x > np.float32(0) else np.float32(0)


@scalar
def _positive_float64(x):
    return 1.0 if x > 0.0 else 0.0


@scalar
def _sign_float32(x):
    return (
        np.float32(1) if x > np.float32(0) else (np.float32(-1) if x < np.float32(0) else x * np.float32(0))
    )


@scalar
def _sign_float64(x):
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x * 0.0)


_FORMS: dict[Callable[..., Any], Any] = {
    **exponentials(DOUBLE),
    **logarithms(DOUBLE),
    elementary.erf: _erf,
    elementary.sqrt: _sqrt,
    elementary.absolute: _absolute,
    elementary.where: _where,
    elementary.maximum: _maximum,
    elementary.minimum: _minimum,
    elementary.positive: _positive_float64,
    elementary.sign: _sign_float64,
    # What people write beside; Numba has them for arrays only.
    np.clip: _clip,
    np.heaviside: _heaviside,
    np.ones_like: _one,
    np.zeros_like: _zero,
}
_FORMS_FLOAT32 = {
    **_FORMS,
    **exponentials(SINGLE),
    **logarithms(SINGLE),
    elementary.positive: _positive_float32,
    elementary.sign: _sign_float32,
}


def form(function: Any, dtype: np.dtype[Any]) -> Any:
    """The scalar form of an elementary or NumPy function; None if there is none."""
    forms = _FORMS_FLOAT32 if dtype == np.float32 else _FORMS
    return forms.get(function) if callable(function) and isinstance(function, Hashable) else None


class _ScalarNumPy(ModuleType):
    """NumPy, with scalar forms in the place of its functions of arrays."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        super().__init__(f"numpy for {dtype} scalars")
        self.__dict__.update(
            {name: form(f, dtype) for name, f in vars(np).items() if form(f, dtype) is not None}
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


@cache
def numpy_module(dtype: np.dtype[Any]) -> ModuleType:
    """What the name ``np`` means in compiled code."""
    return _ScalarNumPy(dtype)
