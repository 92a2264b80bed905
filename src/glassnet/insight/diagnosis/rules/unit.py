"""Rules about hidden units: dead, saturated, alike, collapsed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.copies import every
from glassnet.insight.diagnosis.measure import FLAT, TINY, Block, rms
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.start import ratio_to_usual
from glassnet.insight.diagnosis.rules.words import said
from glassnet.layers import Dropout

Array = NDArray[Any]

# A ReLU unit of a fresh layer with two inputs is dead on XOR with probability 1/4; half a layer is no accident.
DEAD_SHARE = 0.5
# Half of the outputs flat before training; trained units may be sure of themselves, so more is asked of them.
SATURATED_SHARE = 0.5
SATURATED_SHARE_TRAINED = 0.75
# A remedy is one if it leaves less than this part of what is flat.
LEFT = 0.5
# A unit that is flat for nine samples of ten is as good as dead, and half a layer of them is as bad as half a dead one.
SATURATED_SAMPLES = 0.9
# Two units are twins if their weights differ by less than rounding leaves of equal ones.
TWIN_TOLERANCE = 1e-5


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
                said("dead_units.from_the_start", wakes=_what_wakes(before, both)),
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
        return said("dead_units.slope")
    began = case.start.blocks[block.index]
    before = began.dead & block.dead
    n = int(before.sum())
    if 2 * n > block.dead.sum():
        return said(
            "dead_units.mostly", some=said("dead_units.some", dead=n), wakes=_what_wakes(began, before)
        )
    when = said("dead_units.others", dead=n) if n else said("dead_units.died")
    rule = case.training.optimizer
    if rule is not None and not rule.takes_steps:
        return said("dead_units.no_steps", when=when)
    return said("dead_units.smaller_steps", when=when)


def _what_wakes(block: Block, dead: NDArray[np.bool_]) -> str:
    """What would make most of these units answer to some sample, as far as it was measured."""
    record, weights = block.dense, block.weights[:, dead]
    if block.shifted_before:
        return said("wakes.shift")
    answers = (record.inputs @ weights > 0).any(axis=0)
    if answers.mean() >= DEAD_SHARE:
        return said("wakes.biases")
    if not weights.any():
        return said("wakes.random")
    return said("wakes.inputs" if block.index == 0 else "wakes.normalised")


def _dead(case: Case, block: Block, dead: NDArray[np.bool_], remedy: str) -> Finding:
    return Finding(
        "dead_units",
        "note" if case.learned else "error" if dead.all() and not block.is_passed else "warning",
        said(
            "dead_units", dead=int(dead.sum()), units=len(dead), layer=block.index, samples=_all_samples(case)
        ),
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
    if len(case.rows) == len(case.x):
        return said("dead_units.every")
    return said("dead_units.looked_at", n=len(case.rows))


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
    stuck_block = next(stuck, None)
    return None if stuck_block is None else _saturated(case, stuck_block, "now")


def _saturated(case: Case, block: Block, when: str) -> Finding:
    return Finding(
        "saturated_units",
        "note" if case.learned else "warning",
        said(
            "saturated_units",
            share=block.flat,
            layer=block.index,
            activation=type(block.activation).__name__,
            when=when,
            limit=FLAT,
        ),
        _what_bends(block, begins=when == "before training"),
        block.index,
        {"flat share": block.flat, "mean size of pre-activations": float(np.abs(block.active.z).mean())},
        "Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, section 3",
    )


def _what_bends(block: Block, *, begins: bool) -> str:
    """What would bring most outputs back to where the activation bends, as far as trying showed."""
    if block.normalised_before and not begins:
        return said("bends.shift")
    if block.normalised_before:
        return said("bends.begin_shift" if block.shifted_before else "bends.activation")
    weights, inputs = block.weights, block.dense.inputs
    bias = np.zeros(weights.shape[1]) if block.dense.bias is None else block.dense.bias
    usual = weights * min(1.0, 1 / max(ratio_to_usual(block, 1), TINY))
    size = max(1.0, rms(inputs))
    scaling = said("bends.inputs" if block.index == 0 else "bends.incoming")
    smaller = said("bends.begin_weights" if begins else "bends.weights")
    without = said("bends.begin_biases" if begins else "bends.biases")
    for remedy, z in (
        (without, inputs @ weights),
        (scaling, inputs / size @ weights + bias),
        (smaller, inputs @ usual + bias),
        (said("bends.and_biases", smaller=smaller) if begins else smaller, inputs @ usual),
        (said("bends.both", scaling=scaling, smaller=smaller), inputs / size @ usual),
    ):
        if block.flat_at(z).mean() < LEFT * block.flat:
            return remedy
    return said("bends.activation")


def symmetric_weights(case: Case) -> Finding | None:
    """Units that begin alike get equal gradients and stay alike."""
    if any(isinstance(layer, Dropout) for layer in every(case.network.layers)) and case.may_be_trained:
        return None  # masks make the gradients of equal units differ
    look = case.start if case.start is not None else case.now
    for place, (block, following) in enumerate(zip(look.hidden, look.blocks[1:], strict=False)):
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
            said("symmetric_weights.remedy"),
            block.index,
            {"units": n, "different units": different},
            "Goodfellow, Bengio, Courville 2016, Deep Learning, section 8.4",
        )
    return None


def _how_alike(n: int, different: int, block: Block, at_start: bool) -> str:
    """What is equal, as it began or as it is."""
    zero = "" if block.weights.any() else said("symmetric_weights.zero")
    if different == 1:
        verb = "begin with" if at_start else "have"
        return said("symmetric_weights.all", units=n, layer=block.index, verb=verb, zero=zero)
    verb = "begins with" if at_start else "has"
    return said("symmetric_weights.some", units=n, layer=block.index, different=different, verb=verb)


def _different(alike: NDArray[np.bool_]) -> int:
    return int((~np.tril(alike, -1).any(axis=1)).sum())


def _alike(columns: Array) -> NDArray[np.bool_]:
    """For each two columns whether their distance is within the tolerance of the shorter one; (n, n)."""
    squares = np.square(columns).sum(axis=0)
    distances = squares[:, None] + squares - 2 * columns.T @ columns
    return np.asarray(distances <= TWIN_TOLERANCE**2 * np.minimum(squares[:, None], squares))
