"""What is compared: functions from a split and a seed to predictions for its test part.

glassnet and pytabkit are imported where they are used, so that either may be measured where the other is not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.tables.sets import Split

Method = Callable[[Split, int], np.ndarray]


def numbers_of(X: pd.DataFrame) -> list[str]:
    """The columns of numbers; the others hold categories."""
    return [name for name in X.columns if pd.api.types.is_numeric_dtype(X[name])]


def sklearn_mlp(split: Split, seed: int) -> np.ndarray:
    """scikit-learn's default MLP on median-imputed, standardised, one-hot data."""
    numbers = numbers_of(split.X_train)
    categories = [name for name in split.X_train.columns if name not in numbers]
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            (
                "categories",
                make_pipeline(
                    SimpleImputer(strategy="constant", fill_value="missing"), OneHotEncoder(handle_unknown="ignore")
                ),
                categories,
            ),
        ],
        sparse_threshold=0,
    )  # fmt: skip
    mlp = MLPClassifier if split.is_of_classes else MLPRegressor
    model = make_pipeline(prepare, mlp(random_state=seed))
    return model.fit(split.X_train, split.y_train).predict(split.X_test)


def boosting(split: Split, seed: int) -> np.ndarray:
    """scikit-learn's histogram gradient boosting with its defaults; columns of text as categories."""
    numbers = numbers_of(split.X_train)
    train, test = split.X_train.copy(), split.X_test.copy()
    for name in train.columns.difference(numbers):
        levels = pd.Index(train[name].dropna().unique())
        train[name], test[name] = (
            pd.Categorical(part[name], categories=levels) for part in (split.X_train, split.X_test)
        )
    cls = HistGradientBoostingClassifier if split.is_of_classes else HistGradientBoostingRegressor
    model = cls(random_state=seed, categorical_features="from_dtype")
    return model.fit(train, split.y_train).predict(test)


def realmlp(split: Split, seed: int, kind: str) -> np.ndarray:
    """RealMLP as pytabkit has it, on one thread."""
    from pytabkit.models.sklearn import sklearn_interfaces as pytabkit

    X_train, X_test = _without_missing(split.X_train, split.X_test)
    ending = "Classifier" if split.is_of_classes else "Regressor"
    cls: Any = getattr(pytabkit, f"RealMLP_{kind}_{ending}")
    model = cls(device="cpu", random_state=seed, n_threads=1, verbosity=0)
    return np.asarray(model.fit(X_train, split.y_train).predict(X_test)).ravel()


def _without_missing(*parts: pd.DataFrame) -> list[pd.DataFrame]:
    """Missing numbers replaced by the median of the first part, which is trained on, since RealMLP takes none."""
    return [part.fillna(parts[0].median(numeric_only=True)) for part in parts]


def glassnet_estimator(split: Split, seed: int, **given: Any) -> np.ndarray:
    """glassnet's estimator with these arguments."""
    import glassnet as gn

    cls = gn.NetworkClassifier if split.is_of_classes else gn.NetworkRegressor
    model = cls(random_state=seed, verbose=False, **given)
    return model.fit(split.X_train, split.y_train).predict(split.X_test)


METHODS: dict[str, Method] = {
    "sklearn-mlp": sklearn_mlp,
    "boosting": boosting,
    "realmlp-s": partial(realmlp, kind="TD_S"),
    "realmlp-td": partial(realmlp, kind="TD"),
    "tabular": glassnet_estimator,
    "tabular-8": partial(glassnet_estimator, ensemble=8),
    "tabular-strong": partial(glassnet_estimator, preset="tabular-strong"),
    "small": partial(glassnet_estimator, preset="small"),
    "sklearn": partial(glassnet_estimator, preset="sklearn"),
}
