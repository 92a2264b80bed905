"""The forward pass of a learner's program: what it takes, where its output is, and which numbers it depends on."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import Leaf, flatten
from glassnet.checking.finding.sources import named_results, parameters, required, returned_names
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.bench import Bench, feed
from glassnet.checking.program.data import DataForm, other_targets
from glassnet.checking.program.trying.binding import Context, call
from glassnet.checking.program.trying.functions import Part
from glassnet.checking.program.words import meanings, says
from glassnet.support.arrays import as_array


@dataclass
class Forward:
    """A forward pass that works for one form of the data."""

    part: Part  # the function
    case: DataForm  # the form of the data
    meant: dict[str, Any]  # what arguments stand for
    # Which part of what it returns is the output; "" for all of it, "@name" for a place in the program
    place: str = ""
    parameters: list[Leaf] = field(default_factory=list)  # numbers on which the output depends
    gives_loss: bool = False  # whether what it returns first is the loss, and gradients stand beside it
    # The program with the parameters with which it is compared
    state: dict[str, Any] = field(default_factory=dict)

    def run(self, bench: Bench, x: Any = None) -> tuple[Array, Any]:
        """The output, samples in rows, and all that was returned."""
        bench.seed()
        handed = self.case.X if x is None else x
        meant = {**self.meant, "x": copy.deepcopy(handed)}  # what keeps it may be written to
        function = self.part.of(bench)
        if self.part.path and is_fed(function):
            feed(bench.owner, meant)
        result = call(
            function,
            Context(bench.known, meant, bench.names),
            given=("y",) if self.gives_loss else (),
        )
        return self.rows(self._output(bench, result)), result

    def _output(self, bench: Bench, result: Any) -> Any:
        if self.place.startswith("@"):
            return _at(bench, self.place)
        if self.place == "*":
            return np.array([as_array(entry) for entry in result])
        return dict(flatten(result))[self.place]

    def rows(self, output: Any) -> Array:
        """An output with samples in rows."""
        array = np.array(as_array(output), np.float64)
        if self.gives_loss:
            return array.reshape(1, 1)
        m, k = self.case.targets.shape
        if self.case.form == "columns" and array.ndim == 2:
            return array.T
        return array.reshape(m, k) if array.ndim != 2 or self.case.n_samples == 1 else array

    def context(self, bench: Bench, result: Any, output: Any, without: tuple[str, ...] = ()) -> Context:
        """What the functions behind the forward pass may know: everything that it returned, by its names."""
        known = bench.known | named_results(self.part.of(bench), result)
        meant = {meaning: value for meaning, value in self.meant.items() if meaning not in without}
        meant["output"] = output
        rest = result[1] if isinstance(result, tuple) and len(result) == 2 else result
        if isinstance(result, tuple) and len(result) == 2 and self.place.startswith("[1]"):
            rest = result[0]
        meant["cache"] = rest
        return Context(known, meant, bench.names)

    def raw_output(self, bench: Bench, result: Any) -> Any:
        """The output as the learner has it."""
        return self._output(bench, result)


def is_fed(function: Callable[..., Any]) -> bool:
    """Whether a method takes no samples, so that its object has them."""
    return not any({"x", "pairs"} & set(meanings(parameter.name)) for parameter in parameters(function))


def forwards(bench: Bench, part: Part, case: DataForm, meant: dict[str, Any]) -> Iterator[Forward]:
    """The ways to read an output from a function, called with data of this form; none where it cannot be called."""
    bench.seed()
    before = {leaf: bench.values(leaf) for leaf in bench.leaves()}
    first = Forward(part, case, meant)
    if part.path and is_fed(part.of(bench)):
        feed(bench.owner, meant)
    result = call(part.of(bench), Context(bench.known, meant, bench.names))
    if result is None:
        places = [f"@{leaf.name}" for leaf in bench.leaves() if _changed(bench, leaf, before)]
        values = [_at(bench, place) for place in places]
    else:
        found = list(flatten(result))
        if isinstance(result, list) and len(result) == case.n_samples == len(found):
            found.append(("*", np.array([as_array(value) for _, value in found], np.float64)))
        places, values = [place for place, _ in found], [value for _, value in found]
    names = returned_names(part.of(bench))
    ranked = sorted(range(len(places)), key=lambda i: (_rank(places[i], names), i), reverse=True)
    for i in ranked:
        if _is_output(values[i], case):
            yield replace(first, place=places[i])
    yield from _with_loss(bench, first)


def _with_loss(bench: Bench, forward: Forward) -> Iterator[Forward]:
    """A function that returns the loss and its gradients: one number, and arrays beside it."""
    bench.seed()
    result = call(forward.part.of(bench), Context(bench.known, forward.meant, bench.names), given=("y",))
    is_number = isinstance(result, (float, np.floating, np.ndarray)) and np.ndim(result) == 0
    if says(forward.part.name, "loss") and is_number and np.asarray(result).dtype.kind == "f":
        yield replace(forward, place="", gives_loss=True)
    is_several = isinstance(result, (tuple, list)) and len(result) > 1
    if is_several and not isinstance(result[0], (tuple, list, dict)) and np.ndim(result[0]) == 0:
        found = list(flatten(result))
        if set(returned_names(forward.part.of(bench))[:1]) & {
            p.name for p in required(forward.part.of(bench))
        }:
            return  # what it was handed comes back first
        is_whole = len(found) > 2 or (len(found) == 2 and _is_of_all(bench, forward, found[1][1]))
        if found[0][0] == "[0]" and is_whole and as_array(found[0][1]).dtype.kind == "f":
            yield replace(forward, place="[0]", gives_loss=True)


def _is_of_all(bench: Bench, forward: Forward, gradient: Any) -> bool:
    """Whether one array is as large as the one vector of parameters that the function takes."""
    names = [p.name for p in required(forward.part.of(bench)) if "parameters" in meanings(p.name)]
    return any(name in bench.known and np.size(bench.known[name]) == np.size(gradient) > 1 for name in names)


def _at(bench: Bench, place: str) -> Any:
    return next(leaf.raw(bench.root) for leaf in bench.leaves() if leaf.name == place[1:])


def _changed(bench: Bench, leaf: Leaf, before: dict[Leaf, Array]) -> bool:
    return leaf not in before or not np.array_equal(before[leaf], bench.values(leaf), equal_nan=True)


def _rank(place: str, names: tuple[str, ...]) -> int:
    """How much the place and its name say that this is the output: what stands deeper was kept for the way back."""
    if place.startswith("["):
        number = place[1:].partition("]")[0]
        name = names[int(number)] if number.isdigit() and int(number) < len(names) else number.strip("'\"")
    else:
        name = place.rpartition(".")[2].rpartition("['")[2].rstrip("']")
    return 2 * int(bool(name) and "output" in meanings(name)) + int(place.count("[") <= 1)


def _is_output(value: Any, case: DataForm) -> bool:
    array = as_array(value)
    m, k = case.targets.shape
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        return False
    if case.n_samples == 1:
        return bool(array.size == k)
    batch = [(k, m)] if case.form == "columns" else [(m, k), (m, 1, k), (m, k, 1)]
    shape: tuple[int, ...] = array.shape
    return shape in batch or (k == 1 and shape == (m,))


def finds_parameters(bench: Bench, forward: Forward) -> bool:
    """Fill in the numbers on which the output depends; False where it depends on none, or not on X sample by sample."""
    saved = bench.save()
    output, _ = forward.run(bench)
    bench.put_back(saved)
    forward.parameters = [leaf for leaf in bench.leaves() if _depends(bench, forward, leaf, output, saved)]
    bench.put_back(saved)
    return (
        bool(forward.parameters)
        and _goes_by_samples(bench, forward, output, saved)
        and (forward.gives_loss or not _looks_at_targets(bench, forward, output, saved))
    )


def _depends(bench: Bench, forward: Forward, leaf: Leaf, output: Array, saved: dict[str, Any]) -> bool:
    values = bench.values(leaf)
    if not np.isfinite(values).all() or _is_data(values, forward.case):
        return False
    if values.ndim == 0 and not re.match(
        r"(w|b|v|theta|weight|bias|c|intercept|slope|m|k)\d*(_|$|\d)", leaf.last_word.lower().strip("_")
    ):
        return False  # a setting
    moved = values + 0.02 * (1 + np.abs(values)) * np.random.default_rng(4).uniform(0.5, 1, values.shape)
    try:
        bench.write(leaf, moved)
        other, _ = forward.run(bench)
        kept = bench.values(leaf)
    except Exception:  # a number that the program counts with
        bench.put_back(saved)
        return False
    bench.write(leaf, values)
    is_kept = kept.shape == moved.shape and np.array_equal(kept, moved)
    return is_kept and (other.shape != output.shape or not np.array_equal(other, output))


def _is_data(values: Array, case: DataForm) -> bool:
    """Whether these are the samples or targets themselves, or one of them, which a program has put away."""
    if values.ndim == 0 or np.ptp(values) == 0:
        return False
    for data in (np.asarray(case.X, np.float64), np.asarray(case.y, np.float64)):
        if (
            values.ndim
            and values.size == data.size
            and np.array_equal(np.sort(values.ravel()), np.sort(data.ravel()))
        ):
            return True
        if (
            data.ndim > 1
            and values.ndim
            and any(np.array_equal(values.ravel(), row.ravel()) for row in (*data, *data.T))
        ):
            return values.size > 1
    return False


def _looks_at(bench: Bench, forward: Forward, output: Array, saved: dict[str, Any]) -> bool:
    """Whether another sample gives another output, where the sample is handed over."""
    if not required(forward.part.of(bench)):
        return True
    x = np.asarray(forward.case.X, np.float64)
    moved: Any = x + 0.1 * (1 + np.abs(x))
    try:
        other, _ = forward.run(bench, moved.tolist() if isinstance(forward.case.X, list) else moved)
    finally:
        bench.put_back(saved)
    return not np.array_equal(other, output)


def _looks_at_targets(bench: Bench, forward: Forward, output: Array, saved: dict[str, Any]) -> bool:
    """Whether other targets give another output: what depends on them is no output, but a loss."""
    other = replace(forward, meant={**forward.meant, "y": other_targets(forward.case.y)})
    try:
        return not np.array_equal(other.run(bench)[0], output)
    finally:
        bench.put_back(saved)


def _goes_by_samples(bench: Bench, forward: Forward, output: Array, saved: dict[str, Any]) -> bool:
    """Whether the output of each sample follows from that sample alone."""
    x = forward.case.X
    if forward.gives_loss:
        return True
    if forward.case.n_samples == 1:
        return _looks_at(bench, forward, output, saved)
    if not isinstance(x, np.ndarray):
        return True
    moved = x.copy()
    first = moved[:, 0] if forward.case.form == "columns" else moved[0]
    first += 0.1 * (1 + np.abs(first))
    try:
        other, _ = forward.run(bench, moved)
    finally:
        bench.put_back(saved)
    if other.shape != output.shape or np.array_equal(other, output):  # X is not taken from the argument
        return other.shape == output.shape
    return bool(
        np.allclose(other[1:], output[1:], rtol=1e-12, atol=1e-15) and not np.array_equal(other[0], output[0])
    )
