"""Losses that read several outputs for each target: what a distribution is made of, or its quantiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError, ShapeError
from glassnet.formulas import losses as formulas
from glassnet.losses.base import Loss, mean, registry
from glassnet.losses.facts import LossFacts
from glassnet.losses.targets import weighted_quantile
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained
from glassnet.support.fields import takes

__all__ = ["GaussianNLL", "Quantiles", "SeveralOutputs"]


@explained
@dataclass(frozen=True)
class SeveralOutputs(Loss):
    """A loss that reads several outputs for each target: first one of every target, then another of every target …

    Targets are compared as often as there are outputs: (n_samples, k) become (n_samples, k · outputs_per_target).
    """

    def n_targets(self, n_outputs: int) -> int:
        """How many columns targets have; raises `ShapeError` where the outputs of a network are not as many each."""
        each = self.outputs_per_target
        if n_outputs % each:
            raise ShapeError(
                f"{self.name} reads {each} outputs for each target, and {n_outputs} outputs are not a multiple of "
                f"{each}: end the network with {each} of them, or with {each} for every column of the targets"
            )
        return n_outputs // each

    def repeated(self, y: Array) -> Array:
        """Targets (n, k) beside every output that is compared with them, (n, k · outputs_per_target)."""
        return np.tile(y, (1, self.outputs_per_target))

    def _checked(self, y_true: ArrayLike | None, y_pred: ArrayLike) -> tuple[Array, Array]:
        y, p = checks.real("y_true", y_true), checks.real("y_pred", y_pred)
        p = p if np.issubdtype(p.dtype, np.floating) else p.astype(np.float64)
        if p.ndim != 2 or p.size == 0:
            raise ShapeError(
                f"{self.name} needs predictions of shape (n_samples, n_outputs); y_pred has shape {p.shape}"
            )
        k = self.n_targets(p.shape[1])
        if y.shape not in ((len(p), k), *([(len(p),)] if k == 1 else [])):
            raise ShapeError(
                f"{self.name} reads {self.outputs_per_target} outputs for each target, so for predictions of shape "
                f"{p.shape} y_true must have shape ({len(p)}, {k}); it has {y.shape}"
            )
        return self.repeated(y.reshape(len(p), k).astype(p.dtype, copy=False)), p


def _outputs(output: ArrayLike) -> Array:
    p = checks.real("output", output)
    if p.ndim != 2:
        raise ShapeError(f"output must have shape (n_samples, n_outputs); got {p.shape}")
    return p


@registry.register("gaussian_nll")
@dataclass(frozen=True)
class GaussianNLL(SeveralOutputs):
    """The negative logarithm of a normal density: each target has a mean m and a logarithm of a variance s as outputs.

    The mean of (log v + (y - m)^2 / v) / 2 over all targets, v = exp(s) + least_variance; as
    ``torch.nn.GaussianNLLLoss()``, without the constant log(2 pi) / 2. The first half of the outputs are the means,
    the second the logarithms; the last layer is linear. Nix, Weigend 1994, ICNN.

    Parameters
    ----------
    least_variance : float
        Added to the variance, > 0: so small, in squares of the targets' unit, no variance is.
    """

    least_variance: float = field(default=1e-6, metadata=takes(checks.number, above=0))
    formula = formulas.gaussian
    slope_formula = formulas.gaussian_slope
    variance_slope_formula = formulas.gaussian_slope_of_variance
    facts = LossFacts(
        in_words="(1/n) Σ ½·(log(V) + (Y − M)²/V) of the n targets, V = exp(S) + v; A_ holds all M, then all S",
        in_words_latex=r"\tfrac{1}{2} \left(\log v + \frac{(y - m)^2}{v}\right), \quad v = e^s + v_0",
        slope_in_words="(M − Y)/V/n for the means, ½·(1 − (Y − M)²/V)·exp(S)/V/n for the logarithms of variances",
        slope_in_words_latex=(
            r"\frac{m - y}{n v}, \quad \frac{1}{2 n} \left(1 - \frac{(y - m)^2}{v}\right) \frac{e^s}{v}"
        ),
        letters={"least_variance": ("v", "v_0")}, data="means_and_variances", last_activation="linear",
        aims_at_middle=False,
        torch=(
            "nn.GaussianNLLLoss()(prediction[:, :y.shape[1]], y, prediction[:, y.shape[1]:].exp() + {least_variance!r})"
        ),
        source="Nix, Weigend 1994, ICNN",
    )  # fmt: skip

    @property
    def outputs_per_target(self) -> int:
        """A mean and the logarithm of a variance."""
        return 2

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over targets and its gradient, first of the means, then of the logarithms of variances."""
        k = p.shape[1] // 2
        y, m, s = y[:, :k], p[:, :k], p[:, k:]
        slopes = [
            slope(y, m, s, *self.parameters)
            for slope in (type(self).slope_formula, type(self).variance_slope_formula)
        ]
        return mean(type(self).formula(y, m, s, *self.parameters), np.hstack(slopes), weights, y.size)

    def centre(self, output: Array) -> Array:
        """The means, (n_samples, n_targets)."""
        return output[:, : self.n_targets(output.shape[1])]

    def limits(self, output: Array) -> Array:
        """There are none."""
        raise ArgumentError(
            f"outputs of {self.name} are means and logarithms of variances, not the limits of an interval; for these "
            "train with gn.losses.Quantiles, or add and subtract multiples of its standard_deviation(output)"
        )

    @explained
    def standard_deviation(self, output: ArrayLike) -> NDArray[np.floating]:
        """The standard deviation of each target, (n_samples, n_targets), from a network's outputs."""
        p = _outputs(output)
        deviation: NDArray[np.floating] = np.sqrt(
            np.exp(p[:, self.n_targets(p.shape[1]) :]) + self.least_variance
        )
        return deviation

    def best_constant(self, y: Array, weights: Array | None = None) -> Array:
        """Mean and logarithm of the variance of each target."""
        k = y.shape[1] // 2
        middle = np.average(y[:, :k], axis=0, weights=weights)
        variance = np.average(np.square(y[:, :k] - middle), axis=0, weights=weights)
        return np.concatenate([middle, np.log(np.maximum(variance, self.least_variance))])


@registry.register("quantiles")
@dataclass(frozen=True)
class Quantiles(SeveralOutputs):
    """Several quantiles at once, the mean of :class:`Quantile` over all of them: an output for each level.

    Of several targets the outputs are first the lowest level of every target, then the next … Each output learns for
    itself, so where there are few samples outputs may cross; ``quantiles`` sorts those of each target, and no
    sample's loss grows by that. Chernozhukov, Fernández-Val, Galichon 2010, Econometrica 78. Metrics read them sorted.

    Parameters
    ----------
    levels : sequence of float
        The quantiles that are predicted, between 0 and 1, each larger than the one before.
    """

    levels: tuple[float, ...] = (0.1, 0.5, 0.9)
    formula = formulas.quantile
    slope_formula = formulas.quantile_slope
    facts = LossFacts(
        in_words="(1/n) Σ q·E where E = Y − A_ > 0, else (q − 1)·E, q being the level of each of the n outputs",
        in_words_latex=r"\tfrac{1}{2} |e| + (q_j - \tfrac{1}{2}) e, \quad e = y - p_j",
        slope_in_words="−q/n where Y > A_, (1 − q)/n where Y < A_",
        slope_in_words_latex=r"\frac{1}{n} \left([y < p_j] - q_j\right)",
        letters={"levels": ("q", "q")}, data="levels", last_activation="linear", aims_at_middle=False,
        torch=(
            "torch.stack([(q * (y - part)).maximum((q - 1) * (y - part)) for q, part in "
            "zip({levels!r}, prediction.chunk({levels!r}.__len__(), dim=1))]).mean()"
        ),
        source="Koenker, Bassett 1978, Econometrica 46",
    )  # fmt: skip

    def __post_init__(self) -> None:
        listed = self.levels
        if not checks.is_list(listed) or len(listed) == 0:
            raise ArgumentError(
                f"levels of Quantiles must be a sequence of numbers, such as (0.1, 0.9); got {listed!r}"
            )
        levels = tuple(checks.number("each of the levels of Quantiles", q, above=0, below=1) for q in listed)
        if any(high <= low for low, high in pairwise(levels)):
            raise ArgumentError(f"levels of Quantiles must increase; got {levels}")
        object.__setattr__(self, "levels", levels)

    @cached_property
    def parameters(self) -> tuple[float, ...]:
        """How many levels there are, and the levels: compiled code is the same for any number of them."""
        return (float(len(self.levels)), *self.levels)

    @property
    def outputs_per_target(self) -> int:
        """One for each level."""
        return len(self.levels)

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over all outputs, and its gradient."""
        levels = self._of_outputs(p.shape[1]).astype(p.dtype)
        values = type(self).formula(y, p, levels)
        return mean(values, type(self).slope_formula(y, p, levels), weights, p.size)

    @explained
    def quantiles(self, output: ArrayLike) -> NDArray[np.floating]:
        """The quantiles of each target from a network's outputs, sorted, so that they do not cross.

        Returns
        -------
        ndarray, (n_samples, n_outputs)
            In the order of the outputs: the lowest level of every target first.
        """
        p = _outputs(output)
        by_level = p.reshape(len(p), self.outputs_per_target, self.n_targets(p.shape[1]))
        rising: NDArray[np.floating] = np.sort(by_level, axis=1).reshape(p.shape)
        return rising

    def limits(self, output: Array) -> Array:
        """The quantiles, sorted."""
        return self.quantiles(output)

    def centre(self, output: Array) -> Array:
        """The quantiles of the level nearest to a half, (n_samples, n_targets)."""
        k = self.n_targets(output.shape[1])
        place = int(np.abs(np.array(self.levels) - 0.5).argmin())
        return self.quantiles(output)[:, place * k : (place + 1) * k]

    def best_constant(self, y: Array, weights: Array | None = None) -> Array:
        """The quantile of each column's level."""
        levels = self._of_outputs(y.shape[1])
        return np.array(
            [weighted_quantile(column, level, weights) for column, level in zip(y.T, levels, strict=True)]
        )

    def _of_outputs(self, n_outputs: int) -> Array:
        """The level of each output."""
        return np.repeat(self.levels, self.n_targets(n_outputs))
