"""Schedules that rise first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from glassnet.schedules.base import EPOCHS, RATE, SHARE, Schedule, registry
from glassnet.schedules.waves import half_wave
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.facts import Facts
from glassnet.support.fields import takes

__all__ = ["LinearWarmup", "OneCycle"]

_DIVISOR = takes(checks.number, least=1.0)
_PART = takes(checks.number, above=0.0, below=1.0)


@registry.register("linear_warmup", "warmup")
@dataclass(frozen=True)
class LinearWarmup(Schedule):
    """A straight line from start_factor * learning_rate up to `learning_rate`, where it stays.

    Parameters
    ----------
    learning_rate : float, >= 0
    epochs : float, > 0
        Length of the warm-up.
    start_factor : float in [0, 1], default 1/3
    """

    learning_rate: float = field(metadata=RATE)
    epochs: float = field(metadata=EPOCHS)
    start_factor: float = field(default=1.0 / 3.0, metadata=SHARE)

    facts = Facts(
        formula="learning_rate · (start_factor + (1 − start_factor) · min(t / epochs, 1))",
        latex=r"\eta\,(\gamma + (1 - \gamma) \min(t / T, 1))", range="start_factor · learning_rate to learning_rate",
        source="Goyal et al. 2017, Accurate, large minibatch SGD, section 2.2",
        elsewhere="torch.optim.lr_scheduler.LinearLR",
    )  # fmt: skip

    @property
    def torch_arguments(self) -> str:
        """Nothing for a start from 0, which PyTorch's class refuses."""
        return "start_factor={start_factor}, total_iters={epochs}{times}" if self.start_factor > 0 else ""

    def rates(self, epochs: Floats) -> Floats:
        """learning_rate * (start_factor + (1 - start_factor) * min(t / epochs, 1))."""
        share = np.minimum(epochs / self.epochs, 1.0)
        return self.learning_rate * (self.start_factor + (1.0 - self.start_factor) * share)


@registry.register("one_cycle")
@dataclass(frozen=True)
class OneCycle(Schedule):
    """Half a cosine wave up to `learning_rate`, and a longer one down to almost nothing, where it stays.

    PyTorch's ``total_steps`` counts both ends: it is `epochs` + 1 for one step an epoch, and its ``pct_start`` is
    (warmup · epochs + 1) / (epochs + 1). The momentum is left alone (``cycle_momentum=False``).

    Parameters
    ----------
    learning_rate : float, >= 0
        The highest rate.
    epochs : float, > 0
        Length of the cycle.
    warmup : float in (0, 1), default 0.3
        Share of the cycle in which the rate rises.
    start_divisor : float, >= 1, default 25
        The first rate is learning_rate / start_divisor.
    final_divisor : float, >= 1, default 10 000
        The last rate is the first one / final_divisor.
    """

    learning_rate: float = field(metadata=RATE)
    epochs: float = field(metadata=EPOCHS)
    warmup: float = field(default=0.3, metadata=_PART)
    start_divisor: float = field(default=25.0, metadata=_DIVISOR)
    final_divisor: float = field(default=1e4, metadata=_DIVISOR)

    torch_arguments: ClassVar[str] = (
        "max_lr={learning_rate}, total_steps={epochs}{times} + 1, "
        "pct_start=({warmup} * {epochs}{times} + 1) / ({epochs}{times} + 1), "
        "div_factor={start_divisor}, final_div_factor={final_divisor}, cycle_momentum=False"
    )
    torch_until: ClassVar[str] = "epochs"
    facts = Facts(
        formula="η₀ + (learning_rate − η₀) · (1 − cos(π · t / T₀)) / 2 until T₀ = warmup · epochs, then "
        "η₁ + (learning_rate − η₁) · (1 + cos(π · (t − T₀) / (epochs − T₀))) / 2; "
        "η₀ = learning_rate / start_divisor, η₁ = η₀ / final_divisor",
        latex=r"\begin{cases}\eta_0 + \tfrac{1}{2}(\eta - \eta_0)(1 - \cos(\pi t / T_0)) & t \le T_0 \\ "
        r"\eta_1 + \tfrac{1}{2}(\eta - \eta_1)(1 + \cos(\pi (t - T_0) / (T - T_0))) & t > T_0\end{cases}",
        range="η₁ to learning_rate", source="Smith, Topin 2018, Super-convergence",
        elsewhere="torch.optim.lr_scheduler.OneCycleLR",
    )  # fmt: skip

    def rates(self, epochs: Floats) -> Floats:
        """Up from learning_rate / start_divisor by half a cosine wave, then down by another."""
        first = self.learning_rate / self.start_divisor
        final = first / self.final_divisor
        top = self.warmup * self.epochs
        down = np.minimum((epochs - top) / (self.epochs - top), 1.0)
        return np.where(
            epochs <= top,
            self.learning_rate + (first - self.learning_rate) * half_wave(epochs / top),
            final + (self.learning_rate - final) * half_wave(down),
        )
