"""The torch engine trains as the numpy engine does."""

import pytest

from tests.engines.conformance import CASES, TOLERANCES, Case, assert_same_training


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_same_seed_gives_the_same_training(case: Case, dtype: str) -> None:
    assert_same_training(case, "torch", dtype)
