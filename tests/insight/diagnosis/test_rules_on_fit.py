"""The rules about the fit and the network: one case just inside each threshold, one just outside."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis.rules import fit, network
from glassnet.insight.diagnosis.rules.new_samples import helps_new_samples
from glassnet.insight.diagnosis.trials import Trial
from tests.insight.diagnosis.cases import finding, three_classes
from tests.insight.diagnosis.conftest import CaseOf


@pytest.mark.parametrize(
    ("reference", "own", "found"),
    [(0.751, 0.5, True), (0.75, 0.5, True), (0.749, 0.5, False), (0.26, 0.0, True)],
)
def test_a_network_underfits_a_quarter_behind_what_is_possible(
    case_of: CaseOf, reference: float, own: float, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_of(*three_classes(), trained=True)
    monkeypatch.setattr(fit, "_reference", lambda _: ("a network of two layers", reference, own))
    made = fit.underfitting(case)
    assert (made is not None) == found
    if made is not None:
        assert made.evidence["score to be reached"] == reference
        assert made.remedy.startswith("compare with the network that was tried")


def test_a_simple_rule_is_the_reference_where_it_is_a_quarter_ahead(case_of: CaseOf) -> None:
    net, X, y = three_classes()
    for ahead, simple in ((0.251, True), (0.249, False)):
        case = case_of(net, X, y, trained=True)
        vars(case)["relation"] = SimpleNamespace(score=case.now.score + ahead)
        rows = np.arange(10)
        vars(case)["references"] = SimpleNamespace(score=0.9, left_out=rows)
        what, reference, own = fit._reference(case)
        assert what.startswith("a simple rule") == simple
        if simple:
            assert (reference, own) == (case.relation.score, case.now.score)
            assert fit._otherwise(what).startswith("more can be learned")
        else:
            few = float((case.now.output[rows].argmax(axis=1) == y[rows]).mean())
            share = float(np.bincount(y[rows]).max() / 10)
            assert reference == 0.9 and own == pytest.approx(max(case.now.score, (few - share) / (1 - share)))


@pytest.mark.parametrize(
    ("now", "own", "wide", "found"),
    [(0.5, 0.6, 0.86, True), (0.5, 0.6, 0.84, False), (0.7, 0.6, 0.94, False), (0.7, 0.6, 0.96, True)],
)
def test_few_samples_are_underfitted_where_a_wider_copy_is_a_quarter_ahead(
    case_of: CaseOf, now: float, own: float, wide: float, found: bool
) -> None:
    def of_few(wider: int) -> Any:
        return SimpleNamespace(score={1: own, 16: wide}[wider])

    net, X, y = three_classes()
    case = case_of(net, X[:19], y[:19], trained=True, measured={"references": SimpleNamespace(of_few=of_few)})
    case.now.score = now  # type: ignore[misc]
    made = fit.underfitting_of_few(case)
    assert (made is not None) == found
    if made is not None:
        assert (
            f"a copy reaches {own:.2f}, and one with 16 times as many hidden units {wide:.2f}" in made.cause
        )
        assert made.evidence == {"score": now, "score to be reached": wide}


def test_changes_that_gain_a_tenth_are_advised(case_of: CaseOf, monkeypatch: pytest.MonkeyPatch) -> None:
    net, X, y = three_classes()
    history = net.fit(X, y, loss="scce", epochs=1, callbacks=[gn.Diagnosis(warn=False)], progress=False)
    case = case_of(net, X, y, history)
    case.now.score = 0.5  # type: ignore[misc]
    for name, score in (("_longer", 0.601), ("_wider", 0.599), ("_without_dropout", 0.7)):
        monkeypatch.setattr(fit, name, lambda *_, score=score: score)
    assert list(fit._changes(case)) == [
        ("train longer", "score of a longer training", 0.601),
        ("use less dropout", "score without dropout", 0.7),
    ]
    case.now.score = -3.0  # type: ignore[misc]
    for name in ("_longer", "_wider", "_without_dropout"):
        monkeypatch.setattr(fit, name, lambda *_: 0.09)
    assert list(fit._changes(case)) == []


def test_copies_are_longer_wider_and_without_dropout(
    case_of: CaseOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, X, y = three_classes()
    layers = [gn.Dense(4, "tanh"), gn.Dropout(0.5), gn.Dense(3, "softmax")]
    net = gn.Network(layers, seed=0, input_shape=2)
    history = net.fit(X, y, loss="scce", epochs=3, callbacks=[gn.Diagnosis(warn=False)], progress=False)
    case = case_of(net, X, y, history)
    made: list[Any] = []

    def train(copy: Any, x: Any, targets: Any, course: Any, budget: Any) -> Any:
        made.append(copy)
        assert x is not None and course.epochs == 3 and targets is case.sample and budget is case.budget
        return SimpleNamespace(score=0.25)

    monkeypatch.setattr(fit, "train", train)
    course = replace(case.trials.course, epochs=3)  # type: ignore[union-attr]
    assert [f(case, course) for f in (fit._longer, fit._wider, fit._without_dropout)] == [0.25] * 3
    longer, wider, without = made
    np.testing.assert_array_equal(longer.parameters, net.parameters)
    assert [layer.units for layer in wider.layers if isinstance(layer, gn.Dense)] == [16, 3]
    assert [type(layer).__name__ for layer in without.layers] == ["Dense", "Dense"]
    plain = case_of(*three_classes())
    assert fit._without_dropout(plain, course) == float("-inf") and len(made) == 3


@pytest.mark.parametrize(("progress", "score", "found"), [
    (0.05, 0.2, True), (-0.05, 0.2, True), (0.051, 0.2, False), (-0.051, 0.2, False), (0.0, 0.21, False),
])  # fmt: skip
def test_a_loss_is_at_chance_within_a_twentieth_and_where_nothing_is_known(
    case_of: CaseOf, progress: float, score: float, found: bool
) -> None:
    case = case_of(*three_classes(), trained=True)
    case.now.progress, case.now.score = progress, score  # type: ignore[misc]
    made = fit.loss_at_chance(case)
    assert (made is not None) == found
    if made is not None:
        better = "hardly better than" if case.now.value < case.sample.chance else "no better than"
        assert f"the network is {better} a constant" in made.cause


@pytest.mark.parametrize(("n", "found"), [(19, True), (20, False)])
def test_of_few_samples_a_score_tells_nothing(case_of: CaseOf, n: int, found: bool) -> None:
    net, X, y = three_classes()
    case = case_of(net, X[:n], y[:n], trained=True)
    case.now.progress, case.now.score = 0.0, 0.9  # type: ignore[misc]
    assert (fit.loss_at_chance(case) is not None) == found


@pytest.mark.parametrize(("own", "wide", "found"), [
    ([0.89, 0.2, 0.5], 1.15, True), ([0.5, 0.91, 0.2], 1.0, False), ([0.6, 0.6, 0.6], 0.89, False),
    ([0.6, 0.66, 0.6], 0.9, False), ([0.6, 0.64, 0.6], 0.9, True), ([-np.inf] * 3, 1.0, False),
])  # fmt: skip
def test_units_are_too_few_where_six_tries_fail_and_a_wider_copy_learns_by_heart(
    case_of: CaseOf, own: list[float], wide: float, found: bool
) -> None:
    def of_few(wider: int, seed: int = 0, draw: int = 0) -> Any:
        tried = [min(own)] * 3 + own
        return SimpleNamespace(score=tried[seed] if wider == 1 else wide if wider == 16 else np.nan)

    references = SimpleNamespace(few=lambda: np.arange(20), of_few=of_few, score=np.inf)
    case = case_of(*three_classes(), trained=True, measured={"references": references, "learned": False})
    made = network.too_few_units(case)
    assert (made is not None) == found
    if made is not None:
        assert made.remedy == "use more units; layer 0 has 8"
        assert made.evidence == {"score on few samples": max(own), "of the wider copy": wide, "units": 8}
    references.few = lambda: np.arange(8)
    assert network.too_few_units(case) is None


@pytest.mark.parametrize(("with_them", "without", "now", "found"), [
    (0.76, 0.5, 0.5, True), (0.74, 0.5, 0.5, False), (0.9, 0.2, 0.66, False), (0.9, -np.inf, 0.5, False),
])  # fmt: skip
def test_biases_are_missed_where_a_copy_with_them_is_a_quarter_ahead(
    case_of: CaseOf, with_them: float, without: float, now: float, found: bool
) -> None:
    references = SimpleNamespace(anew=lambda use_bias: with_them if use_bias else without)
    case = case_of(*three_classes(), trained=True, measured={"references": references, "learned": False})
    case.now.score = now  # type: ignore[misc]
    made = network.no_biases(case)
    assert (made is not None) == found
    if made is not None:
        assert made.cause.startswith("all biases are 0; trained anew")
        assert made.evidence == {
            "score": now,
            "of a copy with biases": with_them,
            "of a copy without": without,
        }


@pytest.mark.parametrize("option", [{"bias_l1": 0.1}, {"bias_l2": 0.1}, {"bias_learning_rate_factor": 0.0}])
def test_biases_of_0_with_options_of_a_bias_are_looked_at(option: dict[str, float]) -> None:
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = X[:, :1] - X[:, 1:] + 3
    net = gn.Network([gn.Dense(1, **option)], seed=0, input_shape=2)  # type: ignore[arg-type]
    net.fit(X, y, loss="mse", optimizer=gn.Adam(1e-6), epochs=1, progress=False)
    net.parameters = np.where(np.arange(3) == 2, 0.0, net.parameters)
    made = finding(gn.diagnose(net, X, y), "no_biases")
    assert (made is not None) == (option.get("bias_learning_rate_factor") != 0)


@pytest.mark.parametrize(("within", "found"), [(0.76, True), (0.74, False)])
def test_statistics_lag_where_those_of_the_samples_are_a_quarter_ahead(
    case_of: CaseOf, within: float, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, X, y = three_classes()
    net = gn.Network([gn.Dense(4), gn.BatchNorm(), gn.Dense(3, "softmax")], seed=0, input_shape=2)
    case = case_of(net, X, y, trained=True)
    case.now.score = 0.5  # type: ignore[misc]
    monkeypatch.setattr(type(case.sample), "score", lambda *_: within)
    made = network.statistics_lag(case)
    assert (made is not None) == found
    if made is not None:
        assert f"with the statistics of the samples the score is {within:.2f}" in made.cause
        assert made.evidence["loss in prediction"] == case.now.value


@pytest.mark.parametrize(
    ("n_in", "n_hidden", "n_out", "narrow"), [(5, 3, 4, True), (5, 4, 4, False), (3, 3, 4, False)]
)  # fmt: skip
def test_a_linear_layer_that_is_narrower_than_both_sides_may_be_meant(
    case_of: CaseOf, n_in: int, n_hidden: int, n_out: int, narrow: bool
) -> None:
    X = np.random.default_rng(0).normal(size=(50, n_in))
    net = gn.Network([gn.Dense(n_hidden), gn.Dense(n_out, "softmax")], seed=0, input_shape=n_in)
    made = network.missing_nonlinearity(case_of(net, X, np.arange(50) % n_out, measured={"learned": False}))
    assert made is not None and made.severity == ("note" if narrow else "warning")
    assert ("rank 3, which may be what is meant" in made.cause) == narrow
    assert made.evidence == {"linear layer": 0, "dense layers": 2} and made.layer == 0


def test_what_is_no_number_is_counted(case_of: CaseOf) -> None:
    net, X, y = three_classes()
    net.layers[0].weights[0, :2] = np.nan
    made = network.not_finite(case_of(net, X, y))
    assert made is not None and made.cause == (
        f"2 of {len(net.parameters)} parameters are NaN or infinite, and so are the outputs for 200 of 200 samples"
    )
    assert network.not_finite(case_of(*three_classes())) is None


@pytest.mark.parametrize(
    ("gain", "score", "helps"), [(0.051, 0.0, True), (0.049, 0.24, False), (0.049, 0.26, True)]
)
def test_a_change_helps_where_new_samples_cost_less_or_are_told_better(
    gain: float, score: float, helps: bool, case_of: CaseOf
) -> None:
    class Answers:
        layout = SimpleNamespace(input_shape=(2,))

        def __init__(self, value: float) -> None:
            self.value = value

        def predict(self, x: Any) -> Any:
            return np.full((len(x), 1), self.value)

    targets = SimpleNamespace(
        chance=3.0,
        floor=2.0,
        value=lambda p: 2 + (gain if p[0, 0] == 0 else 0),
        score=lambda p: score * float(p[0, 0]),
    )
    changed, before = (Trial(np.ones(1), None, Answers(value)) for value in (1.0, 0.0))  # type: ignore[arg-type]
    held = np.zeros((20, 2)), SimpleNamespace(take=lambda rows: targets)
    case = SimpleNamespace(held=held)
    trials = SimpleNamespace(x=np.zeros((40, 2)), as_it_was=lambda: before)
    assert helps_new_samples(case, trials, lambda _: changed) is helps  # type: ignore[arg-type]
    few = SimpleNamespace(x=np.zeros((39, 2)))
    assert helps_new_samples(case, few, lambda _: changed) is True  # type: ignore[arg-type]
    failed = Trial(np.ones(1), None)
    assert helps_new_samples(case, trials, lambda _: failed) is False  # type: ignore[arg-type]


def test_what_reaches_the_last_of_several_layers_is_asked_for_the_targets(case_of: CaseOf) -> None:
    X = np.random.default_rng(0).normal(size=(100, 3))
    y = X[:, :1]
    W = np.eye(3)
    net = gn.adapt(
        [(W, np.zeros(3)), (W[:, 1:], np.zeros(2)), (np.full((2, 1), 1e-3), y.mean(axis=0))],
        ["tanh", "tanh", "linear"],
    )
    case = case_of(net, X, y, loss="mse", trained=True)
    assert fit.broadcast_targets(case) is None  # the feature that tells is lost on the way
    told = gn.adapt(
        [(W, np.zeros(3)), (W[:, :2], np.zeros(2)), (np.full((2, 1), 1e-3), y.mean(axis=0))],
        ["tanh", "tanh", "linear"],
    )
    made = fit.broadcast_targets(case_of(told, X, y + 3, loss="mse", trained=True))
    assert made is None  # the output is not at the mean
    told.layers[-1].bias[...] = y.mean() + 3
    made = fit.broadcast_targets(case_of(told, X, y + 3, loss="mse", trained=True))
    assert made is not None and made.layer == 2 and made.severity == "error"
    last = np.tanh(np.tanh(X)[:, :2])
    assert made.evidence["R² of a linear fit behind the hidden layers"] == pytest.approx(
        fit.left_out_r2(last, (y + 3)[:, 0])
    )


def test_r2_of_samples_left_out_is_that_of_one_fit_for_each() -> None:
    random = np.random.default_rng(0)
    x = np.column_stack([random.normal(size=(30, 2)), np.ones(30)])
    y = x[:, 0] + 0.5 * random.normal(size=30)
    left = []
    for i in range(30):
        others = np.arange(30) != i
        weights, *_ = np.linalg.lstsq(x[others], y[others], rcond=None)
        left.append(y[i] - x[i] @ weights)
    expected = 1 - np.square(left).sum() / np.square(y - y.mean()).sum()
    assert fit.left_out_r2(x[:, :2], y) == pytest.approx(expected, abs=1e-3)
    assert fit.left_out_r2(x, y) == pytest.approx(fit.left_out_r2(x[:, :2], y))


@pytest.mark.parametrize(
    ("trained", "learned", "found"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_biases_are_missed_of_a_network_that_was_trained_and_has_not_learned(
    case_of: CaseOf, trained: bool, learned: bool, found: bool
) -> None:
    references = SimpleNamespace(anew=lambda use_bias: 0.9 if use_bias else 0.1)
    case = case_of(*three_classes(), trained=trained, measured={"references": references, "learned": learned})
    case.now.score = 0.0  # type: ignore[misc]
    assert (network.no_biases(case) is not None) == found
