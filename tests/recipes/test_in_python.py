"""What the command does from data to a model, a program does in a few lines."""

from pathlib import Path

import numpy as np
import pandas
import pytest
from sklearn.preprocessing import StandardScaler

import glassnet as gn
from glassnet.errors import ArgumentError, CallError, DataError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(90, 2)) * [1, 100] + [0, 5000]
SPECIES = np.where(X[:, 0] > 0, "setosa", "virginica")


def test_a_table_becomes_a_model_that_reads_raw_samples_and_names_their_classes(tmp_path: Path) -> None:
    table = pandas.DataFrame(X, columns=["length", "width"])
    experiment = gn.recipes.prepare(gn.recipes.of_arrays(table, SPECIES, name="flowers"))
    experiment.fit(epochs=20, engine="numpy", progress=False)
    model = experiment.model.scaling_inside()
    assert model.description.feature_names == ("length", "width")
    assert model.description.class_names == ("setosa", "virginica")
    assert model.scores(experiment.parts["test"])["accuracy"] > 0.9
    model.network.save(tmp_path / "flowers.safetensors")
    loaded = gn.recipes.Model.load(tmp_path / "flowers.safetensors")
    np.testing.assert_array_equal(loaded.predict(X), model.network.predict(X))


def test_a_scaling_moves_into_any_network() -> None:
    net = gn.Network([gn.Dense(3, "tanh"), gn.Dense(1)], seed=0, input_shape=2)
    y = X @ [[1.0], [2.0]]
    before, after = StandardScaler().fit(X), StandardScaler().fit(y)
    inside = gn.recipes.scaling_inside(
        net, gn.recipes.Scaling.measured("X", X), gn.recipes.Scaling.measured("y", y)
    )
    expected = after.inverse_transform(net.predict(before.transform(X)))
    np.testing.assert_allclose(inside.predict(X), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("y", "loss", "layer"),
    [
        (SPECIES, "sparse_categorical_cross_entropy", gn.Dense(2, "softmax")),
        (X[:, 1], "mean_squared_error", gn.Dense(1)),
        (np.tile([[1, 1, 0], [0, 1, 1]], (45, 1)), "binary_cross_entropy", gn.Dense(3, "sigmoid")),
    ],
    ids=["classes", "values", "several classes at once"],
)
def test_loss_and_last_layer_follow_from_the_targets(y: np.ndarray, loss: str, layer: gn.Dense) -> None:
    experiment = gn.recipes.prepare(gn.recipes.of_arrays(X, y))
    assert experiment.model.loss.name == loss
    assert experiment.model.network.layers[-1] == layer


def test_what_is_chosen_takes_the_place_of_the_usual() -> None:
    source = gn.recipes.read("xor")
    usual = gn.recipes.choose(source)
    assert gn.recipes.choose(source, epochs=7) == gn.recipes.Recipe(**{**vars(usual), "epochs": 7})
    assert gn.recipes.choose(source, optimizer="sgd").learning_rate is None
    assert gn.recipes.choose(source, optimizer="sgd", learning_rate=0.3).learning_rate == 0.3
    assert gn.recipes.choose(gn.recipes.read("iris"), test_share=0.0).validation_share == 0.0


def test_a_choice_that_no_recipe_has_and_values_that_none_takes_are_refused() -> None:
    source = gn.recipes.read("iris")
    with pytest.raises(CallError, match="a recipe has no lr; did you mean 'learning_rate'?"):
        gn.recipes.choose(source, lr=0.1)
    with pytest.raises(ArgumentError, match="epochs must be an integer >= 1; got 0"):
        gn.recipes.choose(source, epochs=0)
    with pytest.raises(ArgumentError, match="hidden must be an integer >= 1; got 0"):
        gn.recipes.choose(source, hidden=(8, 0))
    with pytest.raises(
        ArgumentError, match="hidden must be a list, such as \\(64, 32\\), one number for each layer; got 8"
    ):
        gn.recipes.choose(source, hidden=8)
    with pytest.raises(DataError, match="y of data holds one class only"):
        gn.recipes.prepare(gn.recipes.of_arrays(X, np.zeros(90, int)))
    with pytest.raises(ArgumentError, match="seed must be an integer >= 0; got -1"):
        gn.recipes.prepare(source, seed=-1)
