"""Whether what helps on the samples of a training also helps on others, or only learns them by heart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from glassnet.insight.diagnosis.case import MOST_ROWS, Case
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.diagnosis.trials import Trial, Trials
from glassnet.support.arrays import Array

# With fewer samples, or fewer held back, none can be left out to tell.
FEWEST_ROWS = 40
FEWEST_HELD = 20
# The change lowers the loss of new samples by this part of that of guessing, or raises their score by this much.
GAIN_IN_CHANCE = 0.05
GAIN_IN_SCORE = 0.25


def helps_new_samples(case: Case, trials: Trials, change: Callable[[Trials], Trial]) -> bool:
    """Whether a repetition with this change predicts samples better that it did not see than one without it."""
    if len(trials.x) < FEWEST_ROWS:
        return True
    if case.held is not None and len(case.held[0]) >= FEWEST_HELD:
        x, targets = case.held[0][:MOST_ROWS], case.held[1].take(np.arange(min(len(case.held[0]), MOST_ROWS)))
        return _is_better(change(trials), trials.as_it_was(), x, targets)
    left, trained = case.references.left_out, np.setdiff1d(np.arange(len(trials.x)), case.references.left_out)
    weights = None if trials.course.weights is None else trials.course.weights[trained]
    course = replace(trials.course, weights=weights, batch_size=min(trials.course.batch_size, len(trained)))
    some = replace(trials, x=trials.x[trained], targets=trials.targets.take(trained), course=course)
    return _is_better(change(some), some.as_it_was(), trials.x[left], trials.targets.take(left))


def _is_better(changed: Trial, as_it_was: Trial, x: Array, targets: Targets) -> bool:
    if changed.network is None or as_it_was.network is None:
        return False
    samples = x.reshape(len(x), *changed.network.layout.input_shape)
    one, other = (
        np.asarray(network.predict(samples), np.float64) for network in (changed.network, as_it_was.network)
    )
    gain = targets.value(other) - targets.value(one)
    if gain > GAIN_IN_CHANCE * (targets.chance - targets.floor):
        return True
    return targets.score(one) - targets.score(other) > GAIN_IN_SCORE
