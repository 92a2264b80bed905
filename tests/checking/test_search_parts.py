"""Parts of the search for slips: approximated functions, arrays that nothing explains."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from glassnet.checking.network.search import Descent
from glassnet.checking.network.slips.chain import TANH_GELU
from glassnet.checking.numerics import numeric


def test_the_approximated_gelu_has_its_own_slope() -> None:
    z = np.linspace(-4, 4, 33)[:, None]
    np.testing.assert_allclose(
        TANH_GELU.slope(z, TANH_GELU.value(z)), numeric.slope(TANH_GELU.value, z), atol=1e-8
    )
    np.testing.assert_allclose(
        TANH_GELU.value(np.array([[1.0], [-1.0]])), [[0.841192], [-0.158808]], atol=1e-6
    )


@pytest.mark.parametrize(
    ("bias", "unexplained", "nothing"),
    [
        (None, {(1, 0)}, True), (None, {(0, 0)}, False), ("a bias", {(1, 0)}, False), ("a bias", {(1, 1)}, False),
        ("a bias", {(1, 0), (1, 1)}, True), (None, set(), False),
    ],
)  # fmt: skip
def test_nothing_is_shown_of_a_stage_whose_arrays_are_all_unexplained(
    bias: str | None, unexplained: set[tuple[int, int]], nothing: bool
) -> None:
    descent = SimpleNamespace(targets={1: SimpleNamespace(bias=bias)})
    found = SimpleNamespace(unexplained=unexplained)
    assert Descent._shows_nothing(descent, 1, found) is nothing  # type: ignore[arg-type]
    assert Descent._shows_nothing(descent, 2, found) is False  # type: ignore[arg-type]
