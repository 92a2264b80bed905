"""A wrong parameter is named before any work is done, with what it may be; alone, or beside another."""

import inspect
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import glassnet as gn
from glassnet.errors import DataError

X = np.random.default_rng(0).normal(size=(20, 3))
CLASSES = np.arange(20) % 2
VALUES = X[:, 0]
ALL = (gn.NetworkClassifier, gn.NetworkRegressor, gn.NetworkTransformer)


def test_tables_and_classes_that_cannot_be_learned_are_named() -> None:
    model = gn.NetworkClassifier()
    with pytest.raises(DataError, match="X has 2 columns called 'a'; give each a name of its own"):
        model.fit(pd.DataFrame(X[:, :2], columns=["a", "a"]), CLASSES)
    with pytest.raises(DataError, match=r"X is a lazy frame, .* give X.collect\(\)"):
        model.fit(pl.LazyFrame({"a": X[:, 0]}), CLASSES)
    with pytest.raises(DataError, match="y holds text, such as 'a', beside 1; give all classes as text"):
        model.fit(X, np.array([1, "a"] * 10, object))


class Stranger:
    """Nothing that any parameter could be."""


def fitted(cls: Any, **given: Any) -> Any:
    return cls(**given).fit(X, VALUES if cls is gn.NetworkRegressor else CLASSES)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"preset": "tabluar"}, r"preset must be one of 'tabular', .*; got 'tabluar'; did you mean 'tabular'\?"),
    ({"hidden": 0}, r"hidden must be an integer >= 1; got 0"),
    ({"hidden": (8, -1)}, r"hidden must be an integer >= 1; got -1"),
    ({"hidden": "64"}, r"hidden must be a list, such as \(64, 32\); got '64'"),
    ({"hidden": (8,), "depth": 2}, "give hidden, or depth and width"),
    ({"depth": -1}, r"depth must be an integer .*; got -1"),
    ({"width": 2.5}, r"width must be an integer .*; got 2.5"),
    ({"activation": "rleu"}, r"no activation is called 'rleu'; did you mean .*'relu'"),
    (
        {"hidden": (8, 8), "activation": ("relu",)},
        r"activation must be one, or one for each of 2 hidden layers; got 1",
    ),
    ({"loss": "mse_"}, "no loss is called 'mse_'"),
    ({"loss": 3}, "loss must be a name or a glassnet Loss; got 3"),
    ({"optimizer": "adamm"}, "no optimizer is called 'adamm'; did you mean 'adam'"),
    ({"learning_rate": 0}, r"learning_rate must be a finite number and > 0; got 0"),
    ({"learning_rate": "fast"}, r"learning_rate must be .*; got 'fast'"),
    ({"schedule": "cosine"}, r"schedule must be 'constant' or 'log_cosine_cycles'; got 'cosine'"),
    (
        {"learning_rate": gn.schedules.Constant(0.1), "schedule": "constant"},
        "learning_rate is a schedule already",
    ),
    (
        {"optimizer": "lbfgs", "batch_size": 8},
        "LBFGS takes no batch_size: it looks at all rows in every step",
    ),
    ({"optimizer": "lbfgs", "learning_rate": 0.1}, "LBFGS takes no learning_rate"),
    ({"optimizer": "lbfgs", "dropout": 0.1}, "LBFGS takes no dropout"),
    ({"optimizer": "lbfgs", "l1": 0.1}, "LBFGS takes no l1: it needs a loss that is smooth; use l2"),
    ({"batch_size": 0}, r"batch_size must be an integer >= 1; got 0"),
    ({"epochs": 0}, r"epochs must be an integer >= 1; got 0"),
    ({"epochs": 1.5}, r"epochs must be an integer >= 1; got 1.5"),
    ({"shuffle": "no"}, r"shuffle must be True or False; got 'no'"),
    ({"dropout": 1.0}, r"dropout must be a finite number and >= 0 and < 1; got 1.0"),
    ({"batch_norm": 1}, r"batch_norm must be True or False; got 1"),
    ({"l1": -0.1}, r"l1 must be a finite number and >= 0; got -0.1"),
    ({"l2": float("nan")}, r"l2 must be a finite number and >= 0; got nan"),
    ({"early_stopping": "yes"}, r"early_stopping must be True or False; got 'yes'"),
    ({"validation_share": 1.0}, r"validation_share must be a finite number and > 0 and < 1; got 1.0"),
    (
        {"early_stopping": False, "patience": 3},
        "patience belongs to early stopping, and early_stopping is False",
    ),
    ({"patience": 0}, r"patience must be an integer >= 1; got 0"),
    ({"callbacks": "log"}, r"callbacks must be a list, such as .*; got 'log'"),
    ({"callbacks": [3]}, "a callback must be a Callback object or a function; got 3"),
    ({"warm_start": 1}, r"warm_start must be True or False; got 1"),
    ({"engine": "numba"}, r"engine must be one of 'auto', .*; got 'numba'"),
    (
        {"device": "cuda", "engine": "numpy"},
        "device, mixed_precision and torch_compile are options of engine='torch'",
    ),
    ({"dtype": "float16"}, r"dtype must be 'float32' or 'float64'; got 'float16'"),
    ({"scaling": "minmax"}, r"scaling must be one of 'robust', 'standard', 'none'; got 'minmax'"),
    ({"clip": 3}, r"clip must be True or False; got 3"),
    ({"categories": "target"}, r"categories must be 'one_hot' or 'embedding'; got 'target'"),
    ({"categorical": "colour"}, r"categorical must be a list, such as \['colour', 3\]; got 'colour'"),
    ({"categorical": [7]}, r"a column in categorical must be an integer <= 2; got 7"),
    ({"embedding_dimension": 0}, r"embedding_dimension must be an integer >= 1; got 0"),
    ({"verbose": 2}, r"verbose must be True or False; got 2"),
    ({"random_state": "lucky"}, "'lucky' cannot be used to seed"),
]


@pytest.mark.parametrize(
    ("given", "message"), WRONG, ids=lambda value: ", ".join(value) if isinstance(value, dict) else ""
)
@pytest.mark.parametrize("cls", ALL)
def test_a_wrong_parameter_is_named(cls: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fitted(cls, **given)


OWN: list[tuple[Any, dict[str, Any], str]] = [
    (gn.NetworkClassifier, {"output_activation": "sigmod"}, "no activation is called 'sigmod'"),
    (gn.NetworkClassifier, {"ensemble": 0}, r"ensemble must be an integer >= 1; got 0"),
    (gn.NetworkClassifier, {"n_jobs": 0}, r"n_jobs must be an integer such as 2, or -1 for all cores; got 0"),
    (gn.NetworkClassifier, {"calibrate": 1}, r"calibrate must be True or False; got 1"),
    (gn.NetworkClassifier, {"class_weight": "even"}, r"class_weight must be a dict .*, or 'balanced'; got 'even'"),
    (gn.NetworkClassifier, {"class_weight": {0: -1}}, r"class_weight of class 0 must be a finite number and >= 0"),
    (gn.NetworkClassifier, {"class_weight": {7: 1}}, r"class_weight names \[7\], which y does not hold"),
    (gn.NetworkClassifier, {"loss": "poisson"}, "loss='poisson' is none that tells classes apart; those that do are "),
    (gn.NetworkClassifier, {"scorer": 3}, r"scorer must be callable with .*; got 3"),
    (gn.NetworkClassifier, {"scorer": "accuracies"}, "scor"),
    (gn.NetworkClassifier, {"calibrate": True, "early_stopping": False}, "calibrate needs rows that no network"),
    (gn.NetworkRegressor, {"loss": "hinge"}, "loss='hinge' is none that learns values; those that do are "),
    (gn.NetworkRegressor, {"quantiles": 0.5}, r"quantiles must be a list"),
    (gn.NetworkRegressor, {"quantiles": (0.9, 0.1)}, r"quantiles must be one or more numbers that rise"),
    (gn.NetworkRegressor, {"quantiles": (0.5, 1.0)}, r"quantiles must be a finite number and > 0 and < 1; got 1.0"),
    (gn.NetworkRegressor, {"quantiles": (0.5,), "loss": "mse"}, "quantiles have a loss of their own"),
    (gn.NetworkRegressor, {"scale_targets": 0}, r"scale_targets must be True or False; got 0"),
    (gn.NetworkTransformer, {"layer": 3}, r"layer must be one of the 3 hidden layers"),
    (gn.NetworkTransformer, {"layer": 0, "hidden": ()}, "this network has no hidden layer"),
    (gn.NetworkTransformer, {"dimensions": 4}, "dimensions is how many numbers a loss of pairs or triplets"),
    (gn.NetworkTransformer, {"task": "class"}, r"task must be one of .*; got 'class'; did you mean 'classes'"),
]  # fmt: skip


@pytest.mark.parametrize(("cls", "given", "message"), OWN)
def test_a_wrong_parameter_of_one_estimator_is_named(cls: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fitted(cls, epochs=2, **({"hidden": (4, 4, 4)} | given))


@pytest.mark.parametrize("cls", ALL)
def test_no_parameter_takes_a_stranger(cls: Any) -> None:
    for name in inspect.signature(cls).parameters:
        with pytest.raises(ValueError, match=name.removesuffix("_state")):
            fitted(cls, **{name: Stranger()})


@pytest.mark.parametrize("cls", ALL)
def test_a_parameter_that_does_not_exist_is_answered_by_the_one_that_is_meant(cls: Any) -> None:
    with pytest.raises(
        gn.errors.CallError, match=rf"{cls.__name__} takes no lr=; did you mean 'learning_rate'\?"
    ):
        cls(lr=0.1)
