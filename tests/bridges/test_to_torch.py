"""Networks to PyTorch modules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import glassnet as gn
from glassnet import activations
from glassnet.activations import ActivationFunction
from glassnet.errors import ArgumentError, NotBuiltError
from glassnet.network.network import Network
from tests.bridges.networks import (
    BUILT_IN,
    DTYPES,
    STACKS,
    assert_same_outputs,
    samples,
    trained,
)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STACKS)
def test_the_module_gives_what_predict_gives(name: str, dtype: str) -> None:
    layers, shape = STACKS[name]
    net = trained(layers, shape, dtype)
    assert_same_outputs(net.to_torch(), net)


@pytest.mark.parametrize("activation", BUILT_IN, ids=repr)
def test_every_activation_goes_over_and_comes_back(activation: ActivationFunction) -> None:
    net = trained([gn.Dense(4, activation), gn.Dense(3, activation)], (5,))
    module = net.to_torch()
    assert_same_outputs(module, net)
    assert gn.from_torch(module) == net
    far = torch.tensor([[-1e4, -60.0, -21.0, 21.0, 60.0, 1e4]], dtype=torch.float64)
    alone = Network([gn.Activation(activation)], dtype="float64", input_shape=6)
    # PyTorch's gelu loses the digits of 1 + tanh(u) where that is nearly 0.
    smallest = 1e-250 if isinstance(activation, gn.activations.GELUTanh) else 0
    np.testing.assert_allclose(alone.to_torch()(far), alone.predict(far), rtol=1e-15, atol=smallest)


def test_it_is_an_ordinary_sequential_with_children_named_like_the_layers() -> None:
    layers, shape = STACKS["everything"]
    module = trained(layers, shape, "float32").to_torch()
    assert type(module) is nn.Sequential and not module.training
    assert {name: type(child).__name__ for name, child in module.named_children()} == {
        "flatten_0": "Flatten", "dense_1": "Linear", "dense_1_leaky_relu": "LeakyReLU", "batch_norm_2": "BatchNorm1d",
        "dropout_3": "Dropout", "activation_4_elu": "ELU", "layer_norm_5": "LayerNorm", "dense_6": "Linear",
        "dense_6_softmax": "Softmax",
    }  # fmt: skip
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float32}
    assert all(parameter.requires_grad for parameter in module.parameters())


def test_weights_are_copied_and_transposed() -> None:
    net = trained([gn.Dense(3)], (5,))
    linear: Any = net.to_torch()[0]
    assert linear.weight.shape == (3, 5)
    np.testing.assert_array_equal(linear.weight.detach(), net.layers[0].view("weights").T)
    with torch.no_grad():
        linear.weight.zero_()
    assert net.layers[0].view("weights").all()


def test_in_training_mode_it_trains_as_the_network_does() -> None:
    net = trained([gn.Dense(4, "relu"), gn.BatchNorm(0.3), gn.Dense(2)], (5,))
    module = net.to_torch().train()
    X = samples((5,))
    np.testing.assert_allclose(net.forward(X), module(torch.tensor(X)).detach(), rtol=1e-12, atol=1e-13)
    statistics: Any = module.get_submodule("batch_norm_1")
    np.testing.assert_allclose(statistics.running_var, net.layers[1].view("running_variance"), rtol=1e-13)


def test_pytorchs_random_numbers_are_not_touched() -> None:
    net = trained([gn.Dense(3)], (5,))
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    gn.from_torch(net.to_torch())
    assert torch.rand(1) == expected


def test_what_has_no_module_is_named() -> None:
    own = activations.Function(np.sin, np.cos)
    net = Network([gn.Dense(2), gn.Dense(2, own)], input_shape=3)
    with pytest.raises(
        ArgumentError, match=r"layer 1 has the activation .*, which is no module of torch\.nn"
    ):
        net.to_torch()
    with pytest.raises(NotBuiltError, match="this network is not built"):
        Network([gn.Dense(2)]).to_torch()
