"""Normalisation of numbers whose squares do not fit into float32: right, or an error that says so, on every engine."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
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
