"""Losses that a program may descend: the one that was named, its own, and the usual ones of its output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet import losses
from glassnet.checking.finding.leaves import flatten
from glassnet.checking.finding.sources import required, returned_names
from glassnet.checking.numerics.calling import quiet
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.data import other_targets
from glassnet.checking.program.trying.binding import call, run
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.functions import Part, playing
from glassnet.checking.program.words import meanings
from glassnet.support.arrays import as_array

USUAL = ("mean_squared_error", "binary_cross_entropy", "categorical_cross_entropy", "softmax_cross_entropy")


@dataclass(frozen=True)
class Objective:
    """A loss as a number that depends on the program's parameters."""

    name: str  # as the report calls it
    is_own: bool  # whether it is the learner's
    value: Callable[[Bench], float]  # of the bench; runs the program
    known_as: str = ""  # glassnet's name for it, where it has one


def named(forward: Forward, name: str) -> Objective:
    """The loss of this name, of the program's output."""
    loss = losses.get(name)
    y = forward.case.targets

    def value(bench: Bench) -> float:
        output, _ = forward.run(bench)
        return float(loss.value(*_as_wanted(loss.name, y, output)))

    return Objective(loss.name.replace("_", " "), False, value, loss.name)


def _as_wanted(name: str, y: Array, output: Array) -> tuple[Array, Array]:
    if name.startswith("sparse"):
        return y.argmax(axis=1), output
    return y, output


def usual(bench: Bench, forward: Forward) -> Iterator[Objective]:
    """The losses that fit the output and the targets."""
    saved = bench.save()
    output, _ = forward.run(bench)
    bench.put_back(saved)
    y = forward.case.targets
    are_probabilities = bool((output > 0).all() and (output < 1).all())
    sums_to_one = output.shape[1] > 1 and np.allclose(output.sum(axis=1), 1)
    is_hot = bool(((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all()) and y.shape[1] > 1
    if sums_to_one:
        yield named(forward, "categorical_cross_entropy")
    if are_probabilities and not sums_to_one:
        yield named(forward, "binary_cross_entropy")
    yield named(forward, "mean_squared_error")
    if sums_to_one:
        yield named(forward, "binary_cross_entropy")
    if is_hot and not sums_to_one:
        yield named(forward, "softmax_cross_entropy")


def returned(forward: Forward) -> Objective:
    """The loss that a function returns beside its gradients."""
    return Objective(f"loss of {forward.part.name}", True, lambda bench: float(forward.run(bench)[0].sum()))


def given(forward: Forward, function: Callable[..., Any]) -> Objective:
    """The loss that the user gave."""
    part = Part("loss that was given", function=function)
    return Objective(part.name, True, _calling(part, forward, False))


def own(bench: Bench, parts: list[Part], forward: Forward) -> Iterator[Objective]:
    """The learner's own losses: numbers that the forward pass returns, then functions that are called so."""
    saved = bench.save()
    for objective in (*_returned(bench, forward), *_functions(bench, parts, forward)):
        try:
            bench.put_back(saved)
            if _moves(bench, objective, forward):
                yield objective
        except Exception:  # whatever a function raises that is called so, and is no loss of these
            continue
        finally:
            bench.put_back(saved)


def _moves(bench: Bench, objective: Objective, forward: Forward) -> bool:
    """Whether it is a finite number that depends on every parameter's array or on most of them."""
    first = objective.value(bench)
    leaf = max(forward.parameters, key=lambda leaf: bench.values(leaf).size)
    values = bench.values(leaf)
    bench.write(leaf, values + 0.05 * (0.5 + np.abs(values)))
    second = objective.value(bench)
    bench.write(leaf, values)
    if not (np.isfinite(first) and np.isfinite(second) and first != second):
        return False
    return _looks_at_targets(bench, objective, forward, first)


def _looks_at_targets(bench: Bench, objective: Objective, forward: Forward, value: float) -> bool:
    """Whether other targets give another loss; targets that the program holds itself are not moved."""
    case, meant = forward.case, forward.meant
    other = replace(case, y=other_targets(case.y), targets=1 - case.targets)
    forward.case, forward.meant = other, {**meant, "y": other.y}
    try:
        return objective.value(bench) != value or "y" not in meant
    finally:
        forward.case, forward.meant = case, meant


def _returned(bench: Bench, forward: Forward) -> Iterator[Objective]:
    """Numbers in what the forward pass returns that are called a loss."""
    function = forward.part.of(bench)
    names = returned_names(function)
    for i, name in enumerate(names):
        if len(names) > 1 and ("loss" in name.lower() or "cost" in name.lower()):
            yield Objective(f"{name} of {forward.part.name}", True, _entry(forward, i))


def _entry(forward: Forward, index: int) -> Callable[[Bench], float]:
    def value(bench: Bench) -> float:
        _, result = forward.run(bench)
        if not isinstance(result, tuple) or len(result) <= index:
            raise TypeError("no tuple")
        return number(result[index])

    return value


def _functions(bench: Bench, parts: list[Part], forward: Forward) -> Iterator[Objective]:
    for part in playing(parts, "loss"):
        for swapped in (False, True):
            yield Objective(part.name, True, _calling(part, forward, swapped))


def _calling(part: Part, forward: Forward, swapped: bool) -> Callable[[Bench], float]:
    """Call a loss with the targets and the output, by the names of its arguments; where these do not tell, in order."""

    def value(bench: Bench) -> float:
        _, result = forward.run(bench)
        output = forward.raw_output(bench, result)
        function = part.of(bench)
        names = [p.name for p in required(function)]
        pair = [forward.case.y, output]
        if len(names) == 2 and not _tell(names, forward.context(bench, result, output).known):
            pair = pair[::-1] if swapped else pair
            return _of_batch(run(lambda: function(*pair)), forward)
        if swapped:
            raise TypeError("its names tell the order")
        try:
            context = forward.context(bench, result, output, without=("x",))
            found = call(function, context, given=("y",))
        except Exception:  # it may want the samples too
            found = call(function, forward.context(bench, result, output), given=("y",))
        return _of_batch(found, forward)

    return value


def _of_batch(result: Any, forward: Forward) -> float:
    """A loss as one number; several must be one for each sample, or for each output of each."""
    shape = np.shape(result)
    if len(shape) == 2 and min(shape) > 1 and forward.case.n_samples not in shape:
        raise TypeError(f"an array of shape {shape} is no loss")
    return number(result)


def _tell(names: list[str], known: Any) -> bool:
    """Whether names tell the targets from the output."""
    means = [set(meanings(name)) & {"y", "output"} for name in names]
    if any(name in known for name in names):
        return True
    return all(means) and means[0] != means[1] and not (len(means[0]) == 2 or len(means[1]) == 2)


def number(result: Any) -> float:
    """A loss as one number: the sum, where several come back."""
    if isinstance(result, tuple):
        result = next(value for _, value in flatten(result))
        if np.size(as_array(result)) != 1:
            raise TypeError("no number")
    array = as_array(result)
    if array.dtype.kind not in "fiu" or array.size == 0:
        raise TypeError("no number")
    with quiet():
        return float(np.sum(array))


def known_as(bench: Bench, forward: Forward, objective: Objective) -> tuple[str, float] | None:
    """glassnet's name for a learner's loss, and the factor between the two, where they are proportional."""
    saved = bench.save()
    random = np.random.default_rng(2)
    ratios: dict[str, list[float]] = {}
    candidates = list(usual(bench, forward))
    for _ in range(3):
        bench.put_back(saved)
        for leaf in forward.parameters:
            values = bench.values(leaf)
            bench.write(leaf, values + 0.1 * random.normal(size=values.shape))
        mine = objective.value(bench)
        for candidate in candidates:
            theirs = candidate.value(bench)
            ratios.setdefault(candidate.known_as, []).append(mine / theirs if theirs else np.nan)
    bench.put_back(saved)
    for name, found in ratios.items():
        if np.isfinite(found).all() and np.ptp(found) <= 1e-6 * abs(found[0]):
            return name, found[0]
    return None
