"""The torch engine, beyond what all engines share: autograd as a referee, devices, and what PyTorch alone can do."""

from __future__ import annotations

import functools
import re
import sys
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
from glassnet.activations import Activation
from glassnet.engines import devices, transfer
from glassnet.engines import torch as torch_engine
from glassnet.engines.base import Placement, Vectors
from glassnet.engines.torch import TorchEngine
from glassnet.errors import (
    ArgumentError,
    DivergenceError,
    EngineError,
    GlassnetError,
    MissingDependencyError,
    UnknownNameError,
)
from glassnet.losses import Loss
from glassnet.network import Network
from tests.engines import conformance
from tests.engines.conformance import CASES, assert_same_training
from tests.gradients.table import ACTIVATIONS, LOSSES, output_activation, targets

Array = NDArray[Any]

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 5))
Y = RANDOM.integers(3, size=40)


def network(dtype: str = "float64") -> Network:
    layers = [gn.Dense(8, "relu"), gn.BatchNorm(), gn.Dropout(0.2), gn.Dense(3, "softmax", l2=0.01)]
    return Network(layers, seed=1, dtype=dtype, input_shape=5)


def fit(net: Network, epochs: int = 5, **options: Any) -> gn.History:
    defaults: dict[str, Any] = {
        "loss": "scce",
        "optimizer": gn.Adam(0.01),
        "batch_size": 16,
        "engine": "torch",
    }
    return net.fit(X, Y, epochs=epochs, progress=False, **(defaults | options))


# ---- autograd is the referee of our own backward


def gradients(net: Network, engine: str, x: Array, y: Array, loss: Loss) -> Array:
    """Those of one step that changes nothing."""
    other = net.copy()
    other.fit(x, y, loss=loss, optimizer=gn.SGD(0.0), engine=engine, progress=False)
    return other.gradients


@settings(max_examples=60)
@given(
    widths=st.lists(st.integers(1, 9), min_size=0, max_size=5),
    activation=st.sampled_from(ACTIVATIONS),
    loss=st.sampled_from(LOSSES),
    n=st.integers(2, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_backpropagation_is_what_autograd_finds(
    widths: list[int], activation: Activation, loss: Loss, n: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    hidden = [gn.Dense(max(width, 2), activation) for width in widths]
    last = gn.Dense(3, output_activation(loss), l1=0.01, l2=0.1)
    net = Network([*hidden, last], seed=seed, dtype="float64", input_shape=4)
    net.parameters = random.normal(scale=0.5, size=net.parameters.shape)
    x, y = random.normal(size=(n, 4)), targets(loss, random, n, 3)
    y[0] = (y[1] + 1) % 3 if loss.targets != "values" else y[0]
    ours, theirs = (gradients(net, engine, x, y, loss) for engine in ("numpy", "torch"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * np.abs(theirs).max())


# ---- checkpoints and other engines


@pytest.mark.parametrize("optimizer", [optimizers.get(name) for name in optimizers.names()], ids=repr)
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


# ---- devices


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CPU treated as a device with a memory of its own."""
    monkeypatch.setattr(transfer, "shares_memory", lambda device: False)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("name", ["every layer at once", "Adam()", "callbacks", "sample weights", "SGD(0.0)"])
def test_a_device_with_its_own_memory_gives_the_same_training(name: str) -> None:
    (case,) = (case for case in CASES if case.name == name)
    assert_same_training(case, "torch", "float64")


def diverging(engine: str) -> tuple[Network, str]:
    net = Network([gn.Dense(4, "relu"), gn.Dense(1)], seed=0, dtype="float64")
    with pytest.raises(DivergenceError) as error:
        net.fit(
            X,
            X[:, :1],
            loss="mse",
            optimizer=gn.SGD(5.0),
            batch_size=8,
            epochs=200,
            engine=engine,
            progress=False,
        )
    return net, str(error.value)


def assert_diverges_as_numpy_does() -> None:
    (ours, told), (theirs, expected) = diverging("torch"), diverging("numpy")
    assert told == expected
    assert ours.state is not None and theirs.state is not None and ours.state.step == theirs.state.step
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-6)


def test_a_loss_that_is_not_finite_stops_training_as_on_numpy() -> None:
    assert_diverges_as_numpy_does()


@pytest.mark.usefixtures("elsewhere")
def test_a_device_that_ran_past_the_bad_loss_is_taken_back_to_it() -> None:
    assert_diverges_as_numpy_does()


def test_samples_are_moved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[tuple[int, ...]] = []
    tensor = transfer.tensor

    def counted(array: Array, device: torch.device) -> torch.Tensor:
        moved.append(array.shape)
        return tensor(array, device)

    monkeypatch.setattr(transfer, "tensor", counted)
    fit(network(), 6, callbacks=[lambda session: None])
    assert moved.count(X.shape) == 1


def test_data_that_may_not_be_written_are_read() -> None:
    fixed = X.copy()
    fixed.flags.writeable = False
    net = network()
    net.fit(fixed, Y, loss="scce", batch_size=16, engine="torch", progress=False)
    other = network()
    other.fit(X, Y, loss="scce", batch_size=16, engine="torch", progress=False)
    np.testing.assert_array_equal(net.parameters, other.parameters)


def test_prediction_takes_a_slice_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_engine, "PREDICTION_ROWS", 7)
    net = network()
    fit(net)
    engine = TorchEngine(Placement(), net.dtype)
    vectors = Vectors(net.parameters, net.gradients, net.running_statistics)
    np.testing.assert_allclose(engine.forward(net.plan(), vectors, X), net.predict(X), rtol=1e-12)


def test_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    fit(network(), threads=3)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"device": "cuda"}, EngineError,
            "there is no device 'cuda' on this machine; there is cpu; this PyTorch was built without CUDA",
        ),
        ({"device": "cuda:3"}, EngineError, "there is no device 'cuda:3' on this machine; there is cpu"),
        ({"device": "mps"}, EngineError, "there is no device 'mps' on this machine; there is cpu"),
        (
            {"device": "gpu"}, ArgumentError,
            "device must be 'cpu', 'cuda', 'cuda:1' (a second GPU) or 'mps'; got 'gpu'",
        ),
        ({"device": "xpu"}, ArgumentError, "device must be 'cpu', 'cuda', 'cuda:1' (a second GPU) or 'mps'; got 'xpu'"),
        ({"device": 1}, ArgumentError, "device must be 'cpu', 'cuda', 'cuda:1' (a second GPU) or 'mps'; got 1"),
        (
            {"device": "cuda", "engine": "numpy"}, ArgumentError,
            "device, mixed_precision and torch_compile are options of engine='torch'; engine='numpy' computes on the "
            "CPU",
        ),
        (
            {"mixed_precision": True, "engine": "compiled"}, ArgumentError,
            "device, mixed_precision and torch_compile are options of engine='torch'; engine='compiled' computes on "
            "the CPU",
        ),
        (
            {"mixed_precision": True}, EngineError,
            "mixed_precision computes in bfloat16 beside parameters in float32; this network is float64. "
            "Use Network(..., dtype='float32')",
        ),
        ({"engine": "tensor"}, UnknownNameError, "no engine is called 'tensor'; engines: auto, numpy, compiled, torch"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_before_anything_changes(
    options: dict[str, Any], error: type[GlassnetError], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "names", lambda: ["cpu"])
    monkeypatch.setattr(torch.version, "cuda", None)
    net = network()
    before = net.parameters.copy()
    with pytest.raises(error, match=re.escape(message)):
        fit(net, **options)
    np.testing.assert_array_equal(net.parameters, before)
    assert net.state is None


def test_a_device_asks_for_the_torch_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineError, match="there is no device 'cuda:99'"):
        fit(network(), engine="auto", device="cuda:99")
    assert fit(network("float32"), engine="auto", mixed_precision=True).engine == "torch"


def test_mps_has_no_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "names", lambda: ["cpu", "mps"])
    with pytest.raises(
        EngineError, match=re.escape("device 'mps' has no float64; use Network(..., dtype='float32')")
    ):
        fit(network(), device="mps")


def test_without_pytorch_the_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    message = re.escape(
        "engine='torch' needs torch, which is not installed; install it with: pip install 'glassnet[torch]'"
    )
    with pytest.raises(MissingDependencyError, match=message):
        fit(network())
    assert fit(network(), engine="auto").engine in ("numpy", "compiled")


def test_an_optimizer_of_the_users_own_is_refused() -> None:
    class Own(optimizers.SGD):
        pass

    with pytest.raises(EngineError, match=r"Own\(\) has no counterpart in torch.optim; use engine='numpy'"):
        fit(network(), optimizer=Own())


def test_losses_and_activations_of_the_users_own_classes_are_computed_by_numpy() -> None:
    class Bent(gn.activations.Activation):
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


def test_torch_compile_gives_the_same_training(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    torch_compile = torch.compile

    def eager(function: Any) -> Any:
        """Traced and differentiated ahead of time as always, but not made machine code, which takes minutes."""
        compiled.append(function)
        return torch_compile(function, backend="aot_eager")

    monkeypatch.setattr(torch, "compile", eager)
    ours, theirs = network(), network()
    fit(ours, torch_compile=True)
    fit(theirs)
    assert len(compiled) >= 1
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
