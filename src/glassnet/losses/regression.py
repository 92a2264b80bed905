"""Losses of numbers: each entry of the targets beside the same of the predictions."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from glassnet.activations import Exponential
from glassnet.formulas import losses as formulas
from glassnet.formulas import sums
from glassnet.losses.base import ElementwiseLoss, registry
from glassnet.losses.facts import LossFacts
from glassnet.losses.rows import RowLoss
from glassnet.losses.targets import weighted_quantile
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.fields import takes

__all__ = [
    "Cosine",
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Poisson",
    "PoissonLogRates",
    "Quantile",
]


@registry.register("mean_squared_error", "mse")
@dataclass(frozen=True)
class MeanSquaredError(ElementwiseLoss):
    """Mean of (p - y)^2 over all entries."""

    formula = formulas.squared_error
    slope_formula = formulas.squared_error_slope
    facts = LossFacts(
        value="(p - y)**2", slope="2 * (p - y)", data="values", last_activation="linear", torch="nn.MSELoss()",
        source="Legendre 1805, Nouvelles méthodes",
    )  # fmt: skip


@registry.register("mean_absolute_error", "mae")
@dataclass(frozen=True)
class MeanAbsoluteError(ElementwiseLoss):
    """Mean of abs(p - y) over all entries."""

    formula = formulas.absolute_error
    slope_formula = formulas.absolute_error_slope

    def best_constant(self, y: Array, weights: Array | None = None) -> Array:
        """The median of each column."""
        return np.array([weighted_quantile(column, 0.5, weights) for column in y.T])

    facts = LossFacts(
        value="abs(p - y)", slope="sign(p - y)", data="values", last_activation="linear", torch="nn.L1Loss()",
        source="Boscovich 1757",
    )  # fmt: skip


@registry.register("huber")
@dataclass(frozen=True)
class Huber(ElementwiseLoss):
    """Mean of e^2 / 2 where abs(e) <= delta, else delta (abs(e) - delta / 2), e = p - y.

    Parameters
    ----------
    delta : float
        Where the square turns into the absolute value, > 0, in units of y.
    """

    delta: float = field(default=1.0, metadata=takes(checks.number, above=0))
    formula = formulas.huber
    slope_formula = formulas.huber_slope
    facts = LossFacts(
        value="min(abs(p - y), delta) * (abs(p - y) - min(abs(p - y), delta) / 2)",
        slope="max(min(p - y, delta), -delta)", letters={"delta": ("δ", r"\delta")}, data="values",
        last_activation="linear", torch="nn.HuberLoss(delta={delta!r})", source="Huber 1964, Ann. Math. Statist. 35",
    )  # fmt: skip


@registry.register("log_cosh")
@dataclass(frozen=True)
class LogCosh(ElementwiseLoss):
    """Mean of log cosh(p - y): e^2 / 2 for small errors e, abs(e) - log 2 for large ones, smooth between."""

    formula = formulas.log_cosh
    slope_formula = formulas.log_cosh_slope
    facts = LossFacts(
        value="abs(p - y) + log(1 + exp(-2 * abs(p - y))) - 0.6931471805599453",
        slope="tanh(p - y)",
        data="values",
        last_activation="linear",
        torch="(nn.functional.softplus(2 * (prediction - y)) - (prediction - y) - 0.6931471805599453).mean()",
        source="Green 1990, IEEE Trans. Med. Imaging 9",
    )


@registry.register("quantile", "pinball")
@dataclass(frozen=True)
class Quantile(ElementwiseLoss):
    """Mean of level e where e = y - p > 0, else (level - 1) e: smallest at the quantile `level` of y.

    Parameters
    ----------
    level : float
        The quantile that is predicted, between 0 and 1; 0.5 is the median.
    """

    level: float = field(default=0.5, metadata=takes(checks.number, above=0, below=1))
    formula = formulas.quantile
    slope_formula = formulas.quantile_slope
    facts = LossFacts(
        value="0.5 * abs(y - p) + (level - 0.5) * (y - p)", slope="0.5 * sign(p - y) + (0.5 - level)",
        letters={"level": ("q", "q")}, data="values", last_activation="linear", aims_at_middle=False,
        torch="torch.maximum({level!r} * (y - prediction), {level!r} * (y - prediction) - (y - prediction)).mean()",
        source="Koenker, Bassett 1978, Econometrica 46",
    )  # fmt: skip

    def best_constant(self, y: Array, weights: Array | None = None) -> Array:
        """The quantile of each column."""
        return np.array([weighted_quantile(column, self.level, weights) for column in y.T])


@registry.register("poisson")
@dataclass(frozen=True)
class Poisson(ElementwiseLoss):
    """Mean of p - y log p for counts y >= 0 at predicted rates p > 0; end the network with softplus."""

    formula = formulas.poisson
    slope_formula = formulas.poisson_slope
    domain = outputs = (0.0, np.inf)
    facts = LossFacts(
        value="p - y * log(p)", slope="1 - y / p", data="rates", last_activation="softplus", logarithms=("p",),
        torch="nn.PoissonNLLLoss(log_input=False)", source="Nelder, Wedderburn 1972, J. R. Stat. Soc. A 135",
    )  # fmt: skip


@registry.register("poisson_log_rates")
@dataclass(frozen=True)
class PoissonLogRates(ElementwiseLoss):
    """Mean of exp(z) - y z for counts y >= 0: :class:`Poisson` at the rate exp(z); z is what the network gives."""

    formula = formulas.poisson_log_rates
    slope_formula = formulas.poisson_log_rates_slope
    domain = (0.0, np.inf)
    activation = Exponential()
    facts = LossFacts(
        value="exp(z) - y * z", slope="p - y", data="log_rates", last_activation="linear", torch="nn.PoissonNLLLoss()",
        source="Nelder, Wedderburn 1972, J. R. Stat. Soc. A 135",
    )  # fmt: skip


@registry.register("cosine")
@dataclass(frozen=True)
class Cosine(RowLoss):
    """Mean over samples of 1 - cos, cos that of the angle between target and output: 0 where they point alike.

    Lengths do not matter, so outputs are directions; of one output it is only a sign. Rows of zeros point nowhere and
    cost 1. Lengths are held above 1e-8, as ``torch.nn.functional.cosine_similarity`` holds them.
    """

    terms = sums.cosine_terms
    formula = sums.cosine
    slope_formula = sums.cosine_slopes
    facts = LossFacts(
        in_words="(1/m) Σ over the m samples of 1 − cos, cos = Y·A_/(|Y| |A_|)",
        in_words_latex=r"1 - \frac{y \cdot p}{|y|\,|p|}",
        slope_in_words="(cos·A_/|A_| − Y/|Y|)/(m |A_|) of each sample",
        slope_in_words_latex=r"\frac{1}{m |p|} \left(\cos \frac{p}{|p|} - \frac{y}{|y|}\right)",
        data="values", last_activation="linear", aims_at_middle=False,
        torch="(1 - nn.functional.cosine_similarity(prediction, y)).mean()", source="Salton, Wong, Yang 1975, CACM 18",
    )  # fmt: skip

    def best_constant(self, y: Array, weights: Array | None = None) -> Array:
        """The mean of the directions of the targets."""
        lengths = np.maximum(np.linalg.norm(y, axis=1, keepdims=True), math.sqrt(sums.LEAST_SQUARE))
        return super().best_constant(y / lengths, weights)
