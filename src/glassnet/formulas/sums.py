"""Losses of whole rows: what is summed over a row, the loss of a sample from these sums, and below it its slopes.

A row is that of one sample, or of the members of a pair or a triplet. Three formulas make a loss, each of which sees
one number of the row at a time, so every engine runs the same source:

- *terms*: of each entry the numbers that are summed over the row, as a tuple;
- the loss of the sample, from the sums;
- *slopes*: its derivative in the entry, of each member, as a tuple, from the entry and the sums.
"""

from __future__ import annotations

from typing import Any

from glassnet.formulas.elementary import absolute, maximum, minimum, positive, sign, sqrt, where
from glassnet.formulas.losses import TINY, contrastive_pair, contrastive_pair_slope

# The square of the least length that counts, 1e-8, as in torch.nn.functional.cosine_similarity.
LEAST_SQUARE = 1e-16
# What torch.nn.CosineEmbeddingLoss adds to squared lengths, and torch.nn.TripletMarginLoss to differences.
SQUARE_ADDED = 1e-12
DIFFERENCE_ADDED = 1e-6


def cosine_terms(y: Any, p: Any) -> Any:
    """Products and squares, whose sums are y·p, |p|^2 and |y|^2."""
    return y * p, p * p, y * y


def cosine(product: Any, square_p: Any, square_y: Any) -> Any:
    """1 - y·p / (|y| |p|); lengths are held above 1e-8, so a row of zeros points nowhere and costs 1."""
    length_y = sqrt(maximum(square_y, LEAST_SQUARE))
    return 1 - product / length_y / sqrt(maximum(square_p, LEAST_SQUARE))


def cosine_slopes(y: Any, p: Any, product: Any, square_p: Any, square_y: Any) -> Any:
    """(cos p / |p| - y / |y|) / |p|; the length does not change where it is held."""
    length_y, length_p = sqrt(maximum(square_y, LEAST_SQUARE)), sqrt(maximum(square_p, LEAST_SQUARE))
    turn = positive(square_p - LEAST_SQUARE) * (product / length_y / length_p) / length_p
    return ((turn * p - y / length_y) / length_p,)


def contrastive_pairs_terms(same: Any, first: Any, second: Any, margin: Any) -> Any:
    """Squared differences, whose sum is d^2."""
    return ((first - second) * (first - second),)


def contrastive_pairs(same: Any, square: Any, margin: Any) -> Any:
    """:func:`~glassnet.formulas.losses.contrastive_pair` at the distance d."""
    return contrastive_pair(same, sqrt(maximum(square, TINY)), margin)


def contrastive_pairs_slopes(same: Any, first: Any, second: Any, square: Any, margin: Any) -> Any:
    """The slope in d times (first - second) / d, and the opposite; 0 where d is 0."""
    d = sqrt(maximum(square, TINY))
    slope = contrastive_pair_slope(same, d, margin)
    pull = slope * ((first - second) / d)
    return pull, -pull


def cosine_embedding_terms(alike: Any, first: Any, second: Any, margin: Any) -> Any:
    """Products and squares, whose sums are first·second, |first|^2 and |second|^2."""
    return first * second, first * first, second * second


def cosine_embedding(alike: Any, product: Any, square_first: Any, square_second: Any, margin: Any) -> Any:
    """1 - cos for pairs that are alike (1), max(0, cos - margin) for others (-1)."""
    cos = product / sqrt((square_first + SQUARE_ADDED) * (square_second + SQUARE_ADDED))
    return where(alike > 0, 1 - cos, -minimum(margin - cos, 0))


def cosine_embedding_slopes(
    alike: Any, first: Any, second: Any, product: Any, square_first: Any, square_second: Any, margin: Any
) -> Any:
    """The slope in cos times that of cos: second / (|first| |second|) - cos first / |first|^2, and the same of second.

    Where cos = margin it is 1, as in PyTorch.
    """
    square_a, square_b = square_first + SQUARE_ADDED, square_second + SQUARE_ADDED
    lengths = sqrt(square_a * square_b)
    cos = product / lengths
    slope = where(alike > 0, -positive(square_a), 1 - positive(margin - cos))
    return slope * (second / lengths - cos * first / square_a), slope * (
        first / lengths - cos * second / square_b
    )


def triplet_margin_terms(none: Any, anchor: Any, plus: Any, minus: Any, margin: Any, swap: Any) -> Any:
    """Squared differences of anchor and positive, anchor and negative, positive and negative."""
    near, far = anchor - plus + DIFFERENCE_ADDED, anchor - minus + DIFFERENCE_ADDED
    across = plus - minus + DIFFERENCE_ADDED
    return near * near, far * far, across * across


def triplet_margin(none: Any, near: Any, far: Any, across: Any, margin: Any, swap: Any) -> Any:
    """max(0, margin + d(anchor, positive) - d(anchor, negative)); with swap = 1 the nearer of both to the negative."""
    d_far, d_across = sqrt(maximum(far, TINY)), sqrt(maximum(across, TINY))
    saved = 0.5 * swap * (d_far - d_across + absolute(d_far - d_across))
    return -minimum(d_far - saved - sqrt(maximum(near, TINY)) - margin, 0)


def triplet_margin_slopes(
    none: Any, anchor: Any, plus: Any, minus: Any, near: Any, far: Any, across: Any, margin: Any, swap: Any
) -> Any:
    """Differences over distances, of each distance as it counts: 1, -1, or with swap -1 for the shorter of two.

    Where the loss has just become 0 they are those before, as in PyTorch; two distances that are equal count half each.
    """
    d_near, d_far, d_across = sqrt(maximum(near, TINY)), sqrt(maximum(far, TINY)), sqrt(maximum(across, TINY))
    share = 0.5 * swap * (1 + sign(d_far - d_across))
    saved = 0.5 * swap * (d_far - d_across + absolute(d_far - d_across))
    counts = 1 - positive(d_far - saved - d_near - margin)
    to_plus = counts * (anchor - plus + DIFFERENCE_ADDED) / d_near
    to_minus = counts * (1 - share) * (anchor - minus + DIFFERENCE_ADDED) / d_far
    between = counts * share * (plus - minus + DIFFERENCE_ADDED) / d_across
    return to_plus - to_minus, -to_plus - between, to_minus + between
