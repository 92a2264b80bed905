"""Outputs, loss and targets that cannot go together are refused before the first epoch, and what is meant is named."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, DataError
from glassnet.layers import Activation, BatchNorm, Dense, Dropout, Flatten, LayerNorm

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(24, 4))
CLASSES = np.arange(24) % 3
ONE_HOT = np.eye(3)[CLASSES]
COLUMN = (CLASSES > 0).astype(float)
COUNTS = CLASSES.astype(float)
QUIET: dict[str, Any] = {"engine": "numpy", "progress": False}


def own(function: Any, name: str = "own") -> gn.activations.Function:
    return gn.activations.Function(function, np.ones_like, name)


SQUASH = own(lambda z: z / (2 + 2 * abs(z)) + 0.5, "squash")  # (0, 1)
SHIFTED = own(lambda z: np.tanh(z) / 2 + 0.6, "shifted")  # (0.1, 1.1)
SHARES = own(lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), "shares")
SQUARE = own(lambda z: z * z, "square")

UNSUITABLE: list[tuple[list[Any], str, Any, str]] = [
    ([Dense(3)], "scce", CLASSES, r'layer 0, Dense\(3\), can give .*end the network with "softmax", or use '
     "sparse_softmax_cross_entropy, which takes any numbers"),
    ([Dense(3)], "cce", ONE_HOT, 'end the network with "softmax", or use softmax_cross_entropy'),
    ([Dense(3, "relu")], "scce", CLASSES, 'end the network with "softmax"$'),
    ([Dense(3, "sigmoid")], "scce", CLASSES, r"whose rows sum to 1, and rows of layer 0, Dense\(3, 'sigmoid'\), need "
     'not; end the network with "softmax", or for classes that do not exclude each other use binary_cross_entropy'),
    ([Dense(3, "sigmoid")], "kl", ONE_HOT, "whose rows sum to 1"),
    ([Dense(3, SQUASH)], "cce", ONE_HOT, "whose rows sum to 1"),
    ([Dense(1)], "bce", COLUMN, 'end the network with "sigmoid", or use sigmoid_cross_entropy, which takes any'),
    ([Dense(1, "relu")], "bce", COLUMN, "binary_cross_entropy takes probabilities, from 0 to 1, and layer 0"),
    ([Dense(1, "tanh")], "bce", COLUMN, "can give -0"),
    ([Dense(1, SHIFTED)], "bce", COLUMN, r"can give 1\.0"),
    ([Dense(1, "sigmoid"), BatchNorm()], "bce", COLUMN, r"layer 1, BatchNorm\(\), can give"),
    ([Dense(1, "sigmoid"), Activation("tanh"), Activation(own(lambda z: 2 * z))], "bce", COLUMN, "layer 2, Act"),
    ([Dense(4, "tanh"), Dense(1), Activation("linear"), Dropout(0.1)], "bce", COLUMN, r"layer 1, Dense\(1\), can give"),
    ([Dense(1)], "poisson", COUNTS, 'takes rates >= 0, and .* can give -.*; end the network with "softplus"'),
    ([Dense(1, "tanh")], "poisson", COUNTS, "softplus"),
    ([Dense(1, "elu")], "poisson", COUNTS, "softplus"),
    ([Dense(1, own(np.ones_like))], "mse", COLUMN, "gives 1 whatever its input is, so there is nothing to learn"),
    ([Dense(3, "softmax")], "softmax_cross_entropy", ONE_HOT, r"applies activations\.Softmax\(\) itself.*as if they "
     "were probabilities already; make the last layer linear, or use categorical_cross_entropy"),
    ([Dense(3, "softmax")], "sparse_softmax_cross_entropy", CLASSES, "or use sparse_categorical_cross_entropy"),
    ([Dense(1, "sigmoid")], "sigmoid_cross_entropy", COLUMN, "or use binary_cross_entropy"),
    ([Dense(3), Activation("softmax")], "softmax_cross_entropy", ONE_HOT, "layer 1, Activation"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "loss", "y", "message"), UNSUITABLE)
def test_what_cannot_go_together_is_refused(layers: Any, loss: str, y: Any, message: str) -> None:
    net = gn.Network(layers, seed=0)
    with pytest.raises(ArgumentError, match=message):
        net.fit(X, y, loss=loss, **QUIET)
    assert not net.built and net.loss is None
    with pytest.raises(ArgumentError, match=message):
        net.fit([(X, y)], loss=loss, **QUIET)
    net.build(4)
    with pytest.raises(ArgumentError, match=message):
        net.evaluate(X, y, loss=loss)


SUITABLE: list[tuple[list[Any], str, Any]] = [
    ([Dense(3, "softmax")], "scce", CLASSES),
    ([Dense(3), Activation("softmax")], "cce", ONE_HOT),
    ([Dense(3, "softmax"), Dropout(0.0), Flatten()], "cce", ONE_HOT),
    ([Dense(3, SHARES)], "cce", ONE_HOT),
    ([Dense(3, "softmax")], "bce", ONE_HOT),
    ([Dense(3, "sigmoid")], "bce", ONE_HOT),
    ([Dense(1, "sigmoid"), Dropout(0.0)], "bce", COLUMN),
    ([Dense(1), Dropout(0.2)], "mse", COLUMN),
    ([Dense(1, "sigmoid"), Activation("relu")], "bce", COLUMN),
    ([Dense(1, "sigmoid"), Activation("linear")], "bce", COLUMN),
    ([Dense(1, SQUASH)], "bce", COLUMN),
    ([Dense(1), Activation(SQUASH)], "bce", COLUMN),
    ([Dense(1)], "sigmoid_cross_entropy", COLUMN),
    ([Dense(3)], "softmax_cross_entropy", ONE_HOT),
    ([Dense(3), LayerNorm()], "sparse_softmax_cross_entropy", CLASSES),
    ([Dense(3, "tanh")], "softmax_cross_entropy", ONE_HOT),
    ([Dense(1, "softplus")], "poisson", COUNTS),
    ([Dense(1, "relu")], "poisson", COUNTS),
    ([Dense(1, SQUARE)], "poisson", COUNTS),
    ([Dense(1, "tanh")], "mse", COLUMN),
    ([Dense(3, "softmax")], "mse", ONE_HOT),
    ([Dense(2, "sigmoid")], "triplet", CLASSES),
    ([Dropout(0.1)], "mse", X),
]


@pytest.mark.parametrize(("layers", "loss", "y"), SUITABLE)
def test_what_goes_together_trains(layers: Any, loss: str, y: Any) -> None:
    net = gn.Network(layers, seed=0)
    net.fit(X, y, loss=loss, epochs=2, **QUIET)
    net.evaluate(X, y)


@pytest.mark.parametrize(
    ("layers", "loss", "y"),
    [
        ([Dense(1, "sigmoid"), Dropout(0.1)], "bce", COLUMN),
        ([Dense(3, "softmax"), Dropout(0.1), Flatten()], "scce", CLASSES),
    ],
)
def test_probabilities_that_training_would_drop_are_refused_by_training_alone(
    layers: Any, loss: str, y: Any
) -> None:
    net, message = (
        gn.Network(layers, seed=0),
        r"layer 1, Dropout\(0\.1\), behind the last Dense layer, sets some of them",
    )
    for call in (lambda: net.fit(X, y, loss=loss, **QUIET), lambda: net.fit([(X, y)], loss=loss, **QUIET)):
        with pytest.raises(ArgumentError, match=message):
            call()
        assert not net.built
    net.build(4)
    without = gn.Network(layers[:1], seed=0, input_shape=4)
    assert net.evaluate(X, y, loss=loss) == pytest.approx(without.evaluate(X, y, loss=loss), rel=1e-6)


@pytest.mark.parametrize("loss", ["cce", "kl", "softmax_cross_entropy"])
@pytest.mark.parametrize(("row", "sum"), [([1, 1, 0], "2"), ([0, 0, 0], "0"), ([0.4, 0.3, 0.2989], "0.9989")])
def test_targets_that_do_not_sum_to_1_are_refused_wherever_they_come(loss: str, row: Any, sum: str) -> None:
    y = ONE_HOT.copy()
    y[5] = row
    net = gn.Network([Dense(3, "linear" if "softmax" in loss else "softmax")], seed=0)
    for name, call in {
        "y": lambda: net.fit(X, y, loss=loss, **QUIET),
        "y of validation_data": lambda: net.fit(X, ONE_HOT, loss=loss, validation_data=(X, y), **QUIET),
        "y of batch 0": lambda: net.fit([(X, y)], loss=loss, **QUIET),
    }.items():
        with pytest.raises(DataError, match=rf"takes rows that sum to 1.* row 5 of {name} sums to {sum}"):
            call()
        assert not net.built
    net.build(4)
    with pytest.raises(DataError, match="row 5 of y sums to"):
        net.evaluate(X, y, loss=loss)


def test_smoothed_rows_are_taken() -> None:
    for row in ([0.4, 0.3, 0.2991], [0.9, 0.05, 0.05]):
        y = np.tile(np.array(row), (24, 1))
        gn.Network([Dense(3, "softmax")], seed=0).fit(X, y, loss="cce", **QUIET)


# ---- a user's own functions

WRONG: list[tuple[Any, str]] = [
    (lambda z: z.sum(axis=1), r"the activation 'own' must return a number for each that it is given, shape .*"
     r"it returned shape \(\d+,\)"),
    (lambda z: z.max(axis=1, keepdims=True), r"it returned shape \(\d+, 1\)"),
    (lambda z: z.mean(), "it returned a single number"),
    (lambda z: z + 1j, "must return real floating-point numbers; it returned complex"),
    (lambda z: (z > 0).astype(int), r"it returned int64; numpy\.where\(z > 0, 1\.0, 0\.0\)"),
    (lambda z: z > 0, "it returned bool"),
    (lambda z: np.sign(z).astype(np.int8), "it returned int8"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch", "auto"])
@pytest.mark.parametrize(("function", "message"), WRONG)
def test_an_own_activation_that_returns_something_else_is_refused(
    function: Any, message: str, engine: str
) -> None:
    y, slopes_too = X[:, :1], "int" not in message and "bool" not in message
    for activation in (own(function), gn.activations.Function(np.tanh, function, "own"))[: 1 + slopes_too]:
        net = gn.Network([Dense(2, activation), Dense(1)], seed=0)
        with pytest.raises(ArgumentError, match=message.replace("the act", "(the derivative of )?the act")):
            net.fit(X, y, loss="mse", engine=engine, progress=False)
        assert not net.built
    net = gn.Network([Dense(2, own(function)), Dense(1)], seed=0, input_shape=4)
    with pytest.raises(ArgumentError, match=message):
        net.predict(X)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
def test_an_own_loss_that_takes_the_mean_itself_is_refused(engine: str) -> None:
    loss = gn.losses.Function(lambda y, p: np.mean((y - p) ** 2), lambda y, p: 2 * (p - y), "mine")
    with pytest.raises(
        ArgumentError, match="the loss 'mine' must return a number for each .* a single number"
    ):
        gn.Network([Dense(1)], seed=0).fit(X, X[:, :1], loss=loss, engine=engine, progress=False)
    loss = gn.losses.Function(lambda y, p: (y - p) ** 2, lambda y, p: (p - y).mean(), "mine")
    with pytest.raises(
        ArgumentError, match="the derivative of the loss 'mine' must return a number for each"
    ):
        gn.Network([Dense(1)], seed=0).fit(X, X[:, :1], loss=loss, engine=engine, progress=False)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
def test_derivatives_may_be_conditions_whole_numbers_or_a_constant(engine: str) -> None:
    expected = None
    for derivative in (lambda z: z > 0, lambda z: np.where(z > 0, 1, 0), lambda z: np.where(z > 0, 1.0, 0.0)):
        net = gn.Network(
            [Dense(3, gn.activations.Function(lambda z: np.maximum(z, 0), derivative)), Dense(1)], seed=0
        )
        net.fit(X, X[:, :1], loss="mse", epochs=3, engine=engine, progress=False)
        expected = net.parameters if expected is None else expected
        np.testing.assert_allclose(net.parameters, expected, rtol=1e-6)
    net = gn.Network([Dense(3, gn.activations.Function(lambda z: 2 * z, lambda z: 2)), Dense(1)], seed=0)
    net.fit(X, X[:, :1], loss="mse", epochs=3, engine=engine, progress=False)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize(
    "layers", [[Dense(4, "step"), Dense(1)], [Dense(1, "step")], [Dense(2), gn.Activation("step"), Dense(1)]]
)
def test_a_step_is_for_prediction_alone_and_refused_before_it_trains(layers: Any, engine: str) -> None:
    net = gn.Network(layers, seed=0, input_shape=2)
    X, before = np.random.default_rng(0).normal(size=(8, 2)), net.parameters.copy()
    with pytest.raises(
        ArgumentError, match=r"'step'\), cannot be trained: its activation has a slope of 0 everywhere"
    ):
        net.fit(X, (X[:, :1] > 0) * 1.0, loss="mse", engine=engine, progress=False)
    np.testing.assert_array_equal(net.parameters, before)
    assert net.predict(X).shape == (8, 1)
    assert net.evaluate(X, (X[:, :1] > 0) * 1.0, loss="mse")["loss"] >= 0
    np.testing.assert_array_equal(net.compiled_predict()(X), net.predict(X))


def test_a_step_says_why_it_has_no_slope_wherever_one_is_asked_for() -> None:
    net = gn.Network([Dense(4, "step"), Dense(1)], seed=0, input_shape=2)
    X = np.random.default_rng(0).normal(size=(8, 2))
    for ask in (
        lambda: gn.activations.Step().slope(X),
        lambda: net.backward(net.forward(X)),
        lambda: gn.trace(net, X, X[:, :1], loss="mse"),
        lambda: gn.diagnose(net, X, X[:, :1], loss="mse"),
    ):
        with pytest.raises(ArgumentError, match="step has no slope that training could follow"):
            ask()
