"""One case just inside each threshold, and one just outside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis.report import DiagnosisReport
from glassnet.insight.diagnosis.rules.output import output_range
from glassnet.insight.diagnosis.rules.start import is_small
from glassnet.insight.diagnosis.rules.table import MADE_UP_FOR, RULES
from tests.insight.diagnosis.cases import blobs, finding

SCCE = "sparse_categorical_cross_entropy"
HALVES = np.repeat([0, 1], 50)


def said(weights: list[Any], activations: list[str], X: Any, y: Any, **options: Any) -> DiagnosisReport:
    """Of a network with these weights and no biases."""
    pairs = [(W, np.zeros(np.shape(W)[1])) for W in weights]
    options = {"loss": SCCE, "trained": False} | options
    return gn.diagnose(gn.adapt(pairs, activations), X, y, **options)


def signs(n: int = 100) -> Any:
    """A feature of size 1 that tells nothing of the halves."""
    return np.tile([1.0, -1.0], n // 2)[:, None]


@pytest.mark.parametrize(("activation", "edge"), [("tanh", 2.178), ("sigmoid", 4.357)])
def test_flat_is_a_slope_below_a_twentieth_of_the_largest(activation: str, edge: float) -> None:
    for z, flat in ((1.01 * edge, True), (0.99 * edge, False)):
        report = said([np.full((1, 4), z), np.eye(4)[:, :2]], [activation, "softmax"], signs(), HALVES)
        assert (finding(report, "saturated_units") is not None) == flat


@pytest.mark.parametrize(("n_flat", "found"), [(5, True), (4, False)])
def test_half_of_the_outputs_are_flat_before_training(n_flat: int, found: bool) -> None:
    W = np.where(np.arange(10) < n_flat, 50.0, 0.1)[None]
    report = said([W, np.eye(10)[:, :2]], ["tanh", "softmax"], signs(), HALVES)
    assert ("saturated_units" in report.codes) == found


@pytest.mark.parametrize(("share", "n_units", "found"), [
    (0.76, 10, True), (0.74, 10, False),  # of all outputs
    (0.91, 5, True), (0.89, 5, False), (0.91, 4, False),  # of the outputs of half the units
])  # fmt: skip
def test_outputs_are_flat_after_training(share: float, n_units: int, found: bool) -> None:
    X = np.where(np.arange(100) < round(100 * share), 1.0, 0.001)[:, None]
    W = np.where(np.arange(10) < n_units, 50.0, 0.1)[None]
    report = said([W, np.eye(10)[:, :2]], ["tanh", "softmax"], X, np.tile([0, 1], 50), trained=True)
    assert ("saturated_units" in report.codes) == found


@pytest.mark.parametrize(("n_dead", "found"), [(5, True), (4, False)])
def test_half_of_the_units_are_dead(n_dead: int, found: bool) -> None:
    W = np.where(np.arange(10) < n_dead, -1.0, 1.0)[None]
    report = said([W, np.eye(10)[:, :2]], ["relu", "softmax"], np.abs(signs()), HALVES)
    assert ("dead_units" in report.codes) == found


@pytest.mark.parametrize(("n_different", "found"), [(5, True), (6, False)])
def test_half_of_the_units_are_alike(n_different: int, found: bool) -> None:
    W = np.minimum(np.arange(10), n_different - 1)[None] / 10 + 0.1
    report = said([W, np.eye(10)[:, :2]], ["tanh", "softmax"], signs(), HALVES)
    assert ("symmetric_weights" in report.codes) == found


@pytest.mark.parametrize(("times", "code"), [
    (0.19, "scale_too_small"), (0.21, None), (2.9, None), (3.1, "scale_too_large"),
])  # fmt: skip
def test_first_weights_beside_those_of_common_initialisers(times: float, code: str | None) -> None:
    smallest, largest = np.sqrt(1 / 12), np.sqrt(2 / 4)
    W = np.random.default_rng(0).normal(size=(4, 8))
    W *= times * (smallest if times < 1 else largest) / np.sqrt(np.square(W).mean())
    X = np.random.default_rng(1).normal(size=(100, 4))
    report = said([W, np.eye(8)[:, :2]], ["tanh", "softmax"], X, HALVES)
    assert [c for c in report.codes if c.startswith("scale")] == ([code] if code else [])


def test_few_weights_may_be_small_by_chance() -> None:
    X = np.random.default_rng(1).normal(size=(100, 1))
    assert "scale_too_small" not in said([[[0.1]], [[0.7, -0.7]]], ["tanh", "softmax"], X, HALVES).codes
    assert "scale_too_small" in said([[[1e-7]], [[0.7, -0.7]]], ["tanh", "softmax"], X, HALVES).codes


@pytest.mark.parametrize(("ratio", "code"), [
    (0.9e-3, "vanishing_gradient"), (1.1e-3, None), (49.0, None), (51.0, "exploding_gradient"),
])  # fmt: skip
def test_the_error_at_the_first_layer_beside_that_at_the_last(ratio: float, code: str | None) -> None:
    root = np.sqrt(ratio)
    layers = [[[1 / root]], [[root]], [[root]]]  # the last layer's input is the feature itself
    report = said(layers, ["leaky_relu"] * 2 + ["linear"], np.abs(signs()), signs(), loss="mse")
    assert [c for c in report.codes if c.endswith("gradient")] == ([code] if code else [])


@pytest.mark.parametrize(("size", "found"), [(19.0, False), (21.0, True)])
def test_large_features_and_targets(size: float, found: bool) -> None:
    X = np.random.default_rng(1).normal(size=(100, 3))
    W = np.random.default_rng(0).normal(size=(3, 1))
    scaled = size * X / np.sqrt(np.square(X).mean(axis=0))
    assert ("unscaled_inputs" in said([W], ["linear"], scaled, signs(), loss="mse").codes) == found
    assert ("unscaled_targets" in said([W], ["linear"], X, size * signs(), loss="mse").codes) == found


@pytest.mark.parametrize(("times", "found"), [(29.0, False), (31.0, True)])
def test_uneven_features(times: float, found: bool) -> None:
    X = np.random.default_rng(1).normal(size=(100, 3))
    X *= [0.1, 0.1, 0.1 * times] / X.std(axis=0)
    report = said([np.eye(3)[:, :2]], ["softmax"], X, HALVES)
    assert ("unscaled_inputs" in report.codes) == found
    if found:
        assert "its spread is 31 times that of the median feature" in finding(report, "unscaled_inputs").cause


def test_a_large_feature_and_a_wide_one_are_told_apart() -> None:
    X = np.random.default_rng(1).normal(size=(100, 3)) * [0.1, 0.1, 5] + [100, 0, 0]
    cause = finding(said([np.eye(3)[:, :2]], ["softmax"], X, HALVES), "unscaled_inputs").cause
    assert "feature 0 has root mean square 100, and the spread of feature 2 is" in cause


@pytest.mark.parametrize(("activation", "outside"), [
    ("relu", -1.0), ("softplus", -1.0), ("sigmoid", 1.5), ("sigmoid", -0.5), ("tanh", 1.5), ("elu", -1.5),
    ("silu", -0.5),
])  # fmt: skip
@pytest.mark.parametrize(("n_outside", "found"), [(2, True), (1, False)])
def test_targets_that_the_last_activation_cannot_reach(
    activation: str, outside: float, n_outside: int, found: bool
) -> None:
    y = np.where(np.arange(100) < n_outside, outside, 0.5)[:, None]
    report = said([[[0.5]]], [activation], signs(), y, loss="mse")
    assert ("output_loss_mismatch" in report.codes) == found


@pytest.mark.parametrize(("activation", "low", "high"), [
    ("linear", -np.inf, np.inf), ("relu", 0, np.inf), ("leaky_relu", -np.inf, np.inf), ("softplus", 0, np.inf),
    ("elu", -1, np.inf), ("gelu", -0.17, np.inf), ("silu", -0.2785, np.inf), ("sigmoid", 0, 1), ("tanh", -1, 1),
    ("softmax", 0, 1),
])  # fmt: skip
def test_what_an_activation_can_reach(activation: str, low: float, high: float) -> None:
    assert output_range(gn.activations.get(activation)) == pytest.approx((low, high), abs=1e-3)


def test_what_grows_like_a_root_has_no_end() -> None:
    root = gn.activations.Function(lambda z: np.sign(z) * np.abs(z) ** 0.4, lambda z: 0.4 * np.abs(z) ** -0.6)
    assert output_range(root) == (-np.inf, np.inf)


@pytest.mark.parametrize(("n_rare", "found"), [(7, True), (8, False)])
def test_a_rare_class_has_a_fifth_of_an_even_share_among_three_of_which_one_is_absent(
    n_rare: int, found: bool
) -> None:
    y = np.where(np.arange(110) < n_rare, 1, 0)
    X = np.random.default_rng(1).normal(size=(110, 2))
    rare = finding(said([np.eye(3)[:2]], ["softmax"], X, y), "imbalance")
    assert (rare is not None) == found
    if rare is not None:
        assert rare.evidence["smallest share"] == pytest.approx(7 / 110) and "class 1 6.4%" in rare.cause


@pytest.mark.parametrize(("n_frequent", "found"), [(101, True), (99, False)])
def test_a_rare_class_has_a_tenth_of_the_most_frequent_one(n_frequent: int, found: bool) -> None:
    y = np.concatenate([np.repeat(np.arange(11), n_frequent), np.full(10, 11)])
    X = np.random.default_rng(1).normal(size=(len(y), 2))
    report = said([np.random.default_rng(0).normal(size=(2, 12))], ["softmax"], X, y)
    assert ("imbalance" in report.codes) == found


@pytest.mark.parametrize(("n_shared", "found"), [(5, True), (4, False)])
def test_a_twentieth_of_the_validation_samples_are_training_samples(n_shared: int, found: bool) -> None:
    X, y = blobs(300)
    held = X[200:].copy()
    held[:n_shared] = X[:n_shared]
    report = said([np.eye(3)[:2]], ["softmax"], X[:200], y[:200], validation_data=(held, y[200:]))
    assert ("leakage" in report.codes) == found


@pytest.mark.parametrize(("times", "found"), [(1.9, False), (2.1, True)])
def test_the_first_loss_beside_that_of_guessing(times: float, found: bool) -> None:
    wrong = times * np.log(2)  # a logit whose wrong answers cost so much
    z = float(np.log(np.expm1(wrong)))
    y = (signs()[:, 0] < 0).astype(int)
    report = said([[[-z / 2, z / 2]]], ["softmax"], signs(), y)
    assert ("initial_loss_not_chance" in report.codes) == found


# Which finding is silent behind which: a consequence is no news beside its cause.
SILENT = {
    "scale_too_small": {"symmetric_weights"},
    "vanishing_gradient": {
        "symmetric_weights", "scale_too_small", "vanishing_gradient", "exploding_gradient", MADE_UP_FOR,
    },
    "exploding_gradient": {"exploding_gradient", MADE_UP_FOR},
    "dead_units": {"dead_units"},
    "saturated_units": {"unscaled_inputs", "saturated_units"},
    "collapsed_representation": {"symmetric_weights", "unscaled_inputs"},
    "initial_loss_not_chance": {"unscaled_inputs", "unscaled_targets", "output_loss_mismatch"},
    "overfitting": {"labels_unrelated"},
    "loss_at_chance": {"labels_unrelated"},
}  # fmt: skip
UNFIT = {
    "output_loss_mismatch",
    "labels_unrelated",
    "symmetric_weights",
    "unscaled_targets",
    "unscaled_inputs",
}
STUCK = {"scale_too_small", "vanishing_gradient", "dead_units", "saturated_units", "broadcast_targets"}
COURSES = {
    "learning_rate_too_low", "learning_rate_too_high", "clipped_too_much", "weighed_down", "held_back", "average_lags",
}  # fmt: skip
SILENT_TRIALS = {
    "clipped_too_much": UNFIT | STUCK,
    "weighed_down": UNFIT | STUCK | {"clipped_too_much"},
    "learning_rate_too_high": UNFIT | {"scale_too_large", "clipped_too_much", "weighed_down"},
    "learning_rate_too_low": UNFIT | STUCK | {
        "learning_rate_too_high", "clipped_too_much", "weighed_down", "no_biases", "statistics_lag", "held_back",
        "average_lags",
    },
    "held_back": UNFIT | STUCK,
    "no_biases": UNFIT | {"broadcast_targets", MADE_UP_FOR},
    "too_few_units": UNFIT | STUCK - {"dead_units", "saturated_units"} | COURSES | {
        MADE_UP_FOR, "scale_too_large", "exploding_gradient", "underfitting", "no_biases",
    },
    "underfitting": UNFIT | STUCK | COURSES | {
        "underfitting", "sorted_not_shuffled", "exploding_gradient", "scale_too_large", "missing_nonlinearity",
        "no_biases", "statistics_lag", MADE_UP_FOR,
    },
}  # fmt: skip


@pytest.mark.parametrize(("code", "causes"), (SILENT | SILENT_TRIALS).items())
def test_a_consequence_is_silent_behind_its_causes(code: str, causes: set[str]) -> None:
    found: set[str] = set()
    for rule in RULES:
        if code in (rule.find.__name__, _code_of(rule.find.__name__)):
            found |= set(rule.explained_by)
    assert found == causes


def _code_of(name: str) -> str:
    return {
        "dead_at_start": "dead_units", "saturated_at_start": "saturated_units",
        "vanishing_at_start": "vanishing_gradient", "exploding_at_start": "exploding_gradient",
        "underfitting_of_few": "underfitting",
    }.get(name, name)  # fmt: skip


def test_data_stand_before_the_network_the_network_before_its_start_and_so_on() -> None:
    order = [_code_of(rule.find.__name__) for rule in sorted(RULES, key=lambda rule: rule.place)]
    for chain in (
        ("unscaled_inputs", "output_loss_mismatch", "symmetric_weights", "clipped_too_much"),
        ("unscaled_targets", "exploding_gradient", "learning_rate_too_high", "underfitting", "loss_at_chance"),
        ("sorted_not_shuffled", "learning_rate_too_high", "collapsed_representation", "loss_at_chance"),
        ("too_few_units", "collapsed_representation", "underfitting"),
        ("scale_too_large", "saturated_units", "initial_loss_not_chance"),
        ("scale_too_small", "vanishing_gradient"), ("dead_units", "collapsed_representation"),
    ):  # fmt: skip
        places = [order.index(code) for code in chain]
        assert places == sorted(places)


@pytest.mark.parametrize(
    ("shape", "limit"), [((4, 4), 0.2), ((1, 8), 0.2), ((1, 7), 0.2 ** (8 / 7)), ((1, 4), 0.04)]
)
def test_few_weights_may_be_smaller_by_chance(shape: tuple[int, int], limit: float) -> None:
    n_in, n_out = shape
    usual = min(1 / (3 * n_in), 2 / (n_in + n_out)) ** 0.5
    for size, small in ((0.99, True), (1.01, False)):
        block: Any = SimpleNamespace(weights=np.full(shape, size * limit * usual))
        assert is_small(block) is small
