"""Constant factors of a loss that a learner's gradients themselves show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from glassnet.checking.network.problem import Gradients, Problem, ratio_of
from glassnet.checking.network.slips.chain import chains
from glassnet.checking.network.slips.constants import ONE, SAME, LossFactor, conventions
from glassnet.checking.network.slips.output_slips import Output, slip_factors
from glassnet.checking.network.slips.stages import Affine
from glassnet.checking.network.slips.steps import bias_gradients, weights_gradients
from glassnet.checking.numerics.rounding import Array, Rounded

# Factors that are nearer than this to each other, relatively, are taken for one.
NEAR = 1e-4
# So many factors of no common loss are tried.
MOST_ODD = 3
# They lie in this range, and the array that shows them is known to this relative distance.
SMALLEST, LARGEST, CLEAR = 1e-6, 1e6, 1e-2


class Measured(NamedTuple):
    """A factor that an array shows, from how many numbers, and how far rounding may have carried it, relatively."""

    factor: float
    of_penalties: bool
    size: int
    uncertainty: float


def constants_of(problem: Problem, right: dict[int, Gradients]) -> list[LossFactor]:
    """The factors other than 1 that some array shows: the common ones first, then odd ones of most arrays.

    An array shows a factor if it is a multiple of the right one, or of what one slip at the output or of the forward
    pass makes of it. A single number shows common factors alone.
    """
    common = conventions(problem.loss, len(problem.y.value), problem.n_outputs)
    m, n_features = problem.x.value.shape
    slips = [by for _, _, by in slip_factors(problem.loss, m, n_features)]
    groups: list[list[Measured]] = []
    for one in (*_of_arrays(problem, right), *_with_a_slip(problem)):
        group = next((group for group in groups if _alike(group[0], one)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    factors: list[LossFactor] = []
    odd: list[LossFactor] = []
    for group in sorted(groups, key=len, reverse=True):
        best = min(group, key=lambda one: one.uncertainty)
        known = next((one for one in (ONE, *common) if _is(best, one.factor)), None)
        behind_a_slip = [one for one in common if any(_is(best, one.factor * by) for by in slips)]
        if known is not None:
            factors.append(known._replace(of_penalties=best.of_penalties))
        elif behind_a_slip:
            factors += [one._replace(of_penalties=best.of_penalties) for one in behind_a_slip]
        elif max(one.size for one in group) > 1:
            odd.append(LossFactor(best.factor, of_penalties=best.of_penalties))
    return [*(one for one in factors if one.factor != 1), *odd[:MOST_ODD]]


def _is(one: Measured, factor: float) -> bool:
    """Whether it is this factor, as far as rounding lets one see."""
    return abs(one.factor - factor) <= (one.uncertainty + SAME) * factor


def _alike(one: Measured, other: Measured) -> bool:
    near = abs(one.factor - other.factor) <= NEAR * other.factor
    return one.of_penalties == other.of_penalties and near


def _of_arrays(problem: Problem, right: dict[int, Gradients]) -> Iterator[Measured]:
    """The factors between the learner's arrays, or all their numbers, and the right ones.

    With the penalties multiplied or not.
    """
    doubled = problem.times(LossFactor(2.0)).right()
    of_data: list[tuple[Array, Rounded]] = []
    of_all: list[tuple[Array, Rounded]] = []
    for i, part, mine, one in problem.beside(right):
        two = doubled[i][part]
        if two is None or mine.shape != one.value.shape:
            return
        data = two - one
        of_data.append((mine - (one - data).value, data))
        of_all.append((mine, one))
    for mine, true in (*of_data, _joined(of_data)):
        yield from _measured(mine, true)
    if problem.has_penalties:
        for mine, true in (*of_all, _joined(of_all)):
            yield from _measured(mine, true, of_penalties=True)


def _joined(arrays: list[tuple[Array, Rounded]]) -> tuple[Array, Rounded]:
    """All numbers one behind the other."""
    values, variances = (
        np.concatenate([np.ravel(part) for part in parts])
        for parts in ([true.value for _, true in arrays], [true.variance for _, true in arrays])
    )
    return np.concatenate([mine.ravel() for mine, _ in arrays]), Rounded(values, variances, arrays[0][1].unit)


def _with_a_slip(problem: Problem) -> Iterator[Measured]:
    """The factors between the last layer's arrays and those that one slip at the output, or before it, gives."""
    for chain in chains(problem.stages, problem.x, problem.net, 1):
        output = Output(chain, problem.loss, problem.y)
        i = output.stage_below
        last = chain.stages[i]
        if i not in problem.observed or not isinstance(last, Affine) or last.has_penalties:
            return
        mine = problem.observed[i]
        for choice in output.errors():
            error = choice.value
            yield from _measured(mine.weights, next(weights_gradients(last, error, chain)).value)
            if mine.bias is not None and last.bias is not None:
                yield from _measured(mine.bias, next(bias_gradients(last, error)).value)
            if chain.places:
                break


def _measured(mine: Array, right: Rounded, of_penalties: bool = False) -> Iterator[Measured]:
    ratio = ratio_of(mine, right)
    if ratio is None or not SMALLEST <= abs(ratio) <= LARGEST:
        return
    uncertainty = float(np.linalg.norm(right.reach) / np.linalg.norm(right.value))
    if uncertainty <= CLEAR:
        yield Measured(abs(ratio), of_penalties, mine.size, uncertainty)
