"""Backpropagation is what autograd finds for the same network, parameters and dropout masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import glassnet as gn
from glassnet import losses
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.network.network import Network
from tests.gradients.table import ALL_LAYERS, LOSSES, computes, label, output_activation, targets
from tests.gradients.table import samples as samples_of
from tests.parity import twins

Array = NDArray[Any]

few = settings(max_examples=4)
samples = st.integers(3, 6)
seeds = st.integers(0, 2**32 - 1)


def built(stack: Sequence[Layer], n_features: int, seed: int) -> Network:
    net = Network(stack, seed=seed, dtype="float64", input_shape=n_features)
    net.parameters = np.random.default_rng(seed).normal(scale=0.8, size=net.parameters.shape)
    return net


def check(net: Network, X: Array, y: Any, loss: Loss) -> None:
    masks = net.copy().streams.draw_masks(net.plan(), np.array([len(X)]), np.zeros(1))
    inputs = torch.tensor(X, requires_grad=True)
    parameters = torch.tensor(net.parameters, requires_grad=True)
    theirs = twins.forward(net, inputs, parameters, masks)
    objective = twins.compare(loss, y, theirs) + twins.penalty(net, parameters)
    through_inputs, through_parameters = twins.gradients(objective, inputs, parameters)

    output = net.forward(X)
    of_inputs = net.backward(loss.gradient(y, output))
    np.testing.assert_allclose(output, theirs.detach().numpy(), rtol=1e-11, atol=1e-13)
    assert loss.value(y, output) + net.penalty() == pytest.approx(objective.item(), rel=1e-11, abs=1e-13)
    np.testing.assert_allclose(of_inputs, through_inputs, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(net.gradients, through_parameters, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("layer", ALL_LAYERS, ids=label)
@few
@given(n=samples, place=st.sampled_from(["first", "between", "last"]), seed=seeds)
def test_every_layer(layer: Layer, n: int, place: str, seed: int) -> None:
    first, last = gn.Dense(3, "tanh"), gn.Dense(2)
    stack = {"first": [layer, last], "between": [first, layer, last], "last": [first, layer]}[place]
    net = built(stack, 3, seed)
    random = np.random.default_rng(seed + 1)
    check(net, random.normal(size=(n, 3)), random.normal(size=(n, net.layout.output_shapes[-1][0])), MSE)


@settings(max_examples=60)
@given(
    stack=st.lists(st.sampled_from(ALL_LAYERS), min_size=1, max_size=6).filter(computes),
    n=samples,
    seed=seeds,
)
def test_random_stacks(stack: list[Layer], n: int, seed: int) -> None:
    net = built(stack, 3, seed)
    random = np.random.default_rng(seed + 1)
    check(net, random.normal(size=(n, 3)), random.normal(size=(n, net.layout.output_shapes[-1][0])), MSE)


@pytest.mark.parametrize("loss", LOSSES, ids=label)
@few
@given(n=samples, k=st.integers(2, 3), seed=seeds)
def test_every_loss(loss: Loss, n: int, k: int, seed: int) -> None:
    net = built(
        [
            gn.Dense(4, "tanh"),
            gn.Dense(k * loss.outputs_per_target, output_activation(loss), l1=0.01, l2=0.1),
        ],
        3,
        seed,
    )
    random = np.random.default_rng(seed + 1)
    X = samples_of(loss, random, n, 3).reshape(-1, 3)
    check(net, X, targets(loss, random, n, k), loss)


MSE = losses.MeanSquaredError()


@pytest.mark.parametrize("momentum", [0.1, 0.5, 1.0])
def test_batch_norm_is_torchs_batch_norm_running_statistics_included(momentum: float) -> None:
    ours = Network([gn.BatchNorm(momentum, 1e-3)], dtype="float64", input_shape=4)
    theirs = torch.nn.BatchNorm1d(4, eps=1e-3, momentum=momentum, dtype=torch.float64)
    random = np.random.default_rng(0)
    weights, bias = random.normal(size=(2, 4))
    ours.parameters = np.concatenate([weights, bias])
    theirs.weight.data, theirs.bias.data = torch.tensor(weights), torch.tensor(bias)
    for n in (2, 3, 8, 50):
        X, gradient = random.normal(1.5, 2, size=(n, 4)), random.normal(size=(n, 4))
        inputs = torch.tensor(X, requires_grad=True)
        output = theirs(inputs)
        found = twins.gradients(output, inputs, theirs.weight, theirs.bias, upstream=gradient)
        np.testing.assert_allclose(ours.forward(X), output.detach(), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(ours.backward(gradient), found[0], rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(ours.gradients, np.concatenate(found[1:]), rtol=1e-12, atol=1e-13)
        running = np.concatenate([theirs.get_buffer("running_mean"), theirs.get_buffer("running_var")])
        np.testing.assert_allclose(ours.running_statistics, running, rtol=1e-13)
    theirs.eval()
    X, before = random.normal(size=(7, 4)), ours.running_statistics.copy()
    np.testing.assert_allclose(ours.predict(X), theirs(torch.tensor(X)).detach(), rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(ours.running_statistics, before)


def test_layer_norm_is_torchs_layer_norm() -> None:
    ours = Network([gn.LayerNorm(1e-3)], dtype="float64", input_shape=5)
    theirs = torch.nn.LayerNorm(5, eps=1e-3, dtype=torch.float64)
    random = np.random.default_rng(0)
    weights, bias = random.normal(size=(2, 5))
    ours.parameters = np.concatenate([weights, bias])
    theirs.weight.data, theirs.bias.data = torch.tensor(weights), torch.tensor(bias)
    X, gradient = random.normal(1.5, 2, size=(6, 5)), random.normal(size=(6, 5))
    inputs = torch.tensor(X, requires_grad=True)
    output = theirs(inputs)
    found = twins.gradients(output, inputs, theirs.weight, theirs.bias, upstream=gradient)
    np.testing.assert_allclose(ours.forward(X), output.detach(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(ours.backward(gradient), found[0], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(ours.gradients, np.concatenate(found[1:]), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(ours.predict(X), output.detach(), rtol=1e-12, atol=1e-13)
