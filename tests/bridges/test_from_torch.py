"""PyTorch modules to networks."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import glassnet as gn
from glassnet import activations
from glassnet.errors import ArgumentError, GlassnetError, MissingDependencyError, ShapeError
from glassnet.network.network import Network
from tests.bridges.networks import (
    DTYPES,
    STACKS,
    WITH_PARAMETERS,
    assert_same_outputs,
    samples,
    trained,
)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_a_network_comes_back_as_it_went(name: str, dtype: str) -> None:
    layers, shape = STACKS[name]
    net = trained(layers, shape, dtype)
    back = gn.from_torch(net.to_torch(), input_shape=shape)
    np.testing.assert_array_equal(back.parameters, net.parameters)
    np.testing.assert_array_equal(back.running_statistics, net.running_statistics)
    np.testing.assert_array_equal(back.predict(samples(shape)), net.predict(samples(shape)))
    if name != "activations by themselves":
        assert back == net


def test_a_module_without_parameters_is_taken_for_float32() -> None:
    layers, shape = STACKS["several axes to the end"]
    net = Network(layers, input_shape=shape)
    assert_same_outputs(net.to_torch(), gn.from_torch(net.to_torch(), input_shape=shape))


def test_an_activation_behind_a_linear_layer_becomes_its_own() -> None:
    net = trained([gn.Dense(4), gn.Activation("relu"), gn.Activation("tanh")], (5,))
    assert gn.from_torch(net.to_torch()).layers == (gn.Dense(4, "relu"), gn.Activation("tanh"))


def test_a_linear_without_a_bias_becomes_a_layer_without_one() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(5, 4, bias=False), nn.ReLU(), nn.Linear(4, 3))
    net = gn.from_torch(module)
    assert net.layers == (gn.Dense(4, "relu", use_bias=False), gn.Dense(3))
    assert_same_outputs(module, net)


class Written(nn.Module):
    """As people write modules: parts, functions and methods."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 5), nn.Linear(5, 4, bias=False)
        self.norm = nn.BatchNorm1d(4, affine=False)
        self.body = nn.Sequential(nn.Linear(4, 4), nn.Identity(), nn.Sequential(nn.ELU(0.5)))
        self.not_used = nn.Conv2d(1, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = x.view(x.size(0), -1)
        x = functional.leaky_relu(self.first(x), 0.2, inplace=True)
        x = functional.dropout(x, 0.25, training=self.training)
        x = self.norm(torch.tanh(self.second(x)))
        return functional.softmax(self.body(x).sigmoid(), dim=1)


def test_a_module_whose_forward_is_written_by_hand() -> None:
    torch.manual_seed(0)
    module = Written().eval()
    net = gn.from_torch(module, input_shape=(2, 3))
    assert net.layers == (
        gn.Flatten(), gn.Dense(5, activations.LeakyReLU(0.2)), gn.Dropout(0.25),
        gn.Dense(4, "tanh", use_bias=False), gn.BatchNorm(),
        gn.Dense(4, activations.ELU(0.5)), gn.Activation("sigmoid"), gn.Activation("softmax"),
    )  # fmt: skip
    assert_same_outputs(module, net)


FUNCTIONS: list[tuple[Callable[[Tensor], Tensor], str]] = [
    (torch.relu, "relu"),
    (functional.relu, "relu"),
    (lambda x: x.relu(), "relu"),
    (functional.silu, "silu"),
    (functional.gelu, "gelu"),
    (functional.softplus, "softplus"),
    (lambda x: functional.elu(x, alpha=1.0), "elu"),
    (lambda x: functional.leaky_relu(x), "leaky_relu"),
    (lambda x: torch.softmax(x, 1), "softmax"),
    (lambda x: x.softmax(dim=-1), "softmax"),
]


@pytest.mark.parametrize(("function", "name"), FUNCTIONS)
def test_functions_are_read_like_modules(function: Callable[[Tensor], Tensor], name: str) -> None:
    class Called(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(5, 3)

        def forward(self, x: Tensor) -> Tensor:
            return function(self.linear(x))

    module = Called()
    net = gn.from_torch(module)
    assert net.layers == (gn.Dense(3, name),)
    assert_same_outputs(module, net)


FLATTEN: list[Callable[[Tensor], Tensor]] = [
    lambda x: x.view(-1, 6),
    lambda x: x.view((-1, 6)),
    lambda x: x.view(x.size(0), 6),
    lambda x: torch.reshape(x, (-1, 6)),
    lambda x: x.reshape(x.shape[0], -1),
    lambda x: x.flatten(1),
    lambda x: torch.flatten(x, 1),
]


@pytest.mark.parametrize("flatten", FLATTEN)
def test_every_way_to_flatten(flatten: Callable[[Tensor], Tensor]) -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(6, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.linear(flatten(x))

    module = Flat()
    net = gn.from_torch(module, input_shape=(2, 3))
    assert net.layers == (gn.Flatten(), gn.Dense(3))
    assert_same_outputs(module, net)


def forward(function: Callable[[nn.Module, Tensor], Tensor]) -> nn.Module:
    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return function(self.linear, x)

    return Own()


def after_linear(*parts: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 4), *parts)


REFUSED: list[tuple[Any, str]] = [
    (
        nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.ReLU(), nn.Conv2d(1, 1, 1))),
        "1.1 (Conv2d) has no counterpart in glassnet; the nearest part that it knows is Flatten, then Linear",
    ),
    (
        after_linear(nn.RReLU()),
        "1 (RReLU) has no counterpart in glassnet; the nearest part that it knows is LeakyReLU",
    ),
    (after_linear(nn.LogSigmoid()), "the nearest part that it knows is Sigmoid"),
    (after_linear(nn.BatchNorm2d(4)), "1 (BatchNorm2d) has no counterpart"),
    (nn.LSTM(4, 4), "0 (LSTM) has no counterpart in glassnet; it knows Linear, ReLU, LeakyReLU"),
    (
        after_linear(nn.Softplus(beta=2)),
        "1 (Softplus) has no counterpart in glassnet: it has beta=2; the nearest is Softplus(beta=1",
    ),
    (
        after_linear(nn.Softmax(dim=0)),
        "1 (Softmax) has no counterpart in glassnet: it has dim=0; the nearest is Softmax(dim=1)",
    ),
    (after_linear(nn.Flatten(0)), "1 (Flatten) has no counterpart in glassnet: it keeps some axes"),
    (
        after_linear(nn.BatchNorm1d(4, momentum=None)),
        "1 (BatchNorm1d) must track running statistics, with a momentum",
    ),
    (
        after_linear(nn.LayerNorm((2, 2))),
        "1 (LayerNorm) normalises over (2, 2); glassnet's LayerNorm over one axis",
    ),
    (forward(lambda linear, x: x - linear(x)), "sub in forward has no counterpart in glassnet"),
    (
        forward(lambda linear, x: torch.add(x, linear(x), alpha=2)),
        "add in forward has no counterpart in glassnet",
    ),
    (forward(lambda linear, x: linear(x) * 2), "mul in forward has no counterpart in glassnet"),
    (forward(lambda linear, x: linear(torch.flatten(x))), "flatten in forward mixes the samples of a batch"),
    (forward(lambda linear, x: linear(x.view(3, -1))), "view in forward has no counterpart in glassnet"),
    (forward(lambda linear, x: linear(x.view(-1, 2, 2))), "view in forward has no counterpart in glassnet"),
    (
        forward(lambda linear, x: linear(linear(x))),
        "linear (Linear) is called twice, and glassnet's layers share no",
    ),
    (
        forward(lambda linear, x: linear(x) if x.sum() > 0 else x),
        "cannot follow the forward of Own (symbolically traced variables cannot be used as inputs to control flow); "
        "it must call one part after the other, whatever the data",
    ),
    (forward(lambda linear, x: torch.zeros(3)), "does not lead back to the input"),
    (
        nn.Sequential(nn.Linear(2, 2), forward(lambda linear, x: linear(x).clamp(0))),
        "clamp in forward of 1 has no counterpart in glassnet",
    ),
    (
        nn.Linear(2, 2, device="meta"),
        "weight has no numbers, it is on device 'meta'; load the module's weights",
    ),
    (nn.Sequential(nn.LazyLinear(3)), "0.weight has no shape yet; give the module one batch first"),
    (nn.Linear(2, 2).half(), "parameters must be all float32 or all float64; these are float16"),
    (nn.Linear(2, 2).state_dict(), "from_torch takes a module; this is a state_dict"),
    ("model.pt", "from_torch takes a torch.nn.Module; got str"),
    (
        nn.Sequential(nn.Flatten(), nn.Linear(4, 2)),
        "the shape of one sample cannot be known from these layers; give",
    ),
    (nn.Sequential(nn.ReLU()), "the shape of one sample cannot be known from these layers; give input_shape"),
]


@pytest.mark.parametrize(("module", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_what_cannot_come_over_is_named_with_its_path_and_the_nearest_part(module: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        gn.from_torch(module)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_torchscript_module_is_refused_with_the_ways_that_lead_on() -> None:
    module = nn.Sequential(nn.Linear(2, 2))
    for scripted in (torch.jit.script(module), torch.jit.trace(module, torch.zeros(1, 2))):
        message = "this is a TorchScript one, which can no longer be followed. Give the module that it was made from"
        with pytest.raises(ArgumentError, match=message):
            gn.from_torch(scripted)
        module.load_state_dict(scripted.state_dict())


def test_parts_that_do_not_fit_are_named() -> None:
    message = "1 (Linear) has weights of shape (4, 1), but what comes before it asks for (3, 1)"
    with pytest.raises(ShapeError, match=re.escape(message)):
        gn.from_torch(nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1)))
    with pytest.raises(
        ShapeError, match=re.escape("0 (Linear) has weights of shape (2, 3), but what comes before")
    ):
        gn.from_torch(nn.Linear(2, 3), input_shape=5)


def test_a_view_that_would_mix_samples_is_refused() -> None:
    message = "view in forward makes rows of 1, but what comes before it gives 4 numbers a sample"
    with pytest.raises(ShapeError, match=re.escape(message)):
        gn.from_torch(forward(lambda linear, x: linear(x).view(-1, 1)))


@pytest.mark.parametrize("wrong", ["8x8", 0, (8, 2.5), ()])
def test_the_shape_of_a_sample_must_be_one(wrong: Any) -> None:
    with pytest.raises(ArgumentError, match="input_shape must be an integer >= 1, or a tuple of them; got"):
        gn.from_torch(nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), input_shape=wrong)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "wrap", [nn.DataParallel, torch.compile, lambda module: torch.compile(nn.DataParallel(module))]
)
def test_what_is_put_around_a_module_for_speed_is_taken_off(wrap: Callable[[nn.Module], Any]) -> None:
    module = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
    assert gn.from_torch(wrap(module)) == gn.from_torch(module)


@pytest.mark.parametrize("call", [lambda net: net.to_torch(), lambda net: gn.from_torch(net)])
def test_without_pytorch_it_says_what_to_install(
    call: Callable[[Network], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        MissingDependencyError, match=re.escape("needs torch, which is not installed; install it with")
    ):
        call(Network([gn.Dense(1)], input_shape=1))
    assert issubclass(MissingDependencyError, GlassnetError)
