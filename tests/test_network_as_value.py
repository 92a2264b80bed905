"""A network is a value: it is copied, compared and printed as what rebuilds it; it follows from its seed alone."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import activations, initializers
from glassnet.errors import ArgumentError
from glassnet.layers import Activation, BatchNorm, Dense, Dropout, Flatten, Layer, LayerNorm
from glassnet.network.network import Network
from tests.test_network import CLASSES, X, classifier, trained

NAMESPACE = {name: getattr(gn, name) for name in gn.__all__}


# ---- as a value


@pytest.mark.parametrize(
    "duplicate",
    [Network.copy, copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_is_independent_and_trains_on_as_the_original_does(
    duplicate: Callable[[Network], Network],
) -> None:
    layers = [Dense(6, "tanh"), BatchNorm(), Dropout(0.3), Dense(4, "softmax")]
    original = Network(layers, seed=5)
    options: dict[str, Any] = {"loss": "scce", "batch_size": 5, "engine": "numpy", "progress": False}
    original.fit(X, CLASSES, epochs=3, **options)
    twin = duplicate(original)
    assert twin == original
    before = original.parameters.copy()
    first = twin.fit(X, CLASSES, epochs=4, **options)
    np.testing.assert_array_equal(original.parameters, before)
    assert np.shares_memory(twin.layers[0].weights, twin.parameters)
    second = original.fit(X, CLASSES, epochs=4, **options)
    np.testing.assert_array_equal(twin.parameters, original.parameters)
    np.testing.assert_array_equal(twin.running_statistics, original.running_statistics)
    assert first["loss"] == second["loss"]
    assert first["epoch"] == second["epoch"] == [4, 5, 6, 7]


def test_networks_are_equal_when_their_configuration_is() -> None:
    assert classifier(seed=1) == classifier(seed=2)
    assert classifier(input_shape=3) != classifier()
    assert classifier(dtype="float64") != classifier()
    assert classifier() != Network([Dense(5, "tanh"), Dense(4, "softmax")])
    assert Network([Dense(5, "relu")]) == Network([Dense(5, activations.ReLU())])
    assert Network([Dense(5, "leaky_relu")]) != Network([Dense(5, activations.LeakyReLU(0.2))])
    assert Network([Dense(5, l2=0.1)]) != Network([Dense(5)])
    assert classifier() != "Network"


def test_parameters_are_no_part_of_the_configuration() -> None:
    network = trained()
    assert network == classifier(input_shape=3)


REPRESENTATIVE: list[tuple[list[Layer], str]] = [
    ([Dense(32, "relu"), Dense(10, "softmax")], "[Dense(32, 'relu'), Dense(10, 'softmax')]"),
    ([Dense(3, activations.LeakyReLU(0.2))], "[Dense(3, activations.LeakyReLU(0.2))]"),
    ([Dense(3, activations.LeakyReLU())], "[Dense(3, 'leaky_relu')]"),
    ([Dense(3, initializer="he_normal")], "[Dense(3, initializer='he_normal')]"),
    ([Dense(3, initializer=initializers.Normal(0.5))], "[Dense(3, initializer=initializers.Normal(0.5))]"),
    ([Dense(3, "tanh", "zeros", "ones", 0.1, 0.2)], "[Dense(3, 'tanh', 'zeros', 'constant', 0.1, 0.2)]"),
    ([Dense(3, l2=1e-4)], "[Dense(3, l2=0.0001)]"),
    ([Flatten(), Activation("elu"), Dropout(0.25)], "[Flatten(), Activation('elu'), Dropout(0.25)]"),
    ([Dense(1), BatchNorm(0.2), LayerNorm(epsilon=1e-3)], "[Dense(1), BatchNorm(0.2), LayerNorm(0.001)]"),
]


@pytest.mark.parametrize(("layers", "expected"), REPRESENTATIVE)
def test_the_repr_of_a_network_rebuilds_it(layers: list[Layer], expected: str) -> None:
    variants: list[dict[str, Any]] = [{}, {"input_shape": 4}, {"dtype": "float64", "input_shape": 4}]
    for options in variants:
        network = Network(layers, seed=11, **options)
        assert repr(network).startswith(f"Network({expected}, seed=11")
        rebuilt = eval(repr(network), dict(NAMESPACE))
        assert rebuilt == network
        assert repr(rebuilt) == repr(network)
        if network.built:
            np.testing.assert_array_equal(rebuilt.parameters, network.parameters)


def test_the_repr_after_a_fit_rebuilds_the_network_as_it_began() -> None:
    network, began = trained(), classifier(input_shape=3)
    np.testing.assert_array_equal(eval(repr(network), dict(NAMESPACE)).parameters, began.parameters)


# ---- randomness


def test_the_same_seed_gives_the_same_network_and_another_seed_another() -> None:
    one, same, other = (trained(seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.parameters, same.parameters)
    assert (one.parameters != other.parameters).mean() > 0.5


def test_without_a_seed_one_is_drawn_kept_and_shown() -> None:
    network, other = (Network([Dense(3)], input_shape=2) for _ in range(2))
    assert network.streams.seed is not None
    assert f"seed={network.streams.seed}," in repr(network)
    assert network.streams.seed != other.streams.seed
    np.testing.assert_array_equal(eval(repr(network), dict(NAMESPACE)).parameters, network.parameters)


@pytest.mark.parametrize("source", [np.random.default_rng, np.random.RandomState])
def test_a_generator_as_seed_gives_the_weights_and_moves_on(source: Callable[[int], Any]) -> None:
    generator, twin = source(4), source(4)
    networks = [Network([Dense(6, initializer="normal")], seed=generator, input_shape=3) for _ in range(2)]
    expected = [0.01 * twin.standard_normal((3, 6)) for _ in range(2)]
    for network, weights in zip(networks, expected, strict=True):
        np.testing.assert_array_equal(network.layers[0].weights, weights.astype(np.float32))
        assert "seed" not in repr(network)


def test_a_random_state_draws_weights_as_randn_does() -> None:
    network = Network(
        [Dense(4, "relu", "normal"), Dense(1, "sigmoid", "normal")],
        seed=np.random.RandomState(42), input_shape=2, dtype="float64",
    )  # fmt: skip
    legacy = np.random.RandomState(42)
    np.testing.assert_array_equal(network.layers[0].weights, 0.01 * legacy.randn(2, 4))
    np.testing.assert_array_equal(network.layers[1].weights, 0.01 * legacy.randn(4, 1))


def test_networks_of_equal_generators_train_alike() -> None:
    one, same = (trained(seed=np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one.parameters, same.parameters)
    one, same = (trained(seed=np.random.RandomState(9)) for _ in range(2))
    np.testing.assert_array_equal(one.parameters, same.parameters)


@pytest.mark.parametrize("seed", [-1, 1.5, "seven", True, [1]])
def test_a_seed_is_an_integer_or_a_generator(seed: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"seed must be an integer >= 0, a Generator or a RandomState; got"
    ):
        classifier(seed=seed)


def test_no_global_random_state_is_read_or_set() -> None:
    def state() -> tuple[str, Any]:
        return repr(np.random.get_state(legacy=False)), random.getstate()  # noqa: NPY002

    np.random.seed(0)  # noqa: NPY002
    before = state()
    first = trained(seed=3)
    network = Network([Dense(3), Dropout(0.5), Dense(4, "softmax")])
    network.fit(X, CLASSES, loss="scce", batch_size=5, epochs=2, engine="numpy", progress=False)
    assert state() == before
    np.random.seed(1)  # noqa: NPY002
    np.testing.assert_array_equal(trained(seed=3).parameters, first.parameters)


# ---- dtype


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everything_a_network_computes_has_its_dtype(dtype: str) -> None:
    network = trained(dtype=dtype)
    assert network.state is not None
    arrays = [
        network.parameters, network.gradients, network.state.vectors, network.predict(X), network.forward(X),
        network.backward(np.ones((12, 4))),
    ]  # fmt: skip
    assert {array.dtype.name for array in arrays} == {dtype}


def test_float32_is_the_default_and_other_dtypes_are_refused() -> None:
    assert classifier().dtype == np.float32
    assert classifier(dtype=np.float64).dtype == np.float64
    for dtype in ("float16", "int32", None, int):
        with pytest.raises(ArgumentError, match="dtype must be 'float32' or 'float64'; got"):
            classifier(dtype=dtype)
