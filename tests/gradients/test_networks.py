"""Backpropagation through every layer, and to every loss, agrees with central differences in every entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import glassnet as gn
from glassnet import layers, losses
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.network.network import Network
from tests.gradients.differences import assert_equal, gradient, smooth
from tests.gradients.table import ALL_LAYERS, LAYERS, LOSSES, computes, label, output_activation, targets
from tests.gradients.table import samples as samples_of

Array = NDArray[Any]

few = settings(max_examples=4)
samples = st.integers(3, 5)
seeds = st.integers(0, 2**32 - 1)


def built(stack: Sequence[Layer], shape: tuple[int, ...], seed: int) -> Network:
    """A float64 network in which every parameter, biases too, is away from zero."""
    net = Network(stack, seed=seed, dtype="float64", input_shape=shape)
    net.parameters = np.random.default_rng(seed).normal(scale=0.8, size=net.parameters.shape)
    return net


def check(net: Network, X: Array, y: Any, loss: Loss) -> None:
    """`net.gradients` and the gradient of X, every entry; all forward passes draw the same dropout masks."""
    masks = net.streams.state()

    def forward() -> Array:
        net.streams.restore(masks)
        return net.forward(X)

    def objective() -> float:
        return loss.value(y, forward()) + net.penalty()

    of_inputs = net.backward(loss.gradient(y, forward()))
    of_parameters, size = net.gradients.copy(), abs(objective())
    for ours, moved in ((of_parameters, net.parameters), (of_inputs, X)):
        numeric, doubt = gradient(objective, moved)
        assume(smooth(numeric, doubt, size))
        assert_equal(ours, numeric, size)


def test_every_built_in_layer_is_in_the_table() -> None:
    assert set(LAYERS) | {"embedding"} == set(layers.names())
    for name, variants in LAYERS.items():
        assert {type(layer) for layer in variants} == {layers._registry._classes[name]}


@pytest.mark.parametrize("layer", ALL_LAYERS, ids=label)
@few
@given(n=samples, place=st.sampled_from(["first", "between", "last"]), seed=seeds)
def test_through_every_layer(layer: Layer, n: int, place: str, seed: int) -> None:
    first, last = gn.Dense(3, "tanh"), gn.Dense(2)
    stack = {"first": [layer, last], "between": [first, layer, last], "last": [first, layer]}[place]
    net = built(stack, (3,), seed)
    random = np.random.default_rng(seed + 1)
    X = random.normal(size=(n, 3))
    check(net, X, random.normal(size=net.predict(X).shape), losses.MeanSquaredError())


@settings(max_examples=25)
@given(
    stack=st.lists(st.sampled_from(ALL_LAYERS), min_size=1, max_size=4).filter(computes),
    n=samples,
    seed=seeds,
)
def test_through_random_stacks(stack: list[Layer], n: int, seed: int) -> None:
    net = built(stack, (3,), seed)
    random = np.random.default_rng(seed + 1)
    X = random.normal(size=(n, 3))
    check(net, X, random.normal(size=net.predict(X).shape), losses.MeanSquaredError())


@pytest.mark.parametrize("loss", LOSSES, ids=label)
@few
@given(n=samples, k=st.integers(2, 3), seed=seeds)
def test_from_every_loss(loss: Loss, n: int, k: int, seed: int) -> None:
    net = built(
        [
            gn.Dense(3, "tanh"),
            gn.Dense(k * loss.outputs_per_target, output_activation(loss), l1=0.01, l2=0.1),
        ],
        (2,),
        seed,
    )
    random = np.random.default_rng(seed + 1)
    X = samples_of(loss, random, n, 2).reshape(-1, 2)
    check(net, X, targets(loss, random, n, k), loss)


@few
@given(n=samples, shape=st.lists(st.integers(1, 3), min_size=2, max_size=3).map(tuple), seed=seeds)
def test_through_samples_of_several_axes(n: int, shape: tuple[int, ...], seed: int) -> None:
    net = built([gn.Flatten(), gn.Dense(2, "tanh")], shape, seed)
    random = np.random.default_rng(seed + 1)
    X = random.normal(size=(n, *shape))
    assert net.backward(net.forward(X)).shape == X.shape
    check(net, X, random.normal(size=(n, 2)), losses.MeanSquaredError())


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.7), (0.2, 0.4)])
def test_the_penalty_is_that_of_the_weights_alone(l1: float, l2: float) -> None:
    net = built([gn.Dense(4, "tanh", l1=l1, l2=l2), gn.Dense(2)], (3,), 0)
    weights = net.layers[0].view("weights")
    expected = l1 * np.abs(weights).sum() + l2 / 2 * (weights**2).sum()
    assert net.penalty() == pytest.approx(expected, rel=1e-15)
    net.forward(np.zeros((1, 3)))
    net.backward(np.zeros((1, 2)))
    of_weights = l1 * np.sign(weights) + l2 * weights
    np.testing.assert_allclose(net.gradients[:12], of_weights.reshape(-1), rtol=1e-15)
    np.testing.assert_array_equal(net.gradients[12:], 0)


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.7), (0.2, 0.4)])
def test_the_penalty_on_a_bias_is_that_of_the_bias_alone(l1: float, l2: float) -> None:
    net = built([gn.Dense(4, "tanh", bias_l1=l1, bias_l2=l2), gn.Dense(2)], (3,), 0)
    bias = net.layers[0].view("bias")
    expected = l1 * np.abs(bias).sum() + l2 / 2 * (bias**2).sum()
    assert net.penalty() == pytest.approx(expected, rel=1e-15)
    net.forward(np.zeros((1, 3)))
    net.backward(np.zeros((1, 2)))
    np.testing.assert_allclose(net.gradients[12:16], l1 * np.sign(bias) + l2 * bias, rtol=1e-15)
    np.testing.assert_array_equal(np.delete(net.gradients, slice(12, 16)), 0)


FUSED = [("softmax", "categorical_cross_entropy"), ("softmax", "sparse_categorical_cross_entropy"),
         ("sigmoid", "binary_cross_entropy")]  # fmt: skip


@pytest.mark.parametrize(("activation", "name"), FUSED)
@few
@given(n=samples, k=st.integers(2, 4), seed=seeds)
def test_a_loss_from_logits_takes_the_same_step_as_the_loss_by_hand(
    activation: str, name: str, n: int, k: int, seed: int
) -> None:
    loss = losses.get(name)
    by_hand = built([gn.Dense(3, "tanh"), gn.Dense(k, activation)], (2,), seed)
    fitted = by_hand.copy()
    random = np.random.default_rng(seed + 1)
    X, y = random.normal(size=(n, 2)), targets(loss, random, n, k)
    assume(len(np.unique(y, axis=0)) > 1)

    output = by_hand.forward(X)
    by_hand.backward(loss.gradient(y, output))
    gn.SGD(0.5).step(by_hand)
    history = fitted.fit(X, y, loss=loss, optimizer=gn.SGD(0.5), epochs=1, engine="numpy", progress=False)

    assert fitted.plan(loss).loss != loss
    assert history["loss"] == pytest.approx([loss.value(y, output)], rel=1e-13)
    np.testing.assert_allclose(fitted.parameters, by_hand.parameters, rtol=1e-12, atol=1e-14)
