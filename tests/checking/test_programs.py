"""Backward passes from teaching texts, each with one real mistake: the report says what a teacher would say."""

from __future__ import annotations

from typing import Any

import numpy as np

import glassnet as gn
from glassnet.checking import Report
from glassnet.network.network import Network
from tests.checking import programs
from tests.checking.programs import Array

random = np.random.default_rng(0)
X = random.normal(size=(8, 4))
CLASSES = np.array([0, 2, 1, 1, 0, 2, 2, 0])
ONE_HOT = np.eye(3)[CLASSES]
POINTS, ANSWERS = random.normal(size=(9, 2)), random.integers(0, 2, (9, 1)).astype(float)
NUMBERS = random.normal(size=(8, 4))


def network(layers: list[Any], n_inputs: int) -> Network:
    net = gn.Network(layers, seed=1, dtype="float64", input_shape=n_inputs)
    net.parameters = np.random.default_rng(1).normal(scale=0.7, size=net.parameters.shape)
    return net


def arrays(net: Network) -> list[Array]:
    return [layer.view(name) for layer in net.layers for name in ("weights", "bias")]


def expect(report: Report, code: str, layers: tuple[int, ...], says: str, fix: str) -> None:
    assert [(slip.code, slip.layers) for slip in report.slips] == [(code, layers)]
    assert says in report.slips[0].message
    assert report.slips[0].fix == fix
    assert report.equals == ()


def test_digits_in_batches() -> None:
    net = network([gn.Dense(5, "relu"), gn.Dense(3, "softmax")], 4)
    report = gn.check_backward(
        net, X, ONE_HOT, programs.digits_in_batches(X, ONE_HOT, *arrays(net)), loss="cce"
    )
    says = "The gate of ReLU at layer 0 asks whether the error that arrives is positive; it must ask Z1."
    expect(report, "relu_gate_from_upstream", (0,), says, "dZ1 = (dZ2 @ W2.T) * (Z1 > 0)")
    assert report.notes == ("right: dW2 (layer 1), db2 (layer 1)",)


def test_planar_data_in_columns() -> None:
    net = network([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], 2)
    W1, b1, W2, b2 = arrays(net)
    parameters = {"W1": W1.T, "b1": b1[:, None], "W2": W2.T, "b2": b2[:, None]}
    gradients = programs.planar_data_in_columns(POINTS.T, ANSWERS.T, parameters)
    report = gn.check_backward(net, POINTS, ANSWERS, gradients, loss="bce")
    says = "The derivative of Tanh at layer 0 is written in the output A, but is given the pre-activation Z."
    expect(report, "derivative_at_preactivation", (0,), says, "dZ1 = (W2.T @ dZ2) * (1 - A1**2)")
    assert report.notes[-1] == "read as samples in columns: weights (n_outputs, n_inputs)"


def test_one_image_at_a_time() -> None:
    net = network([gn.Dense(4, "sigmoid"), gn.Dense(4, "sigmoid"), gn.Dense(3, "sigmoid")], 4)
    weights, biases = [W.T for W in arrays(net)[::2]], [b[:, None] for b in arrays(net)[1::2]]
    gradients = programs.one_image_at_a_time(X, ONE_HOT, weights, biases)
    report = gn.check_backward(net, X, ONE_HOT, gradients, loss="mse")
    says = "The derivative of Sigmoid at layers 0 and 1 is written in the pre-activation Z, but is given the output A."
    expect(report, "derivative_at_activation", (0, 1), says, "dZ1 = (W2.T @ dZ2) * A1 * (1 - A1)")


def test_eleven_lines() -> None:
    net = network([gn.Dense(4, "sigmoid"), gn.Dense(1, "sigmoid")], 2)
    report = gn.check_backward(
        net, POINTS, ANSWERS, programs.eleven_lines(POINTS, ANSWERS, *arrays(net)), loss="mse"
    )
    says = "it is target minus prediction. That is right only where the result is added to the weights"
    expect(report, "error_sign_flipped", (1,), says, "dZ2 = 2 * (A2 - Y) / m * A2 * (1 - A2)")


def test_the_error_of_a_loss_of_margins_is_no_target_minus_prediction() -> None:
    net = network([gn.Dense(4, "tanh"), gn.Dense(1)], 2)
    signs = 2.0 * ANSWERS - 1
    net.backward(gn.losses.get("hinge").gradient(signs, net.forward(POINTS)))
    (slip,) = gn.check_backward(net, POINTS, signs, -net.gradients, loss="hinge").slips
    assert slip.code == "error_sign_flipped" and "target" not in slip.message
    assert slip.message.endswith(
        "from there down. That is right only where the result is added to the weights."
    )


def test_classes_with_state() -> None:
    net = network([gn.Dense(5, "relu"), gn.Dense(3, "softmax")], 4)
    gradients = programs.classes_with_state(X, CLASSES, *arrays(net))
    report = gn.check_backward(net, X, CLASSES, gradients, loss="scce")
    says = "The gradient of the bias at layers 0 and 1 is summed over the wrong axis."
    expect(report, "bias_gradient_wrong_axis", (0, 1), says, "db1 = dZ1.sum(axis=0)")
    assert [(line.yours, line.right) for line in report.evidence] == [("(8,)", "(5,)"), ("(8,)", "(3,)")]


def test_step_by_step_example() -> None:
    net = network([gn.Dense(3, "sigmoid"), gn.Dense(3, "sigmoid")], 4)
    gradients = programs.step_by_step_example(X, ONE_HOT, *arrays(net), rate=0.5)
    report = gn.check_backward(net, X, ONE_HOT, gradients, loss="mse", learning_rate=0.5)
    says = "The weights of layer 1 were updated before they carried the error back."
    expect(report, "weights_updated_first", (1,), says, "dA1 = dZ2 @ W2.T  # before W2 changes")


def test_two_layer_net() -> None:
    net = network([gn.Dense(5, "relu", l2=0.1), gn.Dense(3, "softmax", l2=0.1)], 4)
    gradients = programs.two_layer_net(X, CLASSES, *arrays(net), reg=0.1)
    report = gn.check_backward(net, X, CLASSES, gradients, loss="scce")
    says = "doubled at layers 0 and 1: the penalty is l2/2 times the sum of squares."
    expect(report, "l2_doubled", (0, 1), says, "dW1 = X.T @ dZ1 + l2 * W1")


def test_plain_lists() -> None:
    net = network([gn.Dense(1)], 4)
    W, b = arrays(net)
    gradients = programs.plain_lists(X.tolist(), NUMBERS[:, 0].tolist(), W.tolist(), b.tolist())
    report = gn.check_backward(net, X, NUMBERS[:, 0], gradients, loss="mse")
    says = "that of the last sample alone: assigned in a loop, not added up"
    expect(report, "bias_gradient_last_sample", (0,), says, "db1 = dZ1.sum(axis=0)")


def test_yes_or_no() -> None:
    net = network([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], 2)
    report = gn.check_backward(
        net, POINTS, ANSWERS, programs.yes_or_no(POINTS, ANSWERS, *arrays(net)), loss="bce"
    )
    says = "The derivative of Sigmoid at the output is applied once too often: with its cross-entropy it has cancelled."
    expect(report, "output_derivative_doubled", (1,), says, "dZ2 = (A2 - Y) / m")


def test_softmax_over_everything() -> None:
    net = network([gn.Dense(5, "leaky_relu"), gn.Dense(3, "softmax")], 4)
    report = gn.check_backward(
        net, X, ONE_HOT, programs.softmax_over_everything(X, ONE_HOT, *arrays(net)), loss="cce"
    )
    says = "Softmax is taken over the whole batch; it must sum to 1 over the classes of each sample."
    fix = "A2 = np.exp(Z2 - Z2.max(axis=1, keepdims=True)); A2 /= A2.sum(axis=1, keepdims=True)"
    expect(report, "softmax_over_batch", (1,), says, fix)


def test_loop_over_layers() -> None:
    net = network([gn.Dense(4, "tanh"), gn.Dense(4, "tanh"), gn.Dense(4)], 4)
    gradients = programs.loop_over_layers(X, NUMBERS, arrays(net)[::2], arrays(net)[1::2])
    report = gn.check_backward(net, X, NUMBERS, gradients, loss="mse")
    says = "carried back from layers 1 and 2 through the weights of another layer (1 layer below)"
    expect(report, "carry_through_wrong_weights", (1, 2), says, "dA1 = dZ2 @ W2.T")


def test_sums_not_means() -> None:
    net = network([gn.Dense(5, "softplus"), gn.Dense(1)], 4)
    gradients = programs.sums_not_means(X, NUMBERS[:, :1], *arrays(net))
    report = gn.check_backward(net, X, NUMBERS[:, :1], gradients, loss="mse")
    assert report.ok and report.slips == ()
    assert report.notes == (
        "a constant, no slip: read as 8 times the gradient of MeanSquaredError: that of the sum over samples",
    )


def test_taken_over_from_columns() -> None:
    net = network([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], 2)
    gradients = programs.taken_over_from_columns(POINTS, ANSWERS, *arrays(net))
    report = gn.check_backward(net, POINTS, ANSWERS, gradients, loss="bce")
    says = "The mean at layers 0 and 1 divides by the number of features, not by the 9 samples"
    expect(report, "batch_mean_wrong_axis", (0, 1), says, "m = X.shape[0]")
    assert report.notes[1].startswith("every array is 4.5 times the right one")


def test_each_layer_by_itself() -> None:
    net = network([gn.Dense(5, "sigmoid"), gn.Dense(3, "sigmoid"), gn.Dense(1, "sigmoid")], 2)
    gradients = programs.each_layer_by_itself(POINTS, ANSWERS, arrays(net)[::2], arrays(net)[1::2])
    report = gn.check_backward(net, POINTS, ANSWERS, gradients, loss="bce")
    says = "The mean at layers 0, 1 and 2 divides by the number of the layer's inputs, not by the 9 samples"
    expect(report, "batch_mean_wrong_axis", (0, 1, 2), says, "m = X.shape[0]")


def test_a_classifier_made_a_regression() -> None:
    net = network([gn.Dense(5, "sigmoid"), gn.Dense(4)], 4)
    gradients = programs.a_classifier_made_a_regression(X, NUMBERS, *arrays(net))
    report = gn.check_backward(net, X, NUMBERS, gradients, loss="mse")
    says = "At layer 1 the derivative of another activation is used (sigmoid); the layer has Linear."
    expect(report, "derivative_of_another_activation", (1,), says, "dZ2 = 2 * (A2 - Y) / Y.size")


def test_always_the_same_input() -> None:
    net = network([gn.Dense(4, "tanh"), gn.Dense(4, "tanh"), gn.Dense(4, "tanh"), gn.Dense(4, "tanh")], 4)
    gradients = programs.always_the_same_input(X, NUMBERS, arrays(net)[::2], arrays(net)[1::2])
    report = gn.check_backward(net, X, NUMBERS, gradients, loss="mse")
    says = "The gradient of the weights at layers 1, 2 and 3 uses the input of another layer (X); the layer reads A1."
    expect(report, "weight_gradient_from_wrong_layer", (1, 2, 3), says, "dW2 = A1.T @ dZ2")
