"""What is read of a PyTorch module gives what the module gives, or is refused; the module stays as it was."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations, prune

import glassnet as gn
from glassnet.errors import ArgumentError
from tests.bridges.networks import assert_same_outputs


class Own(nn.Module):
    """Two layers, and whatever forward does with them."""

    def __init__(self, function: Callable[[Any, Tensor], Tensor]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second, self.act = nn.Linear(4, 5), nn.Linear(5, 2), nn.ReLU(inplace=True)
        self.register_buffer("calls", torch.zeros(1))
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, x)


def chain(*parts: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), *parts)


def hooked(register: str, hook: Callable[..., Any], place: int = 0) -> nn.Module:
    module = chain(nn.ReLU(), nn.Linear(3, 2))
    getattr(module[place], register)(hook)
    return module


def behind(change: Callable[[Any, Tensor], object]) -> nn.Module:
    """A forward that changes the first layer's output, and reads on where it was."""

    def function(own: Any, x: Tensor) -> Tensor:
        z = own.first(x)
        change(own, z)
        result: Tensor = own.second(z)
        return result

    return Own(function)


def old_weight_norm() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nn.Sequential(torch.nn.utils.weight_norm(nn.Linear(4, 3)))


def old_spectral_norm() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nn.Sequential(torch.nn.utils.spectral_norm(nn.Linear(4, 3)))


def pruned() -> nn.Module:
    module = chain()
    prune.l1_unstructured(module[0], "weight", 0.5)
    return module


def tied() -> nn.Module:
    module = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    module[2].weight = module[0].weight  # type: ignore[assignment]
    return module


class AlwaysRandom(nn.Sequential):
    def train(self, mode: bool = True) -> AlwaysRandom:
        super().train(mode)
        self[1].training = True
        return self


class InLowPrecision(Own):
    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return super().forward(x)


class OfTwo(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        result: Tensor = self.linear(x)
        return result


def two_layers(own: Any, x: Tensor) -> Tensor:
    result: Tensor = own.second(own.first(x))
    return result


IN_PLACE = "changes its input in place, and its result is not what is read next"
COMPUTED = "is no parameter of it but computed before each call; make it one first"
REFUSED: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "a method in place": (lambda: behind(lambda own, z: z.relu_()), f"relu_ in forward {IN_PLACE}"),
    "an arithmetic method in place": (lambda: behind(lambda own, z: z.mul_(2)), f"mul_ in forward {IN_PLACE}"),
    "a function in place": (
        lambda: behind(lambda own, z: functional.relu(z, inplace=True)), f"relu in forward {IN_PLACE}",
    ),
    "a function with an underscore": (lambda: behind(lambda own, z: torch.relu_(z)), f"relu_ in forward {IN_PLACE}"),
    "a module in place": (lambda: behind(lambda own, z: own.act(z)), f"act (ReLU) {IN_PLACE}"),
    "a function with out=": (
        lambda: behind(lambda own, z: torch.sigmoid(z, out=z)), "from second (Linear) on. Its forward does more than",
    ),
    "a forward hook": (
        lambda: hooked("register_forward_hook", lambda module, given, output: 2 * output),
        "from 0 (Linear) on. Its forward does more than call its parts in a chain (there are hooks on 0 (Linear))",
    ),
    "a hook that cuts off large numbers": (
        lambda: hooked("register_forward_hook", lambda module, given, output: output.clamp(max=6), 1),
        "from 1 (ReLU) on. Its forward does more than call its parts in a chain (there are hooks on 1 (ReLU))",
    ),
    "a forward pre-hook": (
        lambda: hooked("register_forward_pre_hook", lambda module, given: (given[0] + 1,), 2),
        "from 2 (Linear) on. Its forward does more than call its parts in a chain (there are hooks on 2 (Linear))",
    ),
    "old weight norm": (old_weight_norm, f"the weight of 0 (Linear) {COMPUTED}"),
    "old spectral norm": (old_spectral_norm, f"the weight of 0 (Linear) {COMPUTED}"),
    "pruning": (pruned, f"the weight of 0 (Linear) {COMPUTED}"),
    "a parametrization": (
        lambda: nn.Sequential(parametrizations.weight_norm(nn.Linear(4, 3))),
        "0 (ParametrizedLinear) computes its parameters from others",
    ),
    "tied weights": (tied, "2 (Linear) shares weights with 0 (Linear), and glassnet's layers share no weights"),
    "dropout that stays on": (
        lambda: Own(lambda own, x: own.second(functional.dropout(own.first(x), 0.5))),
        "dropout in forward stays on in evaluation mode; write dropout(x, p, training=self.training)",
    ),
    "a module that stays random": (
        lambda: AlwaysRandom(nn.Linear(4, 3), nn.Dropout(0.5), nn.Linear(3, 2)),
        "AlwaysRandom gives other outputs each time that it is asked for the same rows in evaluation mode",
    ),
    "lower precision": (lambda: InLowPrecision(two_layers), "the forward of InLowPrecision computes in lower"),
    "a second argument": (OfTwo, "cannot follow the forward of OfTwo (OfTwo.forward() missing 1 required positional"),
    "samples in columns": (
        lambda: Own(lambda own, x: own.second(own.first(x.view(x.size(1), -1)))),
        "cannot be compared with what was read of it: its forward fails for rows of shape (72, 4)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_module_that_does_more_than_was_read_is_refused(name: str) -> None:
    make, message = REFUSED[name]
    with pytest.raises(ArgumentError, match=re.escape(message)):
        gn.from_torch(make(), input_shape=4)


def test_the_branch_of_evaluation_is_read_whatever_mode_the_module_is_in() -> None:
    def function(own: Any, x: Tensor) -> Tensor:
        z: Tensor = own.first(x)
        return z if own.training else torch.tanh(z)

    for mode in (True, False):
        module = Own(function).train(mode)
        net = gn.from_torch(module)
        assert net.layers == (gn.Dense(5, "tanh"),)
        assert_same_outputs(module.eval(), net)


def test_what_forward_takes_beside_samples_has_its_default() -> None:
    class Optional(Own):
        def forward(self, x: Tensor, mask: Any = None, bent: bool = True, sizes: Any = ()) -> Tensor:
            z: Tensor = self.first(x)
            z = z if mask is None else z * mask
            return self.second(torch.relu(z) if bent else z)  # type: ignore[no-any-return]

    module = Optional(two_layers)
    net = gn.from_torch(module)
    assert net.layers == (gn.Dense(5, "relu"), gn.Dense(2))
    assert_same_outputs(module, net)


def counting(own: Any, x: Tensor) -> Tensor:
    own.seen = getattr(own, "seen", 0) + 1
    own.calls.add_(1)
    own.calls = own.calls + 1
    return two_layers(own, x)


@pytest.mark.parametrize("mode", [True, False])
def test_the_module_stays_as_it_was(mode: bool) -> None:
    module = nn.Sequential(Own(counting), nn.BatchNorm1d(2, momentum=0.5), nn.Dropout(0.5)).train(mode)
    module[1].eval()
    module[0].first.weight.requires_grad_(False)
    buffer, attributes = module[0].calls, [dict(vars(part)) for part in module.modules()]
    numbers = {name: array.clone() for name, array in module.state_dict().items()}
    versions = [array._version for array in module.state_dict().values()]
    random, gradients = torch.get_rng_state(), torch.is_grad_enabled()

    gn.from_torch(module)

    assert module[0].calls is buffer
    assert [dict(vars(part)) for part in module.modules()] == attributes
    assert [part.training for part in module] == [mode, False, mode]
    found = module.state_dict()
    assert list(found) == list(numbers)
    assert all(torch.equal(found[name], array) for name, array in numbers.items())
    unchanged = [name for name in found if name != "0.calls"]
    assert [found[name]._version for name in unchanged] == [
        version for name, version in zip(found, versions, strict=True) if name in unchanged
    ]
    assert torch.equal(torch.get_rng_state(), random) and torch.is_grad_enabled() == gradients


def test_a_refused_module_stays_as_it_was_too() -> None:
    module = hooked("register_forward_hook", lambda module, given, output: 2 * output).train()
    with pytest.raises(ArgumentError, match="what was read of Sequential does not give"):
        gn.from_torch(module)
    assert all(part.training for part in module.modules())
    assert [len(part._forward_hooks) for part in module.modules()] == [0, 1, 0, 0]


def test_hooks_that_only_look_are_called_once_and_with_numbers() -> None:
    seen: list[Any] = []
    module = hooked("register_forward_hook", lambda module, given, output: seen.append(output))
    module.register_forward_hook(lambda module, given, output: seen.append(output))
    assert gn.from_torch(module).layers == (gn.Dense(3, "relu"), gn.Dense(2))
    assert [type(output) for output in seen] == [Tensor, Tensor]


def test_weights_far_from_usual_are_no_reason_to_refuse() -> None:
    module = chain(nn.Sigmoid(), nn.Linear(3, 1))
    with torch.no_grad():
        module[0].weight.mul_(1e3)
        module[0].bias.fill_(-1.7e6)
        module[2].bias.fill_(1e7)
    net = gn.from_torch(module)
    assert net.layers == (gn.Dense(3, "sigmoid"), gn.Dense(1))
    module[2].weight.data.fill_(float("nan"))
    assert np.isnan(gn.from_torch(module).predict(np.zeros((1, 4)))).all()
