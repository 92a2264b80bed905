"""Adam and what has come of it: moving means of the gradient and of its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import schedules
from glassnet.formulas import updates
from glassnet.optimizers.base import NOT_NEGATIVE, SHARE, TRUTH, Optimizer, registry
from glassnet.optimizers.facts import OptimizerFacts, WrittenRule

__all__ = ["Adam", "AdamW", "Adamax", "Lion", "NAdam"]

_MEANS = (
    "m ← β₁·m + (1 − β₁)·[g] = [beta1]·{(m)} + [1 - beta1]·{(g)} = {m1}",
    "v ← β₂·v + (1 − β₂)·[g]² = [beta2]·{(v)} + [1 - beta2]·{(g)}² = {v1}",
)


def _adam(decayed: str, shrunk: str) -> dict[str, WrittenRule]:
    """The updates of Adam, without and with amsgrad; what is kept of w in letters, and with numbers."""
    latex = (
        r"w \leftarrow w - \eta \frac{\hat m}{\sqrt{\hat HELD} + \epsilon},\quad \hat m = \frac{m}{1 - \beta_1^t},"
        r"\quad \hat HELD = \frac{HELD}{1 - \beta_2^t}"
    )
    step = (
        f"w ← {decayed} − η·m̂/(√HELD̂ + ε) = {shrunk} − "
        "[rate]·({(m1)}/[1 - beta1**step])/(√({HELD1}/[1 - beta2**step]) + [epsilon]) = {w1}"
    )
    return {
        "adam": WrittenRule(
            "m ← β₁·m + (1 − β₁)·dw;  v ← β₂·v + (1 − β₂)·dw²;  w ← w − η·m̂/(√v̂ + ε)",
            latex.replace("HELD", "v"), "mv",
            (*_MEANS, "m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), t = [step]", step.replace("HELD", "v")),
        ),
        "amsgrad": WrittenRule(
            "m ← β₁·m + (1 − β₁)·dw;  v ← β₂·v + (1 − β₂)·dw²;  u ← max(u, v);  w ← w − η·m̂/(√û + ε)",
            latex.replace("HELD", "u"), "mvu",
            (
                *_MEANS, "u ← max(u, v) = max({u}, {v1}) = {u1}",
                "m̂ = m/(1 − β₁ᵗ), û = u/(1 − β₂ᵗ), t = [step]", step.replace("HELD", "u"),
            ),
        ),
    }  # fmt: skip


@registry.register("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: moving means of the gradient and of its square, corrected for their start at zero.

    Parameters are those of :class:`SGD`, and beta1, beta2 in [0, 1), the shares of the old means that are kept.

    Parameters
    ----------
    amsgrad : bool
        Divide by the root of the largest mean of squares so far, so that no rate ever rises.
    """

    learning_rate: float | schedules.Schedule = 1e-3
    beta1: float = field(default=0.9, metadata=SHARE)
    beta2: float = field(default=0.999, metadata=SHARE)
    epsilon: float = field(default=1e-8, metadata=NOT_NEGATIVE)
    amsgrad: bool = field(default=False, kw_only=True, metadata=TRUTH)
    facts = OptimizerFacts(
        updates=_adam("w", "{w}"), torch="Adam",
        arguments={"betas": ("beta1", "beta2"), "eps": "epsilon", "amsgrad": "amsgrad"},
        source="Kingma, Ba 2015, ICLR; amsgrad: Reddi, Kale, Kumar 2018, ICLR",
    )  # fmt: skip

    @property
    def n_states(self) -> int:
        """The two means, and the largest mean of squares with amsgrad."""
        return 2 + self.amsgrad

    @property
    def rule(self) -> Callable[..., Any]:
        """adam or amsgrad."""
        return updates.amsgrad if self.amsgrad else updates.adam

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

    weight_decay: float | schedules.Schedule = field(default=1e-2, kw_only=True)
    facts = OptimizerFacts(
        updates=_adam("(1 − η·λ)·w", "(1 − [rate]·[weight_decay])·{(w)}"), torch="AdamW",
        arguments={"betas": ("beta1", "beta2"), "eps": "epsilon", "amsgrad": "amsgrad"}, decays_apart=True,
        source="Loshchilov, Hutter 2019, ICLR",
    )  # fmt: skip

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Adam's, with the decay taken out of the gradient and put into the last coefficient."""
        rate, _, *rest, _ = super().coefficients(rates, steps)
        return [rate, 0.0, *rest, 1 - rates * self.weight_decay]  # type: ignore[operator]


@registry.register("nadam")
@dataclass(frozen=True)
class NAdam(Optimizer):
    """Adam that looks ahead along its momentum, as Nesterov's does, with a momentum that grows to beta1.

    Parameters are those of :class:`Adam`.

    Parameters
    ----------
    momentum_decay : float
        The momentum of step t is beta1 (1 - 0.96^(t momentum_decay) / 2), >= 0.
    """

    learning_rate: float | schedules.Schedule = 2e-3
    beta1: float = field(default=0.9, metadata=SHARE)
    beta2: float = field(default=0.999, metadata=SHARE)
    epsilon: float = field(default=1e-8, metadata=NOT_NEGATIVE)
    momentum_decay: float = field(default=4e-3, kw_only=True, metadata=NOT_NEGATIVE)
    facts = OptimizerFacts(
        updates={
            "nadam": WrittenRule(
                "m ← β₁·m + (1 − β₁)·dw;  v ← β₂·v + (1 − β₂)·dw²;  w ← w − (η_g·dw + η_m·m)/(√v̂ + ε)",
                r"w \leftarrow w - \frac{\eta_g \partial L / \partial w + \eta_m m}{\sqrt{\hat v} + \epsilon}", "mv",
                (
                    *_MEANS,
                    "v̂ = v/(1 − β₂ᵗ), t = [step]; μₜ = [mu], their product Π = [product]",
                    "η_g = η·(1 − μₜ)/(1 − Π) = [rate_of_gradient], η_m = η·μₜ₊₁/(1 − Π·μₜ₊₁) = [rate_of_mean]",
                    "w ← w − (η_g·[g] + η_m·m)/(√v̂ + ε) = {w} − ([rate_of_gradient]·{(g)} + "
                    "[rate_of_mean]·{(m1)})/(√({v1}/[1 - beta2**step]) + [epsilon]) = {w1}",
                ),
            ),
        },
        torch="NAdam",
        arguments={"betas": ("beta1", "beta2"), "eps": "epsilon", "momentum_decay": "momentum_decay"},
        source="Dozat 2016, ICLR workshop",
    )  # fmt: skip
    n_states = 2

    @property
    def rule(self) -> Callable[..., Any]:
        return updates.nadam

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """The coefficients that :func:`glassnet.formulas.updates.nadam` unpacks."""
        mu, ahead = self._momentum(steps), self._momentum(steps + 1)
        product = self._products(int(steps[-1]))[steps - 1]
        return [
            rates * (1 - mu) / (1 - product), rates * ahead / (1 - product * ahead),
            self.weight_decay, self.epsilon, self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2,
            1 / np.sqrt(1 - self.beta2**steps),
        ]  # fmt: skip

    def _momentum(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(self.beta1 * (1 - 0.5 * 0.96 ** (steps * self.momentum_decay)))

    def _products(self, step: int) -> NDArray[np.float64]:
        """The products of the momenta from the first step on, at least up to this one."""
        return _momentum_products(replace(self, weight_decay=0.0), 1 << max(step.bit_length(), 10))

    def named(self, rate: float, step: int) -> dict[str, float]:
        """The momentum, the product of all until now, and the rates of gradient and mean."""
        of_gradient, of_mean = self.table(np.array([rate]), step, np.zeros(1))[0, :2]
        return {
            "mu": self._momentum(np.array([step]))[0], "product": self._products(step)[step - 1],
            "rate_of_gradient": of_gradient, "rate_of_mean": of_mean,
        }  # fmt: skip


@lru_cache(maxsize=8)
def _momentum_products(rule: NAdam, n_steps: int) -> NDArray[np.float64]:
    """Kept, since a step may ask for one of them at a time."""
    return np.cumprod(rule._momentum(np.arange(1, n_steps + 1)), dtype=np.float64)


@registry.register("adamax")
@dataclass(frozen=True)
class Adamax(Optimizer):
    """Adam with the largest size of the gradient, which fades, in the place of the root of the mean of squares.

    Parameters are those of :class:`Adam`.
    """

    learning_rate: float | schedules.Schedule = 2e-3
    beta1: float = field(default=0.9, metadata=SHARE)
    beta2: float = field(default=0.999, metadata=SHARE)
    epsilon: float = field(default=1e-8, metadata=NOT_NEGATIVE)
    facts = OptimizerFacts(
        updates={
            "adamax": WrittenRule(
                "m ← β₁·m + (1 − β₁)·dw;  u ← max(β₂·u, |dw| + ε);  w ← w − η·m̂/u",
                r"u \leftarrow \max(\beta_2 u, |\partial L / \partial w| + \epsilon),\ "
                r"w \leftarrow w - \eta \frac{\hat m}{u}", "mu",
                (
                    _MEANS[0], "u ← max(β₂·u, |[g]| + ε) = max([beta2]·{u}, |{g}| + [epsilon]) = {u1}",
                    "w ← w − η·m̂/u, m̂ = m/(1 − β₁ᵗ), t = [step]: "
                    "{w} − [rate]·({(m1)}/[1 - beta1**step])/{u1} = {w1}",
                ),
            ),
        },
        torch="Adamax", arguments={"betas": ("beta1", "beta2"), "eps": "epsilon"},
        source="Kingma, Ba 2015, ICLR, section 7.1",
    )  # fmt: skip
    n_states = 2

    @property
    def rule(self) -> Callable[..., Any]:
        return updates.adamax

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate / (1 - beta1^t), decay, epsilon, beta1, 1 - beta1, beta2."""
        return [
            rates / (1 - self.beta1**steps), self.weight_decay, self.epsilon, self.beta1, 1 - self.beta1, self.beta2,
        ]  # fmt: skip


@registry.register("lion")
@dataclass(frozen=True)
class Lion(Optimizer):
    """Steps of one size: the sign of a moving mean of the gradient. Rates are a third to a tenth of Adam's.

    Parameters are those of :class:`Adam`; weight_decay shrinks w by learning_rate * weight_decay, as AdamW's does.
    """

    learning_rate: float | schedules.Schedule = 1e-4
    beta1: float = field(default=0.9, metadata=SHARE)
    beta2: float = field(default=0.99, metadata=SHARE)
    facts = OptimizerFacts(
        updates={
            "lion": WrittenRule(
                "w ← w − η·sign(β₁·m + (1 − β₁)·dw);  m ← β₂·m + (1 − β₂)·dw",
                r"w \leftarrow w - \eta \operatorname{sign}(\beta_1 m + (1 - \beta_1) \partial L / \partial w),\ "
                r"m \leftarrow \beta_2 m + (1 - \beta_2) \partial L / \partial w", "m",
                (
                    "w ← (1 − η·λ)·w − η·sign(β₁·m + (1 − β₁)·[g]) = (1 − [rate]·[weight_decay])·{(w)} − "
                    "[rate]·sign([beta1]·{(m)} + [1 - beta1]·{(g)}) = {w1}",
                    "m ← β₂·m + (1 − β₂)·[g] = [beta2]·{(m)} + [1 - beta2]·{(g)} = {m1}",
                ),
            ),
        },
        torch=None, arguments={}, decays_apart=True, source="Chen et al. 2023, NeurIPS",
    )  # fmt: skip
    n_states = 1

    @property
    def rule(self) -> Callable[..., Any]:
        return updates.lion

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        """Rate, beta1, 1 - beta1, beta2, 1 - beta2, and 1 - rate * decay."""
        shrink = 1 - rates * self.weight_decay  # type: ignore[operator]
        return [rates, self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2, shrink]
