"""The backward pass of one stage, with every slip that can stand there.

`before` is the error before the activation's derivative, where one was just applied.
"""

from __future__ import annotations

from collections.abc import Iterator

from glassnet.checking.network.slips.array_slips import bias_choices, weights_choices
from glassnet.checking.network.slips.carry_slips import (
    Update,
    branch_choices,
    carry_choices,
    computed_choices,
    drop_choices,
    factor_choices,
    lookup_choices,
    norm_choices,
    slope_sides,
)
from glassnet.checking.network.slips.chain import StageChain
from glassnet.checking.network.slips.computed_stages import Computed
from glassnet.checking.network.slips.learned_slips import computed_gradient, learned_bias, learned_weights
from glassnet.checking.network.slips.learned_stages import Factors, Learned, Lookup, Norm, Slopes
from glassnet.checking.network.slips.places import Choice, known
from glassnet.checking.network.slips.slope_slips import slope_choices
from glassnet.checking.network.slips.stages import Affine, Branch, Drop, Gate, Stage, Sum
from glassnet.checking.numerics.rounding import Rounded

# The errors that go past the layers inside of residual ones, the outermost first.
Past = tuple[Rounded, ...]


def weights_gradients(
    stage: Stage, error: Rounded, chain: StageChain, before: Rounded | None = None
) -> Iterator[Choice]:
    """The gradient of the stage's weights from the error at its output, the right one first."""
    if isinstance(stage, Affine):
        yield from weights_choices(stage, error, chain, before)
    elif isinstance(stage, Learned):
        yield from learned_weights(stage, error)
    elif isinstance(stage, Computed):
        yield from computed_gradient(stage, error, "weights")
    else:
        raise TypeError(f"a {type(stage).__name__} has no weights")


def bias_gradients(stage: Stage, error: Rounded, before: Rounded | None = None) -> Iterator[Choice]:
    """The gradient of the stage's bias from the error at its output, the right one first."""
    if isinstance(stage, Affine):
        yield from bias_choices(stage, error, before)
    elif isinstance(stage, Learned):
        yield from learned_bias(stage, error)
    elif isinstance(stage, Computed):
        yield from computed_gradient(stage, error, "bias")
    else:
        raise TypeError(f"a {type(stage).__name__} has no bias")


def errors_below(
    stage: Stage,
    error: Rounded,
    chain: StageChain,
    past: Past,
    before: Rounded | None = None,
    update: Update | None = None,
) -> Iterator[Choice]:
    """The error at the stage's input from the error at its output, the right one first.

    `update` is what the learner's own update would take from the weights, where that is known.
    """
    match stage:
        case Gate():
            yield from slope_choices(stage, error, chain)
        case Affine():
            yield from carry_choices(stage, error, before, chain, update)
        case Drop():
            yield from drop_choices(stage, error)
        case Norm():
            yield from norm_choices(stage, error)
        case Factors():
            yield from factor_choices(stage, error)
        case Slopes():
            yield from slope_sides(stage, error)
        case Lookup():
            yield from lookup_choices(stage, error)
        case Computed():
            yield from computed_choices(stage, error)
        case Sum():
            yield known((), error)
        case Branch():
            yield from branch_choices(stage, error, past[-1])
        case _:
            raise TypeError(f"no error is carried through a {type(stage).__name__}")


def past_below(stage: Stage, error: Rounded, past: Past) -> Past:
    """The errors that go past layers below a stage, where these went past layers above it."""
    if isinstance(stage, Sum):
        return (*past, error)
    return past[:-1] if isinstance(stage, Branch) else past
