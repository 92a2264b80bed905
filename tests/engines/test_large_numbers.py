"""Normalisation of numbers whose squares do not fit into float32: right, or an error that says so, on every engine."""

from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.engines.torch.layers import layer_norm
from glassnet.errors import DivergenceError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(16, 3))
Y = X @ [1.0, 2.0, 3.0]


def trained(norm: Any, scale: float, engine: str, dtype: str) -> tuple[gn.Network, gn.History]:
    net = gn.Network([norm, gn.Dense(1)], seed=0, dtype=dtype)
    options: dict[str, Any] = {"loss": "mse", "optimizer": gn.SGD(0.1), "epochs": 4, "progress": False}
    return net, net.fit(scale * X, Y, engine=engine, **options)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize("scale", [1.0, 1e18, 1e19, 1e25, 1e33])
@pytest.mark.parametrize("norm", [gn.LayerNorm(), gn.BatchNorm()], ids=["layer", "batch"])
def test_large_features_are_normalised_or_refused(norm: Any, scale: float, engine: str) -> None:
    expected, history = trained(norm, scale, "numpy", "float64")
    try:
        net, found = trained(norm, scale, engine, "float32")
    except DivergenceError as error:
        assert isinstance(norm, gn.BatchNorm) and scale > 1e18
        assert "BatchNorm(): its running_variance are not finite" in str(error)
        return
    np.testing.assert_allclose(found["loss"], history["loss"], rtol=1e-5)
    for predict in (net.predict, net.compiled_predict()):
        np.testing.assert_allclose(predict(scale * X), expected.predict(scale * X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("scale", [1.0, 1e16, 1.01e16, 1e19, 1e25, 1e33])
def test_large_features_are_normalised_by_translated_code(
    scale: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What torch.compile is given cannot ask how large numbers are; nor is it asked on a device."""
    compile_with = torch.compile
    monkeypatch.setattr(torch, "compile", lambda function: compile_with(function, backend="aot_eager"))
    options: dict[str, Any] = {"loss": "mse", "optimizer": gn.SGD(0.1), "epochs": 4, "progress": False}
    expected, net = (
        gn.Network([gn.LayerNorm(), gn.Dense(1)], seed=0, dtype=dtype) for dtype in ("float64", "float32")
    )
    wanted = expected.fit(scale * X, Y, engine="numpy", **options)
    found = net.fit(scale * X, Y, engine="torch", torch_compile=True, **options)
    np.testing.assert_allclose(found["loss"], wanted["loss"], rtol=1e-5)
    np.testing.assert_allclose(net.parameters, expected.parameters, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_of_large_features_are_those_of_the_formula(dtype: torch.dtype) -> None:
    """d/dx of w s + b is (g - mean g - s mean(g s)) / sigma, g = w times the upstream gradient."""
    scale = 1e25 if dtype == torch.float32 else 1e200
    x = torch.tensor(scale * X, dtype=dtype, requires_grad=True)
    weights, bias = torch.tensor([1.0, 2.0, 3.0], dtype=dtype), torch.zeros(3, dtype=dtype)
    upstream = torch.tensor(RANDOM.normal(size=X.shape), dtype=dtype)
    normalised = layer_norm(gn.LayerNorm(), x, (weights[None], bias[None]), (), True)
    (found,) = torch.autograd.grad((upstream * normalised).sum(), x)
    s = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    g = (upstream * weights).double().numpy()
    through = g - g.mean(axis=1, keepdims=True) - s * (g * s).mean(axis=1, keepdims=True)
    wanted = through / X.std(axis=1, keepdims=True)
    np.testing.assert_allclose(scale * found.double().numpy(), wanted, rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize("scale", [1e149, 1e151, 1e154, 1e160, 1e300])
@pytest.mark.parametrize("norm", [gn.LayerNorm(), gn.RMSNorm()], ids=["layer", "rms"])
def test_features_whose_squares_do_not_fit_into_float64_are_normalised(
    norm: Any, scale: float, engine: str
) -> None:
    """Beside samples of usual size, which stay as they are: the norm of each is its own."""
    mixed = np.concatenate([X[:8], scale * X[8:]])
    options: dict[str, Any] = {"loss": "mse", "optimizer": gn.SGD(0.1), "epochs": 3, "progress": False}
    usual, net = (gn.Network([norm, gn.Dense(1)], seed=0, dtype="float64") for _ in range(2))
    wanted = usual.fit(np.concatenate([X[:8], 1e6 * X[8:]]), Y, engine="numpy", **options)
    found = net.fit(mixed, Y, engine=engine, **options)
    np.testing.assert_allclose(found["loss"], wanted["loss"], rtol=1e-8)
    np.testing.assert_allclose(net.parameters, usual.parameters, rtol=1e-8)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize("scale", [1e153, 1e154, 1.6e154, 1e200])
def test_a_batch_whose_squares_do_not_fit_into_float64_is_normalised_or_refused(
    scale: float, engine: str
) -> None:
    """Its sum of squares may overflow where its variance does not; a variance that does is refused by the engines."""
    usual, _ = trained(gn.BatchNorm(), 1e6, "numpy", "float64")
    fits, can_sum = scale < 1.3e154, engine != "torch" or scale < 1e154
    if not fits or not can_sum:
        with pytest.raises(DivergenceError, match=r"BatchNorm\(\): its running_variance are not finite"):
            trained(gn.BatchNorm(), scale, engine, "float64")
        return
    net, _ = trained(gn.BatchNorm(), scale, engine, "float64")
    np.testing.assert_allclose(net.parameters, usual.parameters, rtol=1e-8)
    np.testing.assert_allclose(
        net.running_statistics[3:] / scale / scale, usual.running_statistics[3:] / 1e12, rtol=1e-4
    )
