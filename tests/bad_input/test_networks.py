"""Networks refuse layers that do not fit, and data other than they were built for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.errors import ArgumentError, DataError, GlassnetError, ShapeError, UnknownNameError
from glassnet.layers import BatchNorm, Dense, Dropout, Flatten, Layer
from glassnet.network.network import Network
from tests.bad_input.refusing import (
    CLASSES,
    ONE_HOT,
    X,
    changed,
    networks,
)
from tests.training.fingerprints import fingerprint


@pytest.mark.parametrize(
    "use",
    [
        lambda network, x: network.predict(x),
        lambda network, x: network.predict_classes(x),
        lambda network, x: network.forward(x),
        lambda network, x: network.evaluate(x, CLASSES),
        lambda network, x: network.fit(x, CLASSES, loss="scce", progress=False),
    ],
)
def test_other_features_than_the_network_was_built_for_are_refused(
    use: Callable[[Network, Any], Any],
) -> None:
    trained = networks(Dense(4, "softmax"))[1]
    before = fingerprint(trained)
    with pytest.raises(
        ShapeError,
        match=r"^layer 0 \(Dense\(5, 'tanh'\)\) was built for 3 features; X has 2 \(shape \(20, 2\)\)$",
    ):
        use(trained, X[:, :2])
    with pytest.raises(DataError, match=r"^X holds nan at row 2, column 0"):
        use(trained, changed(X, (2, 0), np.nan))
    assert fingerprint(trained) == before


def test_images_of_another_shape_are_refused() -> None:
    network = Network([Flatten(), Dense(2)], input_shape=(4, 4), seed=0)
    with pytest.raises(
        ShapeError, match=r"layer 0 \(Flatten\(\)\) was built for samples of shape \(4, 4\); X has 16 feat"
    ):
        network.predict(np.ones((3, 16)))


@pytest.mark.parametrize(
    ("images", "layers", "message"),
    [
        (
            np.ones((20, 8, 8)),
            [Dense(4, "softmax")],
            r"layer 0 of 1, Dense\(4, 'softmax'\), reads samples with one axis",
        ),
        (
            np.ones((20, 8, 8)),
            [Dropout(), BatchNorm(), Dense(4)],
            r"layer 1 of 3, BatchNorm\(\), .* Put Flatten\(\) before it",
        ),
    ],
)
def test_images_before_a_dense_layer_need_flatten(images: Any, layers: list[Layer], message: str) -> None:
    network = Network(layers, seed=0)
    before = fingerprint(network)
    for use in (
        lambda: network.forward(images),
        lambda: network.fit(images, CLASSES, loss="mse", progress=False),
    ):
        with pytest.raises(ShapeError, match=message):
            use()
    assert fingerprint(network) == before


def test_forward_of_bad_data_does_not_build_a_network() -> None:
    network = Network([Dense(2)], seed=0)
    before = fingerprint(network)
    for bad in (X[:, 0], changed(X, (0, 0), np.inf), [[1], [1, 2]], X[:0], None, "text"):
        with pytest.raises(GlassnetError):
            network.forward(bad)  # type: ignore[arg-type]
    assert fingerprint(network) == before


@pytest.mark.parametrize(
    ("y", "options", "error", "message"),
    [
        (CLASSES[:3], {}, ShapeError, "X has 20 samples and y has 3"),
        (ONE_HOT, {"loss": "scce"}, ShapeError, "For one-hot rows use categorical_cross_entropy"),
        ([[0], [1, 2]], {}, DataError, "y must have rows of equal length"),
        (CLASSES, {"loss": "mze"}, UnknownNameError, "did you mean 'mse'"),
        (CLASSES, {"metrics": "accuracy"}, ArgumentError, "metrics must be a list"),
        (CLASSES, {"metrics": ["accurate"]}, UnknownNameError, "did you mean 'accuracy'"),
    ],
)
def test_evaluate_refuses_what_fit_refuses(
    y: Any, options: dict[str, Any], error: type[GlassnetError], message: str
) -> None:
    with pytest.raises(error, match=message):
        Network([Dense(4, "softmax")], input_shape=3, seed=0).evaluate(X, y, **options)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], r"^layers must be a list of at least one layer, such as \[Dense\(1\)\]; got \[\]$"),
        (Dense(3), r"^layers must be a list of at least one layer.*; got Dense\(3\)$"),
        (None, r"^layers must be a list of at least one layer"),
        ([Dense(3), "relu"], r"^layer 1 must be a Layer, such as Dense\(32, 'relu'\); got 'relu'$"),
        ([Dense], r"^layer 0 must be a Layer, such as Dense\(32, 'relu'\); got the class"),
        ([3, 4], r"^layer 0 must be a Layer, such as Dense\(32, 'relu'\); got 3$"),
    ],
)
def test_a_network_is_made_of_layers(layers: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Network(layers)


@pytest.mark.parametrize("shape", [0, -3, 2.5, True, (8, 0), (), "64", (8, 1.5), None, np.array([3])])
def test_an_input_shape_is_made_of_positive_integers(shape: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"^input_shape must be an integer >= 1, or a tuple of them; got "
    ):
        Network([Dense(3)]).build(shape)


def test_an_input_shape_may_be_an_integer_of_numpy_or_a_list() -> None:
    assert Network([Dense(3)], input_shape=np.int64(4)).input_shape == (4,)  # type: ignore[arg-type]
    assert Network([Flatten(), Dense(3)], input_shape=[2, 3]).input_shape == (2, 3)


@pytest.mark.parametrize("axis", [np.timedelta64(1, "s"), True, 1.0])
def test_what_counts_no_features_is_no_shape(axis: Any) -> None:
    with pytest.raises(ArgumentError, match="input_shape must be an integer >= 1, or a tuple of them; got"):
        Network([Dense(2)], input_shape=axis)
