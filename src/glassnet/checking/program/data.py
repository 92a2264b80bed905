"""The data as a learner's program may want them: samples in rows, in columns, one at a time; targets to match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.words import meanings
from glassnet.support.arrays import as_array

MOST_SAMPLES, FEWEST = 6, 5


@dataclass(frozen=True)
class DataForm:
    """One form of the same few samples and their targets."""

    # X, y: as they are handed over
    X: Any
    y: Any
    form: str  # "rows", "columns" or "one sample at a time"
    n_samples: int  # how many
    targets: Array  # (n_samples, n_outputs), of float64
    labels: bool = False  # whether y holds classes by number


@dataclass(frozen=True)
class Samples:
    """A few samples in rows, with targets (n_samples, n_outputs), and classes by number where there are classes."""

    X: Array
    Y: Array
    labels: Array | None

    @property
    def sizes(self) -> tuple[int, int]:
        """Numbers of features and outputs."""
        return self.X.shape[1], self.Y.shape[1]

    def cases(self) -> Iterator[DataForm]:
        """All forms, the commonest first."""
        yield from self._batches(False)
        yield from self._batches(True)
        yield from self._alone()

    def _batches(self, columns: bool) -> Iterator[DataForm]:
        X, Y, m = self.X, self.Y, len(self.X)
        form, x = ("columns", X.T) if columns else ("rows", X)
        yield DataForm(x.copy(), (Y.T if columns else Y).copy(), form, m, Y)
        if self.labels is not None:
            yield DataForm(x.copy(), self.labels.copy(), form, m, Y, True)
        if Y.shape[1] == 1:
            yield DataForm(x.copy(), Y[:, 0].copy(), form, m, Y)

    def _alone(self) -> Iterator[DataForm]:
        x, y, form = self.X[-1], self.Y[-1], "one sample at a time"
        for sample, target in (
            (x.reshape(-1, 1), y.reshape(-1, 1)), (x, y), (x.reshape(1, -1), y.reshape(1, -1)),
            (x.tolist(), y.tolist()),
        ):  # fmt: skip
            yield DataForm(_copy(sample), _copy(target), form, 1, y.reshape(1, -1))
        for shape, wanted in (((1, 1, -1), (1, 1, -1)), ((1, -1, 1), (1, -1, 1))):
            yield DataForm(x.reshape(shape).copy(), y.reshape(wanted).copy(), form, 1, y.reshape(1, -1))
        if len(y) == 1:
            yield DataForm(x.copy(), float(y[0]), form, 1, y.reshape(1, -1))
            yield DataForm(x.tolist(), float(y[0]), form, 1, y.reshape(1, -1))
        if self.labels is not None:
            yield DataForm(x.copy(), int(self.labels[-1]), form, 1, y.reshape(1, -1), True)
            yield DataForm(x.reshape(-1, 1), int(self.labels[-1]), form, 1, y.reshape(1, -1), True)

    def pairs(self, n: int) -> Iterator[tuple[str, Any, Array, Array]]:
        """The first n samples as a list of pairs (x, y), as columns, as rows and as they are; with X and Y in rows."""
        X, Y = self.X[-n:], self.Y[-n:]
        yield "columns", [(x.reshape(-1, 1), y.reshape(-1, 1)) for x, y in zip(X, Y, strict=True)], X, Y
        yield "flat", list(zip(X, Y, strict=True)), X, Y
        yield "rows", [(x.reshape(1, -1), y.reshape(1, -1)) for x, y in zip(X, Y, strict=True)], X, Y
        yield "lists", [[x.tolist(), y.tolist()] for x, y in zip(X, Y, strict=True)], X, Y


def _copy(values: Any) -> Any:
    return values.copy()


def other_targets(y: Any) -> Any:
    """Other targets of the same kind: classes in another order, numbers turned round."""
    if isinstance(y, np.ndarray):
        return np.roll(y, 1) if y.dtype.kind == "i" else 1 - y
    if isinstance(y, int):
        return 1 - min(y, 1)
    return 1 - y if isinstance(y, float) else (1 - np.asarray(y)).tolist()


def drawn(n_inputs: int, n_outputs: int, kind: str = "any") -> Samples:
    """Samples at random; targets by kind: "classes", "binary", or "any" numbers between 0 and 1."""
    random = np.random.default_rng(3)
    X = random.normal(size=(FEWEST, n_inputs))
    if kind == "classes" and n_outputs > 1:
        labels = (n_outputs - 1 - np.arange(FEWEST)) % n_outputs
        return Samples(X, np.eye(n_outputs)[labels], labels)
    if kind == "binary":
        labels = np.arange(FEWEST) % 2
        Y = (np.arange(FEWEST)[:, None] + np.arange(n_outputs)) % 2
        return Samples(X, Y.astype(np.float64), labels if n_outputs == 1 else None)
    return Samples(X, random.uniform(0.1, 0.9, size=(FEWEST, n_outputs)), None)


def few(X: Any, y: Any, n_outputs: int | None) -> Samples:
    """Some of the user's samples, of every class where y holds classes.

    Parameters
    ----------
    X : array
        (n_samples, n_features), or with more axes, which are flattened.
    y : array
        Values, rows, or classes by number or name.
    n_outputs : int, optional
        Outputs of the program, where they are known.
    """
    X = np.asarray(X, np.float64)
    X = X.reshape(len(X), -1)
    y = np.asarray(y)
    flat = y.reshape(len(y)) if y.size == len(y) else None
    if flat is None:
        Y = y.reshape(len(y), -1).astype(np.float64)
        is_hot = bool(((Y == 0) | (Y == 1)).all() and (Y.sum(axis=1) == 1).all())
        labels = Y.argmax(axis=1) if is_hot else None
        chosen = _chosen(labels, len(X))
        return Samples(X[chosen], Y[chosen], None if labels is None else labels[chosen])
    if flat.dtype.kind in "fiub" and (n_outputs == 1 or flat.dtype.kind == "f" or len(np.unique(flat)) <= 2):
        values = flat.astype(np.float64)
        whole = bool((values == np.round(values)).all())
        chosen = _chosen(values.astype(int) if whole else None, len(X))
        return Samples(X[chosen], values[chosen, None], values[chosen].astype(int) if whole else None)
    classes, labels = np.unique(flat, return_inverse=True)
    hot = np.eye(max(len(classes), n_outputs or 0))[labels]
    chosen = _chosen(labels, len(X))
    return Samples(X[chosen], hot[chosen], labels[chosen])


def variants(samples: Samples) -> list[Samples]:
    """The samples, and the same with targets in another form: two classes as one column of 0 and 1, or as two."""
    Y, labels = samples.Y, samples.labels
    if labels is None:
        return [samples]
    if Y.shape[1] == 1 and labels.min() >= 0 and labels.max() < len(labels):
        return [samples, Samples(samples.X, np.eye(max(int(labels.max()) + 1, 2))[labels], labels)]
    if Y.shape[1] == 2:
        return [samples, Samples(samples.X, labels[:, None].astype(np.float64), labels)]
    return [samples]


def given_or_drawn(samples: Samples | None) -> list[Samples]:
    """The user's samples in every form of their targets, or where there are none some at random."""
    return [drawn(3, 2, "classes"), drawn(3, 1, "binary")] if samples is None else variants(samples)


def own_of(names: Mapping[str, Any]) -> list[Samples]:
    """A few of the samples and targets that a module holds itself, by the names of its arrays; empty for none."""
    arrays = {
        name: as_array(v) for name, v in names.items() if isinstance(v, (np.ndarray, list)) and is_numbers(v)
    }
    X = next((a for name, a in arrays.items() if meanings(name)[:1] == ["x"] and a.ndim > 1), None)
    y = next((a for name, a in arrays.items() if meanings(name)[:1] == ["y"]), None)
    if X is None or y is None:
        return []
    if len(X) != len(y) and X.ndim == y.ndim == 2 and X.shape[1] == y.shape[1]:
        X, y = X.T, y.T
    return variants(few(X, y, None)) if len(X) == len(y) > 1 and np.isfinite(X).all() else []


def is_numbers(values: Any) -> bool:
    """Whether these are numbers in rows of equal length."""
    try:
        return np.asarray(values).dtype.kind in "fiu" and np.size(values) > 0
    except ValueError:  # rows of unequal length
        return False


def _chosen(labels: Array | None, n: int) -> Array:
    """Places of some samples: all of a few, as they stand; else one of each class, then the first."""
    if n <= MOST_SAMPLES:
        return np.arange(n)
    first = (
        []
        if labels is None
        else [int(np.flatnonzero(labels == label)[0]) for label in np.unique(labels)[::-1]]
    )
    rest = [i for i in range(n) if i not in first]
    most = max(MOST_SAMPLES, len(first))
    return np.array([*first, *rest][:most], int)
