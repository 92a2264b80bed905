"""Optimizers whose rates follow the size of each parameter's own gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import schedules
from glassnet.formulas import updates
from glassnet.optimizers.base import Optimizer, registry
from glassnet.optimizers.facts import OptimizerFacts, Written

_DIVIDED = "w ← w − η·[g]/(√s + ε) = {w} − [rate]·{(g)}/(√{s1} + [epsilon]) = {w1}"


@registry.register("adagrad")
@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """AdaGrad: each parameter's rate falls with the root of the sum of its squared gradients.

    Parameters are those of :class:`SGD`, and epsilon > 0 against division by zero.
    """

    learning_rate: float | schedules.Schedule = 1e-2
    epsilon: float = 1e-10
    facts = OptimizerFacts(
        updates={
            "adagrad": Written(
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
        """adagrad."""
        return updates.adagrad

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, epsilon."""
        return [rates, self.weight_decay, self.epsilon]


@registry.register("rmsprop")
@dataclass(frozen=True)
class RMSProp(Optimizer):
    """RMSProp: rates divided by the root of a moving mean of squared gradients.

    Parameters are those of :class:`SGD`, and alpha in [0, 1), the share of the old mean that is kept.
    """

    learning_rate: float | schedules.Schedule = 1e-2
    alpha: float = 0.99
    epsilon: float = 1e-8
    facts = OptimizerFacts(
        updates={
            "rmsprop": Written(
                "s ← α·s + (1 − α)·dw²;  w ← w − η·dw/(√s + ε)",
                r"s \leftarrow \alpha s + (1 - \alpha) (\partial L / \partial w)^2,\ "
                r"w \leftarrow w - \eta \frac{\partial L / \partial w}{\sqrt s + \epsilon}", "s",
                ("s ← α·s + (1 − α)·[g]² = [alpha]·{(s)} + [1 - alpha]·{(g)}² = {s1}", _DIVIDED),
            ),
        },
        torch="RMSprop", arguments={"alpha": "alpha", "eps": "epsilon"}, source="Tieleman, Hinton 2012, lecture 6.5",
    )  # fmt: skip
    n_states = 1

    @property
    def rule(self) -> Callable[..., Any]:
        """rmsprop."""
        return updates.rmsprop

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, decay, epsilon, alpha, 1 - alpha."""
        return [rates, self.weight_decay, self.epsilon, self.alpha, 1 - self.alpha]


def _adam(kept: str, shrunk: str) -> Written:
    """The update of Adam; what is kept of w in letters, and with numbers."""
    return Written(
        "m ← β₁·m + (1 − β₁)·dw;  v ← β₂·v + (1 − β₂)·dw²;  w ← w − η·m̂/(√v̂ + ε)",
        r"w \leftarrow w - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        "mv",
        (
            "m ← β₁·m + (1 − β₁)·[g] = [beta1]·{(m)} + [1 - beta1]·{(g)} = {m1}",
            "v ← β₂·v + (1 − β₂)·[g]² = [beta2]·{(v)} + [1 - beta2]·{(g)}² = {v1}",
            "m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), t = [step]",
            f"w ← {kept} − η·m̂/(√v̂ + ε) = {shrunk} − "
            "[rate]·({(m1)}/[1 - beta1**step])/(√({v1}/[1 - beta2**step]) + [epsilon]) = {w1}",
        ),
    )


@registry.register("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: moving means of the gradient and of its square, corrected for their start at zero.

    Parameters are those of :class:`SGD`, and beta1, beta2 in [0, 1), the shares of the old means that are kept.
    """

    learning_rate: float | schedules.Schedule = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    facts = OptimizerFacts(
        updates={"adam": _adam("w", "{w}")}, torch="Adam", arguments={"betas": ("beta1", "beta2"), "eps": "epsilon"},
        source="Kingma, Ba 2015, ICLR",
    )  # fmt: skip
    n_states = 2

    @property
    def rule(self) -> Callable[..., Any]:
        """adam."""
        return updates.adam

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """The coefficients that :func:`glassnet.formulas.updates.adam` unpacks."""
        return [
            rates / (1 - self.beta1**steps), self.weight_decay, self.epsilon,
            self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2,
            1 / np.sqrt(1 - self.beta2**steps), 1.0,
        ]  # fmt: skip


@registry.register("adamw")
@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: w is first multiplied by 1 - learning_rate * weight_decay."""

    weight_decay: float = field(default=1e-2, kw_only=True)
    facts = OptimizerFacts(
        updates={"adam": _adam("(1 − η·λ)·w", "(1 − [rate]·[weight_decay])·{(w)}")},
        torch="AdamW", arguments={"betas": ("beta1", "beta2"), "eps": "epsilon"}, decays_apart=True,
        source="Loshchilov, Hutter 2019, ICLR",
    )  # fmt: skip

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Adam's, with the decay taken out of the gradient and put into the last coefficient."""
        rate, _, *rest, _ = super().coefficients(rates, steps)
        return [rate, 0.0, *rest, 1 - rates * self.weight_decay]
