"""Text C: XOR, 2 -> 4 ReLU -> 1 sigmoid, which often does not learn. The figures say how often, and why.

"Solved" means that all four outputs are on the right side of 0.5 after 10 000 epochs. That leaves no doubt: then the
loss is below 0.01, and else above 0.3.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet import initializers
from glassnet.network.network import Network
from tests.numbers import sweep
from tests.numbers.sweep import Networks

Array = NDArray[Any]

X, Y = gn.datasets.xor()
EPOCHS = 10_000


def network(hidden: int, seed: int, first: float = 0.01, second: float = 0.01) -> Network:
    """Weights first * N(0, 1), then second * N(0, 1), from the legacy seed."""
    layers = [
        gn.Dense(hidden, "relu", initializers.Normal(first)),
        gn.Dense(1, "sigmoid", initializers.Normal(second)),
    ]
    return Network(layers, seed=np.random.RandomState(seed), dtype="float64", input_shape=2)


def train(net: Network, epochs: int) -> Network:
    net.fit(X, Y, loss="bce", optimizer=gn.SGD(0.1), epochs=epochs, engine="numpy", progress=False)
    return net


@functools.cache
def trained(seed: int) -> Network:
    """As the text trains it."""
    return train(network(4, seed), EPOCHS)


def loss(net: Network) -> float:
    return net.evaluate(X, Y)["loss"]


def test_seed_42_does_not_learn_it() -> None:
    net = trained(42)
    assert round(loss(net), 4) == 0.4775
    assert np.round(net.predict(X)[:, 0], 3).tolist() == [0.666, 0.666, 0.666, 0.001]
    assert net.evaluate(X, Y)["accuracy"] == 0.75


def test_because_its_hidden_neurons_are_dead() -> None:
    hidden = trained(42).layers[0]
    activations = np.maximum(X @ hidden.view("weights") + hidden.view("bias"), 0)
    assert (activations[:3] == 0).all()
    assert sorted((activations > 0).sum(axis=0)) == [0, 1, 1, 1]
    assert (activations[3] > 0).sum() == 3


@pytest.mark.parametrize(("seed", "printed"), [(0, 0.0023), (1, 0.0017), (2, 0.0016)])
def test_other_seeds_do(seed: int, printed: float) -> None:
    net = trained(seed)
    assert round(loss(net), 4) == printed
    assert net.evaluate(X, Y)["accuracy"] == 1


def test_the_sweep_below_trains_as_glassnet_does() -> None:
    seeds = (42, 0, 1, 2)
    plain = Networks.drawn(sweep.small, 4, seeds).train(EPOCHS)
    for index, seed in enumerate(seeds):
        net = trained(seed)
        parts = (
            plain.W1[..., index],
            plain.b1[..., index],
            plain.W2[..., index],
            plain.b2[index : index + 1],
        )
        np.testing.assert_allclose(
            net.parameters, np.concatenate([part.ravel() for part in parts]), rtol=1e-9
        )
        assert loss(net) == pytest.approx(plain.loss()[index], rel=1e-10)


def test_from_scaled_weights_too() -> None:
    seeds = (0, 1, 2)
    plain = Networks.drawn(sweep.scaled, 8, seeds).train(500)
    for index, seed in enumerate(seeds):
        net = train(network(8, seed, 1.0, math.sqrt(2 / 8)), 500)
        assert loss(net) == pytest.approx(plain.loss()[index], rel=1e-10)


SHARES = [
    (sweep.small, {2: 19.5, 3: 36.0, 4: 50.5, 8: 84.5, 16: 98.5}),
    (sweep.scaled, {2: 20.5, 3: 46.0, 4: 64.5, 8: 93.5, 16: 100.0}),
]


@pytest.mark.parametrize(
    ("draw", "hidden", "percent"),
    [
        pytest.param(draw, hidden, percent, id=f"{draw.__name__}-{hidden}")
        for draw, shares in SHARES
        for hidden, percent in shares.items()
    ],
)
def test_the_share_of_seeds_0_to_199_that_solve_it(draw: sweep.Draw, hidden: int, percent: float) -> None:
    networks = Networks.drawn(draw, hidden, range(200)).train(EPOCHS)
    solved, loss = networks.solved(), networks.loss()
    assert 100 * solved.mean() == percent
    assert (loss[solved] < 0.01).all()
    assert (loss[~solved] > 0.3).all()
