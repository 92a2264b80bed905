"""Products, losses and predictions of sizes that compiled code takes in different ways give the same numbers."""

import numpy as np
import pytest

import glassnet as gn
from glassnet.engines.compiled.predictor import SMALL
from glassnet.errors import DivergenceError
from glassnet.kernels.arithmetic.products import FEW, LOOP_PRODUCTS, SHARED_PRODUCTS, SMALL_PRODUCTS
from glassnet.layers import Layer
from glassnet.network.network import Network

# Of the products of 64-32-10: rows up to which one call is made, and from which one is made again.
ONE_CALL, SHARED = SMALL_PRODUCTS // (64 * 32), -(-SHARED_PRODUCTS // (64 * 32))


def trained(engine: str, n_samples: int, layers: list[Layer], n_features: int = 64) -> Network:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(n_samples, n_features)), random.normal(size=(n_samples, 3))
    net = Network([*layers, gn.Dense(3)], seed=1, dtype="float64")
    net.fit(X, y, loss="mse", epochs=3, batch_size=n_samples, engine=engine, progress=False)
    return net


@pytest.mark.parametrize("n_samples", [ONE_CALL, ONE_CALL + 1, 3 * ONE_CALL, SHARED - 1, SHARED])
def test_products_of_many_rows_may_be_cut(n_samples: int) -> None:
    layers: list[Layer] = [gn.Dense(32, "relu"), gn.Dense(10, "tanh")]
    ours, theirs = (trained(engine, n_samples, layers) for engine in ("compiled", "numpy"))
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("n_features", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("units", [1, FEW - 1, FEW, FEW + 5])
def test_small_products_are_loops_of_several_kinds(units: int, n_features: int) -> None:
    assert 15 * units * n_features <= LOOP_PRODUCTS
    for n_samples in (1, 15):
        ours, theirs = (
            trained(engine, n_samples, [gn.Dense(units, "tanh")], n_features)
            for engine in ("compiled", "numpy")
        )
        np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-11, atol=1e-14)


def test_a_loss_of_few_entries_that_overflows_is_infinite_as_of_many() -> None:
    for n_samples in (1, 15, 16, 40):
        net = Network([gn.Dense(1)], seed=0, input_shape=1)
        net.layers[0].weights[...] = 1e30
        with pytest.raises(DivergenceError, match=r"\binf\b"):
            net.fit(
                np.ones((n_samples, 1)),
                np.zeros((n_samples, 1)),
                loss="mse",
                engine="compiled",
                progress=False,
            )


@pytest.mark.parametrize("n_samples", [1, 2, SMALL, SMALL + 1])
def test_few_rows_are_predicted_as_many_are(n_samples: int) -> None:
    net = Network([gn.Dense(32, "relu"), gn.Dense(10, "softmax")], seed=0, input_shape=64)
    X = np.random.default_rng(0).normal(size=(SMALL + 1, 64))
    predict = net.compiled_predict()
    for _ in range(2):
        np.testing.assert_allclose(predict(X[:n_samples]), net.predict(X)[:n_samples], rtol=1e-5)
    assert predict(X[:n_samples].astype("float32")).shape == (n_samples, 10)
