"""A small network and small data for the tests of the torch engine."""

from __future__ import annotations

from typing import Any

import numpy as np

import glassnet as gn
from glassnet.network.network import Network

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
