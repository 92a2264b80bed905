"""Losses that compare whole rows, distributions or given pairs: wrong forms of them, and functions of their members."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from glassnet.checking.finding.sources import required
from glassnet.checking.loss.batches import LossBatch
from glassnet.checking.loss.reading import kind_of
from glassnet.checking.numerics import numeric
from glassnet.checking.numerics.rounding import Array
from glassnet.errors import ArgumentError
from glassnet.losses import Loss

Form = Callable[[Any, LossBatch], float]


def _gaussian(log: float, square: float, deviation: bool = False) -> Form:
    """(log V + e²/V)/2 with these factors of its terms; `deviation` takes the outputs for logarithms of deviations."""

    def form(loss: Any, b: LossBatch) -> float:
        m, s = np.hsplit(b.p, 2)
        v = np.exp(2 * s if deviation else s) + loss.least_variance
        return float(np.mean(0.5 * (log * np.log(v) + square * (b.y - m) ** 2 / v)))

    return form


def _pinball(levels: Callable[[Any], Array]) -> Form:
    def form(loss: Any, b: LossBatch) -> float:
        q = np.repeat(levels(loss), b.k)
        e = np.tile(b.y, (1, len(loss.levels))) - b.p
        return float(np.mean(np.maximum(q * e, (q - 1) * e)))

    return form


def _distances(b: LossBatch) -> list[Array]:
    members = np.moveaxis(b.p, 1, 0)
    return [np.linalg.norm(members[0] - other, axis=1) for other in members[1:]]


def _triplet(excess: Callable[[float, Array, Array], Array], hinge: bool = True) -> Form:
    def form(loss: Any, b: LossBatch) -> float:
        costs = excess(loss.margin, *_distances(b))
        return float(np.mean(np.maximum(costs, 0) if hinge else costs))

    return form


def _contrastive(same: Callable[[Array], Array], power: int = 2) -> Form:
    def form(loss: Any, b: LossBatch) -> float:
        (d,), y = _distances(b), same(b.y)
        return float(np.mean(y * d**2 + (1 - y) * np.maximum(loss.margin - d, 0) ** power) / 2)

    return form


def _cosines(loss: Any, b: LossBatch, cos: Array, y: Array) -> float:
    return float(np.mean(np.where(y > 0, 1 - cos, np.maximum(cos - loss.margin, 0))))


def _cos(one: Array, other: Array) -> Array:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    cos: Array = (one * other).sum(axis=1) / lengths
    return cos


FORMS: dict[str, dict[str, Form]] = {
    "gaussian_nll": {
        "log_term_sign_flipped": _gaussian(-1, 1), "log_term_missing": _gaussian(0, 1),
        "half_of_log_term_missing": _gaussian(2, 1), "half_of_square_missing": _gaussian(1, 2),
        "deviation_for_variance": _gaussian(1, 1, deviation=True),
    },
    "quantiles": {
        "levels_swapped": _pinball(lambda loss: 1 - np.array(loss.levels)),
        "levels_missing": _pinball(lambda loss: np.full(len(loss.levels), 0.5)),
    },
    "cosine": {
        "lengths_missing": lambda loss, b: float(np.mean(1 - (b.y * b.p).sum(axis=1))),
        "one_length_missing": lambda loss, b: float(
            np.mean(1 - (b.y * b.p).sum(axis=1) / np.linalg.norm(b.y, axis=1))
        ),
    },
    "contrastive_pairs": {
        "kinds_of_pairs_swapped": _contrastive(lambda y: 1 - y), "gap_not_squared": _contrastive(lambda y: y, 1),
    },
    "cosine_embedding": {
        "kinds_of_pairs_swapped": lambda loss, b: _cosines(loss, b, _cos(b.p[:, 0], b.p[:, 1]), -b.y),
        "lengths_missing": lambda loss, b: _cosines(loss, b, (b.p[:, 0] * b.p[:, 1]).sum(axis=1), b.y),
    },
    "triplet_margin": {
        "distances_swapped": _triplet(lambda margin, near, far: margin + far - near),
        "distances_squared": _triplet(lambda margin, near, far: margin + near**2 - far**2),
        "margin_missing": _triplet(lambda margin, near, far: near - far),
        "margin_sign_flipped": _triplet(lambda margin, near, far: near - far - margin),
        "hinge_missing": _triplet(lambda margin, near, far: margin + near - far, hinge=False),
    },
}  # fmt: skip
_GAUSSIAN, _PINBALL = "0.5 * (np.log(v) + (y - m)**2 / v)", "np.maximum(q * (y - p), (q - 1) * (y - p))"
_TRIPLET = "np.maximum(margin + d(anchor, positive) - d(anchor, negative), 0)"
MESSAGES = {
    "log_term_sign_flipped": ("The logarithm of the variance has the wrong sign.", _GAUSSIAN),
    "log_term_missing": ("The logarithm of the variance is missing: any error costs nothing where it is large.",
                         _GAUSSIAN),
    "half_of_log_term_missing": ("The half before the logarithm of the variance is missing.", _GAUSSIAN),
    "half_of_square_missing": ("The half before the square of the error is missing.", _GAUSSIAN),
    "deviation_for_variance": (
        "The second half of the outputs is taken for logarithms of standard deviations; they are of variances.",
        "v = np.exp(s)"),
    "levels_swapped": ("The levels are swapped: q stands where 1 - q belongs, and 1 - q where q does.", _PINBALL),
    "levels_missing": ("The levels do not count: every output learns the median.", _PINBALL),
    "lengths_missing": ("The product is not divided by the lengths of both rows, so it is no cosine.",
                        "(a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))"),
    "one_length_missing": ("The product is divided by the length of the target alone, so it is no cosine.",
                           "(y * p).sum(axis=1) / (np.linalg.norm(y, axis=1) * np.linalg.norm(p, axis=1))"),
    "kinds_of_pairs_swapped": ("Pairs that belong together are pushed apart, and the others pulled together.",
                               "swap the two terms"),
    "gap_not_squared": ("What a pair lacks to the margin is not squared.", "np.maximum(margin - d, 0)**2"),
    "distances_swapped": ("The distances are swapped: the negative is pulled to the anchor.", _TRIPLET),
    "distances_squared": ("The distances are squared.", "d = np.linalg.norm(a - b, axis=1)"),
    "margin_missing": ("The margin is missing.", _TRIPLET),
    "margin_sign_flipped": ("The margin has the wrong sign.", _TRIPLET),
    "hinge_missing": ("Triplets that are far enough apart go on to make the loss smaller: max(0, ...) is missing.",
                      _TRIPLET),
}  # fmt: skip


def gradients(loss: Loss) -> Iterator[tuple[str, Callable[[LossBatch], Array]]]:
    """The gradient of each wrong form, by central differences."""
    for code, form in FORMS.get(loss.name, {}).items():
        yield code, lambda batch, form=form: _gradient(loss, form, batch)  # type: ignore[misc]


def _gradient(loss: Loss, form: Form, batch: LossBatch) -> Array:
    p = batch.p.copy()
    return numeric.gradient(lambda: form(loss, batch._replace(p=p)), p)


def of_two(function: Any, loss: Loss) -> Any:
    """A function of all members, with their target or without, as one of targets and predictions (m, n_members, k)."""
    if not inspect.isroutine(function):
        return function
    names = [parameter.name.lower().strip("_") for parameter in required(function)]
    if not loss.takes_targets and len(names) < 3:
        return _without_targets(function, names)
    if len(names) != len(loss.members) + loss.takes_targets:
        return function
    target_first = loss.takes_targets and kind_of(names[0]) == "target"

    def called(y_true: Any, y_pred: Any) -> Any:
        if np.ndim(y_pred) != 3:
            raise ArgumentError(f"{loss.name} compares {', '.join(loss.members)}")
        members = [y_pred[:, place] for place in range(len(loss.members))]
        target = [y_true] if loss.takes_targets else []
        result = function(*target, *members) if target_first else function(*members, *target)
        return np.stack(result, axis=1) if isinstance(result, tuple) else result

    return called


def _without_targets(function: Any, names: list[str]) -> Any:
    """A function of embeddings alone, or beside targets that are None."""

    def called(y_true: Any, y_pred: Any) -> Any:
        if len(names) == 1:
            return function(y_pred)
        return function(y_pred, None) if kind_of(names[0]) == "prediction" else function(None, y_pred)

    return called
