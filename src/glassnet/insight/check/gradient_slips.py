"""What a wrong gradient of a loss is instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from glassnet import losses
from glassnet.insight.check import numeric
from glassnet.insight.check.loss_batches import KINDS, Batch, factors
from glassnet.insight.check.loss_value import BY_ROWS, PROBABILITIES, Learner, Recognised
from glassnet.insight.check.report import Evidence, Slip, digits
from glassnet.insight.check.rounding import Array

RELATIVE, ROUNDING = 1e-6, 1e-9
MESSAGES = {
    "sign_flipped": ("The gradient has the wrong sign: it is prediction minus target.", "-(...)"),
    "batch_mean_missing": ("1/m is missing: the value is a mean over the samples, the gradient is not.", "(...) / m"),
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
    "gradient_of_another_loss": ("The gradient is that of {other}.", "the derivative of your value"),
}  # fmt: skip
FACTORS: dict[str, Callable[[int, int], float]] = {
    "sign_flipped": lambda m, k: -1.0,
    "batch_mean_missing": lambda m, k: m,
    "batch_mean_twice": lambda m, k: 1 / m,
    "output_mean_missing": lambda m, k: k,
    "output_mean_twice": lambda m, k: 1 / k,
    "square_factor_missing": lambda m, k: 0.5,
    "square_factor_twice": lambda m, k: 2.0,
}
Formula = Callable[[Batch], Array]


def gradient_slips(learner: Learner, found: Recognised) -> tuple[tuple[Slip, ...], tuple[Evidence, ...]]:
    """Slips of the gradient beside central differences of the value, and the place where it is farthest from them."""
    if learner.gradient is None:
        return (), ()
    given = [np.asarray(learner.gradient(batch.y, batch.p), np.float64) for batch in found.pair]
    if any(g.shape != batch.p.shape for g, batch in zip(given, found.pair, strict=True)):
        return (_shape(given[0], found.pair[0]),), ()
    right = [_numeric(learner, batch) for batch in found.pair]
    if _same(given, right) or belongs_to(learner, found):
        return tuple(_at_the_ends(learner, found.kind)), ()
    place = np.unravel_index(np.argmax(np.abs(given[0] - right[0])), right[0].shape)
    texts = digits(float(given[0][place]), float(right[0][place]))
    line = Evidence("gradient", f"[{', '.join(str(int(i)) for i in place)}]", *texts)
    return next(_explanations(learner, found, given, right), ()), (line,)


def belongs_to(learner: Learner, found: Recognised) -> bool:
    """Whether the gradient is that of the loss by its name, whatever the value is."""
    if learner.gradient is None or found.name is None:
        return False
    given = [np.asarray(learner.gradient(batch.y, batch.p), np.float64) for batch in found.pair]
    right = [losses.get(found.name).gradient(batch.y, batch.p) for batch in found.pair]
    return all(g.shape == r.shape for g, r in zip(given, right, strict=True)) and _same(given, right)


def _shape(given: Array, batch: Batch) -> Slip:
    message = f"The gradient has shape {given.shape}; it must have that of the predictions, {batch.p.shape}."
    if given.size == 1 or given.shape == (batch.k,):
        message += " It is taken together over the batch: every prediction has a slope of its own."
    return Slip("gradient_shape", (), message, "no sum and no mean over the entries")


def _numeric(learner: Learner, batch: Batch) -> Array:
    p = batch.p.copy()
    return numeric.gradient(lambda: learner.number(batch._replace(p=p)), p)


def _same(given: list[Array], wanted: list[Array]) -> bool:
    return all(
        bool((np.abs(g - w) <= RELATIVE * np.abs(w) + ROUNDING).all())
        for g, w in zip(given, wanted, strict=True)
    )


def _explanations(
    learner: Learner, found: Recognised, given: list[Array], right: list[Array]
) -> Iterator[tuple[Slip, ...]]:
    sources: list[tuple[str, str, list[Array]]] = [("", "", right)]
    sources += [(code, other, [formula(b) for b in found.pair]) for code, other, formula in _formulas(found)]
    sources.append(("with_respect_to_target", "", _of_targets(learner, found)))
    for code, other, arrays in sources:
        for factor in factors(FACTORS):
            wanted = [a * factor.of(b.m, b.k) for a, b in zip(arrays, found.pair, strict=True)]
            codes = (*((code,) if code else ()), *factor.codes)
            if codes and _same(given, wanted):
                words = {"other": other.replace("_", " "), "unfolded": _unfolded(found.kind)}
                yield tuple(
                    Slip(c, (), MESSAGES[c][0].format(**words), MESSAGES[c][1].format(**words)) for c in codes
                )


def _formulas(found: Recognised) -> Iterator[tuple[str, str, Formula]]:
    """Gradients of other things that a learner may take for this one."""
    kind = found.kind
    if kind in PROBABILITIES:
        yield "softmax_folded_in", "", lambda b: (b.p - _rows(b)) / _count(b, kind)
    if kind in ("logits", "class_logits", "binary_logits"):
        yield "softmax_not_folded_in", "", lambda b: _of_probabilities(b, kind)
        yield "softmax_missing", "", lambda b: (b.p - _rows(b)) / _count(b, kind)
    for name, other_kind in KINDS.items():
        if other_kind == kind and name != found.name:
            yield "gradient_of_another_loss", name, _gradient_of(name)
    if kind == "binary":
        yield "gradient_of_another_loss", "mean_squared_error", _gradient_of("mean_squared_error")


def _gradient_of(name: str) -> Formula:
    return lambda batch: losses.get(name).gradient(batch.y, batch.p)


def _rows(batch: Batch) -> Array:
    return batch.y if batch.y.shape == batch.p.shape else np.eye(batch.k)[batch.y.astype(int)]


def _count(batch: Batch, kind: str) -> int:
    return batch.m if kind in BY_ROWS else batch.p.size


def _of_probabilities(batch: Batch, kind: str) -> Array:
    y = _rows(batch)
    if kind == "binary_logits":
        p = 1 / (1 + np.exp(-batch.p))
        return ((p - y) / (p * (1 - p))) / batch.p.size
    p = np.exp(batch.p) / np.exp(batch.p).sum(axis=1, keepdims=True)
    quotient: Array = -y / p / batch.m
    return quotient


def _of_targets(learner: Learner, found: Recognised) -> list[Array]:
    """Central differences with respect to the targets, where these are no integers."""
    if found.kind != "values":
        return [np.full_like(batch.p, np.nan) for batch in found.pair]
    return [_of_target(learner, batch) for batch in found.pair]


def _of_target(learner: Learner, batch: Batch) -> Array:
    y = batch.y.copy()
    return numeric.gradient(lambda: learner.number(batch._replace(y=y)), y)


def _unfolded(kind: str) -> str:
    return "(p - y) / (p * (1 - p)) / y.size" if kind == "binary" else "-y / p / m"


def _at_the_ends(learner: Learner, kind: str) -> Iterator[Slip]:
    """Whether a right gradient divides by 0 where a probability is exactly right."""
    if kind not in PROBABILITIES or learner.gradient is None:
        return
    right = np.array([[0.0, 1.0]])
    y = np.array([1]) if kind == "classes" else right
    try:
        found = learner.gradient(y, right)
    except Exception:  # a function of lists or of one axis is not asked
        return
    if not np.isfinite(found).all():
        message = "For probabilities that are exactly right, 0 and 1, the gradient is not finite: it divides 0 by 0."
        yield Slip("division_by_zero", (), message, "p = np.clip(p, 1e-15, 1 - 1e-15)")
