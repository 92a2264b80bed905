"""Optimizers whose rates follow the size of each parameter's own gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import schedules
from glassnet.formulas import updates
from glassnet.optimizers.base import NOT_NEGATIVE, SHARE, TRUTH, Optimizer, registry
from glassnet.optimizers.facts import OptimizerFacts, WrittenRule

__all__ = ["AdaDelta", "AdaGrad", "RMSProp"]

_DIVIDED = "w ← w − η·[g]/(√s + ε) = {w} − [rate]·{(g)}/(√{s1} + [epsilon]) = {w1}"


@registry.register("adagrad")
@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """AdaGrad: each parameter's rate falls with the root of the sum of its squared gradients.

    Parameters are those of :class:`SGD`, and epsilon > 0 against division by zero.
    """

    learning_rate: float | schedules.Schedule = 1e-2
    epsilon: float = field(default=1e-10, metadata=NOT_NEGATIVE)
    facts = OptimizerFacts(
        updates={
            "adagrad": WrittenRule(
                "s ← s + dw²;  w ← w − η·dw/(√s + ε)",
                r"s \leftarrow s + (\partial L / \partial w)^2,\ "
                r"w \leftarrow w - \eta \frac{\partial L / \partial w}{\sqrt s + \epsilon}", "s",
                ("s ← s + [g]² = {s} + {(g)}² = {s1}", _DIVIDED),
            ),
        },
        torch="Adagrad", arguments={"eps": "epsilon"}, source="Duchi, Hazan, Singer 2011, JMLR 12",
    )  # fmt: skip
    n_states = 1

    @property
    def rule(self) -> Callable[..., Any]:
        return updates.adagrad

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, epsilon."""
        return [rates, self.weight_decay, self.epsilon]


_SQUARES = "s ← α·s + (1 − α)·[g]² = [alpha]·{(s)} + [1 - alpha]·{(g)}² = {s1}"
_MEAN = "m ← α·m + (1 − α)·[g] = [alpha]·{(m)} + [1 - alpha]·{(g)} = {m1}"
_CENTERED = "√(max({s1} − {(m1)}², 0))"
_VELOCITY = "w ← w − η·b = {w} − [rate]·{(b1)} = {w1}"
_SQUARES_LATEX = r"s \leftarrow \alpha s + (1 - \alpha) (\partial L / \partial w)^2,\ "
_MEAN_LATEX = r"m \leftarrow \alpha m + (1 - \alpha) \partial L / \partial w,\ "
_VELOCITY_LATEX = r"\partial L / \partial w}{ROOT + \epsilon},\ w \leftarrow w - \eta b"


@registry.register("rmsprop")
@dataclass(frozen=True)
class RMSProp(Optimizer):
    """RMSProp: rates divided by the root of a moving mean of squared gradients.

    Parameters are those of :class:`SGD`, and alpha in [0, 1), the share of the old mean that is kept.

    Parameters
    ----------
    centered : bool
        Divide by the standard deviation of the gradient: the moving mean's square is taken from that of squares.
    momentum : float
        Share of the last step that is kept, in [0, 1).
    """

    learning_rate: float | schedules.Schedule = 1e-2
    alpha: float = field(default=0.99, metadata=SHARE)
    epsilon: float = field(default=1e-8, metadata=NOT_NEGATIVE)
    momentum: float = field(default=0.0, kw_only=True, metadata=SHARE)
    centered: bool = field(default=False, kw_only=True, metadata=TRUTH)
    facts = OptimizerFacts(
        updates={
            "rmsprop": WrittenRule(
                "s ← α·s + (1 − α)·dw²;  w ← w − η·dw/(√s + ε)",
                _SQUARES_LATEX + r"w \leftarrow w - \eta \frac{\partial L / \partial w}{\sqrt s + \epsilon}", "s",
                (_SQUARES, _DIVIDED),
            ),
            "rmsprop_momentum": WrittenRule(
                "s ← α·s + (1 − α)·dw²;  b ← μ·b + dw/(√s + ε);  w ← w − η·b",
                _SQUARES_LATEX + r"b \leftarrow \mu b + \frac{" + _VELOCITY_LATEX.replace("ROOT", r"\sqrt s"), "sb",
                (
                    _SQUARES,
                    "b ← μ·b + [g]/(√s + ε) = [momentum]·{(b)} + {(g)}/(√{s1} + [epsilon]) = {b1}", _VELOCITY,
                ),
            ),
            "rmsprop_centered": WrittenRule(
                "s ← α·s + (1 − α)·dw²;  m ← α·m + (1 − α)·dw;  w ← w − η·dw/(√(s − m²) + ε)",
                _SQUARES_LATEX + _MEAN_LATEX
                + r"w \leftarrow w - \eta \frac{\partial L / \partial w}{\sqrt{s - m^2} + \epsilon}", "sm",
                (
                    _SQUARES, _MEAN,
                    f"w ← w − η·[g]/(√(s − m²) + ε) = {{w}} − [rate]·{{(g)}}/({_CENTERED} + [epsilon]) = {{w1}}",
                ),
            ),
            "rmsprop_centered_momentum": WrittenRule(
                "s ← α·s + (1 − α)·dw²;  m ← α·m + (1 − α)·dw;  b ← μ·b + dw/(√(s − m²) + ε);  w ← w − η·b",
                _SQUARES_LATEX + _MEAN_LATEX
                + r"b \leftarrow \mu b + \frac{" + _VELOCITY_LATEX.replace("ROOT", r"\sqrt{s - m^2}"), "smb",
                (
                    _SQUARES, _MEAN,
                    f"b ← μ·b + [g]/(√(s − m²) + ε) = [momentum]·{{(b)}} + {{(g)}}/({_CENTERED} + [epsilon]) = {{b1}}",
                    _VELOCITY,
                ),
            ),
        },
        torch="RMSprop",
        arguments={"alpha": "alpha", "eps": "epsilon", "momentum": "momentum", "centered": "centered"},
        source="Tieleman, Hinton 2012, lecture 6.5; centred: Graves 2013",
    )  # fmt: skip

    @property
    def n_states(self) -> int:
        """The mean of squares, that of gradients where it is centred, and the velocity where there is momentum."""
        return 1 + self.centered + (self.momentum > 0)

    @property
    def rule(self) -> Callable[..., Any]:
        """rmsprop, centred or not, with momentum or without."""
        if self.centered:
            return updates.rmsprop_centered_momentum if self.momentum else updates.rmsprop_centered
        return updates.rmsprop_momentum if self.momentum else updates.rmsprop

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, epsilon, alpha, 1 - alpha, and momentum where there is one."""
        common = [rates, self.weight_decay, self.epsilon, self.alpha, 1 - self.alpha]
        return [*common, self.momentum] if self.momentum else common


@registry.register("adadelta")
@dataclass(frozen=True)
class AdaDelta(Optimizer):
    """AdaDelta: steps as large as the last ones were, for gradients as large as the last ones were.

    Parameters are those of :class:`SGD`, and rho in [0, 1), the share of the old means that is kept.
    """

    learning_rate: float | schedules.Schedule = 1.0
    rho: float = field(default=0.9, metadata=SHARE)
    epsilon: float = field(default=1e-6, metadata=NOT_NEGATIVE)
    facts = OptimizerFacts(
        updates={
            "adadelta": WrittenRule(
                "s ← ρ·s + (1 − ρ)·dw²;  Δ = √(d + ε)/√(s + ε)·dw;  d ← ρ·d + (1 − ρ)·Δ²;  w ← w − η·Δ",
                r"s \leftarrow \rho s + (1 - \rho) (\partial L / \partial w)^2,\ "
                r"\Delta = \frac{\sqrt{d + \epsilon}}{\sqrt{s + \epsilon}} \partial L / \partial w,\ "
                r"d \leftarrow \rho d + (1 - \rho) \Delta^2,\ w \leftarrow w - \eta \Delta", "sd",
                (
                    "s ← ρ·s + (1 − ρ)·[g]² = [rho]·{(s)} + [1 - rho]·{(g)}² = {s1}",
                    "Δ = √(d + ε)/√(s + ε)·[g], d ← ρ·d + (1 − ρ)·Δ² = "
                    "[rho]·{(d)} + [1 - rho]·(√({d} + [epsilon])/√({s1} + [epsilon])·{(g)})² = {d1}",
                    "w ← w − η·Δ = {w} − [rate]·√({d} + [epsilon])/√({s1} + [epsilon])·{(g)} = {w1}",
                ),
            ),
        },
        torch="Adadelta", arguments={"rho": "rho", "eps": "epsilon"}, source="Zeiler 2012, arXiv 1212.5701",
    )  # fmt: skip
    n_states = 2

    @property
    def rule(self) -> Callable[..., Any]:
        return updates.adadelta

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, epsilon, rho, 1 - rho."""
        return [rates, self.weight_decay, self.epsilon, self.rho, 1 - self.rho]
