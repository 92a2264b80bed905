"""Losses whose targets can be smoothed: a share of each is spread evenly over all classes."""

from __future__ import annotations

from dataclasses import dataclass, field

from glassnet.losses.base import Loss
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.support.fields import takes


@explained
@dataclass(frozen=True)
class SmoothedLoss(Loss):
    """A cross-entropy that compares with (1 - s) y + s / K for targets y of K classes. Szegedy et al. 2016, CVPR.

    K is the number of columns where rows are classes, as in ``torch.nn.CrossEntropyLoss(label_smoothing=s)``; where
    each entry is a question of its own it is 2, yes and no, so 0 becomes s / 2 and 1 becomes 1 - s / 2.

    Parameters
    ----------
    label_smoothing : float
        The share s, from 0, which leaves the targets alone, up to 1, where nothing of them is left.
    """

    label_smoothing: float = field(default=0.0, kw_only=True, metadata=takes(checks.number, least=0, most=1))

    def share_of_each(self, n_outputs: int) -> float:
        """What every class is given, s / K."""
        return self.label_smoothing / (n_outputs if self.rows_sum_to_one else 2)

    def smoothed(self, y: Array) -> Array:
        """(1 - s) y + s / K."""
        if self.label_smoothing == 0:
            return y
        return (1 - self.label_smoothing) * y + self.share_of_each(y.shape[-1])


@explained
@dataclass(frozen=True)
class BinaryWeighted(SmoothedLoss):
    """A cross-entropy of targets 0 and 1 in which what is true of 1 weighs more or less.

    Parameters
    ----------
    pos_weight : float
        What targets 1 weigh beside targets 0, > 0.
    """

    pos_weight: float = field(default=1.0, kw_only=True, metadata=takes(checks.number, above=0))

    def best_constant(self, y: Array, weights: Array | None = None) -> Array:
        """w m / (1 - m + w m) for targets of mean m."""
        mean = super().best_constant(y, weights)
        best: Array = self.pos_weight * mean / (1 - mean + self.pos_weight * mean)
        return best
