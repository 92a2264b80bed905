"""Split, encode and scale: as scikit-learn does, with errors that name the argument."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.datasets import splitting
from glassnet.datasets.randomness import Seed, legacy_source
from glassnet.errors import DataError, NotBuiltError, ShapeError
from glassnet.network.inputs import UNNAMED, Meaning
from glassnet.network.inputs.meaning import columns_of
from glassnet.network.inputs.precision import must_stay_different
from glassnet.support import checks
from glassnet.support.calls import explained

MOST_CLASSES = 1_000_000  # columns


@explained
def train_test_split(
    X: ArrayLike,
    y: ArrayLike,
    *,
    test_size: float = 0.2,
    seed: Seed = 42,
    stratify: bool = False,
) -> tuple[Any, Any, Any, Any]:
    """Shuffle the samples and keep a share of them for testing.

    Parameters
    ----------
    X, y : arrays of shape (n_samples, ...), or tables
    test_size : float
        Share of the samples to test on, 0 < test_size < 1; rounded up to whole samples.
    seed : int, Generator, RandomState or None
        An integer gives the same split every time; None gives another one each time.
    stratify : bool
        Give both parts the same share of each class; `y` must then hold class labels.

    Returns
    -------
    X_train, X_test, y_train, y_test : arrays
        Of a table, tables, so that the names of its columns go on.

    Raises
    ------
    ArgumentError
        If `test_size` or `seed` is out of range.
    ShapeError
        If `X` and `y` differ in length.
    DataError
        If there are too few samples, or too few of a class, for two parts.

    Notes
    -----
    Source: `sklearn.model_selection.train_test_split`, row for row the same for an integer seed.
    """
    test_size = checks.number("test_size", test_size, above=0.0, below=1.0)
    by_class = checks.truth("stratify", stratify)
    random = legacy_source(seed)
    samples, targets = checks.array("X", X), checks.array("y", y)
    _check_same_length(samples, targets)
    if by_class:
        train, test = splitting.stratified(targets, test_size, random)
    else:
        train, test = splitting.shuffled(len(samples), test_size, random)
    parts = [
        _rows(original, array, rows)
        for original, array in ((X, samples), (y, targets))
        for rows in (train, test)
    ]
    return parts[0], parts[1], parts[2], parts[3]


@explained
def one_hot(labels: ArrayLike, n_classes: int | None = None) -> NDArray[np.float64]:
    """Row i is 1 in the column of sample i's class and 0 elsewhere.

    Parameters
    ----------
    labels : integer array of shape (n_samples,)
        Class labels 0 … n_classes - 1.
    n_classes : int, optional
        Number of columns; the largest label plus one if left out.

    Returns
    -------
    float64 array of shape (n_samples, n_classes)

    Raises
    ------
    ShapeError
        If `labels` has not exactly one axis.
    DataError
        If `labels` is empty, holds no integers, or an integer outside 0 … n_classes - 1.

    """
    classes = _class_labels(labels)
    columns = max(int(classes.max()) + 1, 1) if n_classes is None else n_classes
    checks.integer("n_classes", columns, least=1, most=MOST_CLASSES)
    if classes.max() >= columns or classes.min() < 0:
        wrong = int(np.flatnonzero((classes < 0) | (classes >= columns))[0])
        raise DataError(
            f"labels must lie in 0 to {columns - 1} for {columns} classes; "
            f"labels[{wrong}] is {classes[wrong]}"
        )
    encoded = np.zeros((len(classes), columns))
    encoded[np.arange(len(classes)), classes] = 1.0
    return encoded


class Standardizer:
    """Shift and scale each feature to mean 0 and standard deviation 1: z = (x - mean) / scale.

    The mean and the scale are those of the samples given to :meth:`fit`, so fit on the training
    samples only and transform both parts. A constant feature becomes 0; its scale is 1.

    Notes
    -----
    Source: `sklearn.preprocessing.StandardScaler`.
    """

    @explained
    def __init__(self) -> None:
        self._moments: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self._meaning = UNNAMED

    @explained
    def fit(self, X: ArrayLike) -> Self:
        """Measure the mean and the standard deviation (divisor n) of each column of `X`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)

        Raises
        ------
        ShapeError
            If `X` has not exactly two axes.
        DataError
            If `X` is empty, not numeric, masked, or holds NaN or infinity.
        """
        samples = _finite_table(X)
        self._moments, self._meaning = (samples.mean(axis=0), _scale(samples)), Meaning(columns_of(X))
        return self

    @explained
    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return (X - mean) / scale, of the shape of `X`.

        Raises
        ------
        NotBuiltError
            Before :meth:`fit`.
        ShapeError, DataError
            As :meth:`fit`, and if `X` has another number of features than there, or is a table with other columns, or
            with the same in another order.
        """
        return (self._table_as_fitted(X) - self.mean) / self.scale

    @explained
    def fit_transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Fit on `X` and return it transformed."""
        return self.fit(X).transform(X)

    @explained
    def inverse_transform(self, Z: ArrayLike) -> NDArray[np.float64]:
        """Return Z · scale + mean, which undoes :meth:`transform`; errors as there."""
        return self._table_as_fitted(Z) * self.scale + self.mean

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean of each feature, shape (n_features,)."""
        return self._fitted()[0]

    @property
    def scale(self) -> NDArray[np.float64]:
        """Standard deviation of each feature, 1 where it is 0, shape (n_features,)."""
        return self._fitted()[1]

    def _fitted(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if self._moments is None:
            raise NotBuiltError("this Standardizer has seen no samples; call fit(X_train) first")
        return self._moments

    def _table_as_fitted(self, X: ArrayLike) -> NDArray[np.float64]:
        n_features = len(self.mean)
        self._meaning.check_features("X", X)
        samples = _finite_table(X)
        if samples.shape[1] != n_features:
            raise ShapeError(
                f"this Standardizer was fitted on {n_features} features; "
                f"X has {samples.shape[1]} (shape {samples.shape})"
            )
        return samples


def _rows(original: Any, array: NDArray[Any], rows: NDArray[np.int64]) -> Any:
    """These rows of an array, or of the table that it was made of."""
    if not columns_of(original):
        return array[rows]
    if hasattr(original, "iloc"):
        return original.iloc[rows]
    return original.take(rows) if hasattr(original, "take") else original[rows]


def _scale(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviations, and 1 for a feature that is constant up to the rounding of its mean."""
    n, mean, deviation = len(samples), samples.mean(axis=0), samples.std(axis=0)
    rounding = np.finfo(np.float64).eps * np.abs(mean) * n
    return np.where(deviation <= rounding, 1.0, deviation)


def _check_same_length(X: NDArray[Any], y: NDArray[Any]) -> None:
    for name, array in (("X", X), ("y", y)):
        if array.ndim == 0:
            raise ShapeError(f"{name} must have one row for each sample; got a single value")
    if len(X) != len(y):
        raise ShapeError(
            f"X and y must have the same length; "
            f"X has {len(X)} samples (shape {X.shape}), y has {len(y)} (shape {y.shape})"
        )


def _class_labels(labels: ArrayLike) -> NDArray[np.integer[Any]]:
    classes = checks.array("labels", labels)
    if classes.ndim != 1:
        raise ShapeError(
            f"labels must have shape (n_samples,); got shape {classes.shape}, "
            "so perhaps they are one-hot already: labels.argmax(axis=1) gives the classes"
        )
    if classes.size == 0:
        raise DataError("labels must name at least one sample; got none")
    if not np.issubdtype(classes.dtype, np.integer):
        raise DataError(
            f"labels must be integers; got {classes.dtype}: "
            "np.unique(labels, return_inverse=True)[1] numbers them"
        )
    return classes


def _finite_table(X: ArrayLike) -> NDArray[np.float64]:
    numbers = checks.real("X", X)
    table = numbers.astype(np.float64)
    if table.ndim != 2:
        raise ShapeError(f"X must have shape (n_samples, n_features); got shape {table.shape}")
    if table.size == 0:
        raise DataError(f"X must hold at least one sample and one feature; got shape {table.shape}")
    if not np.isfinite(table).all():
        row, column = (int(index) for index in np.argwhere(~np.isfinite(table))[0])
        raise DataError(
            f"X must be finite; row {row}, column {column} is {table[row, column]}: "
            "drop such rows or fill them in"
        )
    must_stay_different("X", numbers, table, columns_of(X) or None)
    return table
