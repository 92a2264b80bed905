"""Losses of pairs and triplets of samples that the user has put together: all pass through the same network."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from glassnet.errors import ShapeError
from glassnet.formulas import sums
from glassnet.losses.base import registry
from glassnet.losses.facts import LossFacts
from glassnet.losses.rows import RowLoss
from glassnet.losses.targets import labels_of_groups
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.support.fields import takes

__all__ = ["ContrastivePairs", "CosineEmbedding", "GroupLoss", "TripletMargin"]


@explained
@dataclass(frozen=True)
class GroupLoss(RowLoss):
    """A loss of samples that are given in groups, ``members``: pairs or triplets, each with the same network.

    ``fit`` and all that takes a loss take X of shape ``(n_samples, n_members, n_features)``, or a tuple of one array
    ``(n_samples, n_features)`` for each member. In a batch the members of a sample are rows one after the other. As
    functions, ``loss(y_true, y_pred)`` and its gradient, they take embeddings ``(n_samples, n_members, n_outputs)``, or
    these rows.

    The formulas are those of a :class:`RowLoss` of several rows: ``terms(y, first, second, ..., *fields)``,
    ``formula(y, *sums, *fields)``, and slopes with an entry for each member.
    """

    targets = "labels"

    def best_constant(self, y: Array, weights: Array | None = None) -> Array:
        """Any place: where all embeddings are the same, only that counts."""
        return np.ones(1)

    def _checked(self, y_true: ArrayLike | None, y_pred: ArrayLike) -> tuple[Array, Array]:
        p, k = checks.real("y_pred", y_pred), self.rows_per_sample
        rows = p.reshape(-1, p.shape[2]) if p.ndim == 3 and p.shape[1] == k else p
        if rows.ndim != 2 or rows.size == 0 or len(rows) % k:
            raise ShapeError(
                f"{self.name} needs embeddings of shape (n_samples, {k}, n_outputs), or {k} rows for each sample, "
                f"{', '.join(self.members)}, one after the other; y_pred has shape {p.shape}"
            )
        rows = rows if np.issubdtype(rows.dtype, np.floating) else rows.astype(np.float64)
        return labels_of_groups(self, "y_true", y_true, len(rows) // k).astype(rows.dtype), rows


@registry.register("contrastive_pairs")
@dataclass(frozen=True)
class ContrastivePairs(GroupLoss):
    """Mean over given pairs of d^2 / 2 (y = 1, they belong together) or max(0, margin - d)^2 / 2 (y = 0). Hadsell 2006.

    :class:`Contrastive` makes the pairs itself, from samples with labels.

    Parameters
    ----------
    margin : float
        The distance from which on pairs that do not belong together cost nothing, > 0.
    """

    margin: float = field(default=1.0, metadata=takes(checks.number, above=0))
    members = ("first", "second")
    only_targets = (0.0, 1.0)
    terms = sums.contrastive_pairs_terms
    formula = sums.contrastive_pairs
    slope_formula = sums.contrastive_pairs_slopes
    facts = LossFacts(
        in_words="mean over the pairs of d²/2 (y = 1) or max(0, margin − d)²/2 (y = 0), d = |first − second|",
        in_words_latex=r"\tfrac{1}{2} y d^2 + \tfrac{1}{2} (1 - y) \max(0, m - d)^2, \quad d = |a - b|",
        slope_in_words="(first − second)/n where y = 1, −max(0, margin − d)·(first − second)/(d n) where y = 0, "
        "in the second the opposite",
        slope_in_words_latex=r"\frac{1}{n} \left(y - (1 - y) \frac{\max(0, m - d)}{d}\right) (a - b)",
        letters={"margin": ("margin", "m")}, data="pairs", last_activation="linear",
        torch=(
            "torch.where(y > 0, nn.functional.pairwise_distance(prediction[::2], prediction[1::2], eps=0) ** 2, "
            "({margin!r} - nn.functional.pairwise_distance(prediction[::2], prediction[1::2], eps=0)).clamp(min=0) ** 2"
            ").mean() / 2"
        ),
        source="Hadsell, Chopra, LeCun 2006, CVPR",
    )  # fmt: skip


@registry.register("cosine_embedding")
@dataclass(frozen=True)
class CosineEmbedding(GroupLoss):
    """Mean over given pairs of 1 - cos (y = 1, they are alike) or max(0, cos - margin) (y = -1), cos of their angle.

    As ``torch.nn.CosineEmbeddingLoss``: 1e-12 is added to squared lengths.

    Parameters
    ----------
    margin : float
        The cosine up to which pairs that are not alike cost nothing, from -1 to 1.
    """

    margin: float = field(default=0.0, metadata=takes(checks.number, least=-1, most=1))
    members = ("first", "second")
    only_targets = (-1.0, 1.0)
    terms = sums.cosine_embedding_terms
    formula = sums.cosine_embedding
    slope_formula = sums.cosine_embedding_slopes
    facts = LossFacts(
        in_words="mean over the pairs of 1 − cos (y = 1) or max(0, cos − margin) (y = −1), cos = first·second/"
        "(|first| |second|)",
        in_words_latex=r"1 - \cos \text{ or } \max(0, \cos - m), \quad \cos = \frac{a \cdot b}{|a|\,|b|}",
        slope_in_words="∓(second/|second| − cos·first/|first|)/(n |first|), − where y = 1, + where y = −1 and "
        "cos > margin; in the second likewise",
        slope_in_words_latex=r"\mp \frac{1}{n |a|} \left(\frac{b}{|b|} - \cos \frac{a}{|a|}\right)",
        letters={"margin": ("margin", "m")}, data="signed_pairs", last_activation="linear",
        torch="nn.CosineEmbeddingLoss(margin={margin!r})(prediction[::2], prediction[1::2], y)",
        source="Bromley, Guyon, LeCun, Säckinger, Shah 1993, NIPS",
    )  # fmt: skip


@registry.register("triplet_margin")
@dataclass(frozen=True)
class TripletMargin(GroupLoss):
    """Mean over given triplets of max(0, margin + d(anchor, positive) - d(anchor, negative)); there is no y.

    As ``torch.nn.TripletMarginLoss``: d is the Euclidean length of the difference, to every entry of which 1e-6 is
    added. :class:`TripletHard` and :class:`TripletAll` make the triplets themselves, from samples with labels.

    Parameters
    ----------
    margin : float
        How much farther than the positive the negative must be to cost nothing, > 0.
    swap : bool
        Whether the negative is as far as the nearer of anchor and positive is from it. Balntas et al. 2016, BMVC.
    """

    margin: float = field(default=1.0, metadata=takes(checks.number, above=0))
    swap: bool = field(default=False, metadata=takes(checks.truth))
    members = ("anchor", "positive", "negative")
    takes_targets = False
    terms = sums.triplet_margin_terms
    formula = sums.triplet_margin
    slope_formula = sums.triplet_margin_slopes
    facts = LossFacts(
        in_words="mean over the triplets of max(0, margin + d(anchor, positive) − d(anchor, negative)), d(a, b) = "
        "|a − b + 10⁻⁶|; swap: the smaller one of d(anchor, negative) and d(positive, negative)",
        in_words_latex=r"\max(0, m + d_{ap} - d_{an}), \quad d_{ab} = |a - b + 10^{-6}|",
        slope_in_words="where it is not 0, ((anchor − positive)/d(anchor, positive) − (anchor − negative)/"
        "d(anchor, negative))/n in the anchor, the opposite of each part in positive and negative",
        slope_in_words_latex=r"\frac{1}{n} \left(\frac{a - p}{d_{ap}} - \frac{a - n}{d_{an}}\right)",
        letters={"margin": ("margin", "m"), "swap": ("swap", r"\mathrm{swap}")}, data="triplets",
        last_activation="linear",
        torch=(
            "nn.TripletMarginLoss(margin={margin!r}, swap={swap!r})"
            "(prediction[::3], prediction[1::3], prediction[2::3])"
        ),
        source="Schroff, Kalenichenko, Philbin 2015, CVPR; Balntas, Riba, Ponsa, Mikolajczyk 2016, BMVC",
    )  # fmt: skip
