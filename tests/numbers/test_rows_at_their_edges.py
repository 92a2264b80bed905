"""Formulas of whole rows where numbers are as large as they may be, and where a kink is met exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassnet.formulas import rows


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 1e19), (np.float64, 1e154)])
@pytest.mark.parametrize("axis", [0, 1])
def test_what_is_standardised_may_be_so_large_that_its_squares_do_not_fit(
    dtype: Any, size: float, axis: int
) -> None:
    x = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.25, 1.0], [1.0, 0.5, 0.5, 0.0], [0.0, 0.5, 0.25, 0.0]])
    x = 2 * x - 1  # so that the squares do not fit, and their means do
    large = (size * x).astype(dtype)
    standardised, mean, variance, inverse = rows.normalise(large, 1e-5, axis)
    assert {part.dtype for part in (standardised, mean, variance, inverse)} == {np.dtype(dtype)}
    spread = x.std(axis=axis, keepdims=True)
    np.testing.assert_allclose(standardised, (x - x.mean(axis=axis, keepdims=True)) / spread, rtol=1e-6)
    np.testing.assert_allclose(mean, size * x.mean(axis=axis, keepdims=True), rtol=1e-6)
    np.testing.assert_allclose(variance.astype(float) / size / size, spread**2, rtol=1e-6)
    np.testing.assert_allclose(inverse.astype(float) * size, 1 / spread, rtol=1e-6)


@pytest.mark.parametrize("triplet", [rows.triplet_hard, rows.triplet_all])
@pytest.mark.parametrize(("margin", "value"), [(1.0, 0.0), (0.5, 0.0), (1.5, 0.25)])
def test_a_triplet_that_keeps_its_margin_exactly_pulls_nothing(
    triplet: Any, margin: float, value: float
) -> None:
    """Of rows 0, 1 and 3 on a line the second is 1 from its own and 2 from the other, the first 1 and 3."""
    found, gradient = triplet(np.array([0, 0, 1]), np.array([[0.0], [1.0], [3.0]]), margin)
    assert found == value
    assert gradient.any() == (value > 0)
    if value:  # half of what moves the second row: towards the first, away from the third
        np.testing.assert_allclose(gradient, [[-0.5], [1.0], [-0.5]])
