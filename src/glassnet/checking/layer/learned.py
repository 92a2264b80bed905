"""Mistakes in layers that are told by their right gradients: norms, factors, learned slopes, tables of vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from glassnet.checking.finding.matching import is_right
from glassnet.checking.layer.setting import Guess, Setting
from glassnet.checking.network.slips.carry_slips import factor_choices, norm_choices, slope_sides
from glassnet.checking.network.slips.catalogue import CATALOGUE
from glassnet.checking.network.slips.learned_slips import learned_weights
from glassnet.checking.network.slips.learned_stages import Factors, Learned, Lookup, Norm, Slopes
from glassnet.checking.network.slips.places import Choice
from glassnet.checking.network.terms import learned_words
from glassnet.checking.numerics.rounding import DOUBLE, Array, Rounded

# What learners add under the root.
EPSILONS = (1e-5, 1e-8, 1e-6, 1e-7, 1e-12, 1e-3, 2.0**-52, 0.0)
# Told in words of its own for every layer.
_GENERAL = {"factor_gradient_missing", "batch_mean_twice", "batch_mean_missing", "gradient_sign_flipped"}


def wrong_inputs(s: Setting, right: Array) -> Iterator[Guess]:
    """What a wrong dX of such a layer is instead."""
    return _wrong(s, right, _carried)


def wrong_weights(s: Setting, right: Array) -> Iterator[Guess]:
    """What a wrong gradient of the weights of such a layer is instead."""
    return _wrong(s, right, learned_weights)


def _wrong(
    s: Setting, right: Array, choices: Callable[[Learned, Rounded], Iterator[Choice]]
) -> Iterator[Guess]:
    """Of the layers whose first choice, the right one, gives what is right, what the others give."""
    error = DOUBLE.given(s.arrived)
    for stage in _stages(s):
        if is_right(next(choices(stage, error)).value.value, right):
            yield from _guesses(choices(stage, error), stage, s)


def _stages(s: Setting) -> Iterator[Learned]:
    """The layers that may have these weights, run forward."""
    for stage in _unrun(s):
        stage.forward(DOUBLE.given(s.x))
        yield stage


def _unrun(s: Setting) -> Iterator[Learned]:
    if s.weights is None:
        return
    weights, n = DOUBLE.given(s.weights), s.x.shape[1]
    if s.looks_up:
        yield Lookup(0, "0", "embedding", weights, [], [(column, 0) for column in range(n)])
        return
    if s.arrived.shape != s.x.shape or s.weights.shape not in ((n,), (1,)):
        return
    yield Slopes(0, "0", "prelu", weights)
    if s.weights.shape == (n,):
        yield Factors(0, "0", "scale", weights)
        for epsilon in EPSILONS:
            yield Norm(0, "0", "batch norm", weights, 0, epsilon)
            yield Norm(0, "0", "layer norm", weights, 1, epsilon)
            yield Norm(0, "0", "rms norm", weights, 1, epsilon, centred=False)


def _carried(stage: Learned, error: Rounded) -> Iterator[Choice]:
    match stage:
        case Norm():
            return norm_choices(stage, error)
        case Factors():
            return factor_choices(stage, error)
        case Slopes():
            return slope_sides(stage, error)
    raise TypeError(f"no error is carried through a {type(stage).__name__}")


def _guesses(choices: Iterator[Choice], stage: Learned, s: Setting) -> Iterator[Guess]:
    axes = {"axis": "1" if s.columns else "0", "features_axis": "0" if s.columns else "1"}
    for choice in choices:
        if len(choice.places) == 1 and choice.places[0].code not in _GENERAL:
            (place,) = choice.places
            entry = CATALOGUE[place.code]
            words = (
                {"at": "the layer", "variant": place.variant} | axes | learned_words(stage.kind, s.columns)
            )
            fix = entry.fix.format_map(words)
            yield Guess(place.code, entry.message.format_map(words), fix, choice.value.value)
