"""Backward passes as they stand in teaching texts, written out by hand, each with one mistake that people really make.

Every program has its own habits: names, shapes, where the mean is taken. The mistake is marked by the word "mistake".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pairs = list[tuple[Array, Array]]


def digits_in_batches(X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Pairs:
    """ReLU and softmax, text A: the ReLU's gate asks the error."""
    m = X.shape[0]
    Z1 = X @ W1 + b1
    A1 = np.maximum(0, Z1)
    Z2 = A1 @ W2 + b2
    exps = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    A2 = exps / exps.sum(axis=1, keepdims=True)

    dZ2 = A2 - Y
    dW2 = A1.T @ dZ2 / m
    db2 = np.sum(dZ2, axis=0, keepdims=True) / m
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (dA1 > 0)  # mistake
    dW1 = X.T @ dZ1 / m
    db1 = np.sum(dZ1, axis=0, keepdims=True) / m
    return [(dW1, db1), (dW2, db2)]


def planar_data_in_columns(X: Array, Y: Array, parameters: dict[str, Array]) -> dict[str, Array]:
    """tanh and sigmoid, samples in columns: the derivative of tanh is given Z."""
    m = X.shape[1]
    W2 = parameters["W2"]
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(np.dot(W2, A1) + parameters["b2"])))

    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(Z1, 2))  # mistake
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def sigmoid_prime(z: Array) -> Array:
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


def one_image_at_a_time(X: Array, Y: Array, weights: list[Array], biases: list[Array]) -> Pairs:
    """Sigmoids all the way, one sample after the other: sigmoid_prime gets the activations, not the zs."""
    nabla_w = [np.zeros(w.shape) for w in weights]
    nabla_b = [np.zeros(b.shape) for b in biases]
    for x, y in zip(X, Y, strict=True):
        activation = x.reshape(-1, 1)
        activations, zs = [activation], []
        for w, b in zip(weights, biases, strict=True):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = 1 / (1 + np.exp(-z))
            activations.append(activation)
        delta = 2 * (activations[-1] - y.reshape(-1, 1)) * sigmoid_prime(zs[-1]) / len(y)
        nabla_b[-1] += delta
        nabla_w[-1] += np.dot(delta, activations[-2].T)
        for layer in range(2, len(weights) + 1):
            sp = sigmoid_prime(activations[-layer])  # mistake
            delta = np.dot(weights[-layer + 1].T, delta) * sp
            nabla_b[-layer] += delta
            nabla_w[-layer] += np.dot(delta, activations[-layer - 1].T)
    return [(nw / len(X), nb / len(X)) for nw, nb in zip(nabla_w, nabla_b, strict=True)]


def nonlin(x: Array, deriv: bool = False) -> Array:
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def eleven_lines(X: Array, y: Array, syn0: Array, bias0: Array, syn1: Array, bias1: Array) -> Pairs:
    """The famous eleven lines, with biases: the error is target minus output, for an update that adds."""
    l1 = nonlin(np.dot(X, syn0) + bias0)
    l2 = nonlin(np.dot(l1, syn1) + bias1)
    l2_error = y - l2  # mistake for whoever calls the result a gradient
    l2_delta = 2 * l2_error * nonlin(l2, deriv=True) / len(X)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)
    return [(X.T.dot(l1_delta), l1_delta.sum(axis=0)), (l1.T.dot(l2_delta), l2_delta.sum(axis=0))]


class LayerDense:
    """A dense layer as books build it; its biases are summed along the wrong axis."""

    def __init__(self, weights: Array, biases: Array) -> None:
        self.weights, self.biases = weights, biases

    def forward(self, inputs: Array) -> None:
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues: Array) -> None:
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=1, keepdims=True)  # mistake
        self.dinputs = np.dot(dvalues, self.weights.T)


def classes_with_state(X: Array, classes: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Pairs:
    """ReLU and softmax with integer classes, built of layer objects."""
    dense1, dense2 = LayerDense(W1, b1), LayerDense(W2, b2)
    dense1.forward(X)
    hidden = np.maximum(0, dense1.output)
    dense2.forward(hidden)
    exp_values = np.exp(dense2.output - np.max(dense2.output, axis=1, keepdims=True))
    probabilities = exp_values / np.sum(exp_values, axis=1, keepdims=True)
    samples = len(X)
    dvalues = probabilities.copy()
    dvalues[range(samples), classes] -= 1
    dense2.backward(dvalues / samples)
    drelu = dense2.dinputs.copy()
    drelu[dense1.output <= 0] = 0
    dense1.backward(drelu)
    return [(dense1.dweights, dense1.dbiases), (dense2.dweights, dense2.dbiases)]


def step_by_step_example(
    X: Array, Y: Array, w1: Array, b1: Array, w2: Array, b2: Array, rate: float
) -> Pairs:
    """Two sigmoid layers worked through on paper: the output weights are updated before they are used again."""
    h = 1 / (1 + np.exp(-(X @ w1 + b1)))
    o = 1 / (1 + np.exp(-(h @ w2 + b2)))
    n = Y.size
    delta_o = 2 * (o - Y) / n * o * (1 - o)
    dw2, db2 = h.T @ delta_o, delta_o.sum(axis=0)
    w2 = w2 - rate * dw2  # mistake: too early
    b2 = b2 - rate * db2
    delta_h = (delta_o @ w2.T) * h * (1 - h)
    return [(X.T @ delta_h, delta_h.sum(axis=0)), (dw2, db2)]


def two_layer_net(X: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array, reg: float) -> Pairs:
    """ReLU, softmax and a penalty reg/2 sum W^2: the gradient of the penalty is that of reg sum W^2."""
    num_examples = X.shape[0]
    hidden_layer = np.maximum(0, np.dot(X, W1) + b1)
    scores = np.dot(hidden_layer, W2) + b2
    exp_scores = np.exp(scores)
    dscores = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples
    dW2 = np.dot(hidden_layer.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T)
    dhidden[hidden_layer <= 0] = 0
    dW1 = np.dot(X.T, dhidden)
    db1 = np.sum(dhidden, axis=0, keepdims=True)
    dW2 += 2 * reg * W2  # mistake
    dW1 += 2 * reg * W1  # mistake
    return [(dW1, db1), (dW2, db2)]


def plain_lists(X: list[list[float]], y: list[float], W: list[list[float]], b: list[float]) -> Any:
    """One linear layer in plain Python, mean squared error: the bias's gradient is assigned, not added up."""
    n_inputs, n_units, m = len(W), len(b), len(X)
    dW = [[0.0] * n_units for _ in range(n_inputs)]
    db = [0.0] * n_units
    for x, target in zip(X, y, strict=True):
        output = [sum(x[i] * W[i][j] for i in range(n_inputs)) + b[j] for j in range(n_units)]
        error = [2 * (output[j] - target) / m for j in range(n_units)]
        for j in range(n_units):
            for i in range(n_inputs):
                dW[i][j] += x[i] * error[j]
            db[j] = error[j]  # mistake
    return [(dW, db)]


def yes_or_no(X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Pairs:
    """tanh and sigmoid with binary cross-entropy: the sigmoid's derivative is applied although it has cancelled."""
    m = len(X)
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) * A2 * (1 - A2) / m  # mistake
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    return [(X.T @ dZ1, dZ1.sum(axis=0)), (A1.T @ dZ2, dZ2.sum(axis=0))]


def softmax_over_everything(X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Pairs:
    """Leaky ReLU and softmax: np.sum without an axis."""
    Z1 = X @ W1 + b1
    A1 = np.where(Z1 > 0, Z1, 0.01 * Z1)
    Z2 = A1 @ W2 + b2
    A2 = np.exp(Z2) / np.sum(np.exp(Z2))  # mistake
    dZ2 = (A2 - Y) / len(X)
    dZ1 = (dZ2 @ W2.T) * np.where(Z1 > 0, 1, 0.01)
    return [(X.T @ dZ1, dZ1.sum(axis=0)), (A1.T @ dZ2, dZ2.sum(axis=0))]


def loop_over_layers(X: Array, Y: Array, W: list[Array], b: list[Array]) -> Pairs:
    """A deep tanh network in a loop, with an index that is one off: the error goes through the wrong weights."""
    outputs = [X]
    for weights, bias in zip(W[:-1], b[:-1], strict=True):
        outputs.append(np.tanh(outputs[-1] @ weights + bias))
    outputs.append(outputs[-1] @ W[-1] + b[-1])
    delta = 2 * (outputs[-1] - Y) / Y.size
    found: Pairs = []
    for layer in reversed(range(len(W))):
        found.insert(0, (outputs[layer].T @ delta, delta.sum(axis=0)))
        if layer > 0:
            delta = (delta @ W[layer - 1].T) * (1 - outputs[layer] ** 2)  # mistake
    return found


def sums_not_means(X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Pairs:
    """A regression by sums: nobody divides by the number of samples, which is no mistake."""
    H = np.log1p(np.exp(X @ W1 + b1))
    P = H @ W2 + b2
    grad_P = 2 * (P - Y)
    grad_H = grad_P @ W2.T * (1 - np.exp(-H))
    return [(X.T @ grad_H, grad_H.sum(0)), (H.T @ grad_P, grad_P.sum(0))]


def taken_over_from_columns(X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Pairs:
    """Samples in rows, but m is counted as a text does that keeps them in columns."""
    m = X.shape[1]  # mistake
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / m
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    return [(X.T @ dZ1, dZ1.sum(axis=0)), (A1.T @ dZ2, dZ2.sum(axis=0))]


def each_layer_by_itself(X: Array, Y: Array, W: list[Array], b: list[Array]) -> Pairs:
    """A function for each layer that divides by the other entry of its input's shape."""
    A = [X]
    for weights, bias in zip(W, b, strict=True):
        A.append(1 / (1 + np.exp(-(A[-1] @ weights + bias))))
    dZ = A[-1] - Y
    found: Pairs = []
    for layer in reversed(range(len(W))):
        m = A[layer].shape[1]  # mistake
        found.insert(0, (A[layer].T @ dZ / m, dZ.sum(axis=0, keepdims=True) / m))
        dZ = dZ @ W[layer].T * A[layer] * (1 - A[layer])
    return found


def a_classifier_made_a_regression(X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Pairs:
    """The sigmoid at the end was taken away, its derivative was not."""
    H = 1 / (1 + np.exp(-(X @ W1 + b1)))
    P = H @ W2 + b2
    delta2 = 2 * (P - Y) / Y.size * P * (1 - P)  # mistake
    delta1 = delta2 @ W2.T * H * (1 - H)
    return [(X.T @ delta1, delta1.sum(0)), (H.T @ delta2, delta2.sum(0))]


def always_the_same_input(X: Array, Y: Array, W: list[Array], b: list[Array]) -> Pairs:
    """Four layers of one width: every weight's gradient is taken with X."""
    A = [X]
    for weights, bias in zip(W, b, strict=True):
        A.append(np.tanh(A[-1] @ weights + bias))
    delta = 2 * (A[-1] - Y) / Y.size * (1 - A[-1] ** 2)
    found: Pairs = []
    for layer in reversed(range(len(W))):
        found.insert(0, (X.T @ delta, delta.sum(axis=0)))  # mistake
        delta = delta @ W[layer].T * (1 - A[layer] ** 2)
    return found
