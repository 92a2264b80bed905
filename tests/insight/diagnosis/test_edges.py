"""One case just inside and one just outside, of rules that once missed a fault or accused a sound network."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis import references
from glassnet.insight.diagnosis.rules import fit, rate, split
from tests.insight.diagnosis.cases import three_classes
from tests.insight.diagnosis.conftest import CaseOf


@pytest.mark.parametrize(("left", "spread", "found"), [
    (0.1, 0.19, True), (0.1, 0.21, False),  # the parts of the output cancel
    (1.0, 0.09, True), (1.0, 0.11, False),  # they do not
])  # fmt: skip
def test_outputs_whose_parts_cancel_may_spread_twice_as_far(
    case_of: CaseOf, left: float, spread: float, found: bool
) -> None:
    """Two units give a + s and s - a, and the output is 2 s, while the targets are as a."""
    a, s = np.tile([1.0, 1.0, -1.0, -1.0], 10), left * np.tile([1.0, -1.0, 1.0, -1.0], 10)
    y = a[:, None] * 2 * left / spread
    mean = 3 * float(y.std())
    pairs = [(np.array([[1.0, -1.0], [1.0, 1.0]]), np.zeros(2)), (np.ones((2, 1)), np.array([mean]))]
    case = case_of(
        gn.adapt(pairs, ["linear", "linear"]), np.column_stack([a, s]), y + mean, loss="mse", trained=True
    )
    made = fit.broadcast_targets(case)
    assert (made is not None) == found
    if made is not None:
        assert made.cause.startswith(
            f"the output hardly differs between samples (it spreads by {spread:.1%} of"
        )


@pytest.mark.parametrize(("progress", "moved", "thrown"), [
    (0.049, 1.01, True), (0.049, 0.99, False), (0.051, 1.01, False), (-0.99, 0.5, False), (-1.01, 0.5, True),
])  # fmt: skip
def test_a_loss_may_be_left_where_a_long_step_has_thrown_it(
    progress: float, moved: float, thrown: bool
) -> None:
    begun = np.array([1.0, -1.0])
    case: Any = SimpleNamespace(
        now=SimpleNamespace(progress=progress), network=SimpleNamespace(parameters=begun + moved)
    )
    trials: Any = SimpleNamespace(begun=(begun, begun))
    assert rate._was_thrown(case, trials) is thrown


def test_a_rate_that_throws_the_weights_where_nothing_moves_them_is_too_high() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 2))
    y = X[:, :1] - X[:, 1:]
    layers = [gn.Dense(16, "silu"), gn.Dense(8, "silu"), gn.Dense(8, "silu"), gn.Dense(1)]
    net = gn.Network(layers, seed=0, input_shape=2)
    history = net.fit(X, y, loss="mse", optimizer=gn.Adam(3.0), epochs=60, batch_size=32, engine="numpy",
                      progress=False, callbacks=[gn.Diagnosis(warn=False)])  # fmt: skip
    assert gn.diagnose(net, X, y, history).findings[0].code == "learning_rate_too_high"


@pytest.mark.parametrize("n_rare", [1, 20])
def test_the_score_of_rare_classes_is_as_uncertain_as_it_is_coarse(case_of: CaseOf, n_rare: int) -> None:
    net, X, _ = three_classes()
    y = (np.arange(len(X)) < n_rare).astype(int)
    seen = case_of(net, X, y, validation_data=(X, y)).held_pass
    assert seen is not None
    p = float((net.predict_classes(X) == y).mean())
    assert split._uncertainty(seen) == pytest.approx(np.sqrt(p * (1 - p) / len(X)) * len(X) / n_rare)


def test_twenty_samples_are_tried_at_two_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    monkeypatch.setattr(
        references, "train", lambda net, x, y, course, budget: seen.append(course.optimizer.learning_rate)
    )
    net, X, y = three_classes()
    targets = SimpleNamespace(kind="classes", classes=y, take=lambda rows: None)
    few: Any = references.References(net, X, X, targets, None)  # type: ignore[arg-type]
    for seed in range(4):
        few.of_few(1, seed)
    assert seen == [0.01, 0.03, 0.01, 0.03]
