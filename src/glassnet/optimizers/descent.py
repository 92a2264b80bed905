"""Gradient descent: plain, with momentum, with Nesterov's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import schedules
from glassnet.errors import ArgumentError
from glassnet.formulas import updates
from glassnet.optimizers.base import SHARE, TRUTH, Optimizer, registry
from glassnet.optimizers.facts import OptimizerFacts, WrittenRule

__all__ = ["SGD"]


@registry.register("sgd")
@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, plain, with momentum, or with Nesterov's momentum.

    Parameters
    ----------
    learning_rate : float or Schedule
        Step length, >= 0.
    momentum : float
        Share of the last step that is kept, in [0, 1).
    nesterov : bool
        Look ahead along the momentum.
    weight_decay : float or Schedule
        Adds weight_decay * w to the gradient of every parameter. That of a schedule moves over the epochs, as the
        learning rate does.
    clip_norm, clip_value : float, optional
        Limit of the gradient's Euclidean norm, and of each entry's size.
    """

    learning_rate: float | schedules.Schedule = 1e-3
    momentum: float = field(default=0.0, metadata=SHARE)
    nesterov: bool = field(default=False, metadata=TRUTH)
    facts = OptimizerFacts(
        updates={
            "sgd": WrittenRule(
                "w ← w − η·dw", r"w \leftarrow w - \eta\, \partial L / \partial w", "",
                ("w ← w − η·[g] = {w} − [rate]·{(g)} = {w1}",),
            ),
            "momentum": WrittenRule(
                "v ← μ·v + dw;  w ← w − η·v",
                r"v \leftarrow \mu v + \partial L / \partial w,\ w \leftarrow w - \eta v", "v",
                ("v ← μ·v + [g] = [momentum]·{(v)} + {(g)} = {v1}", "w ← w − η·v = {w} − [rate]·{(v1)} = {w1}"),
            ),
            "nesterov": WrittenRule(
                "v ← μ·v + dw;  w ← w − η·(dw + μ·v)",
                r"v \leftarrow \mu v + \partial L / \partial w,\ "
                r"w \leftarrow w - \eta (\partial L / \partial w + \mu v)", "v",
                (
                    "v ← μ·v + [g] = [momentum]·{(v)} + {(g)} = {v1}",
                    "w ← w − η·([g] + μ·v) = {w} − [rate]·({(g)} + [momentum]·{(v1)}) = {w1}",
                ),
            ),
        },
        torch="SGD", arguments={"momentum": "momentum", "nesterov": "nesterov"},
        source="Robbins, Monro 1951; Polyak 1964; Sutskever et al. 2013, ICML",
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and self.momentum == 0:
            raise ArgumentError("nesterov of SGD needs a momentum > 0; got momentum=0")

    @property
    def n_states(self) -> int:
        """The velocity, where there is momentum."""
        return int(self.momentum > 0)

    @property
    def rule(self) -> Callable[..., Any]:
        """sgd, momentum or nesterov."""
        if self.momentum == 0:
            return updates.sgd
        return updates.nesterov if self.nesterov else updates.momentum

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, and momentum where there is one."""
        return [rates, self.weight_decay, self.momentum][: 2 + self.n_states]
