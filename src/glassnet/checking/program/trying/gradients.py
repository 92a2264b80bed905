"""Where a program's gradients come from: a backward function, several in turn, or a step of its training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from glassnet import losses
from glassnet.checking.finding.matching import Found
from glassnet.checking.finding.sources import named_results, parameters, required
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.data import Samples
from glassnet.checking.program.limits import FAILURES
from glassnet.checking.program.trying.binding import Context, Unknown, by_name, call
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.functions import Part, playing
from glassnet.checking.program.trying.losses import Objective, usual
from glassnet.checking.program.trying.observing import Observation, observe
from glassnet.checking.program.trying.reading import Reading, calling, rate_of, readings_of, why_not
from glassnet.checking.program.trying.training import of_training
from glassnet.checking.program.words import meanings, says


def readings(
    bench: Bench,
    parts: Sequence[Part],
    forward: Forward,
    samples: Samples,
    reasons: dict[str, str],
    only: Sequence[Part] | None = None,
) -> Iterator[Reading]:
    """All readings of the program's gradients, the likeliest first; those of some functions where the user said which.

    `reasons` collects why functions could not be called.
    """
    saved = bench.save()
    if only is not None:
        for part in only:
            yield from _tried(bench, part, forward, saved, reasons)
            yield from of_training(bench, part, forward, samples, saved, reasons)
        return
    listed = list(parts)
    backward = [
        p for p in playing(listed, "backward") if p.name != forward.part.name or says(p.name, "backward")
    ]
    both = [p for p in playing(listed, "loss") if p not in backward and not p.path[1:]]
    for part in (*backward, *both):
        yield from _tried(bench, part, forward, saved, reasons)
    if len(backward) > 1:
        yield from _of_several(bench, backward, forward, saved)
        bench.put_back(saved)
    for part in (
        *playing(listed, "train"),
        *(p for p in playing(listed, "update") if not says(p.name, "train")),
    ):
        yield from of_training(bench, part, forward, samples, saved, reasons)
        bench.put_back(saved)


def _tried(
    bench: Bench, part: Part, forward: Forward, saved: dict[str, Any], reasons: dict[str, str]
) -> Iterator[Reading]:
    if reasons.get(part.name, "").startswith("longer than"):
        return
    try:
        is_open = _takes_one_array(part.of(bench))  # the samples, or the error that arrives
        for reading in _of_function(bench, part, forward, saved):
            yield replace(reading, is_left_behind=True) if is_open else reading
    except Unknown as unknown:
        try:  # what means nothing else is the error at the output
            yield from _of_function(bench, part, forward, saved, by_name(unknown.name))
        except FAILURES:
            reasons[part.name] = why_not(unknown)
    except FAILURES as reason:
        reasons[part.name] = why_not(reason)
    finally:
        bench.put_back(saved)


def _takes_one_array(function: Callable[..., Any]) -> bool:
    """Whether a function takes one array alone, under a name for samples: ``backward(self, x)``."""
    wanted = required(function)
    return len(wanted) == 1 and meanings(wanted[0].name)[:1] == ["x"] and len(parameters(function)) == 1


# ---- a backward function


def _of_function(
    bench: Bench, part: Part, forward: Forward, saved: dict[str, Any], meaning: str = "error"
) -> Iterator[Reading]:
    function = part.of(bench)
    tried: list[Objective | None] = [None]
    if any(meaning in (*meanings(p.name), by_name(p.name)) for p in parameters(function)):
        bench.put_back(saved)
        tried = [*usual(bench, forward), None]
    for objective in tried:
        bench.put_back(saved)
        run = partial(_run, bench, part, forward, objective, meaning)
        try:
            found = run()
        except FAILURES:
            if objective is tried[-1]:
                raise
            continue
        yield from readings_of(part.name, run, found, rate_of(bench, part), objective=objective)


def _run(
    bench: Bench, part: Part, forward: Forward, objective: Objective | None, meaning: str
) -> Observation:
    output, result = forward.run(bench)
    raw = forward.raw_output(bench, result)
    context = forward.context(bench, result, raw)
    if objective is not None:
        error = _error(objective, forward, output, np.shape(raw))
        context = Context(context.known, {**context.meant, meaning: error}, context.names)
    function = part.of(bench)
    return observe(bench, lambda: call(function, context, given=("y", "rate")), function, forward.parameters)


def _error(objective: Objective, forward: Forward, output: Array, raw: tuple[int, ...]) -> Array:
    """The derivative of a usual loss at the output, in the learner's form."""
    gradient = losses.get(objective.known_as).gradient(forward.case.targets, output)
    shaped = gradient.T if forward.case.form == "columns" and len(raw) == 2 else gradient
    return np.array(shaped).reshape(raw)


# ---- several backward functions, each of which gives a part


def _of_several(
    bench: Bench, parts: Sequence[Part], forward: Forward, saved: dict[str, Any]
) -> Iterator[Reading]:
    """All that can be called, each with what those before it returned."""
    bench.put_back(saved)
    pool, done = _in_turn(bench, parts, forward)
    if len(done) > 1:
        yield Reading(", ".join(done), pool, lambda: _in_turn(bench, parts, forward)[0])


def _in_turn(bench: Bench, parts: Sequence[Part], forward: Forward) -> tuple[list[Found], list[str]]:
    """What they left behind, and the names of those that could be called."""
    pool, done, left = list[Found](), list[str](), list(parts)
    try:
        _, result = forward.run(bench)
        context = forward.context(bench, result, forward.raw_output(bench, result))
    except FAILURES:
        return pool, done
    known = dict(context.known)
    for _ in range(len(left)):
        for part in list(left):
            function = part.of(bench)
            now = Context(known, context.meant, context.names)
            try:
                found = observe(bench, calling(function, now), function, forward.parameters)
            except FAILURES:  # it may be callable once another one has been called
                continue
            left.remove(part)
            if not found.steps:
                known |= named_results(function, found.result)
                pool += found.pool
                done.append(part.name)
    return pool, done
