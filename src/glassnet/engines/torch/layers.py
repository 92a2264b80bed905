"""Layers in PyTorch that are computed by their own functions: forward only, since autograd finds the way back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from glassnet.engines.base import found_for, unknown
from glassnet.engines.torch.code import Shape, forward_lines, identifier
from glassnet.layers import BatchNorm, Embedding, Layer, LayerNorm, Periodic, PReLU, RMSNorm
from glassnet.layers.base import describes, registry, trains_as_described

Tensors = tuple[Tensor, ...]
# The output for a layer, its input (n, n_inputs), its parameters and running statistics, each with two axes, and
# whether it trains.
Body = Callable[[Any, Tensor, Tensors, Tensors, bool], Tensor]
# The square of a number that is no larger, and sums of a million such, are finite.
SQUARES_FIT = {torch.bfloat16: 1e16, torch.float32: 1e16, torch.float64: 1e150}


def batch_norm(
    layer: BatchNorm, x: Tensor, parameters: Tensors, statistics: Tensors, training: bool
) -> Tensor:
    """Over the batch; in prediction by running statistics."""
    (weights, bias), (mean, variance) = parameters, statistics
    return functional.batch_norm(
        x, mean[0], variance[0], weights[0], bias[0], training, layer.momentum, layer.epsilon
    )


def layer_norm(
    layer: LayerNorm, x: Tensor, parameters: Tensors, statistics: Tensors, training: bool
) -> Tensor:
    """Over the features of each sample."""
    weights, bias = (parameter[0] for parameter in parameters)
    return functional.layer_norm(made_to_fit(x), weights.shape, weights, bias, layer.epsilon)


def rms_norm(layer: RMSNorm, x: Tensor, parameters: Tensors, statistics: Tensors, training: bool) -> Tensor:
    """Over the features of each sample."""
    weights = parameters[0][0]
    return functional.rms_norm(made_to_fit(x), weights.shape, weights, layer.epsilon)


def prelu(layer: PReLU, x: Tensor, parameters: Tensors, statistics: Tensors, training: bool) -> Tensor:
    """A slope below zero for each feature, or one for all."""
    return functional.prelu(x, parameters[0][0].to(x.dtype))


def embedding(
    layer: Embedding, x: Tensor, parameters: Tensors, statistics: Tensors, training: bool
) -> Tensor:
    """The columns that pass, and the vectors of the integers in the others."""
    columns = [column for column, _ in layer.pairs]
    rows = x[:, columns].long() + torch.tensor(layer.offsets, device=x.device)
    vectors = functional.embedding(rows, parameters[0])
    return torch.cat([x[:, layer.passing(x.shape[1])], vectors.flatten(1)], dim=1)


def periodic(layer: Periodic, x: Tensor, parameters: Tensors, statistics: Tensors, training: bool) -> Tensor:
    """All columns, and what is learned from the waves of those that are chosen, without a copy for every wave."""
    weights, offsets, frequencies, phases = (parameter.to(x.dtype) for parameter in parameters)
    waves = torch.cos(2 * math.pi * x[:, list(layer.columns), None] * frequencies + phases)
    learned = torch.einsum("imk,mkd->imd", waves, weights.reshape(*frequencies.shape, -1)) + offsets
    return torch.cat([x, learned.flatten(1)], dim=1)


def made_to_fit(x: Tensor) -> Tensor:
    """Samples whose squares would overflow, made smaller, which changes nothing of what a norm of each gives.

    Its epsilon stays: beside the variance of such numbers it is nothing. Whether there are any is asked first where
    an answer costs less than the work that it saves: on a CPU, step by step.
    """
    fit = SQUARES_FIT[x.dtype]
    looks = x.device.type == "cpu" and not torch.compiler.is_compiling()
    if looks and float(x.detach().abs().max()) <= fit:
        return x
    largest: Tensor = torch.linalg.vector_norm(x.detach(), math.inf, dim=1, keepdim=True)
    return x * (fit / largest).clamp(max=1)


# What PyTorch computes faster than the lines that a layer describes, or where training differs from prediction.
BODIES: dict[type[Layer], Body] = {
    BatchNorm: batch_norm, Embedding: embedding, LayerNorm: layer_norm, PReLU: prelu, Periodic: periodic,
    RMSNorm: rms_norm,
}  # fmt: skip


def body_of(bodies: Mapping[type[Layer], Body], layer: Layer, input_shape: Shape, dtype: torch.dtype) -> Body:
    """What computes a layer: one of these functions, or the lines that it describes.

    Raises `EngineError` if there is neither; the message names the layer.
    """
    body = found_for(bodies, layer)
    if body is not None:
        return body
    if not trains_as_described(layer, input_shape):
        raise unknown(layer, "engine='torch'", {*bodies, *filter(describes, registry.classes().values())})
    return described(layer, input_shape, np.dtype(str(dtype).removeprefix("torch.")))


def described(layer: Layer, input_shape: Shape, dtype: np.dtype[Any]) -> Body:
    """The lines that a layer describes, as one function."""
    shapes = {parameter.name: parameter.shape for parameter in layer.parameters(input_shape)}
    head = f"def forward({', '.join(['x', *map(identifier, shapes)])}):"
    room: dict[str, Any] = {"torch": torch, "nn": torch.nn}
    exec("\n    ".join([head, *forward_lines(layer, input_shape, dtype)]), room)

    def computed(layer: Any, x: Tensor, parameters: Tensors, statistics: Tensors, training: bool) -> Tensor:
        arrays = (
            array.reshape(shape).to(x.dtype) for array, shape in zip(parameters, shapes.values(), strict=True)
        )
        result: Tensor = room["forward"](x, *arrays)
        return result

    return computed
