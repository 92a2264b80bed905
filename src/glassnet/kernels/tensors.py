"""The formulas over PyTorch tensors, forward only: autograd finds the slopes by itself.

A formula is lifted by giving its elementary functions their PyTorch meaning. At a kink these choose what the slopes
in :mod:`glassnet.formulas` choose; formulas whose kinks cancel only on paper are PyTorch's own functions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from glassnet.errors import EngineError
from glassnet.formulas import activations, elementary, losses, rows

Formula = Callable[..., Any]

# softplus(z) is z to the last digit of either dtype from here on.
SOFTPLUS_IS_LINEAR = 50.0


def _maximum(a: Tensor, b: Any) -> Tensor:
    """The larger one; where they are equal it is b, so that the slope in a is 0 there. NaN where a is."""
    return torch.where(a <= b, b, a)


def _minimum(a: Tensor, b: Any) -> Tensor:
    """The smaller one; where they are equal it is a, so that the slope in a is 1 there. NaN where a is."""
    return torch.where(a > b, b, a)


def _positive(z: Tensor) -> Tensor:
    return (z > 0).to(z.dtype)


def _softplus(z: Tensor) -> Tensor:
    return functional.softplus(z, threshold=SOFTPLUS_IS_LINEAR)


def _hard_sigmoid(z: Tensor) -> Tensor:
    """PyTorch's own has a slope of float32's 1/6 in float64, too."""
    return functional.relu6(z + 3) / 6


def _sigmoid_cross_entropy(y: Tensor, z: Tensor, pos_weight: float = 1.0) -> Tensor:
    weight = None if pos_weight == 1 else z.new_tensor(pos_weight)
    return functional.binary_cross_entropy_with_logits(z, y, reduction="none", pos_weight=weight)


MEANINGS: dict[Any, Formula] = {
    elementary.absolute: torch.abs,
    elementary.erf: torch.erf,
    elementary.exp: torch.exp,
    elementary.expm1: torch.expm1,
    elementary.log: torch.log,
    elementary.log1p: torch.log1p,
    elementary.maximum: _maximum,
    elementary.minimum: _minimum,
    elementary.positive: _positive,
    elementary.sign: torch.sign,
    elementary.sqrt: torch.sqrt,
    elementary.tanh: torch.tanh,
    elementary.where: torch.where,
    activations.hard_sigmoid: _hard_sigmoid,
    activations.hard_swish: functional.hardswish,
    activations.relu: torch.relu,
    activations.sigmoid: torch.sigmoid,
    activations.softplus: _softplus,
    losses.sigmoid_cross_entropy: _sigmoid_cross_entropy,
    losses.weighted_sigmoid_cross_entropy: _sigmoid_cross_entropy,
}


@cache
def lift(formula: Formula) -> Formula:
    """`formula` for tensors.

    Raises
    ------
    EngineError
        If it is no plain function.
    """
    if formula in MEANINGS:
        return MEANINGS[formula]
    if not isinstance(formula, FunctionType):
        raise EngineError(
            f"engine='torch' lifts plain functions only; got {formula!r}. Write it in elementary functions of "
            "glassnet.formulas, or use engine='numpy'"
        )
    named = {name: formula.__globals__.get(name) for name in formula.__code__.co_names}
    meanings = {name: lift(thing) for name, thing in named.items() if _is_formula(thing)}
    return FunctionType(
        formula.__code__, {**formula.__globals__, **meanings}, formula.__name__, formula.__defaults__
    )


def _is_formula(thing: Any) -> bool:
    if isinstance(thing, FunctionType) and thing.__module__.startswith("glassnet.formulas"):
        return True
    return callable(thing) and thing in MEANINGS


def distances(p: Tensor) -> Tensor:
    """Euclidean distances (n, n) of all pairs of rows; where one is 0, so is its slope."""
    squares = (p[:, None, :] - p[None, :, :]).square().sum(dim=2)
    apart = squares > 0
    return torch.where(apart, torch.sqrt(torch.where(apart, squares, 1)), 0)


def contrastive(labels: Tensor, p: Tensor, margin: float) -> Tensor:
    """Mean over all pairs; see :func:`glassnet.formulas.rows.contrastive`."""
    same = (labels[:, None] == labels[None, :]).to(p.dtype)
    pairs: Tensor = lift(losses.contrastive_pair)(same, distances(p), margin)
    return torch.triu(pairs, diagonal=1).sum() / max(len(p) * (len(p) - 1) // 2, 1)


def triplet_hard(labels: Tensor, p: Tensor, margin: float) -> Tensor:
    """Mean over the anchors that have both; see :func:`glassnet.formulas.rows.triplet_hard`."""
    distance = distances(p)
    positives, negatives = _same_and_other(labels)
    farthest = torch.where(positives, distance, -1).argmax(dim=1, keepdim=True)
    nearest = torch.where(negatives, distance, torch.inf).argmin(dim=1, keepdim=True)
    anchors = positives.any(dim=1) & negatives.any(dim=1)
    excess = (distance.gather(1, farthest) - distance.gather(1, nearest))[:, 0] + margin
    costs: Tensor = lift(losses.hinge)(excess)
    return (costs * anchors).sum() / anchors.sum().clamp(min=1)


def triplet_all(labels: Tensor, p: Tensor, margin: float) -> Tensor:
    """Mean over all valid triplets; see :func:`glassnet.formulas.rows.triplet_all`."""
    distance = distances(p)
    positives, negatives = _same_and_other(labels)
    valid = positives[:, :, None] & negatives[:, None, :]
    excess = distance[:, :, None] - distance[:, None, :] + margin
    costs: Tensor = lift(losses.hinge)(excess)
    return (costs * valid).sum() / valid.sum().clamp(min=1)


def _same_and_other(labels: Tensor) -> tuple[Tensor, Tensor]:
    same = labels[:, None] == labels[None, :]
    return same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device), ~same


OF_BATCHES: dict[Any, Callable[[Tensor, Tensor, float], Tensor]] = {
    rows.contrastive: contrastive,
    rows.triplet_hard: triplet_hard,
    rows.triplet_all: triplet_all,
}
