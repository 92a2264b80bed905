"""The float32 forms of exp, tanh and expm1 against NumPy in float64, over all of float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from glassnet.formulas import elementary
from glassnet.kernels import scalars
from glassnet.kernels.lift import FAST

Array = NDArray[Any]

SMALLEST_NORMAL, LARGEST = np.finfo(np.float32).tiny, np.finfo(np.float32).max
# Where a form passes from one branch to another.
SEAMS = (0.0, 0.625, 0.34657359, 1.0397208, 17.5, 18.0, 87.33654, 88.0, 88.37626, 88.72283, 104.0)
ERRORS = {"exp": 1.1, "tanh": 1.4, "expm1": 1.5}


def over(form: Any, *, vectorised: bool) -> Callable[[Array], Array]:
    """The form applied to an array, several numbers at once or one by one."""

    @numba.njit(error_model="numpy", fastmath=FAST)  # type: ignore[untyped-decorator]
    def loop(x: Array, y: Array) -> None:
        for k in range(len(x)):
            y[k] = form(x[k])

    def apply(x: Array) -> Array:
        y = np.empty_like(x)
        if vectorised:
            loop(x, y)
        else:
            for k in range(len(x)):
                loop(x[k : k + 1], y[k : k + 1])
        return y

    return apply


FORMS = {
    name: over(scalars.form(getattr(elementary, name), np.dtype(np.float32)), vectorised=True) for name in ERRORS
}


def all_sizes() -> Array:
    """Two million numbers of all sizes and signs, in order, and all neighbours of the seams."""
    bits = np.arange(0, 2**32, 2003, dtype=np.uint64).astype(np.uint32)
    around = [np.float32(seam).view(np.int32) + np.arange(-300, 300, dtype=np.int32) for seam in SEAMS if seam > 0]
    close = np.concatenate(around).view(np.float32)
    numbers = np.concatenate([bits.view(np.float32), close, -close, np.zeros(1, np.float32)])
    return np.unique(numbers[np.isfinite(numbers)])


def exact(name: str, x: Array) -> Array:
    with np.errstate(over="ignore", under="ignore"):
        result: Array = getattr(np, name)(x.astype(np.float64))
    return result


@pytest.mark.parametrize(("name", "most"), ERRORS.items())
def test_errors_are_below_two_units_in_the_last_place(name: str, most: float) -> None:
    x = all_sizes()
    y, truth = FORMS[name](x), exact(name, x)
    normal = (np.abs(truth) <= LARGEST) & (np.abs(truth) >= SMALLEST_NORMAL)
    unit = np.spacing(np.abs(truth[normal]).astype(np.float32)).astype(np.float64)
    errors = np.abs(y[normal] - truth[normal]) / unit
    assert errors.max() <= most < 2


@pytest.mark.parametrize("name", ERRORS)
def test_beyond_the_range_of_float32_they_end_where_they_should(name: str) -> None:
    x = all_sizes()
    y, truth = FORMS[name](x), exact(name, x)
    assert (y[truth > LARGEST] == np.inf).all()
    assert np.isfinite(y[truth <= LARGEST]).all()
    tiny = np.abs(truth) < SMALLEST_NORMAL
    assert np.abs(y[tiny]).max() <= SMALLEST_NORMAL


@pytest.mark.parametrize("name", ERRORS)
def test_they_never_fall(name: str) -> None:
    y = FORMS[name](all_sizes())
    assert (np.diff(y[np.isfinite(y)]) >= 0).all()


@pytest.mark.parametrize("name", ERRORS)
def test_special_values(name: str) -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.0, 1e-45, -1e-45], np.float32)
    with np.errstate(under="ignore"):
        np.testing.assert_array_equal(FORMS[name](x), getattr(np, name)(x))


@pytest.mark.parametrize("name", ERRORS)
def test_alone_they_give_what_they_give_in_a_row(name: str) -> None:
    x = np.random.default_rng(0).normal(scale=20, size=203).astype(np.float32)
    alone = over(scalars.form(getattr(elementary, name), np.dtype(np.float32)), vectorised=False)
    np.testing.assert_array_equal(FORMS[name](x), alone(x))


PAIRS = [(a, b) for a in (-1.0, 0.0, 2.0, np.nan) for b in (-3.0, 0.0, 2.0, np.nan)]


@pytest.mark.parametrize("function", [np.maximum, np.minimum])
@pytest.mark.parametrize("pair", PAIRS)
def test_larger_and_smaller_pass_on_what_is_not_a_number(function: Any, pair: tuple[float, float]) -> None:
    form = scalars.form(function, np.dtype(np.float64))

    @numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
    def call(a: float, b: float) -> Any:
        return form(a, b)

    np.testing.assert_array_equal(call(*pair), function(*pair))
