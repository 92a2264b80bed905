"""A network as a chain of stages, and the chains that slips of the forward pass would have made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from glassnet import activations
from glassnet.activations import GELU
from glassnet.checking.network.slips.building import placed
from glassnet.checking.network.slips.computed_stages import Computed
from glassnet.checking.network.slips.learned_stages import Norm
from glassnet.checking.network.slips.places import Place, Places
from glassnet.checking.network.slips.stages import Branch, Drop, Gate, Stage, Sum, fresh
from glassnet.checking.numerics.rounding import Rounded
from glassnet.network.network import Network

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
            a = stage.added(a, stages[stage.start]) if isinstance(stage, Sum) else stage.forward(a)
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


def confirm(stages: list[Stage], x: Rounded) -> None:
    """Raise an error where the way back through a layer that computes itself is not the derivative of its way there."""
    own = [stage for stage in stages if isinstance(stage, Computed)]
    if own:
        StageChain.run(stages, x)
    for stage in own:
        stage.confirm()


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
            stages = {i for _, i, _ in chosen}
            rest = [slip for slip in slips if slip[1] not in stages]
            for others in _choices(rest, codes[1:]) if len(codes) > 1 else [[]]:
                yield [*chosen, *others]


def _forward_slips(stages: list[Stage], net: Network) -> list[Slipped]:
    slips: list[Slipped] = []
    for i, stage in enumerate(stages):
        if isinstance(stage, Drop) and stage.rate > 0:
            ones = stage.mask.exactly(np.ones_like(stage.mask.value))
            slips.append(("dropout_unscaled", i, {"scale": 1.0}))
            slips.append(("dropout_not_applied", i, {"mask": ones, "scale": 1.0}))
        elif isinstance(stage, Norm):
            slips += _norm_slips(stage, i, net)
        elif isinstance(stage, Branch):
            slips.append(("residual_not_added", i, {"factor": 0.0}))
        elif isinstance(stage, Gate) and isinstance(stage.activation, GELU):
            slips.append(("gelu_approximated", i, {"activation": activations.GELUTanh()}))
    return slips


def _norm_slips(stage: Norm, i: int, net: Network) -> Iterator[Slipped]:
    code = stage.kind.replace(" ", "_")
    yield f"{code}_over_{'features' if stage.axis == 0 else 'samples'}", i, {"axis": 1 - stage.axis}
    if not stage.centred:
        yield f"{code}_centred", i, {"centred": True}
        return
    yield f"{code}_variance_unbiased", i, {"unbiased": True}
    if stage.axis == 0:
        layers = placed(net.layers, net.layout.input_shape)
        layer = next(layer for name, layer, _ in layers if name == stage.index)
        running = (layer.view(f"running_{name}").astype(np.float64) for name in ("mean", "variance"))
        yield "batch_norm_running_statistics", i, {"running": tuple(running)}
