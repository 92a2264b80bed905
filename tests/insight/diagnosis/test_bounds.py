"""Thresholds met exactly, sums of squares by hand, and what is known before anything was seen."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis import references, related
from glassnet.insight.diagnosis.copies import every
from glassnet.insight.diagnosis.observed import Observed
from glassnet.insight.diagnosis.related import Relation, Sign
from glassnet.insight.diagnosis.rules import collapse, data, fit, network, split, start
from glassnet.insight.diagnosis.trials import Budget, Course
from glassnet.optimizers import SGD
from tests.insight.diagnosis.cases import blobs, slope, three_classes
from tests.insight.diagnosis.conftest import CaseOf

# ---- what is known at the beginning


def test_of_a_training_nothing_is_supposed_before_it_was_seen() -> None:
    seen = Observed(np.zeros(1), np.zeros(0), fresh=True)
    assert (seen.weights, seen.weighed, seen.n_samples, seen.batch_size) == (None, False, None, None)
    assert (seen.shuffled, seen.sortedness, seen.mixture, seen.diverged) == (True, 0.0, 1.0, False)
    lists = (seen.epochs, seen.update_ratio, seen.gradient_norm, seen.activation_spread, seen.dead, seen.flat)
    assert lists == ([],) * 6
    course = Course(SGD(0.1), 3, 8)
    assert (course.shuffled, course.weights, course.order) == (True, None, 1)


def test_trials_share_their_work_and_what_is_beyond_it_is_not_tried() -> None:
    budget = Budget()
    assert budget.left == 4e9 and budget.allows(3e9) and not budget.allows(1.1e9) and budget.allows(1e9)
    assert budget.left == 0 and not budget.allows(1) and budget.allows(0)


# ---- the first loss


@pytest.mark.parametrize(("times", "found"), [(2.9, False), (3.1, True)])
def test_a_first_loss_of_values_is_three_times_that_of_guessing(
    case_of: CaseOf, times: float, found: bool
) -> None:
    X = np.tile([1.0, -1.0], 50)[:, None]
    net = gn.adapt(
        [(np.zeros((1, 1)), np.full(1, np.sqrt(times - 1)))], ["linear"]
    )  # targets of size 1, mean 0
    case = case_of(net, X, np.repeat([1.0, -1.0], 50)[:, None], loss="mse", trained=False)
    made = start.initial_loss_not_chance(case)
    assert (made is not None) == found
    if made is not None:
        assert made.evidence["ratio"] == pytest.approx(times, rel=1e-6)
        assert made.cause == "before training the loss is 3.1, and an output of 0 or a constant costs 1"


@pytest.mark.parametrize(("n_blocks", "found"), [(1, False), (2, True)])
def test_small_weights_of_one_layer_alone_shrink_nothing_on_the_way(
    case_of: CaseOf, n_blocks: int, found: bool
) -> None:
    X, y = blobs(100)
    layers = [gn.Dense(8, "tanh"), gn.Dense(3, "softmax")][-n_blocks:]
    net = gn.Network(layers, seed=0, input_shape=2)
    net.layers[0].weights[...] *= 1e-3
    assert (start.scale_too_small(case_of(net, X, y, trained=False)) is not None) == found


# ---- data


@pytest.mark.parametrize(("size", "found"), [(20.0, False), (20.0000001, True)])
def test_targets_of_size_twenty_are_no_large_ones_yet(case_of: CaseOf, size: float, found: bool) -> None:
    X = np.random.default_rng(0).normal(size=(100, 2))
    net = gn.adapt([(np.ones((2, 1)), np.zeros(1))], ["linear"])
    y = size * np.repeat([1.0, -1.0], 50)[:, None]
    assert (data.unscaled_targets(case_of(net, X, y, loss="mse", trained=True)) is not None) == found


@pytest.mark.parametrize(
    ("loss", "progress", "severity"),
    [("mse", 0.7, "warning"), ("poisson", 0.61, "note"), ("poisson", 0.59, "warning"), ("mse", 0.1, "warning")],
)  # fmt: skip
def test_large_counts_that_are_being_learned_are_a_note(
    case_of: CaseOf, loss: str, progress: float, severity: str
) -> None:
    X = np.random.default_rng(0).normal(size=(100, 2))
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(1)], seed=0, input_shape=2)
    y = 40.0 + np.arange(100)[:, None]
    case = case_of(net, X, y, loss=loss, trained=True, measured={"learned": False})
    case.now.progress = progress  # type: ignore[misc]
    made = data.unscaled_targets(case)
    assert made is not None and made.severity == severity


def test_inputs_are_standardised_for_a_copy_where_they_are_measured_and_categories_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = np.column_stack([np.arange(6.0) * 0.01, [0, 1, 2, 0, 1, 2]])
    copies: list[Any] = []

    def repeated(_order: int, x: Any) -> Any:
        copies.append(x)

    samples = SimpleNamespace(measured=np.array([True, False]), spread=np.array([0.02, 9.0]), size=np.ones(2))
    block = SimpleNamespace(dense=SimpleNamespace(z=np.zeros((6, 2))))
    case: Any = SimpleNamespace(
        samples=samples, learned=False, targets=SimpleNamespace(kind="values"), x=x, rows=np.arange(6),
        network=gn.Network([gn.Dense(2)], seed=0, input_shape=2), now=SimpleNamespace(blocks=[block]),
        trials=SimpleNamespace(repeated=repeated),
    )  # fmt: skip
    monkeypatch.setattr(data, "tried", lambda _case, _trials, copy: copy(1))
    assert data.tiny_inputs(case) is None
    np.testing.assert_allclose(copies[0][:, 0], (x[:, 0] - x[:, 0].mean()) / 0.02)
    np.testing.assert_array_equal(copies[0][:, 1], x[:, 1])


def test_weights_of_0_leave_a_class_out_of_the_comparison(case_of: CaseOf) -> None:
    """A class without weight is none of those that are weighed alike."""
    net, X, _ = three_classes()
    y = np.where(np.arange(200) < 10, 1, 0)
    case = case_of(net, X, y)
    for weights, alike in (
        ((1.0, 0.0), True),
        ((0.6, 1.0), False),
        ((0.04, 1.0), True),
        ((1e-3, 1e-3), False),
    ):
        training = replace(case.training, weights=np.array(weights)[y][:, None])
        assert data._weighs_alike(replace(case, training=training)) is alike
    for weighed in (True, False):
        assert (
            data._weighs_alike(replace(case, training=replace(case.training, weights=None, weighed=weighed)))
            is weighed
        )


# ---- splits


def test_without_validation_samples_no_split_is_compared(case_of: CaseOf) -> None:
    net, X, y = three_classes()
    assert split.split_differs(case_of(net, X, y)) is None
    assert split.overfitting(case_of(net, X, y, trained=True)) is None
    assert split.leakage(case_of(net, X, y)) is None
    far = case_of(net, X, y, validation_data=(X + 100, y))
    assert split.split_differs(far) is not None
    labels = SimpleNamespace(kind="labels")
    assert split.split_differs(replace(far, targets=labels)) is None  # type: ignore[arg-type]


# ---- what is known without a network


def test_what_leaves_out_each_sample_is_scored_by_its_squares() -> None:
    y, matrix = np.array([[1.0], [3.0], [5.0]]), np.full((3, 3), 0.5) - 0.5 * np.eye(3)
    sign = related._smooth("mean of the others", matrix, y, np.array([[1, 0, 2], [2, 1, 0]]))
    # the others' means are 4, 3 and 2: errors of -3, 0 and 3, a spread of 8
    assert sign.found == pytest.approx(1 - 18 / 8) and sign.shuffled.tolist() == pytest.approx(
        [1 - 18 / 8] * 2
    )
    found = Sign("", 0.6, np.array([0.1, 0.3, 0.6, 0.6]))
    assert (found.gain, found.by_chance) == pytest.approx((0.2, 3 / 5))
    assert found.deviations == pytest.approx(0.2 / np.std([0.1, 0.3, 0.6, 0.6]))
    assert Sign("", 0.6, np.full(3, 0.1)).deviations == pytest.approx(0.5e9)


def test_features_that_never_change_are_left_out_however_large_they_are() -> None:
    x = np.column_stack([np.full(50, 1e8 + 1 / 3), np.arange(50.0), np.full(50, 0.1), 1e-6 * np.arange(50.0)])
    targets: Any = SimpleNamespace(columns=np.zeros((50, 1)))
    scaled = Relation(x, targets).scaled
    assert scaled.shape == (50, 2)
    np.testing.assert_allclose(scaled.std(axis=0), 1)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled[:, 0], scaled[:, 1], atol=1e-9)


def test_equal_entries_share_the_mean_of_their_places() -> None:
    columns = np.array([[5.0, 1.0], [7.0, 1.0], [5.0, 1.0], [9.0, 0.0]])
    assert related.ranks(columns).T.tolist() == [[0.5, 2.0, 0.5, 3.0], [2.0, 2.0, 2.0, 0.0]]
    np.testing.assert_allclose(related.standardised(np.array([[1.0, 4.0], [3.0, 4.0]])), [[-1, 0], [1, 0]])


def test_a_line_through_every_sample_of_few_is_no_better_than_its_neighbours() -> None:
    """Where a fit leaves nothing over, what it says of a sample left out has a limit and keeps its sign."""
    x = np.eye(3)[[0, 1, 2, 2]] * 1e9
    found = Relation(x, SimpleNamespace(columns=np.ones((4, 1))))._ridge()  # type: ignore[arg-type]
    assert np.isfinite(found).all() and np.abs(found).max() <= 1e6 and not np.diag(found).any()


def test_the_clearest_feature_is_one_whose_order_or_distance_from_the_middle_goes_with_the_targets() -> None:
    x = np.linspace(-1, 1, 60)
    noise = np.random.default_rng(0).normal(size=(60, 2))
    for y, clear in ((x, True), (np.abs(x), True), (noise[:, 1], False)):
        targets: Any = SimpleNamespace(columns=np.exp(y)[:, None], kind="values")
        sign = Relation(np.column_stack([noise[:, 0], x]), targets)._of_single_features()
        assert (sign.found > 0.9) is clear and (sign.by_chance < 0.01) is clear and len(sign.shuffled) == 400


# ---- samples that a layer makes equal


def test_of_samples_that_look_alike_those_with_different_targets_are_told() -> None:
    """The largest group is of one class, and so nothing is lost in it."""
    x = np.array([[9.0]] * 5 + [[1.0], [2.0]])
    columns = np.eye(2)[[0] * 6 + [1]]
    activation = gn.activations.get("tanh")
    active = SimpleNamespace(z=np.full((7, 1), 0.3))
    block: Any = SimpleNamespace(index=1, active=active, activation=activation, rectifies=False)
    case: Any = SimpleNamespace(
        sample=SimpleNamespace(columns=columns), x=x, rows=np.arange(7), learned=False
    )
    output = np.array([[5.0]] * 5 + [[1.0], [1.0]])
    made = collapse._collapse(case, block, output, collapse._groups(output), 0.5)
    assert made.evidence["samples alike"] == 2 and "samples 1 and 2" in made.cause and made.layer == 1
    assert (made.severity, made.evidence["samples"]) == ("error", 7)
    for lost, learned, severity in ((0.2, False, "error"), (0.19, False, "warning"), (0.5, True, "note")):
        case.learned = learned
        assert collapse._collapse(case, block, output, collapse._groups(output), lost).severity == severity


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([[0, 1], [1, 0]], "samples 01 and 10"), ([[0, 1], [1, 0], [1, 1]], "samples 01, 10 and 11"),
        ([[0, -1], [1, 0]], "samples 0,-1 and 1,0"), ([[0, 1, 0, 1], [1, 0, 0, 0]], "samples 0101 and 1000"),
        ([[0] * 5, [1] * 5], None), ([[0, 1]] * 8, "samples 01, 01, 01, 01, 01, 01, 01 and 01"), ([[0, 1]] * 9, None),
        ([[0, 9], [1, 0]], "samples 09 and 10"), ([[0, 10], [1, 0]], None), ([[0, 0.5], [1, 0]], None),
    ],
)  # fmt: skip
def test_few_small_samples_are_told_by_their_features(rows: Any, text: str | None) -> None:
    case: Any = SimpleNamespace(x=np.array(rows, float), rows=np.arange(len(rows)))
    found = collapse._listed(case, np.arange(len(rows)))
    assert (found == text) if text is not None else found.startswith(f"{len(rows)} of {len(rows)} samples")


# ---- a network beside others


@pytest.mark.parametrize(("within", "found"), [(0.75, True), (0.7499, False)])
def test_statistics_lag_from_exactly_a_quarter_on(
    case_of: CaseOf, within: float, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, X, y = three_classes()
    net = gn.Network([gn.Dense(4), gn.BatchNorm(), gn.Dense(3, "softmax")], seed=0, input_shape=2)
    case = case_of(net, X, y, trained=True)
    case.now.score = 0.5  # type: ignore[misc]
    monkeypatch.setattr(type(case.sample), "score", lambda *_: within)
    assert (network.statistics_lag(case) is not None) == found


@pytest.mark.parametrize(
    ("l2", "weight_decay", "asked"), [(0.0, 0.0, False), (0.1, 0.0, True), (0.0, 0.1, True), (0.1, 0.1, True)]
)  # fmt: skip
def test_a_penalty_is_one_on_weights_or_a_decay_of_them(l2: float, weight_decay: float, asked: bool) -> None:
    tried: list[int] = []

    def copy(order: int) -> Any:
        tried.append(order)
        return SimpleNamespace(score=0.0)

    optimizer = SimpleNamespace(weight_decay=weight_decay)
    trials = SimpleNamespace(
        course=SimpleNamespace(optimizer=optimizer), repeatable=True, without_penalty=copy,
        as_it_was=lambda: SimpleNamespace(score=0.0),
    )  # fmt: skip
    net = gn.Network([gn.Dense(2, l2=l2)], seed=0, input_shape=2)
    case: Any = SimpleNamespace(trials=trials, network=net, learned=False, now=SimpleNamespace(score=0.0))
    assert fit.underfitting_by_penalty(case) is None  # a copy without is no better
    assert bool(tried) is asked
    for changed in ({"learned": True}, {"trials": None}):
        tried.clear()
        assert fit.underfitting_by_penalty(SimpleNamespace(**{**vars(case), **changed})) is None and not tried  # type: ignore[arg-type]


def test_a_reference_learns_targets_of_size_1_and_each_by_its_own_scale(case_of: CaseOf) -> None:
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.column_stack([1e3 * X[:, 0] + 7, np.full(60, 5.0)])
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(2)], seed=0, input_shape=2)
    found = case_of(net, X, y, loss="mse").references
    kept = found._kept
    middle, scale = found._scale_of_targets(kept)
    np.testing.assert_allclose(middle, y[kept].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(scale, [y[kept, 0].std(), 1.0], rtol=1e-5)
    assert len(found.left_out) == 15 and not set(found.left_out) & set(kept) and len(kept) == 45
    of_classes = case_of(*three_classes()).references
    assert of_classes._scale_of_targets(of_classes._kept) == (0, 1)


def test_copies_by_heart_are_wider_and_without_dropout_and_penalty(
    case_of: CaseOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(references, "train", lambda *options: given.append(options))
    X, y = blobs(60)
    layers = [gn.Dense(5, "tanh", l2=0.1, l1=0.2), gn.Dropout(0.5), gn.Dense(3, "softmax", bias_l2=0.1)]
    net = gn.Network(layers, seed=0, input_shape=2)
    found = case_of(net, X, y).references
    for seed, rate in ((0, 0.01), (1, 0.03), (2, 0.01), (3, 0.03)):
        found.of_few(4, seed)
        copy, x, targets, course, _ = given.pop()
        dense = [layer for layer in every(copy.layers) if isinstance(layer, gn.Dense)]
        assert [layer.units for layer in dense] == [20, 3] and copy.penalty() == 0
        assert not any(isinstance(layer, gn.Dropout) for layer in copy.layers)
        assert (course.optimizer.learning_rate, course.epochs, course.batch_size, course.shuffled) == (
            rate,
            400,
            20,
            False,
        )
        assert len(x) == len(targets.values) == 20
    for use_bias in (True, False):
        with pytest.raises(AttributeError):  # there is no result
            found.anew(use_bias=use_bias)
        copy, x, _, course, _ = given.pop()
        assert [layer.use_bias for layer in copy.layers if isinstance(layer, gn.Dense)] == [use_bias] * 2
        assert (course.epochs, course.batch_size, course.optimizer.learning_rate) == (400, 60, 0.01)


def test_a_slope_alone_is_learned_and_nothing_is_said(case_of: CaseOf) -> None:
    net, X, y = slope()
    case = case_of(net, X, y, loss="mse", trained=True)
    assert fit.underfitting_by_penalty(case) is None and network.statistics_lag(case) is None
