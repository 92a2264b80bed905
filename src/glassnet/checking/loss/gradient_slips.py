"""What a wrong gradient of a loss is instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from glassnet import losses
from glassnet.checking.loss import whole_rows
from glassnet.checking.loss.batches import KINDS, LossBatch, ends, factors, gradient_of, positive_weight
from glassnet.checking.loss.epsilon import HARMLESS, folded_in, gradient_with, gradients_with_each
from glassnet.checking.loss.reading import Learner
from glassnet.checking.loss.value import PROBABILITIES, Recognised
from glassnet.checking.loss.wrong import GRADIENT_LINES
from glassnet.checking.loss.wrong import GRADIENTS as WRONG_GRADIENTS
from glassnet.checking.loss.wrong import MESSAGES as WRONG_MESSAGES
from glassnet.checking.numerics import numeric
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.report import Evidence, Slip, side_by_side
from glassnet.errors import ArgumentError
from glassnet.losses import BinaryWeighted

RELATIVE, ROUNDING = 1e-6, 1e-9
MESSAGES = {
    "sign_flipped": ("The gradient has the wrong sign: it points to where the loss falls.", "-(...)"),
    "batch_mean_missing": (
        "1/m is missing: the value is a mean over the samples, the gradient is not. That is right only where dW and db "
        "are divided by m later.", "(...) / m"),
    "batch_mean_twice": ("The gradient is divided by the number of samples once too often.", "(...) * m"),
    "output_mean_missing": (
        "1/outputs is missing: the value is a mean over the outputs too, the gradient is not.", "(...) / y.size"),
    "output_mean_twice": ("The gradient is divided by the number of outputs once too often.", "(...) * k"),
    "square_factor_missing": ("The gradient is half of what it should be: the factor 2.", "2 * (...)"),
    "square_factor_twice": ("The gradient is twice what it should be: the factor 2.", "(...) / 2"),
    "softmax_folded_in": (
        "The gradient is that with respect to the logits, with softmax or sigmoid folded in; the value takes "
        "probabilities. It is right only if the activation's backward pass hands the error on unchanged.",
        "{unfolded}"),
    "softmax_not_folded_in": (
        "The gradient is that with respect to probabilities; the value takes logits.", "(activation(z) - y) / m"),
    "softmax_missing": ("The gradient subtracts the targets from the logits, without their activation.",
                        "(activation(z) - y) / m"),
    "with_respect_to_target": ("The gradient is that with respect to the target.", "with respect to y_pred"),
    "label_smoothing_missing": (
        "The gradient is that of targets that are not smoothed; those of the value are.",
        "y = (1 - s) * y + s / k"),
    "pos_weight_missing": (
        "The gradient weighs targets 1 no more than targets 0; the value does.", "w * y * ..."),
    "gradient_of_another_loss": ("The gradient is that of {other}.", "the derivative of your value"),
}  # fmt: skip
FACTORS: dict[str, Callable[[int, int], float]] = {
    "sign_flipped": lambda m, k: -1.0,
    "batch_mean_missing": lambda m, k: m, "batch_mean_twice": lambda m, k: 1 / m,
    "output_mean_missing": lambda m, k: k, "output_mean_twice": lambda m, k: 1 / k,
    "square_factor_missing": lambda m, k: 0.5, "square_factor_twice": lambda m, k: 2.0,
}  # fmt: skip
Formula = Callable[[LossBatch], Array]


def gradient_slips(
    learner: Learner, recognised: Recognised
) -> tuple[tuple[Slip, ...], tuple[Evidence, ...], tuple[str, ...]]:
    """Slips of the gradient beside central differences of the value, where it is farthest from them, and notes."""
    if learner.gradient is None:
        return (), (), ()
    gradients = [np.asarray(learner.gradient.of(batch), np.float64) for batch in recognised.pair]
    if any(g.shape != batch.p.shape for g, batch in zip(gradients, recognised.pair, strict=True)):
        return (_shape(gradients[0], recognised.pair[0]),), (), ()
    right = [_numeric(learner, batch) for batch in recognised.pair]
    if _same(gradients, right) or belongs_to(learner, recognised):
        return (), (), () if recognised.name is None else tuple(_at_the_ends(learner, recognised.kind))
    single = [learner.count(batch) * r for batch, r in zip(recognised.pair, right, strict=True)]
    if _same(gradients, single):
        return (), (), ("value and gradient are those of single samples: divide the gradient of a mean by m",)
    epsilon = _epsilon(recognised, gradients)
    if epsilon is not None and (epsilon == recognised.epsilon or _is_near(gradients, right)):
        return (), (), (f"the gradient divides by the probability plus {epsilon:g}",)
    line = side_by_side("gradient", gradients[0], right[0])
    if epsilon is not None:
        message = f"The gradient divides by the probability plus {epsilon:g}."
        return (Slip("clipped_logarithm", (), message, "p = np.clip(p, 1e-15, 1 - 1e-15)"),), (line,), ()
    slips = min(_explanations(learner, recognised, gradients, right, single), key=len, default=())
    return slips, (line,), ()


def _epsilon(recognised: Recognised, gradients: list[Array]) -> float | None:
    """What the gradient of a cross-entropy adds to the probability that it divides by, if it is that."""
    if recognised.kind not in PROBABILITIES:
        return None
    fitting = (
        e
        for e, wanted in gradients_with_each(
            recognised.kind, recognised.compared, positive_weight(recognised.loss)
        )
        if _same(gradients, wanted, 1e-9)
    )
    return next(fitting, None)


def is_own(learner: Learner, recognised: Recognised) -> bool:
    """Whether the gradient is that of the value."""
    if learner.gradient is None:
        return False
    gradients = [np.asarray(learner.gradient.of(batch), np.float64) for batch in recognised.pair]
    right = [_numeric(learner, batch) for batch in recognised.pair]
    return all(g.shape == r.shape for g, r in zip(gradients, right, strict=True)) and _same(gradients, right)


def belongs_to(learner: Learner, recognised: Recognised) -> bool:
    """Whether the gradient is that of the loss by its name, whatever the value is."""
    if learner.gradient is None or recognised.loss is None:
        return False
    gradients = [np.asarray(learner.gradient.of(batch), np.float64) for batch in recognised.pair]
    right = [gradient_of(recognised.loss, batch) for batch in recognised.pair]
    return all(g.shape == r.shape for g, r in zip(gradients, right, strict=True)) and _same(gradients, right)


def _shape(gradient: Array, batch: LossBatch) -> Slip:
    message = (
        f"The gradient has shape {gradient.shape}; it must have that of the predictions, {batch.p.shape}."
    )
    if gradient.size == 1 or gradient.shape == (batch.k,):
        message += " It is taken together over the batch: every prediction has a slope of its own."
    return Slip("gradient_shape", (), message, "no sum and no mean over the entries")


def _numeric(learner: Learner, batch: LossBatch) -> Array:
    p = batch.p.copy()
    return numeric.gradient(lambda: learner.number(batch._replace(p=p)), p)


def _same(gradients: list[Array], wanted: list[Array], relative: float = RELATIVE) -> bool:
    return all(
        bool((np.abs(g - w) <= relative * np.abs(w) + ROUNDING).all())
        for g, w in zip(gradients, wanted, strict=True)
    )


def _is_near(gradients: list[Array], right: list[Array]) -> bool:
    pairs = zip(gradients, right, strict=True)
    return all(bool(np.abs(g - r).max() <= HARMLESS * np.abs(r).max()) for g, r in pairs)


def _explanations(
    learner: Learner, recognised: Recognised, gradients: list[Array], right: list[Array], single: list[Array]
) -> Iterator[tuple[Slip, ...]]:
    """Slips that give this gradient; `single` is the right one of single samples, where the value is not reduced."""
    sources: list[tuple[str, str, list[Array]]] = [("", "", right), ("", "", single)]
    sources += [
        (
            code,
            other,
            [
                recognised.scale(b) * formula(s)
                for b, s in zip(recognised.pair, recognised.compared, strict=True)
            ],
        )
        for code, other, formula in _formulas(recognised)
    ]
    sources += [
        (code, other, [recognised.scale(b) * formula(b) for b in recognised.pair])
        for code, other, formula in _of_other_losses(recognised)
    ]
    sources.append(("with_respect_to_target", "", _of_targets(learner, recognised)))
    for code, other, arrays in sources:
        for factor in factors(FACTORS):
            wanted = [a * factor.of(b.m, b.k) for a, b in zip(arrays, recognised.pair, strict=True)]
            codes = (*((code,) if code else ()), *factor.codes)
            if codes and _same(gradients, wanted):
                words = {"other": other.replace("_", " "), "unfolded": _unfolded(recognised.kind)}
                yield tuple(_slip(c, words) for c in codes)


def _slip(code: str, words: dict[str, str]) -> Slip:
    if code in WRONG_MESSAGES:
        message, fix = WRONG_MESSAGES[code]
        return Slip(
            code,
            (),
            message.replace("log(1 - p)", "/ (1 - p)").replace("log(p)", "/ p"),
            GRADIENT_LINES.get(code, fix),
        )
    message, fix = (MESSAGES | whole_rows.MESSAGES)[code]
    return Slip(code, (), message.format(**words), fix.format(**words))


def _formulas(recognised: Recognised) -> Iterator[tuple[str, str, Formula]]:
    """Gradients of other things that a learner may take for this one."""
    kind, weight = recognised.kind, positive_weight(recognised.loss)
    if kind in PROBABILITIES:
        yield "softmax_folded_in", "", lambda b: folded_in(kind, b, weight)
    if kind in ("logits", "class_logits", "binary_logits"):
        yield "softmax_not_folded_in", "", lambda b: gradient_with(0.0, kind, b, weight)
        yield "softmax_missing", "", lambda b: folded_in(kind, b, weight)
    for code, formula in WRONG_GRADIENTS.get(kind, {}).items():
        yield code, "", formula
    if recognised.loss is not None:
        for code, formula in whole_rows.gradients(recognised.loss):
            yield code, "", formula


def _of_other_losses(recognised: Recognised) -> Iterator[tuple[str, str, Formula]]:
    """Gradients of other losses of the targets as they were given."""
    kind = recognised.kind
    if recognised.loss is not None and recognised.loss.label_smoothing > 0:
        yield "label_smoothing_missing", "", _gradient_of(recognised.loss.name)
    if isinstance(recognised.loss, BinaryWeighted) and recognised.loss.pos_weight != 1:
        unweighted = replace(recognised.loss, pos_weight=1.0)
        yield "pos_weight_missing", "", lambda b: unweighted.gradient(b.y, b.p)
    for name, other_kind in KINDS.items():
        if other_kind == kind and name != recognised.name:
            yield "gradient_of_another_loss", name, _gradient_of(name)
    if kind == "binary":
        yield "gradient_of_another_loss", "mean_squared_error", _gradient_of("mean_squared_error")


def _gradient_of(name: str) -> Formula:
    return lambda batch: losses.get(name).gradient(batch.y, batch.p)


def _of_targets(learner: Learner, recognised: Recognised) -> list[Array]:
    """Central differences with respect to the targets, where these are no integers and of their shape."""
    if any(batch.y.dtype.kind != "f" or batch.y.shape != batch.p.shape for batch in recognised.pair):
        return [np.full_like(batch.p, np.nan) for batch in recognised.pair]
    return [_of_target(learner, batch) for batch in recognised.pair]


def _of_target(learner: Learner, batch: LossBatch) -> Array:
    """Not a number where a loss refuses targets beside those that it is for."""
    y = batch.y.copy()
    try:
        return numeric.gradient(lambda: learner.number(batch._replace(y=y)), y)
    except ArgumentError:
        return np.full_like(batch.p, np.nan)


def _unfolded(kind: str) -> str:
    return "(p - y) / (p * (1 - p)) / y.size" if kind == "binary" else "-y / p / m"


def _at_the_ends(learner: Learner, kind: str) -> Iterator[str]:
    """A note if a right gradient divides by 0 where a probability is exactly right."""
    if kind not in PROBABILITIES or learner.gradient is None:
        return
    try:
        gradient = learner.gradient.of(ends(kind, learner.layout)[0])
    except Exception:  # a function of lists or of one axis is not asked
        return
    if not np.isfinite(gradient).all():
        divides = "divides 0 by 0" if np.isnan(gradient).any() else "divides by 0"
        yield (
            f"for probabilities that are exactly right, 0 and 1, the gradient {divides}: "
            "p = np.clip(p, 1e-15, 1 - 1e-15) before it"
        )
