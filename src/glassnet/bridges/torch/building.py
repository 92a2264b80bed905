"""Modules of PyTorch made from a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from glassnet import layers
from glassnet.bridges.torch import layers as written_out
from glassnet.bridges.torch.described import Described
from glassnet.bridges.torch.parts import WRITTEN_OUT, Part, parts
from glassnet.engines.torch.code import identifier
from glassnet.network.network import Network
from glassnet.support.arrays import Array


def built(network: Network) -> nn.Sequential:
    """The Sequential of a network's parts, with its numbers, in evaluation mode."""
    modules = parts(network)
    with torch.device("meta"):  # allocates nothing and draws nothing from PyTorch's generator
        sequence = _filled(nn.Sequential(), modules, network.dtype)
    sequence = sequence.to(getattr(torch, network.dtype.name)).to_empty(device="cpu")
    sequence.load_state_dict({name: torch.tensor(array) for name, array in _state(modules)})
    return sequence.eval()


def _filled(sequence: nn.Sequential, modules: Sequence[Part], dtype: np.dtype[Any]) -> nn.Sequential:
    for part in modules:
        sequence.add_module(part.name, _module(part, dtype))
    return sequence


def _module(part: Part, dtype: np.dtype[Any]) -> nn.Module:
    if part.body and part.layer is not None:
        return Described(part.layer, part.input_shape, dtype)
    kind = getattr(written_out if part.kind in WRITTEN_OUT else nn, part.kind)
    module: nn.Module = kind(*part.arguments, **part.options)
    return _filled(module, part.inner, dtype) if isinstance(module, nn.Sequential) else module


def _state(modules: Sequence[Part]) -> Iterator[tuple[str, Array]]:
    """The arrays by their names in the Sequential of these modules."""
    for part in modules:
        if part.layer is None:
            arrays = dict(_state(part.inner))
        else:
            arrays = _own_arrays(part.layer, part.input_shape) if part.body else _arrays(part.layer)
        yield from ((f"{part.name}.{name}", array) for name, array in arrays.items())


def _own_arrays(layer: layers.Layer, shape: tuple[int, ...]) -> dict[str, Array]:
    """The arrays of a layer that describes itself."""
    return {identifier(array.name): layer.view(array.name) for array in layer.parameters(shape)}


def _arrays(layer: layers.Layer) -> dict[str, Array]:
    """The arrays of a layer by PyTorch's names."""
    weights = layer.view("weights")
    match layer:
        case layers.Dense():
            return {"weight": weights.T} | ({"bias": layer.view("bias")} if layer.use_bias else {})
        case layers.Embedding():
            tables = np.split(weights, layer.offsets[1:])
            return {f"tables.{place}.weight": table for place, table in enumerate(tables)}
        case layers.LayerNorm():
            return {"weight": weights, "bias": layer.view("bias")}
        case layers.BatchNorm():
            return {
                "weight": weights, "bias": layer.view("bias"), "running_mean": layer.view("running_mean"),
                "running_var": layer.view("running_variance"), "num_batches_tracked": np.array(0),
            }  # fmt: skip
        case layers.RMSNorm() | layers.PReLU() | layers.Scale():
            return {"weight": weights}
    raise TypeError(f"{layer!r} has arrays without names in PyTorch")
