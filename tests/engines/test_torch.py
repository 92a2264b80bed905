"""The torch engine, beyond what all engines share: autograd as a referee, and what PyTorch alone can do."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import glassnet as gn
from glassnet import losses, optimizers
from glassnet.activations import ActivationFunction, Function
from glassnet.engines.torch import devices
from glassnet.engines.torch.tensors import updater
from glassnet.errors import (
    EngineError,
)
from glassnet.losses import Loss
from glassnet.network.network import Network
from tests.engines import conformance
from tests.engines.conformance import assert_same_training
from tests.engines.trained import X, fit, network
from tests.gradients.table import LOSSES, STEPPING, TAME, output_activation, samples, targets

Array = NDArray[Any]


# ---- autograd is the referee of our own backward


def gradients(net: Network, engine: str, x: Array, y: Any, loss: Loss) -> Array:
    """Those of one step that changes nothing."""
    other = net.copy()
    other.fit(x, y, loss=loss, optimizer=gn.SGD(0.0), engine=engine, progress=False)
    return other.gradients


@settings(max_examples=60)
@given(
    widths=st.lists(st.integers(1, 9), min_size=0, max_size=5),
    activation=st.sampled_from(TAME),
    loss=st.sampled_from(LOSSES),
    n=st.integers(3, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_backpropagation_is_what_autograd_finds(
    widths: list[int], activation: ActivationFunction, loss: Loss, n: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    hidden = [gn.Dense(max(width, 2), activation) for width in widths]
    last = gn.Dense(3 * loss.outputs_per_target, output_activation(loss), l1=0.01, l2=0.1)
    net = Network([*hidden, last], seed=seed, dtype="float64", input_shape=4)
    net.parameters = random.normal(scale=0.5, size=net.parameters.shape)
    x, y = samples(loss, random, n, 4), targets(loss, random, n, 3)
    if loss.members:
        y = random.permutation(np.resize(loss.only_targets, n)) if loss.takes_targets else None
    elif loss.targets == "labels":
        y = random.permutation(np.arange(n) % 3 if n > 3 else np.array([0, 0, 1]))
    elif loss.targets != "values":
        y[0] = (y[1] + 1) % 3
    ours, theirs = (gradients(net, engine, x, y, loss) for engine in ("numpy", "torch"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * np.abs(theirs).max())


# ---- checkpoints and other engines


@pytest.mark.parametrize("optimizer", [optimizers.get(name) for name in STEPPING], ids=repr)
@pytest.mark.parametrize(("first", "then"), [("torch", "numpy"), ("numpy", "torch"), ("torch", "torch")])
def test_training_goes_on_where_another_engine_left_it(
    optimizer: optimizers.Optimizer, first: str, then: str
) -> None:
    switched, whole = network(), network()
    fit(switched, 4, optimizer=optimizer, engine=first)
    fit(switched, 4, optimizer=optimizer, engine=then)
    fit(whole, 8, optimizer=optimizer, engine="numpy")
    assert switched.state is not None and whole.state is not None
    np.testing.assert_allclose(switched.parameters, whole.parameters, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(switched.state.vectors, whole.state.vectors, rtol=1e-9, atol=1e-13)


def test_a_resumed_training_is_the_uninterrupted_one_to_the_last_bit(tmp_path: Path) -> None:
    interrupted, whole = network("float32"), network("float32")
    fit(interrupted, 3)
    interrupted.save(tmp_path / "model.safetensors")
    resumed = gn.load(tmp_path / "model.safetensors")
    assert fit(resumed, 3, engine="auto").engine == "torch"
    fit(whole, 6)
    np.testing.assert_array_equal(resumed.parameters, whole.parameters)


# ---- what is a user's own


class Signs(optimizers.SGD):
    """A rule of one's own, in NumPy, with a state."""

    n_states = 1

    @property
    def rule(self) -> Any:
        return lambda w, g, s, c: (w - c[0] * np.sign(g + s), 0.5 * s + g)


def test_an_optimizer_of_the_users_own_is_computed_by_numpy() -> None:
    ours, theirs = network(), network()
    fit(ours, 3, optimizer=Signs(0.01))
    fit(theirs, 3, optimizer=Signs(0.01), engine="numpy")
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=0, atol=1e-6)


def test_an_optimizer_of_the_users_own_is_refused_where_numpy_does_not_reach() -> None:
    there = torch.empty(0, device="meta")
    with pytest.raises(EngineError, match=r"Signs\(0.01\) has a rule of your own, .*; train on device='cpu'"):
        updater(Signs(0.01), there, there, there, np.empty(0))


def test_losses_and_activations_of_the_users_own_classes_are_computed_by_numpy() -> None:
    class Bent(gn.activations.ActivationFunction):
        def value(self, z: Array) -> Array:
            return np.where(z > 1, np.sqrt(np.abs(z)), z)

        def slope(self, z: Array, a: Array) -> Array:
            return np.where(z > 1, 0.5 / np.sqrt(np.abs(z)), 1.0)

    class Fourth(losses.Loss):
        def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
            share = np.ones(len(p)) if weights is None else weights
            e = p - y
            return float((e**4 * share[:, None]).mean()), 4 * e**3 * share[:, None] / e.size

    case = conformance.Case(
        "own", (gn.Dense(4, Bent()), gn.Dense(2)), Fourth(), gn.SGD(0.01),
        options=lambda: {"sample_weight": np.linspace(0, 2, conformance.N_SAMPLES), "epochs": 10},
    )  # fmt: skip
    assert_same_training(case, "torch", "float64")


def test_a_network_without_parameters_is_measured_and_stays_as_it_is() -> None:
    ours, theirs = (
        Network([gn.Dropout(0.2), gn.Activation("tanh")], seed=0, dtype="float64", input_shape=5)
        for _ in range(2)
    )
    options: dict[str, Any] = {"loss": "mse", "epochs": 3, "batch_size": 16, "progress": False}
    history = ours.fit(X, X, engine="torch", **options)
    np.testing.assert_allclose(
        history["loss"], theirs.fit(X, X, engine="numpy", **options)["loss"], rtol=1e-13
    )


# ---- mixed precision and torch.compile


def test_mixed_precision_computes_in_bfloat16_and_learns_the_same() -> None:
    mixed, exact = network("float32"), network("float32")
    ours, theirs = fit(mixed, 20, mixed_precision=True), fit(exact, 20)
    assert mixed.parameters.dtype == np.float32
    assert ours["loss"] != theirs["loss"]
    np.testing.assert_allclose(ours["loss"], theirs["loss"], rtol=0.02)


@pytest.fixture
def translated(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What torch.compile has been given."""
    given: list[object] = []
    torch_compile = torch.compile

    def eager(function: Any) -> Any:
        """Traced and differentiated ahead of time as always, but not made machine code, which takes minutes."""
        given.append(function)
        return torch_compile(function, backend="aot_eager")

    monkeypatch.setattr(torch, "compile", eager)
    return given


def test_torch_compile_gives_the_same_training(translated: list[object]) -> None:
    ours, theirs = network(), network()
    fit(ours, torch_compile=True)
    fit(theirs)
    assert len(translated) >= 1
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-12, atol=1e-14)


@pytest.mark.filterwarnings("ignore")  # PyTorch's translator meets some that its own code causes
def test_torch_compile_takes_functions_written_for_numpy(translated: list[object]) -> None:
    own = Function(np.sin, np.cos)
    ours, theirs = (
        Network([gn.Dense(5, own), gn.Dense(3, "softmax")], seed=0, dtype="float64") for _ in "12"
    )
    fit(ours, torch_compile=True)
    fit(theirs, engine="numpy")
    assert len(translated) >= 1
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-12, atol=1e-14)


def test_where_torch_compile_does_not_work_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(function: Any) -> Any:
        raise RuntimeError("no C++ compiler found")

    monkeypatch.setattr(torch, "compile", broken)
    monkeypatch.setattr(devices, "_check_compiler", functools.cache(devices._check_compiler.__wrapped__))
    message = (
        "torch.compile does not work for device 'cpu' here (no C++ compiler found); leave torch_compile out"
    )
    with pytest.raises(EngineError, match=re.escape(message)):
        fit(network(), torch_compile=True)
