"""Which loss a learner's function computes, and how it differs from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from glassnet import losses
from glassnet.checking.loss import whole_rows
from glassnet.checking.loss.batches import (
    KINDS,
    KNOWN,
    ROWS,
    SIZES,
    WHOLE,
    LossBatch,
    batches_for,
    draw,
    ends,
    factors,
    kind_of,
    positive_weight,
    smoothed,
    value_factors,
    value_of,
)
from glassnet.checking.loss.epsilon import CROSS_ENTROPIES, EPSILONS, HARMLESS, value_with
from glassnet.checking.loss.reading import Called, Learner
from glassnet.checking.loss.wrong import MESSAGES as WRONG_MESSAGES
from glassnet.checking.loss.wrong import VALUES as WRONG_VALUES
from glassnet.checking.report import Evidence, Slip, digits
from glassnet.errors import ArgumentError
from glassnet.losses import Loss

PROBABILITIES = {"binary", "one_hot", "classes"}
SAME = 1e-6

MESSAGES = {
    "value_sign_flipped": ("The loss has the wrong sign; a logarithm of a probability is negative.", "-(...)"),
    "value_summed": ("The loss is summed over the batch, not averaged.", "np.mean(...)"),
    "value_summed_over_outputs": ("The loss is summed over the outputs; {name} averages over them.", "np.mean(...)"),
    "value_summed_over_samples": ("The loss is summed over the samples, not averaged.", "(...) / m"),
    "value_averaged_over_outputs": (
        "The loss is averaged over the classes too; {name} sums over them and averages over the samples.",
        "np.mean(np.sum(..., axis=1))"),
    "value_halved": ("The loss is half of {name}.", "2 * (...)"),
    "value_doubled": ("The loss is twice {name}.", "(...) / 2"),
    "other_logarithm": ("The logarithm is not the natural one.", "np.log(...)"),
    "other_loss": ("The value is not that of {name}.", "see the formula of {name}"),
}  # fmt: skip
# Conventions where nothing else is said, mistakes where a loss is asked for by name.
CONVENTIONS = {
    "value_summed", "value_summed_over_outputs", "value_summed_over_samples", "value_averaged_over_outputs",
    "value_halved", "value_doubled",
}  # fmt: skip


@dataclass(frozen=True)
class Recognised:
    """What the value is."""

    learner: Learner
    loss: Loss | None  # the loss, if it is known
    kind: str  # the kind of data that it takes
    pair: tuple[LossBatch, LossBatch]  # two batches to go on with
    codes: tuple[str, ...]  # how it differs from the loss of this name
    epsilon: float = 0.0  # what it adds to a probability before its logarithm

    @property
    def name(self) -> str | None:
        """The name of the loss, if it is known."""
        return None if self.loss is None else self.loss.name

    @property
    def compared(self) -> tuple[LossBatch, LossBatch]:
        """The two batches with what the loss makes of their targets."""
        first, second = (smoothed(self.loss, batch) for batch in self.pair)
        return first, second

    def scale(self, batch: LossBatch) -> float:
        """The value in parts of that of the loss that it is, where that is known."""
        if self.loss is None or not set(self.codes) <= CONVENTIONS:
            return 1.0
        return self.learner.number(batch) / value_of(self.loss, batch)

    def judged(self, strictly: bool) -> tuple[tuple[Slip, ...], tuple[Evidence, ...], tuple[str, ...]]:
        """Slips, evidence and notes; `strictly` where the loss was asked for by name."""
        slips, notes = [], []
        title = (self.name or "").replace("_", " ")
        for code in self.codes:
            message, fix = (
                text.format(name=title) for text in (MESSAGES | WRONG_MESSAGES | whole_rows.MESSAGES)[code]
            )
            if strictly or code not in CONVENTIONS:
                slips.append(Slip(code, (), message, fix))
            else:
                notes.append(f"this is {title}, but: {message}")
        slip, note = self._clipped()
        slips += slip
        notes += note
        evidence = self._difference() if slips else ()
        slip, note = self._shape()
        slips += slip
        notes += note
        if self.kind in PROBABILITIES and self.name is not None:
            more, note = _at_the_ends(self.learner, self.kind)
            slips += more
            notes += note
        if not self.codes and self.name is not None:
            notes.insert(0, f"the value is that of {title}")
        if self.name is None:
            notes.append("the value is that of no loss that glassnet knows; only the gradient was checked")
        return tuple(slips), evidence, tuple(notes)

    def _clipped(self) -> tuple[list[Slip], list[str]]:
        """Whether an epsilon beside the probability changes the value by more than is harmless."""
        if self.epsilon == 0:
            return [], []
        clipped, right = (
            value_with(e, self.kind, self.compared[0], positive_weight(self.loss))
            for e in (self.epsilon, 0.0)
        )
        message = f"The logarithm takes the probability plus {self.epsilon:g}"
        if abs(clipped - right) <= HARMLESS * abs(right):
            return [], [f"{message[0].lower()}{message[1:]}, which does no harm"]
        message += f", which moves the loss from {right:.6g} to {clipped:.6g}."
        return [Slip("clipped_logarithm", (), message, "np.log(np.clip(p, 1e-15, 1))")], []

    def _shape(self) -> tuple[list[Slip], list[str]]:
        """Whether the value is one number, also for several outputs."""
        m, k = SIZES[0]
        if self.kind in WHOLE:
            return self._whole_shape()
        wide = draw(self.kind, m, self.learner.layout.outputs or k, one_axis=False)
        try:
            shape = self.learner.value.of(wide).shape
        except Exception:  # a function of one axis alone
            return [], []
        if shape == ():
            return [], []
        if shape == (wide.m,):
            return [], ["value gives one number for each sample; their mean is the loss"]
        message = (
            f"for predictions of shape {wide.p.shape} value gives an array of shape {shape}, not a number"
        )
        if self.pair[0].one_axis:
            return [], [message]
        return [Slip("value_not_reduced", (), f"{message[0].upper()}{message[1:]}.", "np.mean(...)")], []

    def _whole_shape(self) -> tuple[list[Slip], list[str]]:
        shape = self.learner.value.of(self.pair[0]).shape
        single = ["value gives one number for each sample; their mean is the loss"]
        if shape in ((), (self.pair[0].m,)):
            return [], single if shape else []
        message = f"Value gives an array of shape {shape}, not a number."
        return [Slip("value_not_reduced", (), message, "np.mean(...)")], []

    def _difference(self) -> tuple[Evidence, ...]:
        batch, right = self.pair[0], math.nan
        if self.loss is not None:
            right = value_of(self.loss, batch)
        texts = digits(self.learner.number(batch), right)
        return (Evidence("value", f"{batch.m} samples, {batch.k} outputs", *texts),)


def recognise(learner: Learner, asked_for: Loss | None) -> Recognised:
    """The loss that was asked for, else the first whose values are these up to a factor, or a wrong form of it.

    Data that the gradient takes too go before those that the value alone takes.
    """
    both = () if learner.gradient is None else ((learner.value, learner.gradient),)
    for functions in (*both, (learner.value,)):
        recognised = _recognised(learner, asked_for, functions)
        if recognised is not None:
            return recognised
    wanted = losses.get("mean_squared_error") if asked_for is None else asked_for
    [first, *_] = [pair[0] for pair in batches_for(wanted, ROWS)]
    learner.value.raw(first.y, first.p)
    raise ArgumentError("value must give finite numbers for targets and predictions; it gives none")


def _recognised(learner: Learner, asked_for: Loss | None, functions: tuple[Called, ...]) -> Recognised | None:
    """The same among the data for which all that are asked give numbers; None where there are none."""
    callable_with: tuple[str, tuple[LossBatch, LossBatch]] | None = None
    for whole, differ in ((True, _difference), (False, _difference), (True, _wrong_form)):
        for candidate in [asked_for] if asked_for is not None else KNOWN:
            kind = kind_of(candidate)
            for pair in batches_for(candidate, learner.layout):
                numbers = _numbers(learner, pair, whole) if _answer(functions, pair) else None
                if numbers is None:
                    continue
                callable_with = callable_with or (kind, pair)
                difference = differ(candidate, pair, numbers)
                if difference is not None:
                    return Recognised(learner, candidate, kind, pair, *difference)
    if callable_with is None:
        return None
    return Recognised(learner, asked_for, *callable_with, () if asked_for is None else ("other_loss",))


def _answer(functions: tuple[Called, ...], pair: tuple[LossBatch, LossBatch]) -> bool:
    """Whether none of these functions fails on these data."""
    try:
        for function in functions:
            for batch in pair:
                function.of(batch)
    except ArgumentError:
        return False
    return True


def _numbers(learner: Learner, pair: tuple[LossBatch, LossBatch], whole: bool) -> list[float] | None:
    """The losses of both batches, if they can be had; `whole` asks for single numbers, or one for each sample."""
    try:
        numbers = [learner.number(batch) for batch in pair]
        if whole and any(learner.value.of(b).shape not in ((), (b.m,)) for b in pair):
            return None
    except Exception:  # a learner's function may fail in any way on data of another kind
        return None
    return numbers if np.isfinite(numbers).all() else None


def _wrong_form(
    loss: Loss, pair: tuple[LossBatch, LossBatch], numbers: list[float]
) -> tuple[tuple[str, ...], float] | None:
    """The code of a wrong form of the loss that gives these numbers up to a factor."""
    forms: dict[str, Callable[[LossBatch], float]] = {**WRONG_VALUES.get(loss.name, {})}
    for code, form in whole_rows.FORMS.get(loss.name, {}).items():
        forms[code] = partial(form, loss)
    for code, formula in forms.items():
        for factor in factors(value_factors(kind_of(loss))):
            wanted = [formula(smoothed(loss, batch)) * factor.of(batch.m, batch.k) for batch in pair]
            if _same(numbers, wanted, SAME):
                return (code, *factor.codes), 0.0
    return None


def _difference(
    loss: Loss, pair: tuple[LossBatch, LossBatch], numbers: list[float]
) -> tuple[tuple[str, ...], float] | None:
    """The codes of the factor between these numbers and the loss, and the epsilon in it, if there are such."""
    for epsilon, right in _references(loss, pair):
        tolerance = SAME if epsilon == 0 else SAME * 1e-3
        for factor in factors(value_factors(kind_of(loss))):
            wanted = [value * factor.of(batch.m, batch.k) for value, batch in zip(right, pair, strict=True)]
            if _same(numbers, wanted, tolerance):
                return factor.codes, epsilon
    return None


def _same(numbers: list[float], wanted: list[float], tolerance: float) -> bool:
    """Whether both batches agree; for two numbers NumPy's allclose takes fifty times as long."""
    return all(map(partial(math.isclose, rel_tol=tolerance), numbers, wanted))


def _references(loss: Loss, pair: tuple[LossBatch, LossBatch]) -> Iterator[tuple[float, list[float]]]:
    """The loss of both batches, then with each epsilon where it has a logarithm of probabilities."""
    yield 0.0, [value_of(loss, batch) for batch in pair]
    for epsilon in EPSILONS if loss.name in CROSS_ENTROPIES else ():
        kind, weight = KINDS[loss.name], positive_weight(loss)
        yield epsilon, [value_with(epsilon, kind, smoothed(loss, batch), weight) for batch in pair]


def _at_the_ends(learner: Learner, kind: str) -> tuple[list[Slip], list[str]]:
    """What the loss gives for probabilities 0 and 1."""
    try:
        at_right, at_wrong = (float(np.mean(learner.value.of(end))) for end in ends(kind, learner.layout))
    except Exception:  # a function of lists or of one axis is not asked
        return [], []
    if not np.isfinite(at_right):
        product = "0 times log(0)" if np.isnan(at_right) else "a target that is not 0 times log(0)"
        message = f"For probabilities that are exactly right, 0 and 1, the loss is {at_right:g}: {product}."
        return [Slip("logarithm_of_zero", (), message, "p = np.clip(p, 1e-15, 1 - 1e-15)")], []
    if not np.isfinite(at_wrong):
        return [], [
            "a probability of 0 for what is true costs infinitely much: p = np.clip(p, 1e-15, 1) limits it"
        ]
    return [], [f"probabilities are kept off 0: a wrong one of 0 costs {at_wrong:.4g}"]
