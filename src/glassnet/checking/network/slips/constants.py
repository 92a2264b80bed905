"""A constant factor between a learner's loss and the network's: half the square, a sum for a mean. It is no slip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from glassnet import losses
from glassnet.losses import Loss

# Factors count as the same up to this relative distance.
SAME = 1e-9


class LossFactor(NamedTuple):
    """What a learner's loss is multiplied by."""

    factor: float  # more than 0
    losses: tuple[str, ...] = ()  # the common losses that have this factor; empty where none has
    of_penalties: bool = False  # whether the penalties are multiplied as well

    @property
    def unlikelihood(self) -> int:
        """0 for the loss itself, 1 for a common form of it, 2 for any other factor."""
        return 0 if self == ONE else 1 if self.losses else 2


ONE = LossFactor(1.0)


def conventions(loss: Loss, n_samples: int, n_outputs: int) -> list[LossFactor]:
    """The common forms of a loss that are a constant times it, without the loss itself."""
    words_by_factor: dict[float, list[str]] = {}
    for half, of_half in _halves(loss):
        for over_samples, of_samples in ((1, "mean"), (n_samples, "sum")):
            for over_outputs, of_outputs in _over_outputs(loss, n_outputs):
                factor = half * over_samples * over_outputs
                words = f"{of_half}the {of_samples} over samples"
                words += f" and {of_outputs} over outputs" if of_outputs else ""
                words_by_factor.setdefault(_known(words_by_factor, factor), []).append(words)
    return [
        LossFactor(factor, tuple(words)) for factor, words in words_by_factor.items() if not same(factor, 1)
    ]


def _halves(loss: Loss) -> list[tuple[float, str]]:
    square = isinstance(loss, losses.MeanSquaredError)
    return [(1.0, ""), *([(0.5, "half ")] if square else [])]


def _over_outputs(loss: Loss, n_outputs: int) -> list[tuple[float, str]]:
    over = getattr(loss, "mean_over", "")
    if n_outputs == 1 or isinstance(loss, losses.EmbeddingLoss):
        return [(1.0, "")]
    if over == "entries":
        return [(1.0, "mean"), (n_outputs, "sum")]
    return [(1.0, ""), (1 / n_outputs, "mean")]


def _known(factors: Iterable[float], factor: float) -> float:
    """The factor among those that are there already, or itself."""
    return next((known for known in factors if same(known, factor)), factor)


def same(one: float, other: float) -> bool:
    """Whether two factors are the same but for rounding."""
    return abs(one - other) <= SAME * abs(other)
