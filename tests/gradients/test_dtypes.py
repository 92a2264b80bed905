"""What is given in float32 stays in float32 all the way, and float64 in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet import activations, losses, optimizers
from glassnet.activations import ActivationFunction
from glassnet.formulas import rows
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from tests.gradients.table import (
    ACTIVATIONS,
    ALL_LAYERS,
    LOSSES,
    STEPPING,
    WEIGHTED,
    label,
    predictions,
    targets,
)

Array = NDArray[Any]

DTYPES = ["float32", "float64"]
# NumPy's own numbers turn a float32 array into float64 where a Python float would not.
OF_NUMPY: Any = np.float64(0.25)

OPTIMIZERS: list[Optimizer] = [
    *map(optimizers.get, STEPPING),
    gn.SGD(OF_NUMPY, OF_NUMPY, nesterov=True, weight_decay=OF_NUMPY, clip_norm=OF_NUMPY, clip_value=OF_NUMPY),
    gn.SGD(0.1, 0.9),
]


def scalar_arguments() -> list[ActivationFunction | Loss]:
    return [
        activations.LeakyReLU(OF_NUMPY),
        activations.ELU(OF_NUMPY),
        losses.Huber(OF_NUMPY),
        losses.Quantile(OF_NUMPY),
        losses.Contrastive(OF_NUMPY),
        losses.TripletHard(OF_NUMPY),
        losses.TripletAll(OF_NUMPY),
    ]


@pytest.mark.parametrize("thing", scalar_arguments(), ids=label)
def test_numbers_of_numpy_become_plain_numbers(thing: ActivationFunction | Loss) -> None:
    assert [type(number) for number in thing.parameters] == [float]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=label)
def test_activations_keep_the_type(activation: ActivationFunction, dtype: str) -> None:
    z = np.linspace(-3, 3, 8, dtype=dtype).reshape(4, 2)
    a = activation.value(z)
    assert a.dtype == z.dtype
    assert activation.backward(z, a, np.ones_like(z)).dtype == z.dtype


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES, ids=label)
def test_losses_give_a_python_number_and_a_gradient_of_the_predictions_type(loss: Loss, dtype: str) -> None:
    random = np.random.default_rng(0)
    y, p = targets(loss, random, 6, 3), predictions(loss, random, 6, 3).astype(dtype)
    assert type(loss.value(y, p)) is float
    assert loss.gradient(y, p).dtype == p.dtype
    assert loss.value(y, p) == pytest.approx(loss.value(y, p.astype(float)), rel=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", WEIGHTED, ids=label)
def test_weights_keep_the_type_too(loss: Loss, dtype: str) -> None:
    random = np.random.default_rng(0)
    y, p = loss.prepare(targets(loss, random, 6, 3), predictions(loss, random, 6, 3).astype(dtype))
    value, gradient = loss.compare(y, p, np.linspace(0, 1, len(p), dtype=dtype))
    assert type(value) is float
    assert gradient.dtype == p.dtype


@pytest.mark.parametrize("dtype", DTYPES)
def test_normalising_keeps_the_type(dtype: str) -> None:
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(dtype)
    for axis in (0, 1):
        parts = rows.normalise(x, 1e-5, axis)
        assert {part.dtype for part in parts} == {x.dtype}
        assert rows.normalise_backward(parts[0], parts[3], x, axis).dtype == x.dtype


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=label)
def test_update_rules_keep_the_type(optimizer: Optimizer, dtype: str) -> None:
    random = np.random.default_rng(0)
    vectors = random.uniform(0.1, 1, size=(2 + optimizer.n_states, 5)).astype(dtype)
    coefficients = optimizer.table(optimizer.rates(np.zeros(1)), 1)[0].tolist()
    results = optimizer.rule(*vectors, tuple(coefficients))
    assert len(results) == 1 + optimizer.n_states
    assert {result.dtype for result in results} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layer", ALL_LAYERS, ids=label)
def test_networks_keep_the_type(layer: Layer, dtype: str) -> None:
    net = Network([gn.Dense(3, "tanh"), layer, gn.Dense(2)], seed=0, dtype=dtype, input_shape=3)
    X = np.random.default_rng(0).normal(size=(5, 3))
    output = net.forward(X)
    found = [output, net.backward(np.ones((5, 2))), net.predict(X)]
    gn.Adam().step(net)
    found += [net.parameters, net.gradients, net.running_statistics]
    assert net.state is not None
    assert {array.dtype for array in (*found, net.state.vectors)} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", DTYPES)
def test_training_keeps_the_type(dtype: str) -> None:
    net = Network([gn.Dense(3, "tanh"), gn.Dropout(0.2), gn.Dense(2)], seed=0, dtype=dtype)
    random = np.random.default_rng(0)
    X, y = random.normal(size=(8, 3)), random.normal(size=(8, 2))
    net.fit(
        X, y, loss="mse", optimizer=OPTIMIZERS[-2], epochs=3, batch_size=3, engine="numpy", progress=False
    )
    assert net.parameters.dtype == net.predict(X).dtype == np.dtype(dtype)
