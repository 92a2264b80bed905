"""Losses of whole rows, by three formulas: what is summed over a row, the loss of these sums, and its slopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.losses.base import Formula, Loss, mean
from glassnet.support.arrays import Array
from glassnet.support.calls import explained

__all__ = ["RowLoss"]


@explained
@dataclass(frozen=True)
class RowLoss(Loss):
    """The mean over samples of a loss that depends on all entries of a row, through sums over them.

    :mod:`glassnet.formulas.sums` says what each formula is given and gives; every engine runs these. Fields are what
    they take beside, in order.

    Attributes
    ----------
    terms : callable
        ``terms(y, p, *fields)``: of each entry the numbers that are summed over the row, a tuple.
    formula : callable
        ``formula(*sums, *fields)``: the loss of a sample.
    slope_formula : callable
        ``slope_formula(y, p, *sums, *fields)``: its derivative in the entry p, a tuple of one.
    """

    terms: ClassVar[Formula]
    formula: ClassVar[Formula]
    slope_formula: ClassVar[Formula]

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over the samples, and its gradient."""
        k, fields = self.rows_per_sample, self.parameters
        y = y.reshape(len(p), -1)
        entries = (y[::k], *(p[place::k] for place in range(k)))
        sums = [term.sum(axis=1, keepdims=True) for term in type(self).terms(*entries, *fields)]
        values = type(self).formula(*entries[: 1 if self.members else 0], *sums, *fields)
        slopes = type(self).slope_formula(*entries, *sums, *fields)
        gradient = np.concatenate(slopes, axis=1).astype(p.dtype, copy=False)
        of_samples = None if weights is None else weights[::k]
        value, gradient = mean(values, gradient, of_samples, len(values))
        return value, gradient.reshape(p.shape)
