"""What the callback warns of while training goes on, and whether a copy goes as the training did."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from benchmarks.diagnosis.trainings import unrefused
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.trials import Trial


def test_a_loss_that_was_chosen_for_training_is_held_against_the_network_on_the_way() -> None:
    X = np.random.default_rng(0).normal(size=(40, 2))
    net = gn.Network([gn.Dense(3, "softmax")], seed=0)
    with (
        unrefused(),
        pytest.warns(gn.DiagnosisWarning, match="^epoch 1: error: output_loss_mismatch, layer 0: ") as seen,
    ):
        net.fit(
            X, np.eye(3)[np.arange(40) % 3], loss="softmax_cross_entropy", epochs=10, callbacks=[gn.Diagnosis()],
            engine="numpy", progress=False,
        )  # fmt: skip
    assert sum("output_loss_mismatch" in str(one.message) for one in seen) == 1  # of epochs 1 and 10


@pytest.mark.parametrize(
    ("ended", "curve", "whole", "same"),
    [(True, True, True, True), (True, True, False, True), (True, False, True, True), (True, False, False, False),
     (False, True, True, False), (False, False, True, False)],
)  # fmt: skip
def test_a_copy_is_compared_where_it_came_to_an_end_and_the_same_epochs_are_known(
    ended: bool, curve: bool, whole: bool, same: bool
) -> None:
    end: Any = SimpleNamespace(loss=0.5)
    trials = SimpleNamespace(
        as_it_was=lambda: Trial(np.full(20, 0.5), end if ended else None), whole=whole, affordable=5,
        course=SimpleNamespace(epochs=5 if whole else 10),
    )  # fmt: skip
    case: Any = SimpleNamespace(
        curve=SimpleNamespace(after=lambda share: 0.5 if share == (1 if whole else 0.5) else 9.0) if curve else None,
        now=SimpleNamespace(loss=0.5), sample=SimpleNamespace(chance=1.0, floor=0.0),
    )  # fmt: skip
    assert Case._goes_as_the_training(case, trials) is same  # type: ignore[arg-type]


@pytest.mark.parametrize(("off", "same"), [(0.149, True), (0.151, False), (-0.13, True), (-0.14, False)])
def test_a_copy_goes_as_the_training_to_a_tenth_of_what_both_have_learned_and_left(
    off: float, same: bool
) -> None:
    """Of a loss of 0.5 where guessing costs 1.2 and nothing can be below 0.1: a tenth of 1.1 + 0.4."""
    repeated: Any = SimpleNamespace(loss=0.5 + off)
    trials = SimpleNamespace(
        as_it_was=lambda: Trial(np.zeros(1), repeated), whole=True, affordable=1, course=SimpleNamespace(epochs=1)
    )  # fmt: skip
    case: Any = SimpleNamespace(
        curve=None, now=SimpleNamespace(loss=0.5), sample=SimpleNamespace(chance=1.2, floor=0.1)
    )
    assert Case._goes_as_the_training(case, trials) is same  # type: ignore[arg-type]


def test_findings_are_told_after_epochs_1_10_100_and_so_on(monkeypatch: pytest.MonkeyPatch) -> None:
    watch, asked = gn.Diagnosis(), list[int]()
    monkeypatch.setattr(watch, "_ask", lambda session, *_: asked.append(session.history.n_epochs))
    for name, value in (("_sample", ((), ())), ("_next", np.inf)):
        monkeypatch.setattr(watch, name, value, raising=False)
    for n in (1, 2, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 9999, 10_000, 10_001):
        session = SimpleNamespace(
            history=SimpleNamespace(n_epochs=n), network=SimpleNamespace(parameters=np.zeros(1))
        )
        watch.epoch_end(session)  # type: ignore[arg-type]
    assert asked == [1, 10, 100, 1000, 10_000]
