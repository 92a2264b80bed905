"""Rules about the learning rate; short trainings at other rates give the answer."""

from __future__ import annotations

import numpy as np

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.trials import Trial, Trials

# A verdict needs another rate that gains this part of the loss of guessing, and at least that part of the own loss.
GAIN_IN_CHANCE = 0.15
GAIN_IN_LOSS = 0.4
# Below this progress a training counts as not (yet) successful: 1 is a loss of 0, 0 that of the best constant.
SLOW = 0.6
# A loss that hardly ever rises from one epoch to the next does not jump over a valley.
RISES = 0.05
# A larger rate that is no better, by more than this part of the loss, ends the search for a better one.
NOISE = 0.02
# A training that diverged ended before it could show how many epochs it was meant to have; copies get at least these.
EPOCHS_OF_DIVERGED = 20
LOWER = (0.1, 0.01, 0.001)
HIGHER = (10.0, 100.0, 1e3, 1e4, 1e5)
_REFERENCE = (
    "Goodfellow, Bengio, Courville 2016, section 11.4.1; Karpathy, CS231n, ratio of updates to weights"
)


def learning_rate_too_high(case: Case) -> Finding | None:
    """A loss that jumps, grows or ends, where smaller steps would bring it down."""
    trials = case.trials
    epochs = max(case.epochs, EPOCHS_OF_DIVERGED) if case.diverged else case.epochs
    if trials is None or epochs == 0:
        return None
    if not case.diverged and case.learned and case.now.progress > SLOW:
        return None
    if not case.diverged and case.curve is not None and case.curve.rises < RISES:
        return None
    reached = _reached(case)
    for factor in LOWER:
        trial = trials.at_rate(factor, epochs)
        if _much_better(case, trial.loss, reached):
            return _finding(case, trials, "learning_rate_too_high", factor, trial, reached)
    return None


def learning_rate_too_low(case: Case) -> Finding | None:
    """A loss that falls, but so slowly that larger steps would be far ahead."""
    trials = case.trials
    if trials is None or case.epochs == 0 or case.learned or case.diverged or case.now.progress > SLOW:
        return None
    reached = _reached_after(case, trials, trials.affordable(case.epochs))
    for factor in HIGHER:
        trial = trials.at_rate(factor, case.epochs)
        if not np.isfinite(trial.loss) or not np.isfinite(reached):
            return None
        if trial.loss > (1 + NOISE) * reached:
            return None
        if _much_better(case, trial.loss, reached):
            return _finding(case, trials, "learning_rate_too_low", factor, trial, reached)
    return None


def _reached_after(case: Case, trials: Trials, epochs: int) -> float:
    """The loss after so many epochs: as the history says, else of a copy."""
    if case.curve is not None and epochs <= len(case.curve.values):
        return case.curve.after(epochs)
    return trials.at_rate(1.0, case.epochs).loss


def _reached(case: Case) -> float:
    """The loss at the end of training."""
    if case.diverged:
        return float("inf")
    return case.curve.last if case.curve is not None and np.isfinite(case.curve.last) else case.now.loss


def _much_better(case: Case, other: float, reached: float) -> bool:
    if not np.isfinite(reached):
        return other < max(case.sample.chance, case.sample.guess)
    gain = reached - other
    return gain > GAIN_IN_CHANCE * case.sample.chance and gain > GAIN_IN_LOSS * reached


def _finding(case: Case, trials: Trials, code: str, factor: float, trial: Trial, reached: float) -> Finding:
    rate = trials.rate(case.epochs)
    epochs = len(trial.losses)
    low = code == "learning_rate_too_low"
    ended = "left the finite numbers" if case.diverged else f"ended at {reached:.4g}"
    evidence = {
        "learning rate": rate, "loss": "not finite" if case.diverged else reached,
        f"loss at {factor:g} times the rate": trial.loss, "epochs of the trial": epochs,
    }  # fmt: skip
    if case.observed is not None and case.observed.update_ratio:
        evidence["update / weights in a step"] = float(np.median(case.observed.update_ratio))
    return Finding(
        code,
        "warning" if low else "error",
        f"at learning rate {rate:g} the loss {ended}; {epochs} epochs at {factor * rate:g} bring a copy to "
        f"{trial.loss:.4g}: " + ("the steps are too short" if low else "the steps jump over the valley"),
        f"use a learning rate of about {factor * rate:g}",
        None,
        evidence,
        _REFERENCE,
    )
