"""Rules about hidden units: dead, saturated, alike, collapsed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import FLAT, Block
from glassnet.insight.diagnosis.report import Finding
from glassnet.layers import Dropout

Array = NDArray[Any]

# A ReLU unit of a fresh layer with two inputs is dead on XOR with probability 1/4; half a layer is no accident.
DEAD_SHARE = 0.5
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
# Inputs above this root mean square saturate weights of a usual size.
LARGE_INPUTS = 3.0


def dead_at_start(case: Case) -> Finding | None:
    """ReLU units that are zero for every sample before the first step, and still now."""
    if case.start is None:
        return None
    for before, now in zip(case.start.hidden, case.now.hidden, strict=True):
        both = before.dead & now.dead
        if both.sum() >= 2 and both.mean() >= DEAD_SHARE:
            return _dead(
                case,
                now,
                both,
                f"they were so before training: {_what_wakes(before, both)}, or use leaky_relu",
            )
    return None


def dead_units(case: Case) -> Finding | None:
    """ReLU units that are zero for every sample: no gradient passes through them."""
    if not case.now.hidden:
        return None
    worst = max(case.now.hidden, key=lambda block: block.dead.mean())
    if worst.dead.mean() < DEAD_SHARE or worst.dead.sum() < 2:
        return None
    return _dead(case, worst, worst.dead, _when_they_died(case, worst))


def _when_they_died(case: Case, block: Block) -> str:
    if case.start is None or not case.may_be_trained:
        return "use leaky_relu, which keeps a slope everywhere"
    began = case.start.blocks[block.index]
    before = began.dead & block.dead
    some = f"{int(before.sum())} of them were so before training"
    if 2 * before.sum() > block.dead.sum():
        return f"{some}: {_what_wakes(began, before)}, or use leaky_relu"
    when = f"{some}, the others died in it" if before.any() else "they died in training"
    return f"{when}: use a smaller learning rate, or leaky_relu"


def _what_wakes(block: Block, dead: NDArray[np.bool_]) -> str:
    """What would make most of these units answer to some sample, as far as it was measured."""
    made, weights = block.dense, block.weights[:, dead]
    if block.active is not made and block.normalised:
        return "begin with a shift of 0 behind the normalisation"
    answers = (made.inputs @ weights > 0).any(axis=0)
    if answers.mean() >= DEAD_SHARE:
        return "begin with biases of 0"
    if not weights.any():
        return 'draw the weights at random, such as with "he_normal"'
    centred = "standardise the inputs" if block.index == 0 else "put BatchNorm before the activation"
    return f"{centred}, so that what comes in has mean 0, with biases of 0"


def _dead(case: Case, block: Block, dead: NDArray[np.bool_], remedy: str) -> Finding:
    return Finding(
        "dead_units",
        "note" if case.learned else "error" if dead.all() else "warning",
        f"{int(dead.sum())} of {len(dead)} ReLU units in layer {block.index} are zero for {_all_samples(case)}; no "
        "gradient passes through them",
        remedy,
        block.index,
        {
            "dead": int(dead.sum()),
            "units": len(dead),
            "largest pre-activation": float(block.active.z[:, dead].max()),
        },
        "Maas, Hannun, Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models, section 2",
    )


def _all_samples(case: Case) -> str:
    return (
        "every sample" if len(case.rows) == len(case.x) else f"each of the {len(case.rows)} samples looked at"
    )


def saturated_at_start(case: Case) -> Finding | None:
    """Sigmoid and tanh units that have no slope before the first step."""
    if case.start is None or not case.start.hidden:
        return None
    worst = max(case.start.hidden, key=lambda block: block.flat)
    return _saturated(case, worst, "before training") if worst.flat >= SATURATED_SHARE else None


def saturated_units(case: Case) -> Finding | None:
    """Sigmoid and tanh units that are flat without success, or half a layer of them for nearly every sample."""
    if not case.may_be_trained or not case.now.hidden:
        return None
    worst = max(case.now.hidden, key=lambda block: block.flat)
    if not case.learned and worst.flat >= SATURATED_SHARE_TRAINED:
        return _saturated(case, worst, "now")
    stuck = (
        block
        for block in case.now.hidden
        if (block.flat_by_unit > SATURATED_SAMPLES).mean() >= SATURATED_SHARE
    )
    found = next(stuck, None)
    return None if found is None else _saturated(case, found, "now")


def _saturated(case: Case, found: Block, when: str) -> Finding:
    large_inputs = found.index == 0 and float(np.sqrt(np.square(found.dense.inputs).mean())) > LARGE_INPUTS
    return Finding(
        "saturated_units",
        "note" if case.learned else "warning",
        f"{found.flat:.0%} of the outputs of layer {found.index} lie where {type(found.activation).__name__} is flat "
        f"{when}: its slope there is below {FLAT:.0%} of the largest",
        "scale the inputs"
        if large_inputs
        else 'begin with smaller weights ("glorot_uniform")'
        if when == "before training"
        else 'use smaller weights ("glorot_uniform", or l2) or smaller steps, or ReLU',
        found.index,
        {"flat share": found.flat, "mean size of pre-activations": float(np.abs(found.active.z).mean())},
        "Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, section 3",
    )


def symmetric_weights(case: Case) -> Finding | None:
    """Units that begin alike get equal gradients and stay alike."""
    if any(isinstance(layer, Dropout) for layer in case.network.layers) and case.may_be_trained:
        return None  # masks make the gradients of equal units differ
    seen = case.start if case.start is not None else case.now
    for place, (block, following) in enumerate(zip(seen.hidden, seen.blocks[1:], strict=False)):
        alike = _alike(block.incoming)
        if case.start is None:
            alike &= _alike(following.weights.T)
        n = len(alike)
        if n < 2 or _different(alike) > n / 2 or _different(_alike(case.now.blocks[place].incoming)) > n / 2:
            continue
        different = _different(alike)
        return Finding(
            "symmetric_weights",
            "note" if case.learned else "error",
            _how_alike(n, different, block, case.start is not None),
            'draw the weights at random, such as with "glorot_uniform"; only biases may begin at 0',
            block.index,
            {"units": n, "different units": different},
            "Goodfellow, Bengio, Courville 2016, Deep Learning, section 8.4",
        )
    return None


def _how_alike(n: int, different: int, block: Block, at_start: bool) -> str:
    """What is equal, as it began or as it is."""
    zero = "" if block.weights.any() else ", all of them 0"
    if different == 1:
        verb = "begin with" if at_start else "have"
        what = f"the {n} units of layer {block.index} {verb} equal weights{zero}"
    else:
        verb = "begins with" if at_start else "has"
        what = f"of the {n} units of layer {block.index} {different} differ; every other one {verb} the "
        what += "weights of one of these"
    return f"{what}: equal units get equal gradients"


def _different(alike: NDArray[np.bool_]) -> int:
    return int((~np.tril(alike, -1).any(axis=1)).sum())


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
    how = "all zero" if zero else "the same to 6 digits"
    what = _listed(case, members)
    slope = ", and use leaky_relu or tanh, which keep a slope everywhere" if _rectifies(block) else ""
    return Finding(
        "collapsed_representation",
        "error" if lost >= 0.2 and not case.learned else "warning" if not case.learned else "note",
        f"{what} are {how} in every hidden unit of layer {block.index} and so cannot be told apart, though their "
        "targets differ",
        f"begin with other weights (another seed) or more units{slope}",
        block.index,
        {"samples alike": len(members), "samples": len(groups), "part of the targets lost": lost},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.1",
    )


def _rectifies(block: Block) -> bool:
    return block.rectifies


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
