"""A network with no room, and one that learns nothing, for whatever reason."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.diagnosis import faults_of_weights, learning, sensible
from benchmarks.diagnosis.fitting import at_chance, has_too_few_units
from benchmarks.diagnosis.planting import Fault, with_dense
from benchmarks.diagnosis.problems import Random
from benchmarks.diagnosis.sensible import pick
from benchmarks.diagnosis.trainings import Setup, Training

_STANDING_STILL = {
    fault.code: fault.plant
    for fault in faults_of_weights.FAULTS
    if fault.code in ("vanishing_gradient", "scale_too_small", "learning_rate_too_low", "dead_units")
}


def _nothing_learned(random: Random) -> Setup:
    return _STANDING_STILL[pick(random, tuple(_STANDING_STILL))](random)


def _is_at_chance(training: Training) -> bool:
    return learning.learns(training.twin, 0.6) and at_chance(training, 0.03)


def _narrow(random: Random) -> Setup:
    names = ("spiral", "waves", "xor_clouds", "circles")
    setup = sensible.draw(random, names, depths=(1, 2), extras=False)
    return setup.spoiled(layers=with_dense(setup, lambda layer: replace(layer, units=1), [0]))


def _has_no_room(training: Training) -> bool:
    return (
        learning.score(training) < 0.6
        and learning.learns(training.twin, 0.8)
        and has_too_few_units(training, 0.75, 0.95)
    )


FAULTS = (
    # Dead units may have been planted by a rate that is far too high.
    Fault("loss_at_chance", _nothing_learned, _is_at_chance, (*_STANDING_STILL, "learning_rate_too_high")),
    Fault("too_few_units", _narrow, _has_no_room),
)
