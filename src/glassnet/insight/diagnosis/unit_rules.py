"""Rules about hidden units: dead, saturated, alike, collapsed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import Block, Pass
from glassnet.insight.diagnosis.report import Finding

Array = NDArray[Any]

# A ReLU unit of a fresh layer with two inputs is dead on XOR with probability 1/4; half a layer is no accident.
DEAD_SHARE = 0.5
DEAD_SHARE_LEARNED = 0.6
# Half of the outputs flat before training; trained units may be sure of themselves, so more is asked of them.
SATURATED_SHARE = 0.5
SATURATED_SHARE_TRAINED = 0.75
# A unit that is flat for nine samples of ten is as good as dead, and half a layer of them is as bad as half a dead one.
SATURATED_SAMPLES = 0.9
# Two units are twins if their weights differ by less than rounding leaves of equal ones.
TWIN_TOLERANCE = 1e-5
# Share of the task that is lost when the samples that look alike get the same answer. In a group that is nearly of one
# class, a third of this share are wrong answers: below, next to nothing is lost.
COLLAPSE_LOSS = 0.08
ALIKE = 1e-6


def dead_units(case: Case) -> Finding | None:
    """ReLU units that are zero for every sample get no gradient and never learn again."""
    blocks = [block for block in case.now.hidden if len(block.dead)]
    if not blocks:
        return None
    worst = max(blocks, key=lambda block: block.dead.mean())
    share, n = float(worst.dead.mean()), len(worst.dead)
    if share < (DEAD_SHARE_LEARNED if case.learned else DEAD_SHARE) or worst.dead.sum() < 2:
        return None
    return Finding(
        "dead_units",
        "note" if case.learned else "error" if share == 1 else "warning",
        f"{int(worst.dead.sum())} of {n} ReLU units in layer {worst.index} are zero for every sample; no gradient "
        "passes through them, so they never change again",
        'use a smaller learning rate, biases that begin at 0 and He initialisation ("he_normal"), or leaky_relu',
        worst.index,
        {"dead": int(worst.dead.sum()), "units": n, "largest pre-activation": float(worst.active.z.max())},
        "Maas, Hannun, Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models, section 2",
    )


def saturated_units(case: Case) -> Finding | None:
    """Sigmoid and tanh units far from zero have no slope left to learn by."""
    where = "before training"
    found = _most_flat(case.start, SATURATED_SHARE) if case.start is not None else None
    if found is None and case.trained:
        where, found = "now", _saturated_now(case)
    if found is None:
        return None
    return Finding(
        "saturated_units",
        "note" if case.learned else "warning",
        f"{found.flat:.0%} of the outputs of layer {found.index} lie where {type(found.activation).__name__} is flat "
        f"{where}, so next to no gradient passes",
        'scale the inputs, begin with smaller weights ("glorot_uniform"), or use a smaller learning rate',
        found.index,
        {"flat share": found.flat, "mean size of pre-activations": float(np.abs(found.active.z).mean())},
        "Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, section 3",
    )


def _most_flat(seen: Pass, least: float) -> Block | None:
    if not seen.hidden:
        return None
    worst = max(seen.hidden, key=lambda block: block.flat)
    return worst if worst.flat >= least else None


def _saturated_now(case: Case) -> Block | None:
    """A layer that is flat without success, or half of whose units are flat for nearly every sample."""
    found = None if case.learned else _most_flat(case.now, SATURATED_SHARE_TRAINED)
    stuck = (
        block
        for block in case.now.hidden
        if (block.flat_by_unit > SATURATED_SAMPLES).mean() >= SATURATED_SHARE
    )
    return found or next(stuck, None)


def symmetric_weights(case: Case) -> Finding | None:
    """Units that begin alike get equal gradients and stay alike."""
    seen = case.start if case.start is not None else case.now
    for block, following in zip(seen.hidden, seen.blocks[1:], strict=False):
        alike = _alike(block.incoming)
        if case.start is None:
            alike &= _alike(following.weights.T)
        n, n_different = len(alike), int((~np.tril(alike, -1).any(axis=1)).sum())
        if n < 2 or n_different > n / 2:
            continue
        zero = not block.weights.any()
        return Finding(
            "symmetric_weights",
            "warning" if case.learned else "error",
            f"the {n} units of layer {block.index} "
            + ("begin with weights of zero" if zero and case.start is not None else "have equal weights")
            + f": they are {n_different} different unit{'s' * (n_different > 1)}, and equal units get equal gradients",
            'draw the weights at random, such as with "glorot_uniform"; only biases may begin at 0',
            block.index,
            {"units": n, "different units": n_different},
            "Goodfellow, Bengio, Courville 2016, Deep Learning, section 8.4",
        )
    return None


def _alike(columns: Array) -> NDArray[np.bool_]:
    """For each two columns whether their distance is within the tolerance of the shorter one; (n, n)."""
    squares = np.square(columns).sum(axis=0)
    distances = squares[:, None] + squares - 2 * columns.T @ columns
    return np.asarray(distances <= TWIN_TOLERANCE**2 * np.minimum(squares[:, None], squares))


def collapsed_representation(case: Case) -> Finding | None:
    """Samples with different targets that are the same to every later layer cannot be told apart."""
    if case.targets.kind == "labels" or len(case.rows) < 2:
        return None
    columns = case.sample.columns
    unavoidable = _lost(_groups(case.x[case.rows].astype(np.float64)), columns)
    for block in case.now.hidden:
        groups = _groups(block.output)
        lost = _lost(groups, columns) - unavoidable
        if lost >= COLLAPSE_LOSS:
            return _collapse(case, block, groups, lost)
    return None


def _collapse(case: Case, block: Block, groups: NDArray[np.int64], lost: float) -> Finding:
    columns = case.sample.columns
    mixed = [g for g in range(groups.max() + 1) if np.ptp(columns[groups == g], axis=0).max(initial=0) > 0]
    largest = max(mixed, key=lambda g: (groups == g).sum())
    members = np.flatnonzero(groups == largest)
    zero = not block.output[members].any()
    how = "all zero" if zero else "the same"
    what = _listed(case, members)
    return Finding(
        "collapsed_representation",
        "error" if lost >= 0.2 else "warning",
        f"{what} are {how} in every hidden unit of layer {block.index} and so cannot be told apart, though their "
        "targets differ",
        "begin with other weights (another seed, He initialisation) or more units, and use leaky_relu or tanh, "
        "which keep a slope everywhere",
        block.index,
        {"samples alike": len(members), "samples": len(groups), "part of the targets lost": lost},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.1",
    )


def _listed(case: Case, members: NDArray[np.int64]) -> str:
    """Few small samples by their features, such as 00, 01 and 10; others by their number."""
    x = case.x[case.rows][members]
    whole = bool((x == np.trunc(x)).all()) and bool((np.abs(x) < 10).all())
    if len(members) > 8 or x.shape[1] > 4 or not whole:
        return f"{len(members)} of {len(case.rows)} samples"
    separator = "" if bool((x >= 0).all()) else ","
    names = [separator.join(f"{value:g}" for value in row) for row in x]
    return "samples " + ", ".join(names[:-1]) + " and " + names[-1]


def _groups(rows: Array) -> NDArray[np.int64]:
    """A number for each row; rows that are equal to rounding share it."""
    scale = float(np.abs(rows).max())
    rounded = np.round(rows / (scale * ALIKE)) if scale > 0 else np.zeros_like(rows)
    numbers: NDArray[np.int64] = np.unique(rounded, axis=0, return_inverse=True)[1].reshape(-1)
    return numbers


def _lost(groups: NDArray[np.int64], columns: Array) -> float:
    """The share of the targets' spread that lies within groups, which no later layer can bring back."""
    spread = float(np.square(columns - columns.mean(axis=0)).sum())
    if spread == 0:
        return 0.0
    counts = np.bincount(groups)
    means = np.stack([np.bincount(groups, column) / counts for column in columns.T], axis=1)
    return float(np.square(columns - means[groups]).sum()) / spread
