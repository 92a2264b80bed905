"""Seconds of CPU of searches and small fits, beside scikit-learn's MLP; one thread each, medians of some repeats."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

import glassnet as gn

HIDDEN = [(16,), (32,), (64,), (32, 32)]
RATES = [1e-3, 2e-3, 5e-3, 1e-2]
ALPHAS = [1e-5, 1e-3]
EPOCHS, BATCH = 20, 32


def seconds(act: Callable[[], Any], repeats: int) -> float:
    """Median seconds of CPU; what is loaded and compiled is left out by a first run."""
    act()
    found = []
    for _ in range(repeats):
        began = time.process_time()
        act()
        found.append(time.process_time() - began)
    return statistics.median(found)


def told(what: str, ours: float, theirs: float) -> None:
    print(f"{what}: {ours:.3f} s, scikit-learn {theirs:.3f} s, ratio {theirs / ours:.1f}", flush=True)


def search(model: Any, grid: dict[str, list[Any]], X: Any, y: Any) -> None:
    GridSearchCV(model, grid, cv=5, refit=False, error_score="raise").fit(X, y)


def run(repeats: int) -> None:
    """Print the figures."""
    warnings.simplefilter("ignore")
    X, y = load_digits(return_X_y=True)
    shared: dict[str, Any] = {"batch_size": BATCH, "random_state": 0}
    plain: dict[str, Any] = {"activation": "relu", "optimizer": gn.Adam(1e-3), "epochs": EPOCHS, **shared}
    theirs = MLPClassifier(max_iter=EPOCHS, n_iter_no_change=EPOCHS, **shared)
    of_theirs = {"hidden_layer_sizes": HIDDEN, "learning_rate_init": RATES, "alpha": ALPHAS}
    taken = seconds(lambda: search(theirs, of_theirs, X, y), 1)
    of_ours = {"hidden": HIDDEN, "learning_rate": RATES, "l2": ALPHAS}
    for told_as, stopping in (
        ("all rows in all epochs", False),
        ("the best epoch on a fifth of the rows", None),
    ):
        ours = gn.NetworkClassifier(early_stopping=stopping, **plain)
        told(
            f"32 settings x 5 folds on digits, {told_as}",
            seconds(lambda ours=ours: search(ours, of_ours, X, y), 1), taken,
        )  # fmt: skip
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    told(
        "150 rows, small beside the default MLP",
        seconds(lambda: gn.NetworkClassifier("small", random_state=0).fit(X, y), repeats),
        seconds(lambda: MLPClassifier(random_state=0).fit(X, y), repeats),
    )
