"""A constant factor of the learner's loss is a convention: noted, divided out, and searched behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.network import measured
from glassnet.checking.network.slips.constants import conventions
from tests.checking import cases
from tests.checking.test_codes import network

NOTE = "a constant, no slip: read as "


def times(gradients: list[tuple[Any, Any]], factor: float) -> list[tuple[Any, Any]]:
    return [(factor * dW, factor * db) for dW, db in gradients]


@pytest.mark.parametrize("hand", cases.HANDS)
@pytest.mark.parametrize(
    ("loss", "f", "form", "factor", "words"),
    [
        ("mse", "linear", "half the square", 0.5, "half the mean over samples and mean over outputs"),
        ("mse", "tanh", "summed", 7, "the sum over samples and mean over outputs"),
        ("mse", "linear", "summed over outputs", 3, "the mean over samples and sum over outputs"),
        ("mse", "linear", "half the sum", 10.5, "half the sum over samples and sum over outputs"),
        ("bce", "sigmoid", "summed over outputs", 3, "the mean over samples and sum over outputs"),
        ("bce", "sigmoid", "half the sum", 21, "the sum over samples and sum over outputs"),
        ("cce", "softmax", "summed", 7, "the sum over samples"),
    ],
)
def test_a_common_form_of_the_loss_is_right_and_noted(
    hand: str, loss: str, f: str, form: str, factor: float, words: str
) -> None:
    case = network(["tanh", f], loss, [4, 5, 3])
    case.of_form(form)
    report = case.check(case.gradients(hand, {}))
    assert report.ok and report.slips == () and report.evidence == ()
    name = gn.losses.get(loss).__class__.__name__
    assert report.notes[0] == f"{NOTE}{factor:g} times the gradient of {name}: that of {words}"


@pytest.mark.parametrize("factor", [3.7, 0.31, 1 / np.log(2), 0.001])
def test_any_other_factor_that_is_everywhere_the_same_is_no_slip_either(factor: float) -> None:
    case = network(["tanh", "softmax"], "cce", [4, 5, 3])
    report = case.check(times(case.gradients("rows", {}), factor))
    assert report.ok and report.slips == ()
    assert report.notes == (f"{NOTE}{factor:.6g} times the gradient of CategoricalCrossEntropy",)


@pytest.mark.parametrize(
    ("factor", "whole"), [(3.0, True), (3.00002, True), (3.00004, False), (1.0 / 3, False)]
)
def test_an_odd_whole_factor_may_come_from_passes_that_were_added_up(factor: float, whole: bool) -> None:
    case = network(["tanh", "softmax"], "cce", [4, 5, 4])
    (note,) = case.check(times(case.gradients("rows", {}), factor)).notes
    assert (
        note.endswith("; gradients of 3 passes that are added up and never reset would give it too") is whole
    )


def test_a_factor_that_is_nearly_a_common_one_is_what_it_is() -> None:
    case = network(["tanh", "softmax"], "cce", [4, 5, 3])
    for factor in (7.0, 7.0005, 7.00000001, 1.00001):
        report = case.check(times(case.gradients("rows", {}), factor))
        assert report.ok
        assert ("sum over samples" in report.notes[0]) is (factor == 7)


def test_lines_to_change_keep_the_factor() -> None:
    case = network(["tanh", "softmax"], "cce", [4, 5, 3])
    report = case.check(times(case.gradients("rows", {"output_derivative_missing": (1,)}), 7.0))
    assert report.slips[0].fix == "dZ2 = 7 * (A2 - Y) / m"


def test_single_numbers_show_a_factor_together() -> None:
    case = network(["tanh", "linear"], "mse", [1, 1, 1])
    gradients = case.gradients("rows", {})
    assert case.check(times(gradients, 3.7)).ok
    assert case.check([times(gradients, 3.7)[0], gradients[1]]).ok is False


def test_a_factor_in_float32_is_no_slip_either() -> None:
    case = network(["tanh", "softmax"], "cce", [4, 5, 3], dtype="float32")
    gradients = [(dW * np.float32(3.7), db * np.float32(3.7)) for dW, db in case.gradients("rows", {})]
    assert case.check(gradients).ok


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("factor", [0.5, 7.0, 3.7, 1 / 3])
def test_a_factor_at_one_layer_alone_is_wrong(layer: int, factor: float) -> None:
    case = network(["tanh", "tanh", "linear"], "mse", [4, 5, 4, 3])
    gradients = case.gradients("rows", {})
    gradients[layer] = times(gradients, factor)[layer]
    report = case.check(gradients)
    assert report.ok is False
    assert [(slip.code, slip.layers) for slip in report.slips] == (
        [("batch_mean_missing", (layer,))] if factor == 7 else []
    )


def test_a_factor_of_the_weights_alone_is_wrong() -> None:
    case = network(["tanh", "linear"], "mse", [4, 5, 3])
    assert case.check([(3.7 * dW, db) for dW, db in case.gradients("rows", {})]).ok is False


def test_a_negative_factor_is_the_wrong_sign() -> None:
    case = network(["tanh", "linear"], "mse", [4, 5, 3])
    for factor in (-1.0, -0.5, -3.7):
        report = case.check(times(case.gradients("rows", {}), factor))
        assert [slip.code for slip in report.slips] == ["error_sign_flipped"]
        assert any(note.startswith(NOTE) for note in report.notes) is (factor != -1)


@pytest.mark.parametrize(
    ("factor", "code"),
    [(2.0, "square_factor_twice"), (1 / 7, "batch_mean_twice"), (7 / 4, "batch_mean_wrong_axis")],
)
def test_a_factor_that_only_a_known_mistake_gives_is_that_mistake(factor: float, code: str) -> None:
    case = network(["tanh", "linear"], "mse", [4, 5, 3])
    report = case.check(times(case.gradients("rows", {}), factor))
    assert [slip.code for slip in report.slips] == [code]
    assert "whatever gives that factor gives these numbers" in str(report)


def test_where_a_common_form_gives_the_same_factor_it_is_no_mistake() -> None:
    case = network(["tanh", "linear"], "mse", [4, 5, 2])
    report = case.check(times(case.gradients("rows", {}), 2.0))
    assert report.ok
    assert report.notes[0].endswith("that of the mean over samples and sum over outputs")


@pytest.mark.parametrize("form", [form for form in cases.FORMS if form != "as it is"])
@pytest.mark.parametrize(
    ("code", "layers"),
    [
        ("activation_derivative_missing", (0, 1)), ("derivative_at_preactivation", (1,)), ("transposed_carry", (2,)),
        ("bias_gradient_last_sample", (0, 1, 2)), ("output_derivative_missing", (2,)), ("error_sign_flipped", (1,)),
        ("weight_gradient_from_preactivation", (1,)), ("weights_updated_first", (1, 2)), ("batch_mean_missing", (1,)),
    ],
)  # fmt: skip
def test_the_search_goes_on_behind_the_factor(form: str, code: str, layers: tuple[int, ...]) -> None:
    case = network(["tanh", "sigmoid", "sigmoid"], "mse", [4, 4, 4, 4], m=7)
    case.of_form(form)
    report = case.check(case.gradients("rows", {code: layers}))
    assert [(slip.code, slip.layers) for slip in report.slips] == [(code, layers)]
    assert report.notes[0].startswith(f"{NOTE}{case.task.loss_factor:.6g} times")


@pytest.mark.parametrize("code", ["output_derivative_missing", "relu_gate_dropped", "transposed_carry"])
def test_the_search_goes_on_behind_an_odd_factor_too(code: str) -> None:
    case = network(["relu", "sigmoid"], "mse", [4, 4, 4])
    layer = 0 if code == "relu_gate_dropped" else 1
    report = case.check(times(case.gradients("rows", {code: (layer,)}), 3.7))
    assert [(slip.code, slip.layers) for slip in report.slips] == [(code, (layer,))]
    assert report.notes[0].startswith(f"{NOTE}3.7 times")


@pytest.mark.parametrize("of_penalties", [False, True])
@pytest.mark.parametrize("factor", [0.5, 7.0, 3.7])
def test_penalties_may_be_multiplied_or_not(factor: float, of_penalties: bool) -> None:
    case = network(["tanh", "linear"], "mse", [4, 5, 3])
    layers = [gn.Dense(5, "tanh", l1=0.02, bias_l2=0.3), gn.Dense(3, l2=0.1, bias_l1=0.04)]
    net = gn.Network(layers, seed=0, dtype="float64", input_shape=4)
    net.parameters = case.net.parameters
    (dW1, db1), (dW2, db2) = times(case.gradients("rows", {}), factor)
    by = factor if of_penalties else 1.0
    W1, b1, W2, b2 = case.task.W[0], case.task.b[0], case.task.W[1], case.task.b[1]
    mine = [
        (dW1 + by * 0.02 * np.sign(W1), db1 + by * 0.3 * b1),
        (dW2 + by * 0.1 * W2, db2 + by * 0.04 * np.sign(b2)),
    ]
    report = gn.check_backward(net, case.task.X, case.task.Y, mine, loss="mse")
    assert report.ok
    assert f"penalties {'included' if of_penalties else 'left out'}" in report.notes[0]
    mine[0] = (mine[0][0], db1)
    report = gn.check_backward(net, case.task.X, case.task.Y, mine, loss="mse")
    assert [(slip.code, slip.layers) for slip in report.slips] == [("l2_forgotten", (0,))]
    assert report.slips[0].message == "The gradient of the l2 penalty on the bias is missing at layer 0."
    assert report.slips[0].fix == "db1 = dZ1.sum(axis=0) + bias_l2 * b1"


def test_the_forms_of_a_loss_are_all_different_and_not_the_loss_itself() -> None:
    for m, k in ((1, 1), (2, 2), (4, 2), (7, 3)):
        for name in ("mse", "bce", "cce", "mae"):
            factors = [one.factor for one in conventions(gn.losses.get(name), m, k)]
            assert 1.0 not in factors
            assert len(set(np.round(factors, 9))) == len(factors)
    assert {one.factor for one in conventions(gn.losses.get("mse"), 7, 3)} == {7, 3, 21, 0.5, 3.5, 1.5, 10.5}
    assert {one.factor for one in conventions(gn.losses.get("cce"), 7, 4)} == {7, 0.25, 7 / 4}


@pytest.mark.parametrize(
    ("factor", "right"),
    [(0.99 * measured.LARGEST, True), (1.01 * measured.LARGEST, False),
     (1.01 * measured.SMALLEST, True), (0.99 * measured.SMALLEST, False)],
)  # fmt: skip
def test_odd_factors_lie_in_a_range(factor: float, right: bool) -> None:
    case = network(["tanh", "softmax"], "cce", [4, 5, 3])
    assert case.check(times(case.gradients("rows", {}), factor)).ok is right


@pytest.mark.parametrize("name", ["hinge", "poisson_log_rates"])
def test_a_factor_of_the_loss_that_was_taken_is_not_one_of_the_right_one(name: str) -> None:
    """Half the gradient of the square error: the half is that loss's, and the line to write has none."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(6, 2)), np.sign(random.normal(size=(6, 1)))
    targets = y if name == "hinge" else np.abs(y)
    net = gn.Network([gn.Dense(3, "tanh"), gn.Dense(1)], seed=0, dtype="float64", input_shape=2)
    net.backward(0.5 * gn.losses.get("mse").gradient(targets, net.forward(X)))
    report = gn.check_backward(net, X, targets, net.gradients.copy(), loss=name)
    [slip] = report.slips
    assert slip.code == "gradient_of_another_loss" and slip.fix.startswith("dZ2 = ") and "0.5" not in slip.fix
    assert "a constant, no slip: read as 0.5 times the gradient of mean_squared_error" in str(report)
    net.backward(0.5 * gn.losses.get(name).gradient(targets, net.forward(X)))
    report = gn.check_backward(net, X, targets, net.gradients.copy(), loss=name)
    assert report.ok and "read as 0.5 times the gradient of" in str(report)
