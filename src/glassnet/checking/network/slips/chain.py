"""A network as a chain of stages, and the chains that slips of the forward pass would have made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import activations
from glassnet.activations import GELU, Linear, Softmax
from glassnet.checking.network.slips.places import Place, Places
from glassnet.checking.network.slips.stages import Affine, Drop, Gate, Norm, Stage, fresh
from glassnet.checking.numerics.rounding import Array, FloatFormat, Rounded
from glassnet.errors import ArgumentError, ShapeError
from glassnet.layers import Activation, BatchNorm, Dense, Dropout, Flatten, LayerNorm
from glassnet.network.network import Network
from glassnet.support.arrays import as_array

MOST_SUBSETS = 4


@dataclass
class StageChain:
    """Stages that have been run on a batch, and the slips of the forward pass that they contain."""

    stages: list[Stage]
    places: Places
    output: Rounded

    @classmethod
    def run(cls, stages: list[Stage], x: Rounded, places: Places = ()) -> StageChain:
        """The forward pass."""
        a = x
        for stage in stages:
            a = stage.forward(a)
        return cls(stages, places, a)

    @property
    def last(self) -> int:
        """The last dense layer."""
        return max(stage.layer for stage in self.stages)

    @staticmethod
    def distance(stage: Stage, other: Stage) -> str:
        """Where another stage stands, seen from this one, in layers."""
        away = other.layer - stage.layer
        return f"{abs(away)} layer{'s' * (abs(away) > 1)} {'above' if away > 0 else 'below'}"


def check_known(net: Network) -> None:
    """Raise an error that names the first layer or activation that the checker does not know."""
    for index, layer in enumerate(net.layers):
        if not isinstance(layer, (Activation, BatchNorm, Dense, Dropout, Flatten, LayerNorm)):
            raise ArgumentError(f"not checked: check_backward does not know layer {index}, {layer!r}")
        activation = activations.get(layer.activation) if isinstance(layer, (Dense, Activation)) else Linear()
        facts = activation.facts
        if facts is not None and facts.backward and not isinstance(activation, Softmax):
            raise ArgumentError(f"not checked: check_backward does not know {activation!r} of layer {index}")


def stages_of(net: Network, precision: FloatFormat, masks: Sequence[Array]) -> list[Stage]:
    """One stage for each step of the network; `masks` holds one mask for each Dropout layer."""
    stages: list[Stage] = []
    dense, remaining = -1, iter(masks)
    for index, layer in enumerate(net.layers):
        home = max(dense, 0)
        if isinstance(layer, Dense):
            dense = home = dense + 1
            weights = precision.given(layer.weights)
            bias = precision.given(layer.bias) if layer.use_bias else None
            penalties = layer.l1, layer.l2, layer.bias_l1, layer.bias_l2
            stages.append(Affine(dense, weights, bias, *penalties))
        elif isinstance(layer, Dropout):
            stages.append(Drop(home, precision.given(next(remaining)), layer.rate, 1 / (1 - layer.rate)))
        elif isinstance(layer, (BatchNorm, LayerNorm)):
            weights, bias = precision.given(layer.weights), precision.given(layer.bias)
            kind, axis = ("batch", 0) if isinstance(layer, BatchNorm) else ("layer", 1)
            stages.append(Norm(home, index, kind, weights, bias, axis, layer.epsilon))
        if isinstance(layer, (Dense, Activation)):
            activation = activations.get(layer.activation)
            if not isinstance(activation, Linear):
                stages.append(Gate(home, activation))
    return stages


def masks_of(net: Network, given: Any, n_samples: int) -> list[NDArray[np.float64]]:
    """Dropout masks as zeros and ones, one (n_samples, n_units) for each Dropout layer.

    Given as arrays that are zero where an input is dropped, whatever they are otherwise; without them those of the
    network's last forward pass in training.
    """
    layers = [i for i, layer in enumerate(net.layers) if isinstance(layer, Dropout)]
    if not layers:
        return []
    masks = list(net.dropout_masks) if given is None else _listed(given, len(layers))
    if len(masks) != len(layers):
        raise ArgumentError(
            f"masks must hold one array for each Dropout layer, {len(layers)}; got {len(masks)}"
        )
    return [_mask(net, i, mask, n_samples) for i, mask in zip(layers, masks, strict=True)]


def _listed(given: Any, n: int) -> list[Any]:
    return [given] if n == 1 and np.ndim(given) == 2 else list(given)


def _mask(net: Network, index: int, mask: Any, n_samples: int) -> NDArray[np.float64]:
    expected = (n_samples, *net.layout.output_shapes[index])
    found: NDArray[np.float64] = (as_array(mask) != 0).astype(np.float64)
    if found.shape != expected:
        raise ShapeError(
            f"the mask of layer {index}, {net.layers[index]!r}, must have shape {expected}; got {found.shape}"
        )
    return found


def chains(stages: list[Stage], x: Rounded, net: Network, most: int) -> Iterator[StageChain]:
    """The chain as it should be, then those with up to `most` slips of the forward pass."""
    yield StageChain.run(stages, x)
    slips = _forward_slips(stages, net)
    for n in range(1, most + 1):
        for codes in combinations(sorted({code for code, _, _ in slips}), n):
            for chosen in _choices(slips, codes):
                changed = {i: change for _, i, change in chosen}
                places = tuple(Place(code, stages[i].layer, "forward") for code, i, _ in chosen)
                yield StageChain.run(fresh(stages, changed), x, places)


Slipped = tuple[str, int, dict[str, Any]]


def _choices(slips: list[Slipped], codes: tuple[str, ...]) -> Iterator[list[Slipped]]:
    """Every way to make these slips, each at one stage, at several or at all of those where it can stand."""
    first = [slip for slip in slips if slip[0] == codes[0]]
    sizes = range(1, len(first) + 1) if len(first) <= MOST_SUBSETS else (1, len(first))
    for size in sizes:
        for chosen in combinations(first, size):
            taken = {i for _, i, _ in chosen}
            rest = [slip for slip in slips if slip[1] not in taken]
            for others in _choices(rest, codes[1:]) if len(codes) > 1 else [[]]:
                yield [*chosen, *others]


def _forward_slips(stages: list[Stage], net: Network) -> list[Slipped]:
    found: list[Slipped] = []
    for i, stage in enumerate(stages):
        if isinstance(stage, Drop) and stage.rate > 0:
            ones = stage.mask.exactly(np.ones_like(stage.mask.value))
            found.append(("dropout_unscaled", i, {"scale": 1.0}))
            found.append(("dropout_not_applied", i, {"mask": ones, "scale": 1.0}))
        elif isinstance(stage, Norm):
            other = "features" if stage.kind == "batch" else "samples"
            found.append((f"{stage.kind}_norm_variance_unbiased", i, {"unbiased": True}))
            found.append((f"{stage.kind}_norm_over_{other}", i, {"axis": 1 - stage.axis}))
            if stage.kind == "batch":
                found.append(("batch_norm_running_statistics", i, {"running": _running(net, stage.index)}))
        elif isinstance(stage, Gate) and isinstance(stage.activation, GELU):
            found.append(("gelu_approximated", i, {"activation": activations.GELUTanh()}))
    return found


def _running(net: Network, index: int) -> tuple[Array, Array]:
    mean, variance = (
        net.layers[index].view(f"running_{name}").astype(np.float64) for name in ("mean", "variance")
    )
    return mean, variance
