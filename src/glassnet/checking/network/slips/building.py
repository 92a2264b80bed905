"""The stages of a network, layer by layer, those inside of residual ones too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import activations
from glassnet.activations import ActivationFunction, Linear
from glassnet.checking.network.slips.computed_stages import Computed
from glassnet.checking.network.slips.learned_stages import Factors, Lookup, Norm, Slopes
from glassnet.checking.network.slips.stages import Affine, Branch, Drop, Gate, Stage, Sum
from glassnet.checking.numerics.rounding import Array, FloatFormat
from glassnet.errors import ArgumentError, ShapeError
from glassnet.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    Layer,
    LayerNorm,
    PReLU,
    Residual,
    RMSNorm,
    Scale,
)
from glassnet.network.network import Network
from glassnet.support.arrays import as_array


def check_known(net: Network) -> None:
    """Raise an error that names the first layer whose layers inside are computed in a way of its own."""
    for name, layer, _ in placed(net.layers, net.layout.input_shape):
        if layer.inner and not isinstance(layer, Residual):
            raise ArgumentError(
                f"not checked: layer {name}, {layer!r}, holds layers in a way that check_backward does not know; check "
                "those by themselves with check_layer"
            )


def placed(
    layers: Sequence[Layer], shape: tuple[int, ...], prefix: str = ""
) -> Iterator[tuple[str, Layer, tuple[int, ...]]]:
    """All layers, those inside of others behind these: the number, "1", and "1.0" inside of it, and what it reads."""
    for index, layer in enumerate(layers):
        yield f"{prefix}{index}", layer, shape
        yield from placed(layer.inner, shape, f"{prefix}{index}.")
        shape = layer.output_shape(shape)


def trained(net: Network) -> list[Layer]:
    """All layers that learn weights, alone or with a bias, in the order of the forward pass."""
    return [layer for layer, names in _learning(net) if names in (["weights"], ["weights", "bias"])]


def unpaired(net: Network) -> list[str]:
    """What layers learn that is no pair of weights and bias, in words."""
    return [
        f"{', '.join(names)} of {layer!r}, which are no pair of weights and bias; check_layer compares all of them"
        for layer, names in _learning(net)
        if names not in ([], ["weights"], ["weights", "bias"])
    ]


def _learning(net: Network) -> Iterator[tuple[Layer, list[str]]]:
    for _, layer, shape in placed(net.layers, net.layout.input_shape):
        if not layer.inner:  # which stand there themselves
            yield layer, [part.name for part in layer.parameters(shape)]


def stages_of(net: Network, precision: FloatFormat, masks: Sequence[Array]) -> list[Stage]:
    """One stage for each step of the network; `masks` holds one mask for each Dropout layer."""
    maker = _Stages(net.dtype, precision, masks, net.steps_by_hand)
    maker.add(net.layers, net.layout.input_shape, "")
    return maker.stages


class _Stages:
    """The stages of layers, one after the other."""

    def __init__(
        self, dtype: np.dtype[Any], precision: FloatFormat, masks: Sequence[Array], epoch: float
    ) -> None:
        self.dtype, self.precision, self.masks, self.epoch = dtype, precision, iter(masks), epoch
        self.stages: list[Stage] = []
        self.dense = -1

    def add(self, layers: Sequence[Layer], shape: tuple[int, ...], prefix: str) -> None:
        """Append the stages of layers that read samples of this shape, whose numbers have this prefix."""
        for place, layer in enumerate(layers):
            self._add(layer, shape, f"{prefix}{place}")
            shape = layer.output_shape(shape)

    def _add(self, layer: Layer, shape: tuple[int, ...], index: str) -> None:
        rounded, home = self.precision.given, max(self.dense, 0)
        match layer:
            case Dense():
                self.dense += 1
                bias = rounded(layer.bias) if layer.use_bias else None
                penalties = layer.l1, layer.l2, layer.bias_l1, layer.bias_l2
                self.stages.append(Affine(self.dense, rounded(layer.weights), bias, *penalties))
                self._activate(layer.activation)
            case Activation():
                self._activate(layer.activation)
            case Dropout():
                rate = layer.rate_at(self.epoch)
                self.stages.append(Drop(home, rounded(next(self.masks)), rate, 1 / (1 - rate)))
            case BatchNorm() | LayerNorm():
                kind, axis = ("batch norm", 0) if isinstance(layer, BatchNorm) else ("layer norm", 1)
                weights, bias = rounded(layer.weights), rounded(layer.bias)
                self.stages.append(Norm(home, index, kind, weights, axis, layer.epsilon, bias=bias))
            case RMSNorm():
                epsilon = layer.epsilon_in(self.dtype)
                self.stages.append(
                    Norm(home, index, "rms norm", rounded(layer.weights), 1, epsilon, centred=False)
                )
            case Scale():
                self.stages.append(Factors(home, index, "scale", rounded(layer.weights)))
            case PReLU():
                self.stages.append(Slopes(home, index, "prelu", rounded(layer.weights)))
            case Embedding():
                columns = [
                    (column, start) for (column, _), start in zip(layer.pairs, layer.offsets, strict=True)
                ]
                weights, passing = rounded(layer.weights), layer.passing(prod(shape))
                self.stages.append(Lookup(home, index, "embedding", weights, passing, columns))
            case Residual():
                start = len(self.stages)
                self.stages.append(Branch(home))
                self.add(layer.inner, shape, f"{index}.")
                self.stages.append(Sum(max(self.dense, 0), start))
            case _ if layer.row_fields() is None:
                pass  # samples are flat from the beginning
            case _:
                arrays = [np.atleast_2d(layer.view(part.name)) for part in layer.parameters(shape)]
                self.stages.append(Computed(home, index, layer, [rounded(array) for array in arrays], shape))

    def _activate(self, activation: str | ActivationFunction) -> None:
        function = activations.get(activation)
        if not isinstance(function, Linear):
            self.stages.append(Gate(max(self.dense, 0), function))


def masks_of(net: Network, masks_of_learner: Any, n_samples: int) -> list[NDArray[np.float64]]:
    """Dropout masks as zeros and ones, one (n_samples, n_units) for each Dropout layer.

    Given as arrays that are zero where an input is dropped, whatever they are otherwise; without them those of the
    network's last forward pass in training.
    """
    all_layers = placed(net.layers, net.layout.input_shape)
    widths = [
        (f"{name}, {layer!r},", shape) for name, layer, shape in all_layers if isinstance(layer, Dropout)
    ]
    if not widths:
        return []
    masks = list(net.dropout_masks) if masks_of_learner is None else _listed(masks_of_learner, len(widths))
    if len(masks) != len(widths):
        raise ArgumentError(
            f"masks must hold one array for each Dropout layer, {len(widths)}; got {len(masks)}"
        )
    return [_mask(name, (n_samples, *shape), mask) for (name, shape), mask in zip(widths, masks, strict=True)]


def _listed(masks: Any, n: int) -> list[Any]:
    return [masks] if n == 1 and np.ndim(masks) == 2 else list(masks)


def _mask(name: str, expected: tuple[int, ...], mask: Any) -> NDArray[np.float64]:
    zeros_and_ones: NDArray[np.float64] = (as_array(mask) != 0).astype(np.float64)
    if zeros_and_ones.shape != expected:
        raise ShapeError(f"the mask of layer {name} must have shape {expected}; got {zeros_and_ones.shape}")
    return zeros_and_ones
