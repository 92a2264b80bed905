"""Rules about the steps of a training; repetitions with one thing changed give the answer.

Each finding needs the same of repetitions in two orders of the samples, and that without the change a repetition in
another order is no better than the training was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import Pass, rms
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.new_samples import helps_new_samples
from glassnet.insight.diagnosis.targets import class_score
from glassnet.insight.diagnosis.trials import ORDERS, Trial, Trials

# A verdict needs a change that gains this part of the loss of guessing, and at least that part of the own loss.
GAIN_IN_CHANCE = 0.15
GAIN_IN_LOSS = 0.4
# Below this progress a training counts as not (yet) successful: 1 is a loss of 0, 0 that of the best constant.
SLOW = 0.6
# A loss that hardly ever rises from one epoch to the next does not jump over a valley.
RISES = 0.05
# ... unless a step has thrown it far above that of guessing, from where it only falls, or, with weights that moved by
# more than their own size, to where nothing moves it any more.
THROWN = -1.0
AT_CHANCE = 0.05
# A larger rate that is no better, by more than this part of the loss, ends the search for a better one.
NOISE = 0.02
# Where every repetition takes the same steps, the second one has a rate a little beside: a lucky jump does not last.
BESIDE = 0.8
LOWER = (0.1, 0.01, 0.001)
HIGHER = (10.0, 100.0, 1e3, 1e4, 1e5)
# Clipping that leaves less than this part of the gradient rules the length of the steps.
CLIPPED = 0.1
_REFERENCE = (
    "Goodfellow, Bengio, Courville 2016, section 11.4.1; Karpathy, CS231n, ratio of updates to weights"
)


def learning_rate_too_high(case: Case) -> Finding | None:
    """A loss that jumps, grows or ends, where smaller steps would bring it down."""
    trials = case.trials
    if trials is None or not case.training.steady:
        return None
    if not case.diverged and case.learned and case.now.progress > SLOW:
        return None
    if (
        not case.diverged
        and case.curve is not None
        and case.curve.rises < RISES
        and not _was_thrown(case, trials)
    ):
        return None
    if case.training.scheduled and _both(case, trials, 1.0) is not None:
        return None  # its largest rate, kept, does well: the schedule is what shortens the steps
    for factor in LOWER:
        copies = _both(case, trials, factor)
        if copies is not None:
            return _of_rate(case, trials, "learning_rate_too_high", factor, copies)
    return None


def _was_thrown(case: Case, trials: Trials) -> bool:
    """Whether the loss is where a step that was too long may have left it."""
    begun = trials.begun[0]
    moved = rms(case.network.parameters - begun) > rms(begun)
    return case.now.progress <= THROWN or (moved and case.now.progress <= AT_CHANCE)


def learning_rate_too_low(case: Case) -> Finding | None:
    """A loss that falls, but so slowly that larger steps would be far ahead."""
    trials = case.trials
    if trials is None or not _is_slow(case) or not case.training.steady:
        return None
    if case.training.scheduled:
        copies = _both(case, trials, 1.0)
        if copies is not None:
            return _of_schedule(case, trials, copies)
    reached = ended(case, trials.as_it_was())
    for factor in HIGHER:
        trial = trials.at_rate(factor)
        loss = ended(case, trial)
        if not np.isfinite(loss) or loss - reached > NOISE * (reached - case.sample.floor):
            return None
        copies = _both(case, trials, factor)
        if copies is not None and helps_new_samples(case, trials, partial(Trials.at_rate, factor=factor)):
            return _of_rate(case, trials, "learning_rate_too_low", factor, copies)
    return None


def clipped_too_much(case: Case) -> Finding | None:
    """Gradients that are clipped to a small part of themselves, where the same training without clipping learns."""
    trials, look = case.trials, case.start
    if trials is None or look is None or not _is_slow(case):
        return None
    optimizer, gradient = trials.course.optimizer, look.record.update.gradient
    share_left = 1.0
    if optimizer.clip_norm is not None:
        share_left = min(share_left, optimizer.clip_norm / max(look.gradient_norm, 1e-300))
    if optimizer.clip_value is not None:
        share_left = min(share_left, optimizer.clip_value / max(float(np.abs(gradient).max()), 1e-300))
    if share_left > CLIPPED:
        return None
    free = replace(optimizer, clip_norm=None, clip_value=None)
    without = tried(case, trials, lambda order: trials.repeated(order, optimizer=free))
    if without is None:
        return None
    limit = optimizer.clip_norm if optimizer.clip_norm is not None else optimizer.clip_value
    option = "clip_norm" if optimizer.clip_norm is not None else "clip_value"
    return Finding(
        "clipped_too_much",
        "warning",
        f"{option}={limit:g} left {share_left:.2g} of the gradient before training: {_own(case)}; "
        f"{_copies(case, without)} without clipping",
        f"clip less: the norm of the gradient before training is {look.gradient_norm:.3g}",
        None,
        {
            "part of the gradient that was left": share_left,
            "loss": _reached(case), "loss without clipping": max(_losses(case, without)),
        },
        "Pascanu, Mikolov, Bengio 2013, On the difficulty of training recurrent neural networks, section 3.2",
    )  # fmt: skip


def weighed_down(case: Case) -> Finding | None:
    """Weights of samples or classes that leave most of the task out, where a training without them learns it."""
    trials, weights = case.trials, case.training.weights
    if trials is None or weights is None or np.ptp(weights) == 0 or case.learned:
        return None
    copies: list[Trial] = []
    for order in ORDERS:
        if trials.repeatable and copies:
            break
        trial = trials.repeated(order, weights=None)
        if trial.score - max(case.now.score, trials.as_it_was().score) < BEHIND:
            return None
        if _evenly(trial.end) - _evenly(case.now) < BEHIND:
            return None  # fewer are right, but every class gets its share: that is what such weights are for
        copies.append(trial)
    shares = np.sort(weights[:, 0])[::-1].cumsum() / weights.sum()
    half = float((np.searchsorted(shares, 0.5) + 1) / len(shares))
    score = min(trial.score for trial in copies)
    return Finding(
        "weighed_down",
        "warning",
        f"the weights of samples and classes give {half:.1%} of the samples half of all weight; counting every sample "
        f"alike, the score is {case.now.score:.2f} (1 is perfect, 0 that of the best constant), and {score:.2f} for "
        "copies trained without weights",
        "use weights nearer to each other, or judge by a measure that weighs the samples in the same way",
        None,
        {
            "largest / smallest weight": float(weights.max() / max(weights.min(), 1e-300)),
            "score": case.now.score, "score without weights": score,
        },
        "He, Garcia 2009, Learning from Imbalanced Data, section 3.2",
    )  # fmt: skip


# The score of a copy is ahead by this much, on a scale from the best constant (0) to perfect (1).
BEHIND = 0.25


def _evenly(look: Pass | None) -> float:
    """The score; of classes that of the mean share of each class that is named rightly."""
    if look is None or look.targets.kind != "classes":
        return float("-inf") if look is None else look.score
    recalls = look.targets.recalls(look.output)
    return class_score(float(recalls.mean()), 1 / len(recalls))


def _is_slow(case: Case) -> bool:
    return not (case.learned or case.diverged or case.now.progress > SLOW)


def _reached(case: Case) -> float:
    """The loss at the end of training: the mean of the last tenth of the epochs, where they are the network's."""
    if case.diverged:
        return float("inf")
    return case.curve.last if case.curve is not None and case.ends_with_curve else case.now.loss


def ended(case: Case, trial: Trial) -> float:
    """The same of a trial."""
    if case.ends_with_curve or trial.end is None:
        return trial.loss
    return trial.end.loss


def _losses(case: Case, trials: list[Trial]) -> list[float]:
    return [ended(case, trial) for trial in trials]


def tried(case: Case, trials: Trials, change: Callable[[int], Trial]) -> list[Trial] | None:
    """Repetitions with a change in two orders, if each is ahead; one where both would be the same."""
    trials_done: list[Trial] = []
    for order in ORDERS[: 1 if trials.repeatable else 2]:
        trials_done.append(change(order))
        if not _is_ahead(case, trials, trials_done[-1:]):
            return None
    return trials_done


def _is_ahead(case: Case, trials: Trials, copies: list[Trial]) -> bool:
    """Whether these are much better than the training was, and than a repetition of it in another order."""
    worst = max(_losses(case, copies))
    if not _much_better(case, worst, _reached(case)):
        return False
    return case.diverged or _much_better(case, worst, ended(case, trials.as_it_was()))


def _both(case: Case, trials: Trials, factor: float) -> list[Trial] | None:
    """Two repetitions at this factor of the rate; of those that would be the same, one a little beside it."""
    beside = dict(zip(ORDERS, (1.0, BESIDE if trials.repeatable else 1.0), strict=True))
    copies = []
    for order in ORDERS:
        trial = trials.at_rate(beside[order] * factor, order)
        if not _is_ahead(case, trials, [trial]):
            return None
        copies.append(trial)
    return copies


def _much_better(case: Case, other: float, reached: float) -> bool:
    if not np.isfinite(other):
        return False
    if not np.isfinite(reached):
        return other < max(case.sample.chance, case.sample.guess)
    gain, floor = reached - other, case.sample.floor
    return gain > GAIN_IN_CHANCE * (case.sample.chance - floor) and gain > GAIN_IN_LOSS * (reached - floor)


def _own(case: Case) -> str:
    """How the training itself ended."""
    if case.diverged:
        return "the loss left the finite numbers"
    if case.put_back:
        return f"the loss is {case.now.loss:.4g} with the parameters of epoch {case.put_back}, which were put back"
    if case.curve is None:
        return f"the loss is {case.now.loss:.4g}"
    n = len(case.curve.values)
    tenth = max(1, n // 10)
    over = f"in the last {tenth} of {n} epochs" if tenth > 1 else f"in the last of {n} epochs"
    return f"the loss was {case.curve.last:.4g} {over}"


def _copies(case: Case, copies: list[Trial]) -> str:
    """What copies are, and where they ended."""
    losses = " and ".join(f"{loss:.4g}" for loss in _losses(case, copies))
    several = "copies that begin" if len(copies) > 1 else "a copy that begins"
    some = "" if len(case.rows) == len(case.x) else f" of {len(case.rows)} samples"
    return f"{several} with the same weights reached {losses} in {len(copies[0].losses)} epochs{some}"


def _of_rate(case: Case, trials: Trials, code: str, factor: float, copies: list[Trial]) -> Finding:
    low = code == "learning_rate_too_low"
    evidence = {
        "learning rate": trials.rate, "loss": "not finite" if case.diverged else _reached(case),
        f"loss at {factor:g} times the rate": max(_losses(case, copies)), "epochs of the trial": len(copies[0].losses),
    }  # fmt: skip
    if case.observed is not None and case.observed.update_ratio:
        evidence["update / weights in a step"] = float(np.median(case.observed.update_ratio))
    rates = f"{factor * trials.rate:g}"
    scheduled = "learning rates of the schedule up to" if case.training.scheduled else ""
    if trials.repeatable:
        rates += f" and {BESIDE * factor * trials.rate:g}"
    return Finding(
        code,
        "warning" if low else "error",
        f"at {scheduled or 'learning rate'} {trials.rate:g} {_own(case)}; {_copies(case, copies)} at {rates}: "
        + ("the steps are too short" if low else "the steps are too long"),
        f"{'give the schedule a largest' if scheduled else 'use a learning'} rate of about {factor * trials.rate:g}",
        None,
        evidence,
        _REFERENCE,
    )


def _of_schedule(case: Case, trials: Trials, copies: list[Trial]) -> Finding:
    return Finding(
        "learning_rate_too_low",
        "warning",
        f"the schedule moves the learning rate between {trials.rate:g} and {trials.smallest_rate:g}, and {_own(case)}; "
        f"{_copies(case, copies)} at rates that stay near {trials.rate:g}",
        "let the schedule fall more slowly, or keep the rate",
        None,
        {
            "largest rate": trials.rate, "smallest rate": trials.smallest_rate, "loss": _reached(case),
            "loss at 1 times the rate": max(_losses(case, copies)), "epochs of the trial": len(copies[0].losses),
        },
        _REFERENCE,
    )  # fmt: skip
