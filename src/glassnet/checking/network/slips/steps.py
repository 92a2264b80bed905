"""The backward pass of one stage, with every slip that can stand there.

`before` is the error before the activation's derivative, where one was just applied.
"""

from __future__ import annotations

from collections.abc import Iterator

from glassnet.checking.network.slips.array_slips import (
    bias_choices,
    scale_choices,
    shift_choices,
    weights_choices,
)
from glassnet.checking.network.slips.carry_slips import Update, carry_choices, drop_choices, norm_choices
from glassnet.checking.network.slips.chain import StageChain
from glassnet.checking.network.slips.places import Choice
from glassnet.checking.network.slips.slope_slips import slope_choices
from glassnet.checking.network.slips.stages import Affine, Drop, Gate, Norm, Stage
from glassnet.checking.numerics.rounding import Rounded


def weights_gradients(
    stage: Stage, error: Rounded, chain: StageChain, before: Rounded | None = None
) -> Iterator[Choice]:
    """The gradient of the stage's weights from the error at its output, the right one first."""
    if isinstance(stage, Affine):
        yield from weights_choices(stage, error, chain, before)
    elif isinstance(stage, Norm):
        yield from scale_choices(stage, error)
    else:
        raise TypeError(f"a {type(stage).__name__} has no weights")


def bias_gradients(stage: Stage, error: Rounded, before: Rounded | None = None) -> Iterator[Choice]:
    """The gradient of the stage's bias from the error at its output, the right one first."""
    if isinstance(stage, Affine):
        yield from bias_choices(stage, error, before)
    elif isinstance(stage, Norm):
        yield from shift_choices(stage, error)
    else:
        raise TypeError(f"a {type(stage).__name__} has no bias")


def errors_below(
    stage: Stage, error: Rounded, before: Rounded | None, chain: StageChain, update: Update | None
) -> Iterator[Choice]:
    """The error at the stage's input from the error at its output, the right one first.

    `update` is what the learner's own update would take from the weights, where that is known.
    """
    if isinstance(stage, Gate):
        yield from slope_choices(stage, error, chain)
    elif isinstance(stage, Affine):
        yield from carry_choices(stage, error, before, chain, update)
    elif isinstance(stage, Drop):
        yield from drop_choices(stage, error)
    elif isinstance(stage, Norm):
        yield from norm_choices(stage, error)
    else:
        raise TypeError(f"no error is carried through a {type(stage).__name__}")
