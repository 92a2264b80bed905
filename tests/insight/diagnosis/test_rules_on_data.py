"""The rules about data and splits: one case just inside each threshold, one just outside."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.rules import data, split
from tests.insight.diagnosis.cases import slope, three_classes
from tests.insight.diagnosis.conftest import CaseOf


@pytest.mark.parametrize(("size", "found"), [(0.099, True), (0.101, False)])
def test_tiny_features_spread_by_less_than_a_tenth(case_of: CaseOf, size: float, found: bool) -> None:
    net, X, y = three_classes()
    small = size * (X - X.mean(axis=0)) / X.std(axis=0)
    net.layers[0].weights[...] *= 0.019 / size / np.sqrt(np.square(net.layers[0].weights).sum(axis=0).mean())
    assert (data.tiny_inputs(case_of(net, small, y, trained=True)) is not None) == found


@pytest.mark.parametrize(("seen", "found"), [(0.0199, True), (0.0201, False)])
def test_tiny_features_hardly_reach_the_first_pre_activations(
    case_of: CaseOf, seen: float, found: bool
) -> None:
    net, X, y = three_classes()
    case = case_of(net, 0.01 * X, y, trained=True)
    z = case.now.blocks[0].dense.z
    net.layers[0].weights[...] *= seen / np.sqrt(np.square(z - z.mean(axis=0)).mean())
    made = data.tiny_inputs(case_of(net, 0.01 * X, y, trained=True))
    assert (made is not None) == found
    if made is not None:
        assert made.evidence["spread of the first pre-activations"] == pytest.approx(seen, rel=1e-4)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, True), ({"shuffled": True}, False), ({"batch_size": None}, False), ({"n_samples": None}, False),
        ({"batch_size": 199}, True), ({"batch_size": 200}, False), ({"sortedness": 0.59}, False),
        ({"mixture": 0.71}, False),
    ],
)  # fmt: skip
def test_batches_of_one_class_after_the_other_are_in_order_and_not_mixed(
    case_of: CaseOf, given: dict[str, Any], found: bool
) -> None:
    usual = {"shuffled": False, "batch_size": 10, "n_samples": 200, "sortedness": 0.6, "mixture": 0.7}
    case = replace(case_of(*three_classes()), observed=SimpleNamespace(**usual | given))  # type: ignore[arg-type]
    made = data.sorted_not_shuffled(case)
    assert (made is not None) == found
    if made is not None:
        assert "the targets spread by 70% of what they do overall" in made.cause


@pytest.mark.parametrize(("n", "found"), [(40, True), (39, False)])
def test_classes_are_uneven_from_forty_rows_on(case_of: CaseOf, n: int, found: bool) -> None:
    net, X, _ = three_classes()
    case = case_of(net, X[:n], np.where(np.arange(n) < 2, 1, 0))
    made = data.imbalance(case)
    assert (made is not None) == found
    if made is not None:
        assert "class 0 has 95.0% of the samples, class 1 5.0%" in made.cause
        assert made.evidence["ratio"] == pytest.approx(19)
        assert made.remedy.startswith('weigh the classes alike (class_weight="balanced"), collect')


def test_classes_that_are_weighed_alike_are_not_to_be_weighed(case_of: CaseOf) -> None:
    net, X, _ = three_classes()
    y = np.where(np.arange(200) < 10, 1, 0)
    assert data.imbalance(case_of(net, X, y, class_weight="balanced")).remedy.startswith("collect")  # type: ignore[union-attr]
    for weight, alike in ((1.91, True), (1.89, False)):  # 190 to 10 is ten times that
        made = data.imbalance(case_of(net, X, y, class_weight={0: 1.0, 1: weight}))
        assert made is not None and made.remedy.startswith("collect") == alike


@pytest.mark.parametrize(("n", "found"), [(2, True), (1, False)])
def test_one_sample_has_no_constant_targets(case_of: CaseOf, n: int, found: bool) -> None:
    net, X, _ = three_classes()
    made = data.constant_targets(case_of(net, X[:n], np.ones(n, int)))
    assert (made is not None) == found
    if made is not None:
        assert made.evidence == {"samples": 2}


@pytest.mark.parametrize(("n", "found"), [(5, True), (4, False)])
def test_fewer_than_five_validation_samples_show_no_leak(case_of: CaseOf, n: int, found: bool) -> None:
    net, X, y = three_classes()
    made = split.leakage(case_of(net, X, y, validation_data=(X[:n], y[:n])))
    assert (made is not None) == found
    if made is not None:
        assert made.cause.startswith("100.0% of the validation samples")


@pytest.mark.parametrize(("n_twice", "found"), [(66, True), (68, False)])
def test_rows_that_repeat_by_nature_are_no_leak(case_of: CaseOf, n_twice: int, found: bool) -> None:
    net, X, y = three_classes()
    X = X.copy()
    X[: n_twice // 2] = X[n_twice // 2 : n_twice]  # so that this many of 200 rows have a twin
    assert (split.leakage(case_of(net, X, y, validation_data=(X[150:], y[150:]))) is not None) == found


@pytest.mark.parametrize(("share", "n", "found"), [(0.05, 100, True), (0.04, 125, False), (0.05, 99, False)])
def test_a_class_is_missed_where_five_of_it_and_a_twentieth_would_be_expected(
    case_of: CaseOf, share: float, n: int, found: bool
) -> None:
    net, X, _ = three_classes(500)
    y = np.where(np.arange(len(X)) < round(share * len(X)), 1, 0)
    held = X[:n] + 0.1, np.zeros(n, int)
    made = split.split_differs(case_of(net, X, y, validation_data=held))
    assert (made is not None) == found
    if made is not None:
        assert made.cause == (
            f"class 1 is in {share:.1%} of the training samples and in none of the validation samples: "
            "nothing is measured of how new samples of it are told apart"
        )


def test_several_classes_that_were_never_shown_are_listed(case_of: CaseOf) -> None:
    net, X, _ = three_classes(300)
    made = split.split_differs(
        case_of(net, X, np.zeros(300, int), validation_data=(X + 0.1, np.arange(300) % 3))
    )
    assert made is not None and made.cause == (
        "classes 1, 2 are in 66.7% of the validation samples and in none of the training samples: the network was "
        "never shown what they are asked for"
    )
    listed = split._missing(case_of(net, X, np.arange(300) % 3), np.arange(11), 0.5, "training", "validation")
    assert listed.cause.startswith("classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … are in 50.0%")


@pytest.mark.parametrize(("apart", "n", "found"), [(1.01, 200, True), (0.99, 200, False), (1.3, 20, False)])
def test_features_lie_apart_by_a_deviation_and_beyond_chance(
    case_of: CaseOf, apart: float, n: int, found: bool
) -> None:
    net, X, y = slope(400)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    train, held = X[:200], X[200 : 200 + n]
    train, held = ((side - side.mean(axis=0)) / side.std(axis=0) for side in (train, held))
    held[:, 1] += apart
    made = split._features_apart(case_of(net, train, y[:200], validation_data=(held, y[200 : 200 + n])))
    assert (made is not None) == found
    if made is not None:
        assert "feature 1 has mean" in made.cause and f"{apart:.1f} standard deviations apart" in made.cause


def test_values_that_lie_apart_are_named_and_fewer_than_twenty_are_not_compared(case_of: CaseOf) -> None:
    net, X, y = slope(200)
    shifted = y[100:] + 10
    for n, found in ((20, True), (19, False)):
        case = case_of(net, X[:100], y[:100], validation_data=(X[:n], shifted[:n]))
        made = split.split_differs(case)
        assert (made is not None) == found
        if made is not None:
            assert made.cause.startswith("target 0 has mean")


def overfitted(case_of: CaseOf, monkeypatch: pytest.MonkeyPatch, **given: Any) -> Any:
    """What is said of these measurements; losses have floor 0, and scores a standard error of 0.01."""
    seen = {"train": 1.0, "unseen": 0.8, "value": 0.2, "dearer": 0.4, "loss": 0.4, "lowest": 0.3} | given
    net, X, y = three_classes()
    case = case_of(net, X[:100], y[:100], validation_data=(X[100:], y[100:]), trained=True)
    case.now.score, case.now.value = seen["train"], seen["value"]  # type: ignore[misc]
    unseen = SimpleNamespace(
        score=seen["unseen"], loss=seen["loss"], value=seen["dearer"], targets=SimpleNamespace(floor=0.0)
    )
    monkeypatch.setattr(Case, "on_held", lambda *_: unseen)
    monkeypatch.setattr(split, "_uncertainty", lambda _: 0.01)
    monkeypatch.setattr(split, "_lowest_validation_loss", lambda _: seen["lowest"])
    monkeypatch.setattr(split, "_features_apart", lambda _: None)
    return split.overfitting(case)


@pytest.mark.parametrize(("given", "found"), [
    ({}, True),
    ({"loss": 0.361}, True), ({"loss": 0.359}, False),  # a fifth above its lowest value
    ({"dearer": 0.301}, True), ({"dearer": 0.299}, False),  # half as high again as in training
    ({"unseen": 0.889}, True), ({"unseen": 0.891}, False),  # a tenth and one standard error behind
    ({"lowest": None, "unseen": 0.879}, True), ({"lowest": None, "unseen": 0.881}, False),  # and two
    ({"train": 0.301, "unseen": 0.0}, True), ({"train": 0.299, "unseen": 0.0}, False),
])  # fmt: skip
def test_overfitting_is_a_loss_that_rose_above_that_of_training_and_a_score_that_fell_behind(
    case_of: CaseOf, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], found: bool
) -> None:
    made = overfitted(case_of, monkeypatch, **given)
    assert (made is not None) == found
    if made is not None and not given:
        assert made.cause.endswith("(loss 0.2) much better than new ones (loss 0.4, 0.3 at its best)")
        assert made.evidence["validation loss / training loss"] == pytest.approx(2)


def test_the_uncertainty_of_a_score_is_its_standard_error(case_of: CaseOf) -> None:
    net, X, y = three_classes()
    seen = case_of(net, X, y, validation_data=(X[:50], y[:50])).held_pass
    assert seen is not None
    p = float((net.predict_classes(X[:50]) == y[:50]).mean())
    most = np.bincount(y[:50]).max() / 50
    assert split._uncertainty(seen) == pytest.approx(np.sqrt(p * (1 - p) / 50) / (1 - most))
    net, X, t = slope()
    seen = case_of(net, X, t, validation_data=(X[:30], t[:30])).held_pass
    assert seen is not None
    errors = np.square(t[:30] - net.predict(X[:30]))[:, 0]
    expected = errors.std() * np.sqrt(30) / np.square(t[:30] - t[:30].mean()).sum()
    assert split._uncertainty(seen) == pytest.approx(expected, rel=1e-4)
