"""When two models of another make give the same: to rounding, and wherever random rows reach."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.bridges.comparison import ROUNDING, SHARE, largest_difference, random_rows


def test_rows_are_of_both_signs_and_of_several_sizes() -> None:
    rows = random_rows((2, 3))
    kinds = rows.reshape(3, 3, -1)
    assert rows.shape == (72, 2, 3)
    assert (kinds[0] > 0).any() and (kinds[0] < 0).any() and (kinds[1] > 0).all() and (kinds[2] < 0).all()
    assert 5 < np.abs(rows).max() < 50 and np.abs(kinds[:, 0]).max() < 0.5
    np.testing.assert_array_equal(random_rows((2, 3)), rows)


def outputs() -> tuple[np.ndarray, np.ndarray]:
    found = np.random.default_rng(0).normal(size=(72, 2))
    return found.copy(), found


@pytest.mark.parametrize(("share", "agree"), [(0.9 * SHARE, True), (1.1 * SHARE, False)])
def test_a_difference_counts_beside_how_far_an_output_varies_among_rows_of_one_kind(
    share: float, agree: bool
) -> None:
    ours, theirs = outputs()
    theirs *= [1e-3, 1e3]
    ours[:] = theirs
    place = np.index_exp[64:72, 0]
    ours[70, 0] += share * (theirs[place].max() - theirs[place].min())
    assert (largest_difference(ours, theirs) is None) == agree


@pytest.mark.parametrize(("share", "agree"), [(0.9 * ROUNDING, True), (1.1 * ROUNDING, False)])
def test_of_an_output_that_does_not_vary_rounding_is_left_out(share: float, agree: bool) -> None:
    ours, theirs = outputs()
    theirs[:] = ours[:] = 1e7
    ours[3, 1] *= 1 + share
    assert (largest_difference(ours, theirs) is None) == agree


def test_what_is_no_number_must_be_so_on_both_sides() -> None:
    ours, theirs = outputs()
    ours[0], theirs[0] = np.nan, np.nan
    ours[1], theirs[1] = np.inf, np.inf
    assert largest_difference(ours, theirs) is None
    ours[0] = 1
    assert np.isnan(largest_difference(ours, theirs))
    ours[0], ours[1] = np.nan, -np.inf
    assert largest_difference(ours, theirs) == np.inf
    ours[1], ours[2] = np.inf, ours[2] + 1
    assert largest_difference(ours, theirs) == pytest.approx(1)
