"""Samples and what is known about them, from a data set, a file or arrays."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import datasets
from glassnet.datasets import Dataset
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.network import inputs
from glassnet.network.inputs.meaning import columns_of
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained

_LARGEST_CLASS = 2**53


@dataclass(frozen=True, eq=False)
class Source:
    """Samples and what is known about them.

    Attributes
    ----------
    name : str
        Of the data set, or of the file.
    X : float64 array, (n_samples, n_features)
    feature_names : tuple of str
    features_named : bool
        Whether they are the source's own; if not, they only count the columns.
    labels : array of str, (n_samples,), or None
        The name of each sample's class, where y can stand for classes.
    class_names : tuple of str
        All of them, in the order in which a network counts them.
    multi_label : bool
        Whether y holds rows of 0 and 1 that are not one-hot: a sample may be of several classes, or of none.
    values : float64 array, (n_samples, n_outputs), or None
        y as numbers, where it holds numbers.
    task : str
        "classification", "regression", or "" without y.
    """

    name: str
    X: NDArray[np.float64]
    feature_names: tuple[str, ...]
    labels: NDArray[np.str_] | None = None
    class_names: tuple[str, ...] = ()
    values: NDArray[np.float64] | None = None
    task: str = ""
    features_named: bool = False
    multi_label: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for the same samples in the same order, and in all likelihood for no others."""
        digest = hashlib.sha256(self.X.tobytes())
        for part in (self.values, self.labels):
            text = "" if part is None else "\n".join(map(str, part.ravel().tolist()))
            digest.update(text.encode(errors="surrogatepass"))  # a name may hold half of a character
        return digest.hexdigest()[:16]


@explained
def read(source: str) -> Source:
    """The data set of this name, or the ``.npz`` file with arrays X and y at this path.

    Raises
    ------
    UnknownNameError
        If it is neither; the message lists the nearest names.
    DataError, ShapeError
        If the file cannot be read, or holds no samples that a network can learn from.
    """
    path = checks.path("source", source)
    if path.suffix == ".npz":
        return _of_file(path)
    if path.suffix or len(path.parts) > 1:
        raise ArgumentError(
            f"{source!r} is neither the name of a data set ({', '.join(datasets.names())}) "
            "nor a .npz file with arrays X and y"
        )
    return _of_dataset(datasets.get(source))


def _of_dataset(dataset: Dataset) -> Source:
    classes = dataset.target_names or ()
    return Source(
        name=dataset.name,
        X=dataset.X,
        feature_names=dataset.feature_names,
        labels=np.array(classes)[dataset.y.ravel().astype(int)] if classes else None,
        class_names=classes,
        values=np.asarray(dataset.y, np.float64).reshape(len(dataset.y), -1),
        task=dataset.task,
        features_named=True,
    )


def _of_file(path: Path) -> Source:
    arrays, names = _arrays(path)
    if "X" not in arrays:
        held = ", ".join(map(repr, names)) or "nothing"
        raise DataError(
            f"{path} must hold an array 'X', and for training and evaluation 'y'; it holds {held}. "
            f"Write it with numpy.savez({path.name!r}, X=X, y=y)"
        )
    return _of_arrays(path.name, str(path), arrays["X"], arrays.get("y"))


@explained
def of_arrays(X: ArrayLike, y: ArrayLike | None = None, *, name: str = "data") -> Source:
    """Samples (n_samples, n_features) and their targets: classes as integers, text or one-hot rows, or values.

    Names of columns are those of a table.

    Raises
    ------
    DataError, ShapeError
        If they hold no samples that a network can learn from.
    """
    name, columns = checks.text("name", name), columns_of(X)
    source = _of_arrays(name, name, X, None if y is None else checks.array(f"y of {name}", y))
    if not columns:
        return source
    return replace(source, feature_names=tuple(map(str, columns)), features_named=True)


def _of_arrays(name: str, place: str, X: ArrayLike, y: Array | None) -> Source:
    samples = inputs.features(f"X of {place}", X, np.float64, None, "")
    source = Source(name, samples, _feature_names(np.shape(X)[1:]))
    return source if y is None else _with_targets(source, y, f"y of {place}")


def _feature_names(shape: tuple[int, ...]) -> tuple[str, ...]:
    """Names of the columns, of images those of their pixels."""
    if len(shape) == 2:
        return tuple(f"pixel_{row}_{column}" for row in range(shape[0]) for column in range(shape[1]))
    return tuple(f"x{column}" for column in range(prod(shape)))


def _with_targets(source: Source, y: Array, name: str) -> Source:
    if y.ndim not in (1, 2) or len(y) != len(source.X):
        raise ShapeError(
            f"{name} must have one row for each of the {len(source.X)} samples of X; it has shape {y.shape}"
        )
    y = y.ravel() if y.size == len(y) else y
    text = y.dtype.kind in "US"
    values = None if text else inputs.numeric(name, y, np.float64).reshape(len(y), -1)
    labels, class_names = _classes(y)
    multi_label = values is not None and inputs.several_hot(values)
    if multi_label:
        class_names = tuple(map(str, range(y.shape[1])))
    counted = text or y.dtype.kind in "iub" or y.ndim == 2
    classes = multi_label or (counted and labels is not None)
    return replace(
        source,
        labels=labels,
        class_names=class_names,
        values=values,
        task="classification" if classes else "regression",
        multi_label=multi_label,
    )


def _classes(y: Array) -> tuple[NDArray[np.str_] | None, tuple[str, ...]]:
    """The class of each sample as text, and all classes in order, where y can stand for classes."""
    if y.ndim == 2:
        numbers = y.dtype.kind in "fiub"
        if not numbers or not ((y == 0) | (y == 1)).all() or not (y.sum(axis=1) == 1).all():
            return None, ()
        return y.argmax(axis=1).astype(str), tuple(map(str, range(y.shape[1])))
    if y.dtype.kind == "f":
        if not np.array_equal(y, np.trunc(y)) or np.abs(y).max() > _LARGEST_CLASS:
            return None, ()
    if y.dtype.kind in "fb":
        y = y.astype(np.int64)
    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf-8", "replace")
    distinct, places = np.unique(y, return_inverse=True)
    names = distinct.astype(str)
    return names[places], tuple(names.tolist())


def _arrays(path: Path) -> tuple[dict[str, Array], list[str]]:
    """X and y of a .npz file, as far as it has them, and the names of all its arrays."""
    if not path.exists():
        raise DataError(f"there is no file {str(path)!r}")
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                raise DataError(f"{path} is not a .npz file, or it is cut off")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                names = list(archive.files)
                return {name: archive[name] for name in ("X", "y") if name in names}, names
    except (DataError, MemoryError):
        raise
    except Exception as error:  # what NumPy raises for a damaged header is of many kinds
        raise DataError(f"{path} cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if "Object arrays" in str(error):
        return "an array in it holds Python objects, and restoring those could run code; save numbers, or text as str"
    return getattr(error, "strerror", None) or str(error)
