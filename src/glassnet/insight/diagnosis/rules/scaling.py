"""Whether weights and biases make up for the scale of features and targets: a scaling that was moved into a network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import TINY, Block, rms
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.start import ratio_to_usual
from glassnet.insight.diagnosis.rules.words import said
from glassnet.plan import DENSE

# Initialisers suppose features of size about 1. Pixels from 0 to 16 and centimetres up to 8 still train well. What
# reaches the first pre-activations, in usual weights, has the same limits.
LARGEST_FEATURE = 20.0
UNEVEN_FEATURES = 30.0
# Biases leave at most this part of what far features would add.
CANCELLED = 0.5
# Targets spread by at most so many times the last layer's weights, in usual ones.
LARGEST_SPREAD = 5.0
# The outputs' mean lies within this part of the targets' deviation from theirs.
NEAR = 0.5


def makes_up_for_features(case: Case) -> bool:
    """Whether the first weights are as small as their features are large, in a network whose start nobody saw.

    Weights that were drawn for features of size 1 and trained on others do not become so.
    """
    if case.start is not None or case.network.plan().rows[0].kind != DENSE:
        return False
    first, measured = case.now.blocks[0], case.samples.measured
    inputs = first.dense.inputs
    usual = rms(first.weights) / max(ratio_to_usual(first, 0), TINY)
    weights = np.sqrt(np.square(first.weights).mean(axis=1)) / usual
    spread = (inputs.std(axis=0) * weights)[measured]
    if spread.max() > LARGEST_FEATURE or spread.max() > UNEVEN_FEATURES * np.median(spread):
        return False
    size = float((np.sqrt(np.square(inputs).mean(axis=0)) * weights).max())
    return size <= LARGEST_FEATURE or _are_cancelled(first)


def _are_cancelled(first: Block) -> bool:
    """Whether biases take away what the features' means add."""
    without = first.dense.inputs.mean(axis=0) @ first.weights
    return rms(first.dense.z.mean(axis=0)) <= CANCELLED * rms(without)


def makes_up_for_targets(case: Case, column: int) -> bool:
    """Whether the last weights are as large as the targets, and outputs lie where these do; of such a network alike."""
    last, n_outputs = case.now.blocks[-1], case.now.output.shape[1]
    if case.start is not None or case.targets.loss.n_targets(n_outputs) != n_outputs:
        return False
    y: NDArray[np.float64] = case.sample.matrix[:, column]
    apart = abs(float(case.now.output[:, column].mean() - y.mean()))
    return apart <= NEAR * float(y.std()) and float(y.std()) <= LARGEST_SPREAD * ratio_to_usual(last, 1)


def is_scaling(case: Case, layer: int) -> bool:
    """Whether a dense layer only scales and shifts, which another could have done, in such a network alike."""
    weights = case.now.blocks[layer].weights
    square = weights.shape[0] == weights.shape[1]
    return case.start is None and square and not weights[~np.eye(len(weights), dtype=bool)].any()


def is_made_up_for(finding: Finding) -> bool:
    """Whether this is said of a scale that weights and biases make up for."""
    return finding.remedy in (said("unscaled_inputs.made_up.remedy"), said("unscaled_targets.made_up.remedy"))
