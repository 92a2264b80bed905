"""One mistake in the code has one name, though it stands at layers with several activations."""

from __future__ import annotations

import numpy as np
import pytest

import glassnet as gn
from tests.checking import maths
from tests.checking.cases import Case
from tests.checking.test_codes import network


def named(case: Case, gradients: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, tuple[int, ...]]:
    return {slip.code: slip.layers for slip in case.check(gradients).slips}


@pytest.mark.parametrize(
    ("hidden", "code"),
    [
        (["tanh", "relu", "sigmoid"], "activation_derivative_missing"),
        (["relu", "leaky_relu", "relu"], "activation_derivative_missing"),
        (["relu", "relu", "relu"], "relu_gate_dropped"),
    ],
)
def test_a_derivative_that_is_missing_in_all_hidden_layers(hidden: list[str], code: str) -> None:
    case = network([*hidden, "softmax"], "cce", [3, 4, 5, 4, 3])
    bugs = {"activation_derivative_missing": (0, 1, 2), "relu_gate_dropped": (0, 1, 2)}
    assert named(case, case.gradients("rows", bugs)) == {code: (0, 1, 2)}


def test_its_message_names_every_activation() -> None:
    case = network(["tanh", "relu", "softmax"], "cce", [3, 4, 5, 3])
    report = case.check(case.gradients("rows", {"activation_derivative_missing": (0, 1)}))
    assert (
        report.slips[0].message == "The error passes Tanh and ReLU of layers 0 and 1 without its derivative."
    )


def test_a_derivative_that_is_missing_everywhere_is_one_slip_and_at_some_layers_and_the_output_two() -> None:
    case = network(["tanh", "relu", "sigmoid"], "mse", [3, 4, 5, 3])
    bugs = {"activation_derivative_missing": (0, 1), "output_derivative_missing": (2,)}
    assert named(case, case.gradients("rows", bugs)) == {"activation_derivative_missing": (0, 1, 2)}
    bugs = {"activation_derivative_missing": (0,), "output_derivative_missing": (2,)}
    assert named(case, case.gradients("rows", bugs)) == bugs


def test_the_derivative_of_relu_at_every_hidden_layer() -> None:
    case = network(["leaky_relu", "tanh", "linear"], "mse", [3, 4, 5, 2])
    assert named(case, _with_slopes(case, ["relu", "relu"])) == {"derivative_of_another_activation": (0, 1)}
    assert named(case, _with_slopes(case, ["relu", "tanh"])) == {"leaky_slope_forgotten": (0,)}


def test_the_derivative_at_the_layers_input_at_every_hidden_layer() -> None:
    case = network(["relu", "tanh", "linear"], "mse", [4, 4, 4, 2])
    gradients = _with_slopes(case, ["relu", "tanh"], at_inputs=True)
    assert named(case, gradients) == {"derivative_at_wrong_layer": (0, 1)}


def _with_slopes(
    case: Case, slopes: list[str], at_inputs: bool = False
) -> list[tuple[np.ndarray, np.ndarray]]:
    """A hand-written backward pass of three layers with these derivatives, at Z or at what each layer reads."""
    task = case.task
    inputs, Z = [task.X], []
    for W, b, f in zip(task.W, task.b, task.f, strict=True):
        Z.append(inputs[-1] @ W + b)
        inputs.append(maths.FORWARD[f](Z[-1]))
    dZ = 2 * (inputs[-1] - task.Y) / task.Y.size
    found = []
    for i in (2, 1, 0):
        found.insert(0, (inputs[i].T @ dZ, dZ.sum(axis=0)))
        if i > 0:
            dZ = dZ @ task.W[i].T * maths.IN_Z[slopes[i - 1]]((inputs if at_inputs else Z)[i - 1])
    return found


def test_last_samples_of_weights_and_of_biases_are_two_lines_and_two_names() -> None:
    case = network(["tanh", "linear"], "mse", [3, 4, 2])
    bugs = {"weight_gradient_last_sample": (0, 1), "bias_gradient_last_sample": (0, 1)}
    assert named(case, case.gradients("rows", bugs)) == bugs


def test_a_gradient_without_its_derivative_is_told_from_an_error_without_it() -> None:
    case = network(["tanh", "sigmoid", "linear"], "mse", [3, 4, 5, 2])
    report = case.check(case.gradients("rows", {"gradient_without_derivative": (1,)}))
    (slip,) = report.slips
    assert (slip.code, slip.layers) == ("gradient_without_derivative", (1,))
    assert slip.message == (
        "The gradients dW and db of layer 1 are computed from dA; it must be from dZ, behind the derivative of Sigmoid."
    )
    right_db = case.gradients("rows", {})[1][1]
    gradients = case.gradients("rows", {"gradient_without_derivative": (1,)})
    gradients[1] = (gradients[1][0], right_db)
    assert "The gradient dW of layer 1 is" in case.check(gradients).slips[0].message


@pytest.mark.parametrize(("f", "loss"), [("softmax", "mse"), ("softmax", "cce")])
def test_softmax_whose_derivative_is_taken_as_its_output(f: str, loss: str) -> None:
    case = network(["tanh", f], loss, [3, 4, 3])
    report = case.check(case.gradients("rows", {"derivative_formula_wrong": (1,)}))
    (slip,) = report.slips
    assert (slip.code, slip.layers) == ("derivative_formula_wrong", (1,))
    assert (
        "is taken as a; with its output A it is the Jacobian diag(A2) - A2 A2^T of each sample"
        in slip.message
    )


@pytest.mark.parametrize("code", ["second_term_sign_flipped", "second_term_missing"])
def test_the_second_term_of_binary_cross_entropy_on_logits(code: str) -> None:
    case = network(["tanh", "sigmoid"], "bce", [3, 4, 2])
    layers = [gn.Dense(4, "tanh"), gn.Dense(2)]
    net = gn.Network(layers, seed=0, dtype="float64", input_shape=3)
    net.parameters = case.net.parameters
    gradients = case.gradients("rows", {code: (1,)})
    for checked, loss in ((case.net, "bce"), (net, "sigmoid_cross_entropy")):
        report = gn.check_backward(checked, case.task.X, case.task.Y, gradients, loss=loss)
        assert [(slip.code, slip.layers) for slip in report.slips] == [(code, (1,))]


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_weights_whose_gradient_is_zero(l2: float) -> None:
    case = network(["tanh", "linear"], "mse", [3, 4, 2])
    net = gn.Network([gn.Dense(4, "tanh", l2=l2), gn.Dense(2)], seed=0, dtype="float64", input_shape=3)
    net.parameters = case.net.parameters
    (dW1, db1), second = case.gradients("rows", {})
    for dW in (np.zeros_like(dW1), l2 * case.task.W[0]):
        report = gn.check_backward(net, case.task.X, case.task.Y, [(dW, db1), second], loss="mse")
        assert [(slip.code, slip.layers) for slip in report.slips] == [("weight_gradient_missing", (0,))]


def test_all_gradients_zero() -> None:
    case = network(["tanh", "linear"], "mse", [3, 4, 2])
    gradients = [(0 * dW, 0 * db) for dW, db in case.gradients("rows", {})]
    assert named(case, gradients) == {"weight_gradient_missing": (0, 1), "bias_gradient_missing": (0, 1)}


def test_zeros_are_called_zeros_whatever_else_would_give_them() -> None:
    case = network(["relu", "linear"], "mse", [3, 4, 1])
    case.net.layers[0].bias = case.task.b[0] = np.full(
        4, -50.0
    )  # every unit is off, and the output is its bias
    case.net.layers[1].bias = case.task.b[1] = np.zeros(1)
    gradients = [(dW, 0 * db) for dW, db in case.gradients("rows", {})]
    assert named(case, gradients) == {"bias_gradient_missing": (1,)}


def test_weights_of_the_last_sample_or_as_a_matrix_in_the_place_of_inputs() -> None:
    case = network(["tanh", "linear"], "mse", [3, 4, 2], m=7)
    gradients = case.gradients("rows", {"weights_for_inputs": (0, 1)})
    assert named(case, gradients) == {"weights_for_inputs": (0, 1)}
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(4)], seed=0, dtype="float64", input_shape=3)
    random = np.random.default_rng(0)
    X, Y = random.normal(size=(4, 3)), random.normal(size=(4, 4))
    W1, b1, W2, b2 = (layer.view(name) for layer in net.layers for name in ("weights", "bias"))
    A1 = np.tanh(X @ W1 + b1)
    dZ2 = 2 * (A1 @ W2 + b2 - Y) / Y.size
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    mine = [(X.T @ dZ1, dZ1.sum(0)), (W2.T @ dZ2, dZ2.sum(0))]
    report = gn.check_backward(net, X, Y, mine, loss="mse")
    assert [(slip.code, slip.layers) for slip in report.slips] == [("weights_for_inputs", (1,))]
