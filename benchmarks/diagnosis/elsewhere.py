"""The same networks as if they had been trained elsewhere: only their layers and numbers are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import glassnet as gn
from benchmarks.diagnosis.generation import FAULTS, Case, trained
from benchmarks.diagnosis.trainings import Training

# What cannot be known of such a network.
UNSEEN = frozenset(
    {
        "scale_too_small", "scale_too_large", "initial_loss_not_chance", "learning_rate_too_high",
        "learning_rate_too_low", "clipped_too_much", "sorted_not_shuffled", "weighed_down",
        "held_back", "average_lags",
    }
)  # fmt: skip
WORDS = (
    "before training", "first weights", "first loss", "untrained", "learning rate", "they died in training",
    "begin with",
)  # fmt: skip


@dataclass(frozen=True)
class Foreign:
    """What was said of one such network.

    Attributes
    ----------
    untrue : tuple of str
        Sentences about a start or steps that nobody saw.
    found : bool or None
        Whether the planted fault was found; None where it cannot be seen, or none was planted.
    """

    case: Case
    untrue: tuple[str, ...]
    found: bool | None


def as_foreign(case: Case) -> Foreign:
    """Train as the case says, keep the numbers alone, diagnose."""
    training = trained(case)
    setup = training.setup
    model = training.last.to_torch().eval() if case.number % 2 else _with_numbers_of(training)
    report = gn.diagnose(
        model, *setup.data, loss=setup.loss, validation_data=setup.held, optimizer=setup.optimizer
    )
    untrue = [
        f"{finding.code}: {finding.cause}"
        for finding in report.findings
        if finding.code in UNSEEN or any(word in finding.cause for word in WORDS)
    ]
    can_be_seen = case.kind in FAULTS and case.kind not in UNSEEN
    return Foreign(case, tuple(untrue), case.kind in report.codes if can_be_seen else None)


def _with_numbers_of(training: Training) -> gn.Network:
    """Another network with the same layers, into which the numbers were written."""
    last = training.last
    made = gn.Network(last.layers, seed=1, dtype=last.dtype.name, input_shape=last.input_shape)
    made.parameters = last.parameters
    made.running_statistics[...] = last.running_statistics
    assert np.array_equal(made.parameters, last.parameters)
    return made
