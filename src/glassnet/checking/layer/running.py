"""A learner's layer, run forward in the way that it wants: its arguments, its output, its parameters."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from glassnet.checking.finding.leaves import Leaf, leaves
from glassnet.checking.finding.members import BACKWARD, FORWARD, OUTPUT, attribute, method
from glassnet.checking.finding.smooth import DOUBLE, SINGLE
from glassnet.checking.finding.sources import required
from glassnet.checking.layer.building import N_INPUTS, FunctionPair
from glassnet.checking.numerics.calling import Form, forms, quiet, why, with_arrays
from glassnet.checking.numerics.rounding import Array
from glassnet.errors import ArgumentError
from glassnet.support.arrays import as_array

N_SAMPLES = 5
SWITCHES = ("train", "mode", "flag", "flg", "test", "infer", "eval")
BIAS = ("b", "bias", "biases", "beta", "shift", "intercept")


class Batch(NamedTuple):
    """How samples are given: their number, and whether they stand in columns, or alone as (n,), or are integers."""

    n_samples: int
    columns: bool
    flat: bool
    is_of_integers: bool = False

    def shape(self, n: int) -> tuple[int, ...]:
        """The shape of a batch of n features."""
        if self.flat:
            return (n,)
        return (n, self.n_samples) if self.columns else (self.n_samples, n)

    def rows(self, array: Array) -> Array:
        """Samples in rows."""
        if self.is_of_integers:
            return array.reshape(self.n_samples, -1)
        if array.ndim < 2:
            return array.reshape(1, -1)
        return array.T if self.columns else array


class LearnerLayer:
    """A copy of the learner's layer, in float64 where it lets us.

    Attributes
    ----------
    thing : object
        The layer.
    X : array
        A batch that it accepts.
    batch : Batch
        How the samples stand in it.
    output : array
        What the last forward pass gave.
    parameters : list of Leaf
        Arrays of the layer on which its output depends.
    """

    def __init__(self, thing: Any, n_inputs: int | None, alone: bool = False) -> None:
        self.thing, self._alone = thing, alone
        for names, what in ((FORWARD, "forward"), (BACKWARD, "backward")):
            if method(thing, names) is None:
                raise ArgumentError(
                    f"check_layer needs an object with forward and backward; {type(thing).__name__} lacks {what}"
                )
        self.way: Form = with_arrays
        _make_double(thing)
        self.X, self.batch = self._input(n_inputs)
        self.parameters = self._parameters()
        self.is_single = self._is_single()

    @property
    def unit(self) -> float:
        """The unit of the last place of what it computes in."""
        return SINGLE if self.is_single else DOUBLE

    @property
    def columns(self) -> bool:
        """Whether samples stand in columns."""
        return self.batch.columns and not self.batch.flat

    def copied(self) -> LearnerLayer:
        """Another one in the same state."""
        return copy.deepcopy(self)

    def array(self, leaf: Leaf) -> Array:
        """A parameter's numbers."""
        return leaf.values(self.thing)

    def forward(self, X: Array) -> Array:
        """The output for X."""
        self.output = as_array(self._raw_output(X)).astype(np.float64)
        return self.output

    def _raw_output(self, X: Array) -> Any:
        function = method(self.thing, FORWARD)
        extras = tuple(_extra(p.name) for p in required(function)[1:]) if function is not None else ()
        with quiet():
            result = self.way(lambda x: function(x, *extras) if function is not None else None, (X,))
        result = attribute(self.thing, OUTPUT) if result is None else result
        return result[0] if isinstance(result, tuple) else result

    # ---- what it takes

    def _input(self, n_inputs: int | None) -> tuple[Array, Batch]:
        """A batch that the layer accepts, and how samples stand in it."""
        random = np.random.default_rng(5)
        reasons: list[str] = []
        floats = ((batch, random.normal(size=batch.shape(n))) for batch, n in self._sizes(n_inputs))
        for batch, X in chain(floats, self._integers()):
            for way in forms():
                self.way = way
                state = copy.deepcopy(self.thing)
                try:
                    output = as_array(self._raw_output(X))
                    if _is_batch(output, batch):
                        return X, batch
                except ArgumentError:
                    raise
                except Exception as reason:  # whatever a learner's layer raises for what it does not accept
                    reasons.append(why(reason))
                self.thing = state
        first = f"; {reasons[0]}" if reasons else ""
        raise ArgumentError(f"the layer's forward could not be called with a batch{first}")

    def _sizes(self, n_inputs: int | None) -> Iterator[tuple[Batch, int]]:
        """Ways to give samples, and numbers of features, the likeliest first."""
        arrays = [leaf.values(self.thing) for leaf in leaves(self.thing)]
        sizes = [n for array in arrays if array.ndim for n in array.shape]
        wide = [n for array in arrays if array.ndim == 2 for n in array.shape if min(array.shape) > 1]
        tall = any(a.ndim == 2 and a.shape[1] == 1 and a.shape[0] > 1 for a in arrays)
        known = [n_inputs] if n_inputs is not None else [*wide, *sizes, N_INPUTS, *(n - 1 for n in wide)]
        # One feature last: where one number serves all features, several of them show it.
        candidates = sorted((n for n in dict.fromkeys(known) if n > 0), key=lambda n: n == 1)
        for columns in () if self._alone else (tall, not tall):
            if isinstance(self.thing, FunctionPair) and columns is not tall:
                self.thing.turn()
            for n in candidates:
                yield Batch(N_SAMPLES, columns, False), n
        one_row, one_column, flat = Batch(1, False, False), Batch(1, True, False), Batch(1, False, True)
        for batch in (*((one_column, one_row) if tall else (one_row, one_column)), flat):
            for n in candidates:
                yield batch, n

    def _integers(self) -> Iterator[tuple[Batch, Array]]:
        """Integers that number the rows of a table of the layer, some of them twice."""
        for array in (leaf.values(self.thing) for leaf in leaves(self.thing)):
            if array.ndim == 2 and len(array) > 1:
                rows = np.array([0, len(array) - 1, 0, len(array) // 2, len(array) - 1])
                for shape in ((N_SAMPLES,), (N_SAMPLES, 1)):
                    yield Batch(N_SAMPLES, False, False, True), rows.reshape(shape)

    def _parameters(self) -> list[Leaf]:
        """Arrays that the forward pass reads and does not write."""
        output = self.forward(self.X)
        leaves_read = []
        for leaf in leaves(self.thing):
            values = leaf.values(self.thing)
            if isinstance(leaf.raw(self.thing), int):  # a size, or a setting
                continue
            is_array = isinstance(leaf.raw(self.thing), np.ndarray) and values.ndim == 1
            if values.size == 1 and not is_array and leaf.last_word.lower().strip("_") not in BIAS:
                continue
            if self._depends_on(leaf, values, output):
                leaves_read.append(leaf)
        return leaves_read

    def _depends_on(self, leaf: Leaf, values: Array, output: Array) -> bool:
        moved = values + 0.01 * (1 + np.abs(values)) * np.random.default_rng(4).uniform(0.5, 1, values.shape)
        try:
            leaf.write(self.thing, moved)
            other = self.forward(self.X)
            is_kept = np.array_equal(leaf.values(self.thing), moved)
            changes = other.shape != output.shape or not np.array_equal(other, output, equal_nan=True)
            if not is_kept:
                return False
            leaf.write(self.thing, values)
            again = self.forward(self.X)
            return changes and np.array_equal(again, output, equal_nan=True)
        except Exception:  # an array that the layer counts with must not be moved
            leaf.write(self.thing, values)
            return False

    def _is_single(self) -> bool:
        """Whether the layer computes in single precision, or cuts what it is given to that."""
        if as_array(self._raw_output(self.X)).dtype.itemsize < 8:
            return True
        cuts = not self.batch.is_of_integers and _cuts(self.X, self.forward)
        for leaf in self.parameters:
            values = leaf.values(self.thing)

            def of_values(moved: Array, leaf: Leaf = leaf) -> Array:
                leaf.write(self.thing, moved)
                return self.forward(self.X)

            cuts = cuts or _cuts(values, of_values)
            leaf.write(self.thing, values)
        self.forward(self.X)
        return cuts


def _cuts(values: Array, function: Callable[[Array], Array]) -> bool:
    """Whether a function does not see the digits that single precision has not got."""
    moved = values + (1 + np.abs(values)) / 10_000
    at, at_moved = function(values), function(moved)
    rounded, moved_rounded = (function(a.astype(np.float32).astype(np.float64)) for a in (values, moved))
    is_blind = np.array_equal(at, rounded) and np.array_equal(at_moved, moved_rounded)
    return is_blind and not np.array_equal(at, at_moved)


def _extra(name: str) -> Any:
    """What a forward pass gets besides the samples: True where it asks whether it is trained."""
    lower = name.lower()
    if any(word in lower for word in SWITCHES):
        return not any(word in lower for word in ("test", "infer", "eval"))
    raise ArgumentError(
        f"the layer's forward needs {name!r} besides the samples; wrap it: lambda X: layer.forward(X, ...)"
    )


def _is_batch(output: Array, batch: Batch) -> bool:
    """Whether this is an output for such a batch: numbers, one row or column for each sample."""
    if output.dtype.kind not in "fiu":
        return False
    if batch.flat:
        return output.ndim <= 2 and output.size > 0
    return output.ndim == 2 and output.shape[1 if batch.columns else 0] == batch.n_samples


def _make_double(thing: Any) -> None:
    """All float arrays of single precision in double; differences need it."""
    for leaf in leaves(thing):
        raw = leaf.raw(thing)
        if hasattr(raw, "detach"):
            if raw.is_floating_point():
                raw.data = raw.data.double()
        elif isinstance(raw, np.ndarray) and raw.dtype.kind == "f" and raw.dtype.itemsize < 8:
            owner = thing
            for step in leaf.path[:-1]:
                owner = step.of(owner)
            leaf.path[-1].put(owner, raw.astype(np.float64))
