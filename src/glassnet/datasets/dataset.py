"""What every data set is: samples, targets, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.datasets.preparation import train_test_split
from glassnet.datasets.randomness import Seed
from glassnet.support.calls import explained
from glassnet.support.optional import require

Task: TypeAlias = Literal["classification", "regression"]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Samples with their targets; ``X, y = dataset`` unpacks both.

    Attributes
    ----------
    X : float64 array of shape (n_samples, n_features)
    y : array
        Classification: int64 class labels 0 … n_classes - 1 of shape (n_samples,), for the sparse
        categorical cross-entropy; for XOR a float64 column of 0 and 1, for the binary
        cross-entropy. Regression: float64 of shape (n_samples, 1), as a network with one output
        predicts it.
    feature_names : tuple of str
        One name for each column of `X`.
    target_names : tuple of str, or None
        One name for each class; None for regression.
    task : "classification" or "regression"
    name : str
        The name of the function in `glassnet.datasets` that made it.
    description : str
        One sentence: what a sample is, and what is asked.
    """

    X: NDArray[np.float64]
    y: NDArray[Any]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...] | None
    task: Task
    name: str
    description: str

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """Yield `X`, then `y`."""
        return iter((self.X, self.y))

    def __repr__(self) -> str:
        samples, features = self.X.shape
        classes = "" if self.target_names is None else f", {len(self.target_names)} classes"
        return f"<Dataset {self.name}: {samples} samples, {features} features{classes}>"

    @explained
    def split(
        self, test_size: float = 0.2, *, seed: Seed = 42, stratify: bool = False
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return ``X_train, X_test, y_train, y_test``.

        The arguments and errors are those of :func:`glassnet.train_test_split`.
        """
        return train_test_split(self.X, self.y, test_size=test_size, seed=seed, stratify=stratify)


def scikit_learn_datasets(name: str) -> Any:
    """The module `sklearn.datasets`, which the data set called `name` needs."""
    return require("sklearn.datasets", extra="data", purpose=f"the data set {name!r}")
