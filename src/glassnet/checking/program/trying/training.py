"""A step of a program's training, which moves the parameters against the gradients."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import Leaf
from glassnet.checking.finding.sources import parameters, tree_of
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.bench import Bench, shown
from glassnet.checking.program.data import Samples
from glassnet.checking.program.limits import FAILURES, TookTooLong
from glassnet.checking.program.trying.binding import Context
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.functions import Part
from glassnet.checking.program.trying.observing import Observation, observe
from glassnet.checking.program.trying.reading import Reading, calling, rate_of, readings_of, why_not
from glassnet.checking.program.words import meanings

# Optional arguments of a training that are given: the data, and what makes one step of it.
TRAINING = ("x", "y", "rate", "epochs", "batch_size", "pairs")


def of_training(
    bench: Bench,
    part: Part,
    forward: Forward,
    samples: Samples,
    saved: dict[str, Any],
    reasons: dict[str, str],
) -> Iterator[Reading]:
    """What a function moves the parameters by, over the learning rate, with the data in each form."""
    if reasons.get(part.name, "").startswith("longer than"):
        return
    for data in _training_data(forward, samples):
        bench.put_back(saved)
        run = partial(_trained, bench, part, forward, data)
        try:
            found = run()
        except FAILURES as reason:
            reasons.setdefault(part.name, why_not(reason))
            if isinstance(reason, TookTooLong):
                reasons[part.name] = why_not(reason)
                return
            continue
        one_step = _set_to_one_step(bench, part)
        yield from readings_of(part.name, run, found, rate_of(bench, part), one_step, is_training=True)


def _trained(bench: Bench, part: Part, forward: Forward, data: dict[str, Any]) -> Observation:
    before = {leaf: bench.values(leaf) for leaf in forward.parameters}
    _set_to_one_step(bench, part)
    forward.run(bench)
    bench.seed()
    function = part.of(bench)
    context = Context(bench.known, {**forward.meant, **data, "output": data["y"]}, bench.names)
    found = observe(bench, calling(function, context, TRAINING), function, forward.parameters)
    if not found.steps:
        found.steps = _from_returned(found, before)
    return found


def _from_returned(found: Observation, before: dict[Leaf, Array]) -> dict[Leaf, Array]:
    """Steps of a function that returns new parameters and leaves the old ones as they are."""
    steps = {}
    for leaf, old in before.items():
        named = [f.array for f in found.pool if _same_name(f.name, leaf) and f.array.shape == old.shape]
        if named:
            steps[leaf] = old - named[0]
    return steps


def _same_name(name: str, leaf: Leaf) -> bool:
    words = shown(leaf).replace("'", "").replace("]", "").split("[")
    theirs = name.replace("'", "").replace("]", "").split("[")
    return words[-1] == theirs[-1] and (not words[-1].isdigit() or words[0] == theirs[0])


def _training_data(forward: Forward, samples: Samples) -> Iterator[dict[str, Any]]:
    """The samples that the forward pass has, in the forms that a training loop may want."""
    case = forward.case
    yield {"x": case.X, "y": case.y}
    if case.n_samples > 1:
        for _, pairs, X, Y in samples.pairs(case.n_samples):
            yield {"pairs": pairs, "x": X, "y": Y}
        return
    x, y = np.asarray(case.X, np.float64).reshape(1, -1), case.targets
    yield {"x": x, "y": y}
    if samples.labels is not None:
        yield {"x": x, "y": samples.labels[-1:]}
    yield {"x": x, "y": y[:, 0]}
    yield {"x": [case.X], "y": [case.y], "pairs": [(case.X, case.y)], "batch_size": 1}
    for _, pairs, _, _ in samples.pairs(1):
        yield {"pairs": pairs, "x": pairs, "y": [y for _, y in pairs], "batch_size": 1}


def _set_to_one_step(bench: Bench, part: Part) -> bool:
    """Whether the function takes one step: an argument or an attribute says so, or it has no loop over epochs."""
    for leaf in bench.leaves():
        if "epochs" in meanings(leaf.last_word) and bench.values(leaf).ndim == 0:
            _write_integer(bench, leaf, 1)
            return True
    function = part.of(bench)
    if any("epochs" in meanings(p.name) for p in parameters(function)):
        return True
    tree = tree_of(function)
    return tree is not None and not any(_counts(node) for node in ast.walk(tree))


def _counts(node: ast.AST) -> bool:
    if isinstance(node, ast.While):
        return True
    if not isinstance(node, ast.For):
        return False
    text = ast.unparse(node.target).lower() + " " + ast.unparse(node.iter).lower()
    return any(
        word in text
        for word in ("epoch", "iter", "range(1", "range(2", "range(3", "range(5", "range(6", "step", "trange")
    )


def _write_integer(bench: Bench, leaf: Leaf, value: int) -> None:
    owner: Any = bench.root
    for step in leaf.path[:-1]:
        owner = step.of(owner)
    leaf.path[-1].put(owner, value)
