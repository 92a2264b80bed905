"""The last layer beside the loss and the targets, and what targets and samples are measured to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import losses
from glassnet.insight.diagnosis.curve import LossCurve
from glassnet.insight.diagnosis.rules import collapse, output, unit
from glassnet.insight.diagnosis.samples import Samples, mixture, sortedness
from glassnet.insight.diagnosis.targets import Targets
from tests.insight.diagnosis.cases import blobs, dense, finding, fitted, three_classes
from tests.insight.diagnosis.conftest import CaseOf

SIGMOID_OF_1 = 1 / (1 + np.exp(-1))


@pytest.mark.parametrize(
    ("first", "last", "harm"),
    [
        ("tanh", "softmax", f"no class can be more than {np.exp(2):.2f} times as probable as another"),
        ("sigmoid", "softmax", f"no class can be more than {np.e:.2f} times as probable as another"),
        ("softmax", "softmax", f"no class can be more than {np.e:.2f} times as probable as another"),
        ("relu", "softmax", None),
        (
            "tanh",
            "sigmoid",
            f"lie between {1 - SIGMOID_OF_1:.3f} and {SIGMOID_OF_1:.3f}, whatever the weights",
        ),
        ("sigmoid", "sigmoid", f"its outputs lie between 0.5 and {SIGMOID_OF_1:.3f}, whatever the weights"),
        ("relu", "sigmoid", "its outputs lie from 0.5 up, whatever the weights"),
        ("softplus", "sigmoid", "its outputs lie from 0.5 up, whatever the weights"),
        ("elu", "sigmoid", f"its outputs lie from {1 - SIGMOID_OF_1:.3f} up, whatever the weights"),
        ("leaky_relu", "sigmoid", None),
        ("linear", "softmax", None),
    ],
)
def test_two_activations_in_a_row_are_told_by_what_they_can_still_give(
    case_of: CaseOf, first: str, last: str, harm: str | None
) -> None:
    _, X, y = three_classes()
    layers = [gn.Dense(4, "tanh"), gn.Dense(3 if last == "softmax" else 1, first), gn.Activation(last)]
    net = gn.Network(layers, seed=0, input_shape=2)
    made = output.output_loss_mismatch(
        case_of(net, X, y if last == "softmax" else y > 0, measured={"learned": False})
    )
    assert (made is not None) == (harm is not None)
    if made is not None and harm is not None:
        assert made.severity == "error" and made.layer == 1 and made.cause.endswith(harm)
        assert made.remedy == f"keep one of the two, {last} after a linear layer"


def halves(loss: str, last: Any, n_outputs: int, case_of: CaseOf, **options: Any) -> Any:
    _, X, y = three_classes()
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(n_outputs, last)], seed=0, input_shape=2)
    case = case_of(net, X, np.eye(n_outputs)[y % n_outputs] if n_outputs > 1 else y % 2, loss=loss, **options)
    return output.output_loss_mismatch(case)


def probabilities(z: Any) -> Any:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def between(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize(
    ("loss", "last", "n_outputs", "severity", "told"),
    [
        ("categorical_cross_entropy", "softmax", 3, None, ""),
        (
            "categorical_cross_entropy",
            "sigmoid",
            3,
            "error",
            "takes probabilities, whose rows sum to 1; the last",
        ),
        (
            "kullback_leibler",
            "linear",
            3,
            "error",
            "takes probabilities, whose rows sum to 1; the last",
        ),
        ("bce", "sigmoid", 3, None, ""),
        ("bce", "softmax", 3, "warning", "takes every output for itself, but softmax ties them together"),
        ("bce", "softmax", 2, None, ""),
        ("bce", "tanh", 1, "error", "takes probabilities, between 0 and 1; the last layer ends with tanh"),
        ("softmax_cross_entropy", "linear", 3, None, ""),
        (
            "softmax_cross_entropy",
            "softmax",
            3,
            "error",
            "applies softmax itself; the last layer applies softmax",
        ),
        ("sigmoid_cross_entropy", "relu", 1, "error", "applies sigmoid itself; the last layer applies relu"),
        ("mse", "softmax", 3, "warning", "hardly any gradient where the network is sure and wrong"),
    ],
)
def test_a_loss_is_told_what_it_takes_and_gets(
    case_of: CaseOf, loss: str, last: str, n_outputs: int, severity: str | None, told: str
) -> None:
    made = halves(loss, last, n_outputs, case_of, measured={"learned": False})
    assert (None if made is None else made.severity) == severity
    if made is not None:
        assert told in made.cause and made.evidence["last activation"] == last


@pytest.mark.parametrize(
    ("loss", "remedy"),
    [
        ("hinge", "make the last layer linear"),
        ("squared_hinge", "make the last layer linear"),
        ("mse", "make the last layer linear, or scale the targets into that range"),
    ],
)
def test_targets_that_a_loss_fixes_are_not_to_be_scaled(case_of: CaseOf, loss: str, remedy: str) -> None:
    _, X, y = three_classes()
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], seed=0, input_shape=2)
    signs = np.where(y == 1, 1.0, -1.0)
    made = output.output_loss_mismatch(case_of(net, X, signs, loss=loss, measured={"learned": False}))
    assert made is not None and made.remedy == remedy


@pytest.mark.parametrize(
    ("loss", "own", "n_outputs", "found"),
    [
        ("categorical_cross_entropy", probabilities, 3, False), ("categorical_cross_entropy", between, 3, True),
        ("bce", between, 1, False), ("bce", np.abs, 1, True), ("bce", np.tanh, 1, True),
    ],
)  # fmt: skip
def test_an_own_activation_is_asked_whether_it_gives_probabilities(
    case_of: CaseOf, loss: str, own: Any, n_outputs: int, found: bool
) -> None:
    function = gn.activations.Function(own, lambda z: np.ones_like(z))
    _, X, y = three_classes()
    net = gn.Network([gn.Dense(n_outputs, function)], seed=0, input_shape=2, dtype="float64")
    given = np.eye(n_outputs)[y] if n_outputs > 1 else y % 2
    case = case_of(net, 20 * X, given, loss=loss, measured={"learned": False})
    assert (output.output_loss_mismatch(case) is not None) == found


def test_a_loss_that_nobody_chose_is_not_held_against_the_network(case_of: CaseOf) -> None:
    net, X, y = three_classes()
    assert output.output_loss_mismatch(case_of(net, X, y)) is None


def test_a_mismatch_of_a_network_that_has_learned_is_a_warning(case_of: CaseOf) -> None:
    made = halves("categorical_cross_entropy", "sigmoid", 3, case_of, measured={"learned": True})
    assert made.severity == "warning" and made.remedy == 'end the network with "softmax"'


@pytest.mark.parametrize(("n_other", "found"), [(4, True), (3, False)])
def test_rows_that_do_not_sum_to_1_are_counted_from_a_fiftieth_on(
    case_of: CaseOf, n_other: int, found: bool
) -> None:
    net, X, y = three_classes()
    Y = np.eye(3)[y]
    Y[:n_other] = 1
    made = output.output_loss_mismatch(case_of(net, X, Y, loss="categorical_cross_entropy"))
    assert (made is not None) == found
    if made is not None:
        assert (
            "2% of the rows of targets do not (ones, several or none in a row; sums from 1 to 3)"
            in made.cause
        )


def test_squared_errors_behind_a_sigmoid_that_is_sure_and_wrong_are_named() -> None:
    X, y = blobs()
    first, last = gn.initializers.Normal(0.5), gn.initializers.Normal(0.1)
    layers = [gn.Dense(8, "tanh", first), gn.Dense(1, "sigmoid", last, gn.initializers.Constant(-9.0))]
    net, history = fitted(layers, X, y > 0, loss="mse", epochs=60, batch_size=32, optimizer=gn.SGD(0.1))
    found = finding(gn.diagnose(net, X, y > 0, history, loss="mse"), "output_loss_mismatch")
    assert found is not None and found.severity == "warning" and found.layer == 1
    assert found.remedy == "use binary_cross_entropy"
    assert found.evidence["score with binary_cross_entropy"] > found.evidence["score"] + 0.1
    good, history = fitted(dense([8, 1], "tanh", "sigmoid"), X, y > 0, loss="mse", epochs=60, batch_size=32,
                           optimizer=gn.Adam(0.01))  # fmt: skip
    assert "output_loss_mismatch" not in gn.diagnose(good, X, y > 0, history, loss="mse").codes


# ---- targets


def targets(loss: Any, values: Any, n_outputs: int) -> Targets:
    return Targets(losses.get(loss), np.asarray(values, float), n_outputs)


@pytest.mark.parametrize(
    ("loss", "values", "n_outputs", "kind"),
    [
        ("triplet_hard", [[0], [1], [1]], 2, "labels"),
        ("sparse_categorical_cross_entropy", [[0], [1], [2]], 3, "classes"),
        ("mse", [[0, 1], [1, 0]], 2, "classes"), ("mse", [[0], [1]], 1, "classes"),
        ("bce", [[0, 0], [1, 0]], 2, "several"), ("mse", [[1, 1], [1, 0]], 2, "several"),
        ("mse", [[0.5], [1]], 1, "values"), ("mse", [[0], [2]], 1, "values"),
        ("bce", [[0.5], [1]], 1, "probabilities"),
    ],
)  # fmt: skip
def test_what_targets_are_is_told_by_loss_and_values(
    loss: str, values: Any, n_outputs: int, kind: str
) -> None:
    assert targets(loss, values, n_outputs).kind == kind


def test_scores_are_0_for_the_best_constant_and_1_for_what_is_right() -> None:
    three = targets("sparse_categorical_cross_entropy", [[0], [0], [1], [2]], 3)
    assert three.score(np.eye(3)[[0, 0, 0, 0]]) == 0 and three.score(np.eye(3)[[0, 0, 1, 2]]) == 1
    assert three.score(np.eye(3)[[0, 0, 1, 0]]) == pytest.approx((0.75 - 0.5) / (1 - 0.5))
    np.testing.assert_allclose(three.recalls(np.eye(3)[[0, 1, 1, 0]]), [0.5, 1, 0])
    np.testing.assert_allclose(three.f1(np.eye(3)[[0, 1, 1, 0]]), [2 / 4, 2 / 3, 0])
    two = targets("bce", [[0], [1], [1]], 1)
    assert two.score(np.array([[0.5], [0.51], [0.51]])) == 1 and two.accuracy(np.array([[0.51]] * 3)) == 2 / 3
    logits = targets("sigmoid_cross_entropy", [[0], [1], [1]], 1)
    assert logits.score(np.array([[0.0], [0.1], [0.1]])) == 1
    values = targets("mse", [[1.0], [2.0], [3.5]], 1)
    assert values.score(np.full((3, 1), 6.5 / 3)) == pytest.approx(0)
    assert values.score(np.array([[1.0], [2.0], [3.0]])) == pytest.approx(
        1 - 0.25 / np.square([7 / 6, 1 / 6, 4 / 3]).sum()
    )


def test_labels_are_scored_by_their_nearest_neighbours() -> None:
    labels = targets("triplet_hard", [[0], [0], [1], [1], [1]], 2)
    places = np.array([[0.0, 0], [0.1, 0], [5, 0], [5.1, 0], [0.05, 0.2]])
    right = 4 / 5  # the last one lies beside the others' label
    assert labels.score(places) == pytest.approx((right - 3 / 5) / (1 - 3 / 5))
    alone = targets("triplet_hard", [[0]], 2)
    assert alone.score(np.zeros((1, 2))) <= 0


def test_the_loss_of_guessing_and_of_the_best_constant() -> None:
    three = targets("sparse_categorical_cross_entropy", [[0], [0], [1], [2]], 3)
    assert three.guess == pytest.approx(np.log(3))
    assert three.chance == pytest.approx(-(0.5 * np.log(0.5) + 0.5 * np.log(0.25)))
    assert three.floor == 0
    values = targets("mse", [[1.0], [2.0], [3.0], [10.0]], 1)
    assert values.guess == pytest.approx((1 + 4 + 9 + 100) / 4)
    assert values.chance == pytest.approx(np.var([1, 2, 3, 10]))
    assert targets("mae", [[1.0], [2.0], [3.0], [10.0]], 1).chance <= (1.5 + 0.5 + 0.5 + 7.5) / 4 + 1e-9
    soft = targets("bce", [[0.25], [0.75]], 1)
    assert soft.guess == pytest.approx(np.log(2)) and soft.chance == pytest.approx(np.log(2))
    assert soft.floor == pytest.approx(-(0.25 * np.log(0.25) + 0.75 * np.log(0.75)))


# ---- samples, curves, groups


def test_targets_are_sorted_where_neighbours_are_alike() -> None:
    y = np.repeat([0.0, 1.0], 4)[:, None]
    assert sortedness(y) == pytest.approx(1 - (1 / 7) / (2 * 0.25))
    assert sortedness(y[[0, 4, 1, 5, 2, 6, 3, 7]]) == pytest.approx(1 - 1 / 0.5)
    assert sortedness(y[[0, 4]]) == 0 and sortedness(np.ones((5, 1))) == 0
    assert sortedness(np.array([[0.0], [0.0], [1.0]])) == pytest.approx(1 - 0.5 / (2 * 2 / 9))
    assert mixture(y, 4) == 0 and mixture(y, 8) == 1 and mixture(np.ones((5, 1)), 2) == 1
    assert mixture(y, 3) == pytest.approx(np.mean([0, 2 / 9, 0]) / 0.25)


def test_scales_of_features_and_rows_that_occur_twice() -> None:
    X = np.array([[1.0, 5, 0], [3, 5, 1], [1, 5, 0], [2, 5, 9]])
    seen = Samples(X)
    np.testing.assert_allclose(seen.spread, X.std(axis=0))
    np.testing.assert_allclose(seen.size, np.sqrt((X**2).mean(axis=0)))
    assert seen.varying.tolist() == [True, False, True]
    assert seen.repeated == 0.5 and seen.shared_with(X[[0, 1]] + [[0, 0, 0], [0, 0, 1]]) == 0.5


def test_a_curve_in_a_few_numbers() -> None:
    made = LossCurve(np.array([*range(30, 10, -1), 12.0, 11.0, *range(10, 2, -1)]))
    assert made.last == pytest.approx(np.mean([5, 4, 3])) and made.after(0.5) == pytest.approx(16)
    assert made.rises == pytest.approx(1 / 29) and LossCurve(np.ones(1)).rises == 0
    assert (made.first_below(30), made.first_below(29.5), made.first_below(2)) == (2, 2, None)
    assert LossCurve(np.array([4.0, 2.0])).last == 2 and LossCurve(np.array([4.0, 2.0])).after(0.1) == 4


def test_rows_that_are_the_same_to_rounding_share_a_group() -> None:
    rows = np.array([[1.0, 2], [1 + 4e-7, 2], [1 + 4e-6, 2], [0, 0]])
    groups = collapse._groups(rows)
    assert groups[0] == groups[1] and len(set(groups.tolist())) == 3
    assert set(collapse._groups(np.zeros((3, 2))).tolist()) == {0}
    y = np.array([[0.0], [2.0], [1.0], [1.0]])
    assert collapse._lost(groups, y) == pytest.approx(1) and collapse._lost(np.arange(4), y) == 0
    assert collapse._lost(groups, np.ones((4, 1))) == 0
    assert collapse._lost(np.array([0, 0, 1, 1]), np.array([[0.0], [2.0], [2.0], [4.0]])) == pytest.approx(
        4 / 8
    )


def test_units_are_alike_to_a_hundred_thousandth_of_their_length() -> None:
    columns = np.array([[1.0, 1 + 0.9e-5, 1 + 2.1e-5, -1.0], [0, 0, 0, 0]])
    assert unit._alike(columns)[0].tolist() == [True, True, False, False]
    assert unit._different(unit._alike(columns)) == 3


@pytest.mark.parametrize(("rows", "told"), [
    ([[0, 0], [0, 1]], "samples 00 and 01"), ([[0, 0], [0, 1], [1, 0]], "samples 00, 01 and 10"),
    ([[0, -1], [9, 1]], "samples 0,-1 and 9,1"), ([[0, 10], [0, 1]], "2 of 12 samples"),
    ([[0, 0.5], [0, 1]], "2 of 12 samples"), ([[0] * 4, [1] * 4], "samples 0000 and 1111"),
    ([[0] * 5, [1] * 5], "2 of 12 samples"), ([[0]] * 8, "samples 0, 0, 0, 0, 0, 0, 0 and 0"),
    ([[0]] * 9, "9 of 12 samples"),
])  # fmt: skip
def test_few_small_samples_are_listed_by_their_features(rows: Any, told: str) -> None:
    from types import SimpleNamespace

    x = np.vstack([rows, np.zeros((12 - len(rows), len(rows[0])))])
    case = SimpleNamespace(x=x, rows=np.arange(12))
    assert collapse._listed(case, np.arange(len(rows))) == told  # type: ignore[arg-type]
