"""What each column adds to a prediction: the sum is checked, and the gradients are those of differences."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, UnknownNameError
from glassnet.tables import Preprocessing, Table, TableModel, TableSettings, target_of
from glassnet.tables.explain import contributions, partial_dependence, permutation_importance
from glassnet.tables.explain.answers import Answer
from glassnet.tables.explain.gradients import Predicting

N = 200
DRAW = np.random.default_rng(0)
COLUMNS: dict[str, Any] = {
    "size": DRAW.normal(size=N),
    "age": np.where(DRAW.random(N) < 0.1, np.nan, DRAW.normal(size=N)),
    "town": DRAW.choice(np.array(["Bonn", "Köln", "Ulm"], object), N),
    "noise": DRAW.normal(size=N),
}
SHIFT = {"Bonn": 0.0, "Köln": 1.0, "Ulm": -2.0}
VALUES = 3 * COLUMNS["size"] + np.array([SHIFT[town] for town in COLUMNS["town"]])
CLASSES = np.where(VALUES > 1, "high", np.where(VALUES < -2, "low", "middle"))
TABLE = Table.of(COLUMNS)


def fitted(
    y: Any, layers: list[Any], loss: str, embeds: bool = False, members: int = 1, **options: Any
) -> TableModel:
    """A model of the table above by these hidden layers."""
    made, target = Preprocessing.fit(TABLE, TableSettings(one_hot_most=2 if embeds else None)), target_of(y)
    front = [gn.Embedding(made.index_columns, 3)] if embeds else []
    last = gn.Dense(target.n_outputs, "softmax" if target.classifies else "linear")
    networks = []
    for seed in range(members):
        network = gn.Network([*front, *layers, last], seed=seed)
        network.fit(
            made.transform(TABLE),
            target.encode(y),
            loss=loss,
            epochs=30,
            batch_size=20,
            engine="numpy",
            progress=False,
        )
        networks.append(network)
    return TableModel(made, networks, target, **options)


INNER = gn.Residual([gn.Dense(8, "tanh"), gn.Dropout(0.1)])
SPARSE = "sparse_categorical_cross_entropy"
MODELS = {
    "values": lambda: fitted(VALUES, [gn.Dense(16, "selu")], "mse"),
    "relu": lambda: fitted(VALUES, [gn.Dense(16, "relu"), gn.Dense(8, "relu")], "mse"),
    "classes": lambda: fitted(CLASSES, [gn.Dense(16, "tanh")], SPARSE),
    "several": lambda: fitted(CLASSES, [gn.Dense(8, "selu")], SPARSE, members=3, temperature=1.7),
    "embedded": lambda: fitted(CLASSES, [gn.Dense(8, "selu")], SPARSE, embeds=True, members=2),
    "normed": lambda: fitted(
        VALUES, [gn.Dense(8, "selu"), gn.BatchNorm(), gn.Dropout(0.2), INNER], "mse", embeds=True
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def models() -> dict[str, TableModel]:
    return {name: make() for name, make in MODELS.items()}


@pytest.mark.parametrize("name", MODELS)
def test_their_sum_is_what_the_prediction_differs_by(models: dict[str, TableModel], name: str) -> None:
    model = models[name]
    for row in (0, 17):
        found = contributions(model, TABLE, row)
        told = model.predict_proba(TABLE)[row].max() if model.target.classifies else model.predict(TABLE)[row]
        assert found.prediction == pytest.approx(float(told), abs=1e-5)
        assert found.is_checked
        assert sum(found.columns.values()) == pytest.approx(
            found.prediction - found.baseline, rel=1e-3, abs=1e-5
        )
        assert sum(found.features.values()) == pytest.approx(sum(found.columns.values()))
        assert found.values["town"] == COLUMNS["town"][row]
        assert "their sum equals the difference" in str(found)


def test_of_a_straight_line_they_are_its_terms() -> None:
    made, target = Preprocessing.fit(TABLE), target_of(VALUES)
    network = gn.Network([gn.Dense(1)], seed=0, input_shape=made.n_features)
    network.layers[0].weights = np.arange(1.0, made.n_features + 1)[:, None]
    found = contributions(TableModel(made, [network], target), TABLE, 3)
    features = made.transform(TABLE)
    terms = (features[3] - features.mean(axis=0)) * network.layers[0].weights[:, 0] * target.scale[0]
    np.testing.assert_allclose(list(found.features.values()), terms, rtol=1e-6, atol=1e-9)
    assert found.n_points == 32


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_those_of_differences(models: dict[str, TableModel], name: str) -> None:
    model = models[name]
    network = Predicting(model.networks[0])
    features = model.preprocessing.transform(TABLE.take(slice(0, 6)))
    x = network.inputs(features)
    np.testing.assert_allclose(network.outputs(x), model.networks[0].predict(features), atol=1e-4)
    answer = Answer.of(model, None, 0)
    gradient = network.gradient(answer.gradient(network.outputs(x)))
    for place in range(x.shape[1]):
        step = np.zeros_like(x)
        step[:, place] = 1e-6
        difference = (
            answer.value(network.outputs(x + step)) - answer.value(network.outputs(x - step))
        ) / 2e-6
        np.testing.assert_allclose(gradient[:, place], difference, rtol=1e-4, atol=1e-6)


def test_two_classes_by_one_output_are_explained_too() -> None:
    y = np.where(VALUES > 0, "yes", "no")
    made, target = Preprocessing.fit(TABLE), target_of(y)
    network = gn.Network([gn.Dense(6, "tanh"), gn.Dense(1, "sigmoid")], seed=0)
    network.fit(
        made.transform(TABLE), target.encode(y)[:, None], loss="bce", epochs=20, batch_size=20, progress=False
    )
    for temperature in (None, 2.0):
        model = TableModel(made, [network], target, temperature=temperature)
        for output, place in (("no", 0), ("yes", 1)):
            found = contributions(model, TABLE, 5, output=output)
            assert found.prediction == pytest.approx(model.predict_proba(TABLE)[5, place], abs=1e-6)
            assert found.is_checked and found.answer == f"probability of {output}"


def test_values_that_are_held_between_ends_are_explained_as_they_are_predicted() -> None:
    made, target = Preprocessing.fit(TABLE), target_of(VALUES)
    low, high = np.quantile(VALUES, (0.3, 0.6)).tolist()
    held = dataclasses.replace(target, low=(low,), high=(high,))
    network = gn.Network([gn.Dense(6, "tanh"), gn.Dense(1)], seed=0)
    network.fit(
        made.transform(TABLE), target.encode(VALUES), loss="mse", epochs=30, batch_size=20, progress=False
    )
    model = TableModel(made, [network], held)
    row = int(VALUES.argmax())
    found = contributions(model, TABLE, row)
    assert found.prediction == pytest.approx(high) and found.is_checked
    assert found.prediction == pytest.approx(float(model.predict(TABLE)[row]))


def test_what_cannot_be_explained(models: dict[str, TableModel]) -> None:
    with pytest.raises(ArgumentError, match="row must be below 200, since rows count from 0; got 200"):
        contributions(models["classes"], TABLE, 200)
    with pytest.raises(UnknownNameError, match="output must be one of 'high', 'low', 'middle'; got 'huge'"):
        contributions(models["classes"], TABLE, 0, output="huge")
    with pytest.raises(ArgumentError, match="model must be a TableModel"):
        contributions(gn.Network([gn.Dense(1)], seed=0), TABLE, 0)  # type: ignore[arg-type]


# ---- importance and dependence


@pytest.mark.parametrize("name", ["values", "classes", "embedded"])
def test_what_a_target_is_made_of_matters_and_noise_does_not(
    models: dict[str, TableModel], name: str
) -> None:
    y = VALUES if name == "values" else CLASSES
    found = permutation_importance(models[name], TABLE, y, repeats=3)
    order = [one.column for one in found.columns]
    assert order[:2] == ["size", "town"]
    assert found.columns[0].mean > 5 * abs(found.columns[-1].mean)
    again = permutation_importance(models[name], TABLE, y, repeats=3)
    assert again.columns == found.columns


def test_the_error_is_that_of_the_models_own_predictions(models: dict[str, TableModel]) -> None:
    values = permutation_importance(models["values"], TABLE, VALUES, repeats=1)
    assert values.at_first == pytest.approx(
        np.sqrt(np.mean((models["values"].predict(TABLE) - VALUES) ** 2)), rel=1e-4
    )
    several = models["several"]
    found = permutation_importance(several, TABLE, CLASSES, repeats=1)
    p = several.predict_proba(TABLE)[np.arange(N), several.target.encode(CLASSES)]
    assert found.at_first == pytest.approx(-np.log(p).mean(), rel=1e-4)


def test_predictions_move_with_a_column_as_the_target_does(models: dict[str, TableModel]) -> None:
    size = partial_dependence(models["values"], TABLE, "size")
    assert (np.diff(size.means[:, 0]) > 0).all() and size.kind == "numbers" and len(size.values) == 20
    town = partial_dependence(models["values"], TABLE, "town")
    means = dict(zip(town.values, town.means[:, 0], strict=True))
    assert means["Ulm"] < means["Bonn"] < means["Köln"]
    assert sum(town.shares) == pytest.approx(1)
    noise = partial_dependence(models["values"], TABLE, "noise")
    assert noise.reach < 0.3 * size.reach


def test_a_mean_is_that_of_predictions_with_the_value_put_in(models: dict[str, TableModel]) -> None:
    found = partial_dependence(models["classes"], TABLE, "town")
    changed = Table.of({**COLUMNS, "town": np.full(N, found.values[0], object)})
    np.testing.assert_allclose(
        found.means[0], models["classes"].predict_proba(changed).mean(axis=0), atol=1e-5
    )
    with pytest.raises(
        UnknownNameError, match=r"column must be one of .*; got 'towns'; did you mean 'town'\?"
    ):
        partial_dependence(models["classes"], TABLE, "towns")
