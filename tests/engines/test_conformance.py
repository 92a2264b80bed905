"""Every engine trains as the numpy engine does, everything that glassnet knows."""

import pytest

from glassnet import layers, schedules
from glassnet.engines import choice
from glassnet.network.network import Network
from glassnet.plan import BRANCH, SUM
from tests.engines.conformance import CASES, OPTIMIZERS, SCHEDULES, TOLERANCES, Case, assert_same_training
from tests.gradients.table import LAYERS, STEPPING

ENGINES = ("compiled", "torch")


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_gives_the_same_training(engine: str, case: Case, dtype: str) -> None:
    assert_same_training(case, engine, dtype)


def test_everything_that_is_registered_has_a_case() -> None:
    assert set(OPTIMIZERS) == set(STEPPING)
    assert set(SCHEDULES) == set(schedules.names())
    assert set(LAYERS) | {"embedding"} == set(layers.names())
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_engine_is_compared() -> None:
    assert {"numpy", *ENGINES} == set(choice.NAMES) - {"auto"}


def test_every_kind_of_row_has_a_case() -> None:
    plans = [Network(case.layers, input_shape=case.shape).plan(case.loss) for case in CASES]
    kinds = set(layers.names()) - {"flatten", "residual"} | {BRANCH, SUM}
    assert {row.kind for plan in plans for row in plan.rows} == kinds
    first = {plan.rows[0].kind for plan in plans}
    last = {plan.rows[-1].kind for plan in plans}
    assert first == kinds - {SUM}
    assert last == kinds - {BRANCH, "embedding"}
