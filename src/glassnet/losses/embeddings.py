"""Losses of the distances between the embeddings of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from glassnet.errors import ArgumentError
from glassnet.formulas import rows
from glassnet.losses.base import Formula, Loss, registry
from glassnet.losses.facts import LossFacts
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.support.fields import takes

__all__ = ["Contrastive", "EmbeddingLoss", "TripletAll", "TripletHard"]

THROUGH_DISTANCES = "Σ_j (∂L/∂d_ij + ∂L/∂d_ji)·(A_i − A_j)/d_ij, over the other samples j"
THROUGH_DISTANCES_LATEX = (
    r"\sum_j (\partial L / \partial d_{ij} + \partial L / \partial d_{ji}) (A_i - A_j) / d_{ij}"
)


@explained
@dataclass(frozen=True)
class EmbeddingLoss(Loss):
    """A loss of the distances between the embeddings of a batch; `margin` in units of distance."""

    margin: float = field(default=1.0, metadata=takes(checks.number, above=0))
    targets = "labels"
    formula: ClassVar[Formula]

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Value and gradient over the pairs or triplets of the batch."""
        if weights is not None and not (weights == 1).all():
            raise ArgumentError(f"{self.name} is a mean over pairs or triplets and takes no sample weights")
        value, gradient = type(self).formula(y.reshape(-1), p, self.margin)
        return value, gradient


@registry.register("contrastive")
@dataclass(frozen=True)
class Contrastive(EmbeddingLoss):
    """Mean over all pairs of a batch of d^2 / 2 (one class) or max(0, margin - d)^2 / 2 (two). Hadsell 2006."""

    formula = rows.contrastive
    for_groups: ClassVar[Mapping[int, str]] = {2: "contrastive_pairs or cosine_embedding"}
    facts = LossFacts(
        in_words=(
            "mean over the pairs i, j of d²/2 (one class) or max(0, margin − d)²/2 (two classes), d = |A_i − A_j|"
        ),
        in_words_latex=r"\tfrac{1}{2} d^2 \text{ or } \tfrac{1}{2} \max(0, m - d)^2",
        slope_in_words=THROUGH_DISTANCES, slope_in_words_latex=THROUGH_DISTANCES_LATEX,
        letters={"margin": ("margin", "m")}, data="labels", last_activation="linear", torch=None,
        source="Hadsell, Chopra, LeCun 2006, CVPR",
    )  # fmt: skip


@registry.register("triplet_hard", "triplet")
@dataclass(frozen=True)
class TripletHard(EmbeddingLoss):
    """Batch-hard triplet loss: each anchor with its farthest positive and nearest negative. Hermans 2017."""

    formula = rows.triplet_hard
    for_groups: ClassVar[Mapping[int, str]] = {3: "triplet_margin"}
    facts = LossFacts(
        in_words=(
            "mean over anchors of max(0, margin + d(anchor, farthest positive) − d(anchor, nearest negative))"
        ),
        in_words_latex=r"\max(0, m + \max_p d_{ap} - \min_n d_{an})",
        slope_in_words=THROUGH_DISTANCES, slope_in_words_latex=THROUGH_DISTANCES_LATEX,
        letters={"margin": ("margin", "m")}, data="labels", last_activation="linear", torch=None,
        source="Hermans, Beyer, Leibe 2017, arXiv:1703.07737",
    )  # fmt: skip


@registry.register("triplet_all")
@dataclass(frozen=True)
class TripletAll(EmbeddingLoss):
    """Batch-all triplet loss: the mean over all valid triplets of the batch. Hermans 2017."""

    formula = rows.triplet_all
    for_groups: ClassVar[Mapping[int, str]] = {3: "triplet_margin"}
    facts = LossFacts(
        in_words="mean over all triplets of max(0, margin + d(anchor, positive) − d(anchor, negative))",
        in_words_latex=r"\operatorname{mean}_{a, p, n} \max(0, m + d_{ap} - d_{an})",
        slope_in_words=THROUGH_DISTANCES, slope_in_words_latex=THROUGH_DISTANCES_LATEX,
        letters={"margin": ("margin", "m")}, data="labels", last_activation="linear", torch=None,
        source="Hermans, Beyer, Leibe 2017, arXiv:1703.07737",
    )  # fmt: skip
