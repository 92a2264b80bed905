"""Networks with everything that can go over a bridge, trained a little so that nothing in them is 0 or 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

import glassnet as gn
from glassnet import activations
from glassnet.layers import Layer
from glassnet.network.network import Network
from tests.gradients.table import ACTIVATIONS

Array = NDArray[Any]

# The exponential grows beyond every number in a stack; tests/test_matrix.py asks the bridges about it on small ones.
BUILT_IN = [
    activation
    for activation in ACTIVATIONS
    if not isinstance(activation, (activations.Function, activations.Exponential))
]
STACKS: dict[str, tuple[tuple[Layer, ...], tuple[int, ...]]] = {
    "one layer": ((gn.Dense(3),), (5,)),
    "batch norm": ((gn.Dense(6, "relu"), gn.BatchNorm(0.3, 1e-3), gn.Dense(3, "softmax")), (5,)),
    "layer norm": ((gn.LayerNorm(1e-2), gn.Dense(6, "gelu"), gn.LayerNorm(), gn.Dense(2)), (5,)),
    "dropout": ((gn.Dropout(0.2), gn.Dense(8, "tanh"), gn.Dropout(0.5), gn.Dense(3, "sigmoid")), (5,)),
    "flatten": ((gn.Flatten(), gn.Dense(4, "silu"), gn.Dense(3, "softmax")), (2, 3)),
    "no biases": (
        (
            gn.Dense(6, "relu", use_bias=False), gn.Dense(6, use_bias=False), gn.BatchNorm(), gn.Activation("tanh"),
            gn.Dense(4, "gelu"), gn.Dense(3, "softmax", use_bias=False),
        ),
        (5,),
    ),
    "several axes to the end": ((gn.Activation("tanh"), gn.Dropout(0.1)), (2, 3)),
    "activations by themselves": ((gn.Activation("relu"), gn.Dense(4), gn.Activation("softplus")), (5,)),
    "everything": (
        (
            gn.Flatten(), gn.Dense(6, activations.LeakyReLU(0.2)), gn.BatchNorm(), gn.Dropout(0.3),
            gn.Activation(activations.ELU(0.7)), gn.LayerNorm(), gn.Dense(4, "softmax"),
        ),
        (2, 2, 2),
    ),
}  # fmt: skip
WITH_PARAMETERS = [name for name in STACKS if name != "several axes to the end"]


def trained(layers: Sequence[Layer], shape: tuple[int, ...], dtype: str = "float64") -> Network:
    """After three epochs on random numbers."""
    net = Network(layers, seed=3, dtype=dtype, input_shape=shape)
    X = samples(shape)
    y = np.random.default_rng(1).permutation(net.predict(X))
    net.fit(X, y, loss="mse", optimizer=gn.SGD(0.05, clip_norm=1.0), epochs=3, engine="numpy", progress=False)
    return net


def samples(shape: tuple[int, ...], n: int = 30) -> Array:
    return np.random.default_rng(0).normal(scale=2, size=(n, *shape))


# How far outputs of the two may differ, as a share and in all.
DTYPES = {"float32": 2e-6, "float64": 1e-13}


def assert_same_outputs(module: nn.Module, net: Network) -> None:
    X = samples(net.layout.input_shape)
    with torch.no_grad():
        theirs = module(torch.tensor(X, dtype=getattr(torch, net.dtype.name)))
    tolerance = DTYPES[net.dtype.name]
    np.testing.assert_allclose(net.predict(X), theirs, rtol=tolerance, atol=tolerance)


def written(net: Network, folder: Path) -> Path:
    """The network as an ONNX file."""
    net.to_onnx(folder / "model.onnx")
    return folder / "model.onnx"
