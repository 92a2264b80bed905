"""The torch engine on devices, whole and missing ones: what moves, what is undone, what is said."""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import glassnet as gn
from glassnet.engines.base import Placement, Vectors
from glassnet.engines.torch import devices, transfer
from glassnet.engines.torch import engine as torch_engine
from glassnet.engines.torch.engine import TorchEngine
from glassnet.errors import (
    ArgumentError,
    DivergenceError,
    EngineError,
    GlassnetError,
    MissingDependencyError,
    UnknownNameError,
)
from glassnet.network.network import Network
from tests.engines.conformance import CASES, assert_same_training
from tests.engines.trained import X, Y, fit, network

Array = NDArray[Any]


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
