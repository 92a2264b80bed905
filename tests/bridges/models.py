"""A small trained network, and what it means that a file gave it back."""

from typing import Any

import numpy as np

import glassnet as gn
from glassnet.bridges.description import describe

N_FEATURES = 4
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(24, N_FEATURES))
Y = RANDOM.integers(0, 3, 24)


def trained(optimizer: Any = "adam", dtype: str = "float32") -> gn.Network:
    layers = [gn.Dense(5, "relu"), gn.BatchNorm(), gn.Dropout(0.2), gn.Dense(3, "softmax")]
    network = gn.Network(layers, seed=7, dtype=dtype)
    network.fit(
        X, Y, loss="scce", optimizer=optimizer, epochs=3, batch_size=7, engine="numpy", progress=False
    )
    return network


def assert_same(found: gn.Network, expected: gn.Network) -> None:
    """Everything that a file holds is equal to the last bit: configuration, streams, training, and all arrays."""
    found_config, found_arrays = describe(found)
    config, arrays = describe(expected)
    assert found_config == config
    assert found_arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found_arrays[name].dtype == array.dtype
        assert found_arrays[name].tobytes() == array.tobytes()
