"""Schedules that follow a cosine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from glassnet.schedules.base import COUNT, EPOCHS, RATE, Schedule, beyond_rounding, registry
from glassnet.support.arrays import Floats
from glassnet.support.facts import Facts

__all__ = ["CosineDecay", "CosineRestarts", "LogCosineCycles"]


def half_wave(share: Floats) -> Floats:
    """From 1 at share 0 down to 0 at share 1: (1 + cos(pi share)) / 2."""
    return (1.0 + np.cos(np.pi * share)) / 2.0


@registry.register("cosine_decay", "cosine")
@dataclass(frozen=True)
class CosineDecay(Schedule):
    """Half a cosine wave from `learning_rate` down to `final`, where it stays; PyTorch's climbs again.

    Parameters
    ----------
    learning_rate : float, >= 0
    epochs : float, > 0
        Length of the descent.
    final : float, >= 0, default 0.0
    """

    learning_rate: float = field(metadata=RATE)
    epochs: float = field(metadata=EPOCHS)
    final: float = field(default=0.0, metadata=RATE)

    torch_arguments: ClassVar[str] = "T_max={epochs}{times}, eta_min={final}"
    torch_until: ClassVar[str] = "epochs"
    facts = Facts(
        formula="final + (learning_rate − final) · (1 + cos(π · min(t / epochs, 1))) / 2",
        latex=r"\eta_1 + \tfrac{1}{2} (\eta - \eta_1) (1 + \cos(\pi \min(t / T, 1)))",
        range="between learning_rate and final",
        source="Loshchilov, Hutter 2017, SGDR, section 3, equation 5, without restarts",
        elsewhere="torch.optim.lr_scheduler.CosineAnnealingLR",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """final + (learning_rate - final) * (1 + cos(pi * min(t / epochs, 1))) / 2."""
        share = half_wave(np.minimum(epochs / self.epochs, 1.0))
        return self.final + (self.learning_rate - self.final) * share


@registry.register("cosine_restarts", "restarts")
@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """Half a cosine wave from `learning_rate` down to `final`, begun again and again.

    Parameters
    ----------
    learning_rate : float, >= 0
    epochs : float, > 0
        Length of the first descent.
    growth : int from 1 to 100, default 1
        How many times as long each descent is as the one before it.
    final : float, >= 0, default 0.0
    """

    learning_rate: float = field(metadata=RATE)
    epochs: float = field(metadata=EPOCHS)
    growth: int = field(default=1, metadata=COUNT)
    final: float = field(default=0.0, metadata=RATE)

    torch_arguments: ClassVar[str] = "T_0={epochs}{times}, T_mult={growth}, eta_min={final}"
    facts = Facts(
        formula="final + (learning_rate − final) · (1 + cos(π · tᵢ / Tᵢ)) / 2, tᵢ since the last restart, "
        "Tᵢ = epochs · growthⁱ",
        latex=r"\eta_1 + \tfrac{1}{2} (\eta - \eta_1) (1 + \cos(\pi t_i / T_i)),\quad T_i = T g^{i}",
        range="between learning_rate and final", source="Loshchilov, Hutter 2017, SGDR, section 3, equation 5",
        elsewhere="torch.optim.lr_scheduler.CosineAnnealingWarmRestarts",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """final + (learning_rate - final) * (1 + cos(pi * since / length)) / 2, of the descent that t lies in."""
        cycles = epochs / self.epochs
        if self.growth == 1:
            share = cycles - np.floor(beyond_rounding(cycles))
        else:
            lengths = float(self.growth) ** np.arange(self._n_descents(cycles))
            starts = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
            turn = np.searchsorted(starts, beyond_rounding(cycles), side="right") - 1
            share = (cycles - starts[turn]) / lengths[turn]
        return self.final + (self.learning_rate - self.final) * half_wave(share)

    def _n_descents(self, cycles: Floats) -> int:
        """Descents that reach beyond every one of these times: growth^n > (growth - 1) t + 1."""
        latest = float(beyond_rounding(cycles).max(initial=0.0))
        return 2 + int(np.log((self.growth - 1.0) * latest + 1.0) / np.log(self.growth))


@registry.register("log_cosine_cycles", "log_cosine")
@dataclass(frozen=True)
class LogCosineCycles(Schedule):
    """Whole cosine waves from 0 up to `learning_rate` and back, each twice as long as the one before; then 0.

    Parameters
    ----------
    learning_rate : float, >= 0
        The highest rate.
    epochs : float, > 0
        Length of all waves together.
    cycles : int from 1 to 100, default 4
    """

    learning_rate: float = field(metadata=RATE)
    epochs: float = field(metadata=EPOCHS)
    cycles: int = field(default=4, metadata=COUNT)

    torch_arguments: ClassVar[str] = (
        "lambda step: 0.5 - 0.5 * math.cos(2 * math.pi * math.log2("
        "1 + (2**{cycles} - 1) * min(step{per} / {epochs}, 1)))"
    )
    facts = Facts(
        formula="learning_rate · (1/2 − cos(2π · log₂(1 + (2^cycles − 1) · min(t / epochs, 1))) / 2)",
        latex=r"\tfrac{1}{2} \eta\,(1 - \cos(2 \pi \log_2(1 + (2^{c} - 1) \min(t / T, 1))))",
        range="0 to learning_rate", source="Holzmüller, Grinsztajn, Steinwart 2024, Better by default (RealMLP)",
        elsewhere="",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """learning_rate * (0.5 - 0.5 * cos(2 pi log2(1 + (2^cycles - 1) * min(t / epochs, 1))))."""
        share = np.minimum(epochs / self.epochs, 1.0)
        waves = np.log2(1.0 + (2.0**self.cycles - 1.0) * share)
        return self.learning_rate * (0.5 - 0.5 * np.cos(2.0 * np.pi * waves))
