"""Rules about the last layer: its activation, the loss, and the targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glassnet import losses
from glassnet.activations import ActivationFunction, Function, Linear
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.trials import ORDERS
from glassnet.losses import Loss
from glassnet.plan import BATCH_NORM, DENSE, LAYER_NORM

_REFERENCE = "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.2.2"
OUTSIDE = 0.02
# Rows of targets that sum to 1 up to this; softmax's do up to rounding.
SUMS = 1e-3
# The range of an activation is looked for near 0 and in so many powers of ten, each at so many places.
DECADES = 16
PLACES = 200
# It has an end where each of the last powers of ten adds at most this part of what the one before it added; of what
# grows like a logarithm each adds as much, of a saturating one less and less.
DIES_OUT = 0.5
LAST = 3
ROUNDING = 1e-6

# Severity, cause, remedy.
Mismatch = tuple[str, str, str] | None


def output_loss_mismatch(case: Case) -> Finding | None:
    """An activation of the last layer that does not go with the loss or with the targets."""
    outputs = last_activations(case)
    mismatch = _twice(outputs) or _with_loss(case, outputs[-1]) or _with_targets(case, outputs[-1])
    if mismatch is None:
        return None
    severity, cause, remedy = mismatch
    return Finding(
        "output_loss_mismatch", "warning" if case.learned else severity, cause, remedy, len(case.now.blocks) - 1,
        {"last activation": _name(outputs[-1]), "loss": case.targets.loss.name}, _REFERENCE,
    )  # fmt: skip


def last_activations(case: Case) -> list[ActivationFunction]:
    """The activations behind the last dense layer or normalisation, linear ones left out where others follow."""
    rows = case.network.plan().rows
    last = max((i for i, row in enumerate(rows) if row.kind in (DENSE, BATCH_NORM, LAYER_NORM)), default=0)
    activations = [row.activation for row in rows[last:]]
    return [f for f in activations if not isinstance(f, Linear)] or [Linear()]


def _is_of_middles(loss: Loss) -> bool:
    """Whether it is a loss of values that asks for their middle, as squared errors do."""
    return loss.facts is not None and loss.facts.data == "values" and loss.facts.aims_at_middle


def _is_of_signs(loss: Loss) -> bool:
    """Whether its targets are -1 and 1, and no others."""
    return loss.facts is not None and loss.facts.data == "signs"


def _name(activation: ActivationFunction) -> str:
    return type(activation).__name__.lower()


def _twice(outputs: list[ActivationFunction]) -> Mismatch:
    if len(outputs) < 2 or outputs[-1].outputs not in ("classes", "probabilities"):
        return None
    first, last = outputs[-2:]
    low, high = output_range(first)
    if last.outputs == "probabilities" and np.isfinite(low):
        least, most = last.value(np.array([low, high]))
        left = f"from {least:.3g} up" if high == np.inf else f"between {least:.3g} and {most:.3g}"
        harm = f"its outputs lie {left}, whatever the weights"
    elif last.outputs == "classes" and np.isfinite(high - low):
        harm = f"no class can be more than {np.exp(high - low):.3g} times as probable as another"
    else:
        return None
    return (
        "error",
        f"{_name(last)} is applied to what {_name(first)} has already changed: {harm}",
        f"keep one of the two, {_name(last)} after a linear layer",
    )


def _with_loss(case: Case, last: ActivationFunction) -> Mismatch:
    loss = case.targets.loss
    if not case.loss_chosen:
        return None
    if not isinstance(loss.activation, Linear):
        return _logits(loss, last)
    if loss.rows_sum_to_one and last.outputs != "classes":
        if isinstance(last, Function) and _are_probabilities(case, sum_to_one=True):
            return None
        return _needs(loss, last, "softmax", "whose rows sum to 1")
    if loss.name != "binary_cross_entropy" or last.outputs == "probabilities":
        return None
    if last.outputs == "classes":
        return None if case.targets.n_outputs == 2 else _tied()
    if isinstance(last, Function) and _are_probabilities(case, sum_to_one=False):
        return None
    return _needs(loss, last, "sigmoid", "between 0 and 1")


def _tied() -> Mismatch:
    return (
        "warning", "binary_cross_entropy takes every output for itself, but softmax ties them together",
        "use categorical_cross_entropy with softmax, or sigmoid for outputs that are independent",
    )  # fmt: skip


def _are_probabilities(case: Case, *, sum_to_one: bool) -> bool:
    """Whether the outputs of the samples are: for an activation of which nothing else is known."""
    output = case.now.output
    inside = bool((output >= 0).all() and (output <= 1).all())
    return inside and (not sum_to_one or bool(np.allclose(output.sum(axis=1), 1, atol=SUMS)))


_TAKEN = {"classes": "logits", "probabilities": "logits", "values": "logarithms of rates"}


def _logits(loss: Loss, last: ActivationFunction) -> Mismatch:
    if isinstance(last, Linear):
        return None
    inner, domain = _name(loss.activation), _TAKEN[loss.activation.outputs]
    plain = loss.of_probabilities if inner == _name(last) else ""
    other = f", or take the loss of probabilities, {plain}" if plain else ""
    return (
        "error",
        f"{loss.name} takes {domain} and applies {inner} itself; the last layer applies {_name(last)} before that",
        f"make the last layer linear{other}",
    )


def _needs(loss: Loss, last: ActivationFunction, activation: str, which: str) -> Mismatch:
    return (
        "error",
        f"{loss.name} takes probabilities, {which}; the last layer ends with {_name(last)}",
        f'end the network with "{activation}"',
    )


def _with_targets(case: Case, last: ActivationFunction) -> Mismatch:
    loss, kind = case.targets.loss, case.targets.kind
    if last.outputs == "classes" or (loss.rows_sum_to_one and not isinstance(loss.activation, Linear)):
        several = _sums(case)
        if several is not None:
            return several
    if kind == "classes" and _is_of_middles(loss) and last.outputs == "classes" and case.loss_chosen:
        return None if case.learned else _flat_where_wrong(loss)
    behind = case.network.plan().rows[-1]  # such as Scale, whose numbers are learned
    if kind not in ("values", "several") or behind.own is not None:
        return None
    low, high = output_range(last)
    y = case.targets.matrix
    outside = float(((y < low) | (y > high)).mean())
    if outside < OUTSIDE:
        return None
    own = case.now.output
    if bool((own < low - ROUNDING).any() or (own > high + ROUNDING).any()):
        return None  # it looks at several numbers at once, so that trying one after the other tells nothing
    reach = (
        f"of at least {low:g}"
        if high == np.inf
        else f"of at most {high:g}"
        if low == -np.inf
        else f"between {low:g} and {high:g}"
    )
    return (
        "error",
        f"{_name(last)} gives outputs {reach}, and {outside:.0%} of the targets lie outside",
        "make the last layer linear"
        + ("" if _is_of_signs(loss) else ", or scale the targets into that range"),
    )


def _flat_where_wrong(loss: Loss) -> Mismatch:
    return (
        "warning", f"{loss.name} after softmax has hardly any gradient where the network is sure and wrong",
        "use categorical_cross_entropy",
    )  # fmt: skip


def _sums(case: Case) -> Mismatch:
    """Rows of targets that do not sum to 1, as those of softmax do."""
    if case.targets.kind not in ("several", "values", "probabilities"):
        return None
    sums = case.targets.matrix.sum(axis=1)
    others = float((np.abs(sums - 1) > SUMS).mean())
    if others < OUTSIDE:
        return None
    what = "ones, several or none in a row" if case.targets.kind == "several" else "values"
    return (
        "error",
        f"outputs of softmax sum to 1, and {others:.0%} of the rows of targets do not ({what}; sums from "
        f"{sums.min():g} to {sums.max():g})",
        'for several classes at once end with "sigmoid" and use binary_cross_entropy; for values end linear',
    )


def squared_probabilities(case: Case) -> Finding | None:
    """Squared errors behind a sigmoid, where the same training with cross-entropy learns far more."""
    loss, last = case.targets.loss, last_activations(case)[-1]
    if case.targets.kind not in ("classes", "several") or case.learned or not case.loss_chosen:
        return None
    if not _is_of_middles(loss) or last.outputs != "probabilities" or case.trials is None:
        return None
    loss_name = "binary_cross_entropy"
    trials = replace(case.trials, targets=replace(case.sample, loss=losses.get(loss_name)))
    scores = []
    for order in ORDERS[: 1 if trials.repeatable else 2]:
        scores.append(trials.repeated(order).score)
        if scores[-1] - max(case.now.score, case.trials.as_it_was().score) < BEHIND:
            return None
    reached = " and ".join(f"{score:.2f}" for score in scores)
    return Finding(
        "output_loss_mismatch", "warning",
        f"{loss.name} after sigmoid has hardly any gradient where the network is sure and wrong: the score is "
        f"{case.now.score:.2f} (1 is perfect, 0 that of the best constant), and {reached} for copies that begin with "
        f"the same weights and use {loss_name}",
        f"use {loss_name}", len(case.now.blocks) - 1,
        {"score": case.now.score, f"score with {loss_name}": min(scores)}, _REFERENCE,
    )  # fmt: skip


# The score of a copy is ahead by this much, on a scale from the best constant (0) to perfect (1).
BEHIND = 0.1


def output_range(last: ActivationFunction) -> tuple[float, float]:
    """The least and the largest output, found by trying; infinite where it grows on, however slowly."""
    if last.outputs == "classes":
        return 0.0, 1.0
    return 0.0 - _largest(last, -1.0), 0.0 + _largest(last, 1.0)


def _largest(last: ActivationFunction, sign: float) -> float:
    """The largest of sign times the output; infinite where no end shows."""
    near = np.linspace(-10.0, 10.0, 20_001)
    far = np.logspace(1.0, DECADES, PLACES * (DECADES - 1))
    with np.errstate(all="ignore"):
        inside, above, below = (
            sign * np.asarray(last.value(z[:, None]), np.float64)[:, 0] for z in (near, far, -far)
        )
    by_decade = np.maximum(above, below).reshape(DECADES - 1, PLACES).max(axis=1)
    reached = np.maximum.accumulate(np.append(inside.max(), by_decade))
    if not np.isfinite(reached).all():
        return float("inf")
    added, rounding = np.diff(reached)[-LAST - 1 :], 1e-12 * abs(reached[-1])
    return float(reached[-1]) if (added[1:] <= DIES_OUT * added[:-1] + rounding).all() else float("inf")
