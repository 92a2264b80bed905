"""Modules of PyTorch made from a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from glassnet import layers
from glassnet.bridges.torch import layers as written_out
from glassnet.bridges.torch.parts import WRITTEN_OUT, Part, parts
from glassnet.network.network import Network

Array = NDArray[Any]


def built(network: Network) -> nn.Sequential:
    """The Sequential of a network's parts, with its numbers, in evaluation mode."""
    modules = parts(network)
    with torch.device("meta"):  # allocates nothing and draws nothing from PyTorch's generator
        sequence = _filled(nn.Sequential(), modules)
    sequence = sequence.to(getattr(torch, network.dtype.name)).to_empty(device="cpu")
    sequence.load_state_dict({name: torch.tensor(array) for name, array in _state(modules)})
    return sequence.eval()


def _filled(sequence: nn.Sequential, modules: Sequence[Part]) -> nn.Sequential:
    for part in modules:
        kind = getattr(written_out if part.kind in WRITTEN_OUT else nn, part.kind)
        module = kind(*part.arguments, **part.options)
        sequence.add_module(part.name, _filled(module, part.inner) if part.inner else module)
    return sequence


def _state(modules: Sequence[Part]) -> Iterator[tuple[str, Array]]:
    """The arrays by their names in the Sequential of these modules."""
    for part in modules:
        arrays = dict(_state(part.inner)) if part.layer is None else _arrays(part.layer)
        yield from ((f"{part.name}.{name}", array) for name, array in arrays.items())


def _arrays(layer: layers.Layer) -> dict[str, Array]:
    """The arrays of a layer by PyTorch's names."""
    weights = layer.view("weights")
    match layer:
        case layers.Dense():
            return {"weight": weights.T} | ({"bias": layer.view("bias")} if layer.use_bias else {})
        case layers.Embedding():
            tables = np.split(weights, layer.offsets[1:])
            return {f"tables.{place}.weight": table for place, table in enumerate(tables)}
        case layers.Periodic():
            m = len(layer.columns)
            return {
                "weight": weights.reshape(m, layer.waves, layer.dimension), "offset": layer.view("offsets"),
                "frequency": layer.view("frequencies"), "phase": layer.view("phases"),
            }  # fmt: skip
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
