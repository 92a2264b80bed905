"""The vectorised forms of exp, tanh, log and their kin against longer numbers, over all sizes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from glassnet.formulas import elementary
from glassnet.kernels import scalars
from glassnet.kernels.native.compiling import FAST

Array = NDArray[Any]

LONGER = {"float32": np.float64, "float64": np.longdouble}
BITS = {"float32": np.uint32, "float64": np.uint64}
# Where a form passes from one branch, or one power of two, to another.
SEAMS = {
    "float32": (
        0.625,
        0.34657359,
        0.70710678,
        1.0,
        1.0397208,
        1.4142135,
        2.0,
        9.0,
        18.0,
        86.64,
        88.37626,
        88.72283,
        104.0,
    ),
    "float64": (
        0.625,
        0.34657359027997264,
        1.0397207708399179,
        20.0,
        40.0,
        707.7,
        709.4361393,
        709.782712893384,
        745.2,
    ),
}
ERRORS = {"exp": 1.1, "tanh": 1.4, "expm1": 1.9, "log": 0.8, "log1p": 1.5}

over_both = pytest.mark.parametrize("dtype", LONGER)
over_all = pytest.mark.parametrize("name", ERRORS)


@cache
def form(name: str, dtype: str) -> Callable[[Array], Array]:
    """The form applied to an array."""
    function = scalars.form(getattr(elementary, name), np.dtype(dtype))

    @numba.njit(error_model="numpy", fastmath=FAST)  # type: ignore[untyped-decorator]
    def loop(x: Array, y: Array) -> None:
        for k in range(len(x)):
            y[k] = function(x[k])

    def apply(x: Array) -> Array:
        y = np.empty_like(x)
        loop(x, y)
        return y

    return apply


@cache
def all_sizes(dtype: str) -> Array:
    """Half a million numbers of all sizes and signs, many between -1 and 1, and all neighbours of the seams."""
    kind, bits = np.dtype(dtype), BITS[dtype]
    every = np.linspace(0, float(np.iinfo(bits).max), 300_000, dtype=bits, endpoint=False).view(kind)
    close = np.concatenate(
        [np.array(seam, kind).view(bits) + np.arange(-300, 300).astype(bits) for seam in SEAMS[dtype]]
    )
    near = close.view(kind)
    usual = np.random.default_rng(0).uniform(-3, 3, 200_000).astype(kind)
    numbers = np.concatenate([every, near, -near, usual, np.zeros(1, kind)])
    return np.unique(numbers[np.isfinite(numbers)])


def exact(name: str, x: Array) -> Array:
    with np.errstate(all="ignore"):
        result: Array = getattr(np, name)(x.astype(LONGER[x.dtype.name]))
    return result


@over_both
@over_all
def test_errors_are_below_two_units_in_the_last_place(name: str, dtype: str) -> None:
    x, format = all_sizes(dtype), np.finfo(dtype)
    y, truth = form(name, dtype)(x), exact(name, x)
    normal = (np.abs(truth) <= format.max) & (np.abs(truth) >= 2.1 * format.tiny)
    unit = np.spacing(np.abs(truth[normal]).astype(dtype))
    errors = np.abs(y[normal] - truth[normal]) / unit
    assert errors.max() <= ERRORS[name] < 2


@over_both
@over_all
def test_beyond_the_range_they_end_where_they_should(name: str, dtype: str) -> None:
    x, format = all_sizes(dtype), np.finfo(dtype)
    y, truth = form(name, dtype)(x), exact(name, x)
    assert (y[truth > format.max] == np.inf).all()
    assert (y[truth < -format.max] == -np.inf).all()
    assert np.isfinite(y[np.abs(truth) <= format.max]).all()
    np.testing.assert_array_equal(np.isnan(y), np.isnan(truth))
    tiny = np.abs(truth) < 2.1 * format.tiny
    assert np.abs(y[tiny]).max(initial=0) <= 2.1 * format.tiny


@over_both
@pytest.mark.parametrize("name", ["exp", "expm1", "tanh", "log"])
def test_they_never_fall(name: str, dtype: str) -> None:
    y = form(name, dtype)(all_sizes(dtype))
    assert (np.diff(y[np.isfinite(y)]) >= 0).all()


@over_both
@over_all
def test_special_values(name: str, dtype: str) -> None:
    smallest = np.finfo(dtype).smallest_subnormal
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, smallest, -smallest, 1, -1, -2], dtype)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(form(name, dtype)(x), getattr(np, name)(x), rtol=2 * np.finfo(dtype).eps)


@over_both
@over_all
def test_alone_they_give_what_they_give_in_a_row(name: str, dtype: str) -> None:
    x = np.random.default_rng(0).normal(scale=20, size=203).astype(dtype)
    alone = [form(name, dtype)(x[k : k + 1])[0] for k in range(len(x))]
    np.testing.assert_array_equal(form(name, dtype)(x), alone)


PAIRS = [(a, b) for a in (-1.0, 0.0, 2.0, np.nan) for b in (-3.0, 0.0, 2.0, np.nan)]


@pytest.mark.parametrize("function", [np.maximum, np.minimum])
def test_larger_and_smaller_pass_on_what_is_not_a_number(function: Any) -> None:
    either = scalars.form(function, np.dtype(np.float64))

    @numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
    def call(a: float, b: float) -> Any:
        return either(a, b)

    np.testing.assert_array_equal([call(*pair) for pair in PAIRS], [function(*pair) for pair in PAIRS])
