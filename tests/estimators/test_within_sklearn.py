"""The estimators inside of what scikit-learn offers: pipelines, searches, inspection, routing, processes."""

import pickle
from collections.abc import Iterator
from typing import Any

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import glassnet as gn

QUICK: dict[str, Any] = {"hidden": (16,), "epochs": 24, "learning_rate": 0.2, "random_state": 0}
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(160, 3))
CLASSES = (X[:, 0] > 0).astype(int)
VALUES = 5 * X[:, 0] + 100
TABLE = pd.DataFrame(X, columns=["a", "b", "c"])
TABLE["colour"] = np.array(["red", "blue", None], object)[RANDOM.integers(3, size=160)]
TABLE.loc[::9, "b"] = np.nan


@pytest.fixture
def routing() -> Iterator[None]:
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def test_an_unscaled_mixed_data_frame_just_works() -> None:
    table = TABLE.assign(
        a=1e6 * TABLE["a"] + 1e7, when=pd.Timestamp("2026-01-01") + pd.to_timedelta(X[:, 1], "D")
    )
    model = gn.NetworkClassifier(**QUICK).fit(table[:120], CLASSES[:120])
    assert model.score(table[120:], CLASSES[120:]) > 0.85
    assert model.feature_names_in_.tolist() == ["a", "b", "c", "colour", "when"]
    colours = [None if pd.isna(colour) else colour for colour in table["colour"]]
    polars = pl.DataFrame({name: table[name].to_numpy() for name in "abc"}).with_columns(
        colour=pl.Series(colours), when=pl.Series(table["when"].to_numpy())
    )
    assert np.array_equal(model.predict(polars), model.predict(table))


def test_sparse_rows_are_those_that_they_stand_for() -> None:
    from scipy import sparse

    zeros = np.where(np.abs(X) < 0.5, 0.0, X)
    models = [
        gn.NetworkRegressor(**QUICK).fit(kind(zeros), VALUES) for kind in (np.asarray, sparse.csr_array)
    ]
    assert np.array_equal(models[0].predict(zeros), models[1].predict(sparse.csc_array(zeros)))


def test_in_a_pipeline_behind_a_column_transformer() -> None:
    columns = ColumnTransformer([("n", StandardScaler(), ["a", "c"]), ("c", OneHotEncoder(), ["colour"])])
    model = make_pipeline(columns, gn.NetworkClassifier(**QUICK)).fit(TABLE, CLASSES)
    assert model.score(TABLE, CLASSES) > 0.9


def test_a_grid_search_over_depth_and_width() -> None:
    quick = {name: value for name, value in QUICK.items() if name != "hidden"}
    search = GridSearchCV(gn.NetworkClassifier(**quick), {"depth": [0, 1], "width": [4, 16]}, cv=2)
    search.fit(X, CLASSES)
    assert search.best_score_ > 0.85
    assert {len(search.best_estimator_.coefs_) - 1, search.best_params_["depth"]} == {
        search.best_params_["depth"]
    }


def test_a_halving_search_by_the_number_of_epochs() -> None:
    search = HalvingRandomSearchCV(
        gn.NetworkClassifier(**QUICK), {"l2": [0.0, 1e-3], "activation": ["relu", "tanh"]},
        resource="epochs", min_resources=4, max_resources=16, factor=4, cv=2, random_state=0,
    )  # fmt: skip
    assert search.fit(X, CLASSES).best_score_ > 0.7


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_threads_and_processes_give_the_same_scores(backend: str) -> None:
    alone = cross_val_score(gn.NetworkRegressor(**QUICK), X, VALUES, cv=2)
    with joblib.parallel_config(backend):
        assert np.array_equal(cross_val_score(gn.NetworkRegressor(**QUICK), X, VALUES, cv=2, n_jobs=2), alone)
    assert alone.min() > 0.8


def test_calibrated_by_scikit_learn() -> None:
    model = CalibratedClassifierCV(gn.NetworkClassifier(**QUICK), cv=2).fit(X, CLASSES)
    assert model.predict_proba(X).shape == (160, 2)


def test_permutation_importance_finds_the_column_that_matters() -> None:
    model = gn.NetworkClassifier(**QUICK).fit(TABLE, CLASSES)
    found = permutation_importance(model, TABLE, CLASSES, n_repeats=2, random_state=0)
    assert int(found.importances_mean.argmax()) == 0


def test_partial_dependence_rises_with_the_column() -> None:
    model = gn.NetworkRegressor(**QUICK).fit(X, VALUES)
    average = partial_dependence(model, X, [0], grid_resolution=5)["average"][0]
    assert (np.diff(average) > 0).all()
    table = TABLE.fillna({"colour": "none"})
    of_text = partial_dependence(
        gn.NetworkClassifier(**QUICK).fit(table, CLASSES), table, ["colour"], categorical_features=["colour"]
    )
    assert of_text["grid_values"][0].tolist() == ["blue", "none", "red"]


@pytest.mark.parametrize(("output", "kind"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_a_transformer_gives_data_frames(output: str, kind: type) -> None:
    seen = gn.NetworkTransformer(**QUICK).set_output(transform=output).fit(TABLE, CLASSES).transform(TABLE)
    assert isinstance(seen, kind)
    assert list(seen.columns)[:2] == ["networktransformer0", "networktransformer1"]


def test_a_transformer_in_front_of_another_model() -> None:
    model = make_pipeline(gn.NetworkTransformer(**QUICK), LogisticRegression()).fit(TABLE, CLASSES)
    assert model.score(TABLE, CLASSES) > 0.9


@pytest.mark.usefixtures("routing")
def test_weights_and_a_validation_set_are_routed_through_a_pipeline() -> None:
    model = gn.NetworkClassifier(**QUICK).set_fit_request(sample_weight=True, X_val=True, y_val=True)
    line = make_pipeline(
        StandardScaler().set_fit_request(sample_weight=True), model, transform_input=["X_val"]
    )
    line.fit(X[:100], CLASSES[:100], sample_weight=np.ones(100), X_val=X[100:], y_val=CLASSES[100:])
    assert len(line[-1].validation_loss_curve_) == 24
    half_wrong = np.where(np.arange(160) % 2, CLASSES, 1 - CLASSES)
    right = (half_wrong == CLASSES).astype(float)
    weighted = gn.NetworkClassifier(**QUICK).set_fit_request(sample_weight=True)
    for scored_by, least, most in ((True, 0.9, 1.0), (False, 0.3, 0.7)):
        weighted.set_score_request(sample_weight=scored_by)
        scores = cross_val_score(weighted, X, half_wrong, cv=2, params={"sample_weight": right})
        assert least < scores.mean() <= most


def test_clones_and_pickles_are_the_same_estimator() -> None:
    model = gn.NetworkClassifier(ensemble=2, **QUICK).fit(TABLE, CLASSES)
    copy = pickle.loads(pickle.dumps(model))
    assert np.array_equal(copy.predict_proba(TABLE), model.predict_proba(TABLE))
    again = clone(model).fit(TABLE, CLASSES)
    assert np.array_equal(again.predict_proba(TABLE), model.predict_proba(TABLE))
    assert not hasattr(clone(model), "classes_")


def test_a_notebook_shows_its_parameters() -> None:
    shown = gn.NetworkClassifier(hidden=(3,))._repr_html_()
    assert "NetworkClassifier" in shown and "hidden" in shown
    assert repr(gn.NetworkClassifier(hidden=(3,))) == "NetworkClassifier(hidden=(3,))"
