"""Other right ways of writing the exercises of lesson 8, and wrong ones with what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.preprocessing import StandardScaler

import glassnet as gn


def by_scaler(X_train: Any, X_test: Any) -> Any:
    scaler = StandardScaler().fit(X_train)
    return scaler.transform(X_train), scaler.transform(X_test)


def in_loops(X_train: Any, X_test: Any) -> Any:
    train, test = X_train.copy(), X_test.copy()
    for j in range(X_train.shape[1]):
        mean, spread = np.mean(X_train[:, j]), np.std(X_train[:, j])
        train[:, j] = (train[:, j] - mean) / spread
        test[:, j] = (test[:, j] - mean) / spread
    return [train, test]


def counted(y: Any, p: Any, n_classes: int) -> Any:
    return [[sum((y == i) & (p == j)) for j in range(n_classes)] for i in range(n_classes)]


RIGHT = {
    "8.3": [
        lambda P, y: accuracy_score(y, P.argmax(axis=1)),
        lambda P, y: sum(int(np.argmax(row)) == c for row, c in zip(P, y, strict=True)) / len(y),
        lambda P, y: np.count_nonzero(P.argmax(1) == y) / y.size,
    ],
    "8.2": [
        lambda y, n_classes: np.eye(n_classes)[y],
        lambda y, n_classes: (y[:, None] == np.arange(n_classes)).astype(int),
        lambda y, n_classes: gn.one_hot(y, n_classes),
    ],
    "8.4": [
        lambda n, u, random: (2 * random.random((n, u)) - 1) / np.sqrt(n),
        lambda n, u, random: random.uniform(-(n**-0.5), n**-0.5, (n, u)),
        lambda n, u, random: [[random.uniform(-1 / n**0.5, 1 / n**0.5) for _ in range(u)] for _ in range(n)],
    ],
    "8.5": [
        counted,
        lambda y, p, n_classes: confusion_matrix(y, p, labels=range(n_classes)),
        lambda y, p, n_classes: np.bincount(y * n_classes + p, minlength=n_classes**2).reshape(
            n_classes, n_classes
        ),
    ],
    "8.1": [
        by_scaler,
        in_loops,
        lambda a, b: ((a - np.mean(a, 0)) / np.std(a, 0), (b - np.mean(a, 0)) / np.std(a, 0)),
    ],
}
WRONG = {
    "8.4": [
        (
            lambda n, u, random: (random.random((n, u)), random.random(u)),
            "the table of weights alone is asked for",
        ),
        (lambda n, u, random: None, "it gives None; the table of weights"),
        (lambda n, u, random: random.uniform(-1, 1, (n, u)), "for 64 inputs none is beyond 1/√64 = 0.125"),
        (
            lambda n, u, random: random.uniform(-1 / n, 1 / n, (n, u)),
            "for 64 inputs they go up to 1/√64 = 0.125",
        ),
        (lambda n, u, random: random.uniform(0, n**-0.5, (n, u)), "none is negative: the smallest is"),
        (
            lambda n, u, random: random.normal(0, n**-0.5, (n, u)),
            "these are normal numbers with standard deviation 0.125",
        ),
        (
            lambda n, u, random: random.uniform(-(n**-0.5), n**-0.5, (u, n)),
            "units first; (64, 32) is asked for",
        ),
        (
            lambda n, u, random: np.random.RandomState(0).uniform(-0.125, 0.125, (n, u)),
            "two generators give the same",
        ),
        (lambda n, u, random: random.uniform(-(u**-0.5), u**-0.5, (n, u)), "the largest is 0.177"),
        (lambda n, u, random: random.choice([-1, 1], (n, u)) / np.sqrt(n), "their mean is"),
    ],
}
ALIKE: set[str] = set()
