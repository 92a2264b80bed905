"""A network is layers over one flat vector: built once, read by name, copied, compared, printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet import losses
from glassnet.errors import ArgumentError, NotBuiltError, ShapeError
from glassnet.layers import BatchNorm, Dense, Dropout, Flatten, Layer, LayerNorm
from glassnet.network.network import Network
from tests.training.fingerprints import fingerprint

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
CLASSES = np.arange(12) % 4
VALUES = RNG.normal(size=(12, 2))


def classifier(**options: Any) -> Network:
    return Network([Dense(5, "relu"), Dense(4, "softmax")], **({"seed": 7} | options))


def trained(**options: Any) -> Network:
    network = classifier(**options)
    network.fit(
        X, CLASSES, loss="scce", optimizer="adam", epochs=3, batch_size=5, engine="numpy", progress=False
    )
    return network


# ---- building


def test_input_shape_builds_a_network_at_once() -> None:
    network = classifier(input_shape=3)
    assert network.built
    assert network.input_shape == (3,)
    assert network.parameters.shape == ((3 * 5 + 5) + (5 * 4 + 4),)


def test_the_first_forward_builds_a_network() -> None:
    network = classifier()
    assert not network.built
    assert network.forward(X).shape == (12, 4)
    assert network.input_shape == (3,)


def test_the_first_fit_builds_a_network() -> None:
    assert trained().input_shape == (3,)


def test_however_it_is_built_a_seed_gives_the_same_parameters() -> None:
    given, by_forward = classifier(input_shape=3), classifier()
    by_forward.forward(X)
    np.testing.assert_array_equal(given.parameters, by_forward.parameters)


def test_a_built_network_is_not_built_again() -> None:
    network = classifier(input_shape=3)
    with pytest.raises(ArgumentError, match=r"was built for samples of shape \(3,\) already; make another"):
        network.build(3)


@pytest.mark.parametrize(
    "use",
    [
        lambda network: network.parameters,
        lambda network: network.gradients,
        lambda network: network.predict(X),
        lambda network: network.predict_classes(X),
        lambda network: network.evaluate(X, CLASSES),
        lambda network: network.evaluate(X, CLASSES, loss="scce"),
        lambda network: network.summary(),
        lambda network: network.plan(),
        lambda network: network.step("sgd"),
        lambda network: network.layers[0].weights,
    ],
)
def test_a_network_used_before_it_is_built_says_how_to_build_it(use: Callable[[Network], Any]) -> None:
    network = classifier()
    with pytest.raises(NotBuiltError, match=r"input_shape=.*call fit"):
        use(network)
    assert not network.built
    assert network.state is None


def test_backward_before_forward_says_what_is_missing() -> None:
    network = classifier(input_shape=3)
    with pytest.raises(NotBuiltError, match=r"call forward\(X\) first"):
        network.backward(np.ones((12, 4)))


def test_images_are_read_by_flatten() -> None:
    images = RNG.normal(size=(6, 8, 8))
    network = Network([Flatten(), Dense(3, "tanh")], seed=0)
    output = network.forward(images)
    assert network.input_shape == (8, 8)
    assert network.layers[1].weights.shape == (64, 3)
    weights, bias = network.layers[1].weights, network.layers[1].bias
    np.testing.assert_allclose(output, np.tanh(images.reshape(6, 64) @ weights + bias), rtol=1e-5)
    assert network.backward(np.ones((6, 3))).shape == images.shape


def test_layers_are_copied_so_that_one_object_makes_two_layers() -> None:
    layer = Dense(3, "tanh")
    network = Network([layer, layer], input_shape=3, seed=0)
    assert not np.shares_memory(network.layers[0].weights, network.layers[1].weights)
    with pytest.raises(NotBuiltError, match=r"they exist in net\.layers once the network is built"):
        layer.weights  # noqa: B018


# ---- one flat vector


def test_weights_and_bias_are_views_into_the_flat_vector() -> None:
    network = classifier(input_shape=3)
    for layer in network.layers:
        assert np.shares_memory(layer.weights, network.parameters)
        assert np.shares_memory(layer.bias, network.parameters)
    network.layers[0].weights[1, 2] = 42
    assert network.parameters[1 * 5 + 2] == 42
    network.parameters[15] = -3
    assert network.layers[0].bias[0] == -3


def test_all_parameters_lie_in_the_order_of_layers_weights_before_bias() -> None:
    network = classifier(input_shape=3)
    pieces = [array.ravel() for layer in network.layers for array in (layer.weights, layer.bias)]
    np.testing.assert_array_equal(np.concatenate(pieces), network.parameters)


def test_assigned_weights_are_written_into_the_vector() -> None:
    network = classifier(input_shape=3)
    vector = network.parameters
    network.layers[0].weights = np.arange(15).reshape(3, 5)
    network.layers[0].bias = 0.5
    np.testing.assert_array_equal(vector[:20], [*range(15), *[0.5] * 5])


def test_assigned_parameters_are_written_into_the_same_vector() -> None:
    network = classifier(input_shape=3)
    weights = network.layers[0].weights
    network.parameters = np.arange(44)
    assert weights[0, 1] == 1


def test_weights_of_another_shape_are_refused_and_nothing_is_broadcast() -> None:
    network = classifier(input_shape=3)
    before = network.parameters.copy()
    with pytest.raises(
        ShapeError, match=r"must have shape \(3, 5\); got \(5, 3\); transpose it: rows are inputs"
    ):
        network.layers[0].weights = np.ones((5, 3))
    with pytest.raises(
        ShapeError, match=r"weights of Dense\(5, 'relu'\) must have shape \(3, 5\); got \(5,\)$"
    ):
        network.layers[0].weights = np.ones(5)
    with pytest.raises(ShapeError, match=r"bias of .* must have shape \(5,\); got \(1,\)"):
        network.layers[0].bias = [1.0]
    with pytest.raises(ShapeError, match=r"has \(44,\) parameters; got shape \(1,\)"):
        network.parameters = [0.0]
    np.testing.assert_array_equal(network.parameters, before)


def test_a_layer_without_weights_has_no_such_attribute() -> None:
    with pytest.raises(AttributeError, match=r"^Dropout\(0\.1\) has no weights$"):
        Dropout(0.1).weights  # noqa: B018
    assert not hasattr(Flatten(), "bias")


def test_a_dense_layer_without_a_bias_has_no_such_attribute_and_multiplies_only() -> None:
    net = Network([Dense(4, "tanh", use_bias=False), Dense(2)], seed=0, dtype="float64", input_shape=3)
    X = np.random.default_rng(0).normal(size=(5, 3))
    first, second = net.layers
    with pytest.raises(AttributeError, match=r"^Dense\(4, 'tanh', use_bias=False\) has no bias$"):
        first.bias  # noqa: B018
    with pytest.raises(AttributeError, match="has no bias"):
        first.bias = 0.0
    assert net.parameters.size == 3 * 4 + 4 * 2 + 2
    expected = np.tanh(X @ first.weights) @ second.weights + second.bias
    np.testing.assert_allclose(net.predict(X), expected, rtol=1e-14)
    assert str(net.summary()).splitlines()[3].split()[-1] == "12"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bias_l1": 0.1}, "bias_l1 of Dense is of a bias, and use_bias=False leaves none"),
        ({"bias_l2": 0.1}, "bias_l2 of Dense is of a bias, and use_bias=False leaves none"),
        (
            {"bias_initializer": "normal"},
            "bias_initializer of Dense is of a bias, and use_bias=False leaves none",
        ),
    ],
)
def test_options_of_a_bias_need_one(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Dense(3, use_bias=False, **options)
    Dense(3, use_bias=True, **options)


def test_use_bias_is_true_or_false() -> None:
    with pytest.raises(ArgumentError, match=r"use_bias of Dense must be True or False"):
        Dense(3, use_bias="no")  # type: ignore[arg-type]


# ---- forward, backward, step


def softmax(z: NDArray[Any]) -> NDArray[Any]:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    result: NDArray[Any] = e / e.sum(axis=1, keepdims=True)
    return result


def test_forward_is_the_formula_of_the_textbook() -> None:
    network = classifier(input_shape=3, dtype="float64")
    first, second = network.layers
    hidden = np.maximum(X @ first.weights + first.bias, 0)
    expected = softmax(hidden @ second.weights + second.bias)
    np.testing.assert_allclose(network.forward(X), expected, rtol=1e-13)
    np.testing.assert_allclose(network.predict(X), expected, rtol=1e-13)


def test_backward_is_the_chain_rule_of_the_textbook() -> None:
    network = classifier(input_shape=3, dtype="float64")
    first, second = network.layers
    targets = np.eye(4)[CLASSES]
    output = network.forward(X)
    d_input = network.backward(gn.losses.get("cce").gradient(targets, output))
    hidden = np.maximum(X @ first.weights + first.bias, 0)
    d_second = (output - targets) / len(X)
    d_first = d_second @ second.weights.T * (hidden > 0)
    expected = [X.T @ d_first, d_first.sum(axis=0), hidden.T @ d_second, d_second.sum(axis=0)]
    np.testing.assert_allclose(network.gradients, np.concatenate([g.ravel() for g in expected]), atol=1e-15)
    np.testing.assert_allclose(d_input, d_first @ first.weights.T, atol=1e-15)


def test_gradients_of_weight_penalties_are_part_of_the_gradients() -> None:
    network = Network([Dense(2, l1=0.1, l2=0.3)], input_shape=3, seed=0, dtype="float64")
    network.forward(X)
    network.backward(np.zeros((12, 2)))
    weights = network.layers[0].weights
    np.testing.assert_allclose(network.gradients[:6], (0.1 * np.sign(weights) + 0.3 * weights).ravel())
    np.testing.assert_array_equal(network.gradients[6:], 0)
    assert network.penalty() == pytest.approx(0.1 * np.abs(weights).sum() + 0.15 * np.square(weights).sum())


def test_backward_refuses_a_gradient_that_would_be_broadcast() -> None:
    network = Network([Dense(1)], input_shape=3, seed=0)
    network.forward(X)
    with pytest.raises(ShapeError, match=r"output's shape \(12, 1\); got \(12,\)"):
        network.backward(np.ones(12))
    np.testing.assert_array_equal(network.gradients, 0)


@pytest.mark.parametrize(
    "optimizer", ["sgd", "adam", gn.SGD(0.1, momentum=0.9, nesterov=True, clip_norm=0.1)]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_steps_by_hand_are_those_of_fit_to_the_last_bit(optimizer: Any, dtype: str) -> None:
    layers = [Dense(5, "tanh", l2=0.01), BatchNorm(), Dropout(0.4), LayerNorm(), Dense(2)]
    by_hand, by_fit = (Network(layers, seed=3, dtype=dtype, input_shape=3) for _ in range(2))
    loss, values = losses.get("mse"), VALUES.astype(dtype)
    noted = []
    for _ in range(20):
        output = by_hand.forward(X)
        noted.append(loss.value(values, output) + by_hand.penalty())
        by_hand.backward(loss.gradient(values, output))
        gn.optimizers.get(optimizer).step(by_hand)
    history = by_fit.fit(X, values, loss=loss, optimizer=optimizer, epochs=20, engine="numpy", progress=False)
    np.testing.assert_array_equal(by_hand.parameters, by_fit.parameters)
    np.testing.assert_array_equal(by_hand.running_statistics, by_fit.running_statistics)
    np.testing.assert_allclose(history["loss"], noted, rtol=1e-6 if dtype == "float32" else 1e-14)


def test_steps_by_hand_through_the_jacobian_of_softmax_are_those_of_fit_from_logits() -> None:
    by_hand, by_fit = (classifier(dtype="float64", input_shape=3) for _ in range(2))
    loss = losses.get("scce")
    for _ in range(50):
        by_hand.backward(loss.gradient(CLASSES, by_hand.forward(X)))
        gn.SGD(0.5).step(by_hand)
    by_fit.fit(X, CLASSES, loss=loss, optimizer=gn.SGD(0.5), epochs=50, engine="numpy", progress=False)
    np.testing.assert_allclose(by_hand.parameters, by_fit.parameters, rtol=1e-12, atol=1e-12)


def test_a_schedule_counts_steps_by_hand() -> None:
    network = Network([Dense(1, initializer="ones")], input_shape=1, dtype="float64")
    optimizer = gn.SGD(gn.schedules.StepDecay(0.5, every=2, factor=0.1))
    for _ in range(4):
        network.forward([[1.0]])
        network.backward([[1.0]])
        optimizer.step(network)
    assert network.layers[0].weights.item() == pytest.approx(1 - 0.5 - 0.5 - 0.05 - 0.05)


def test_forward_without_training_is_predict_and_leaves_nothing_to_go_back_through() -> None:
    network = Network([Dense(4), BatchNorm(), Dropout(0.5), Dense(2)], input_shape=3, seed=0)
    network.forward(X)
    statistics = network.running_statistics.copy()
    np.testing.assert_array_equal(network.forward(X, training=False), network.predict(X))
    np.testing.assert_array_equal(network.running_statistics, statistics)
    with pytest.raises(NotBuiltError, match="call forward"):
        network.backward(np.ones((12, 2)))


# ---- use


def test_prediction_in_slices_is_prediction_at_once() -> None:
    many = RNG.normal(size=(9001, 3))
    network = classifier(input_shape=3, dtype="float64")
    first, second = network.layers
    expected = softmax(np.maximum(many @ first.weights + first.bias, 0) @ second.weights + second.bias)
    np.testing.assert_allclose(network.predict(many), expected, rtol=1e-12)
    np.testing.assert_allclose(network.predict(many[4095:4097]), expected[4095:4097], rtol=1e-12)


def test_prediction_changes_nothing() -> None:
    network = trained()
    before = fingerprint(network)
    network.predict(X)
    network.evaluate(X, CLASSES)
    assert fingerprint(network) == before


def test_predicted_classes_are_the_most_probable_ones() -> None:
    network = trained()
    classes = network.predict_classes(X)
    assert classes.dtype == np.int64
    np.testing.assert_array_equal(classes, network.predict(X).argmax(axis=1))


def test_with_one_output_the_class_is_whether_it_is_above_one_half() -> None:
    network = Network([Dense(1, "sigmoid", initializer="ones")], input_shape=1)
    np.testing.assert_array_equal(network.predict_classes([[-1.0], [0.0], [0.1]]), [0, 0, 1])


def test_logits_are_turned_into_probabilities_before_classes_and_accuracy() -> None:
    network = Network([Dense(1, initializer="ones")], input_shape=1)
    inputs, classes = [[-1.0], [-2.0], [0.2], [0.3]], [0, 0, 1, 1]
    network.fit(
        inputs, classes, loss="sigmoid_cross_entropy", optimizer=gn.SGD(0.0), engine="numpy", progress=False
    )
    np.testing.assert_array_equal(network.predict_classes(inputs), classes)
    assert network.evaluate(inputs, classes)["accuracy"] == 1.0


def test_evaluate_takes_the_loss_of_the_last_fit_and_accuracy() -> None:
    network = trained(dtype="float64")
    result = network.evaluate(X, CLASSES)
    output = network.predict(X)
    assert set(result) == {"loss", "accuracy"}
    assert result["loss"] == pytest.approx(losses.get("scce").value(CLASSES, output), rel=1e-12)
    assert result["accuracy"] == np.mean(output.argmax(axis=1) == CLASSES)


@pytest.mark.parametrize(
    ("last", "targets", "loss", "metrics"),
    [
        (Dense(4, "softmax"), CLASSES, "scce", {"accuracy"}),
        (Dense(4, "softmax"), np.eye(4)[CLASSES], "cce", {"accuracy"}),
        (Dense(1, "sigmoid"), CLASSES % 2, "bce", {"accuracy"}),
        (Dense(2, "sigmoid"), np.stack([CLASSES % 2, CLASSES > 0], axis=1), "bce", set()),
        (Dense(2), VALUES, "mse", {"mean_absolute_error", "r2"}),
    ],
)
def test_without_a_fit_evaluate_takes_the_loss_that_goes_with_the_last_layer(
    last: Layer, targets: Any, loss: str, metrics: set[str]
) -> None:
    network = Network([last], input_shape=3, seed=0, dtype="float64")
    result = network.evaluate(X, targets)
    expected = losses.get(loss).value(np.reshape(targets, (12, -1)), network.predict(X))
    assert result["loss"] == pytest.approx(expected, rel=1e-12)
    assert set(result) == {"loss"} | metrics


def test_evaluate_of_one_sample_leaves_out_what_one_sample_cannot_tell() -> None:
    network = Network([Dense(2)], input_shape=3, seed=0)
    assert set(network.evaluate(X[:1], VALUES[:1])) == {"loss", "mean_absolute_error"}


def test_evaluate_takes_a_loss_and_metrics_by_name_or_as_functions() -> None:
    def largest_error(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
        return float(np.abs(y_true - y_pred).max())

    network = Network([Dense(2, l2=0.5)], input_shape=3, seed=0, dtype="float64")
    result = network.evaluate(X, VALUES, loss="mae", metrics=["rmse", largest_error])
    error = network.predict(X) - VALUES
    assert result == {
        "loss": pytest.approx(np.abs(error).mean() + network.penalty()),
        "root_mean_squared_error": pytest.approx(np.sqrt(np.square(error).mean(axis=0)).mean()),
        "largest_error": pytest.approx(np.abs(error).max()),
    }


def test_the_summary_is_a_table_of_layers_shapes_and_parameters() -> None:
    network = Network([Flatten(), Dense(32, "relu"), Dropout(0.2), Dense(10, "softmax")], input_shape=(8, 8))
    assert str(network.summary()).splitlines() == [
        "layer                 output shape  parameters",
        "----------------------------------------------",
        "input                 (n, 8, 8)              0",
        "Flatten()             (n, 64)                0",
        "Dense(32, 'relu')     (n, 32)            2,080",
        "Dropout(0.2)          (n, 32)                0",
        "Dense(10, 'softmax')  (n, 10)              330",
        "----------------------------------------------",
        "2,410 parameters, 9.6 kB",
    ]
    assert network.summary().n_parameters == 2410
