"""What columns and classes are called is remembered: in a network, in files, in a Standardizer."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, DataError

RANDOM = np.random.default_rng(0)
TABLE = pd.DataFrame(RANDOM.normal(size=(40, 3)), columns=["age", "height", "weight"])
Y = TABLE["age"] * 3 - TABLE["weight"]
OTHER = TABLE[["weight", "age", "height"]]
QUIET: dict[str, Any] = {"engine": "numpy", "progress": False}
ORDER = r"'age', 'height', 'weight': X( of [\w ]+)? has them in another order, 'weight', 'age', 'height'"


def regressor() -> gn.Network:
    return gn.Network([gn.Dense(4, "tanh"), gn.Dense(1)], seed=0)


@pytest.fixture(scope="module")
def fitted() -> gn.Network:
    net = regressor()
    net.fit(TABLE, Y, loss="mse", epochs=2, **QUIET)
    return net


def calls(net: gn.Network, table: Any) -> list[Any]:
    return [
        lambda: net.predict(table), lambda: net.evaluate(table, Y), lambda: net.forward(table),
        lambda: net.fit(table, Y, loss="mse", **QUIET), lambda: net.compiled_predict()(table),
        lambda: net.fit(TABLE, Y, loss="mse", validation_data=(table, Y), **QUIET),
        lambda: net.fit([(table, Y)], loss="mse", **QUIET),
    ]  # fmt: skip


@pytest.mark.parametrize("place", range(7))
def test_columns_in_another_order_are_refused(fitted: gn.Network, place: int) -> None:
    with pytest.raises(DataError, match=ORDER):
        calls(fitted.copy(), OTHER)[place]()


@pytest.mark.parametrize("place", range(7))
def test_the_same_columns_and_arrays_are_taken(fitted: gn.Network, place: int) -> None:
    for table in (TABLE, TABLE.to_numpy(), pd.DataFrame(TABLE.to_numpy())):
        calls(fitted.copy(), table)[place]()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.drop(columns="height"), r"X lacks 'height'"),
        (TABLE.assign(city=1.0), r"X has 'city' beside"),
        (TABLE.rename(columns={"age": "Age"}), r"X lacks 'age' and has 'Age' beside"),
        (TABLE[["age", "age", "weight"]], r"X lacks 'height'"),
    ],
)
def test_missing_and_additional_columns_are_named(fitted: gn.Network, table: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        fitted.predict(table)


def test_validation_data_of_a_first_fit_are_compared_too() -> None:
    net = regressor()
    with pytest.raises(DataError, match=ORDER):
        net.fit(TABLE, Y, loss="mse", validation_data=(OTHER, Y), **QUIET)
    assert not net.built and net.metadata == {}


def test_batches_are_compared_with_the_first() -> None:
    with pytest.raises(DataError, match=r"the columns of X of batch 1 are not those"):
        regressor().fit([(TABLE, Y), (OTHER, Y)], loss="mse", **QUIET)


def test_names_go_into_files_and_copies(fitted: gn.Network, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model.safetensors")
    for net in (gn.load(tmp_path / "model.safetensors"), fitted.copy()):
        assert net.metadata["feature_names"] == ["age", "height", "weight"]
        with pytest.raises(DataError, match=ORDER):
            net.predict(OTHER)


def test_names_from_elsewhere_count() -> None:
    net = gn.Network([gn.Dense(1)], seed=0, input_shape=3)
    net.metadata = {"feature_names": ["age", "height", "weight"]}
    with pytest.raises(DataError, match=ORDER):
        net.predict(OTHER)


def test_numbers_as_names_are_an_order_too() -> None:
    plain, net = pd.DataFrame(TABLE.to_numpy()), regressor()
    net.fit(plain, Y, loss="mse", **QUIET)
    with pytest.raises(DataError, match="has them in another order, 2, 0, 1"):
        net.predict(plain[[2, 0, 1]])
    net.predict(TABLE)


def test_a_sweep_refuses_what_a_fit_refuses() -> None:
    result = gn.sweep(
        lambda seed: regressor(), {}, TABLE, Y, seeds=[0], loss="mse", validation_data=(OTHER, Y), jobs=1,
        progress=False,
    )  # fmt: skip
    assert "another order" in result.rows[0]["error"]


def test_columns_of_targets_are_an_order_too() -> None:
    net = gn.Network([gn.Dense(2)], seed=0)
    net.fit(TABLE, TABLE[["age", "weight"]], loss="mse", **QUIET)
    with pytest.raises(DataError, match="the columns of y are not those that were learned, 'age', 'weight'"):
        net.evaluate(TABLE, TABLE[["weight", "age"]])


# ---- names of classes

TEXT = np.where(TABLE["age"] > 0.5, "tall", np.where(TABLE["age"] > -0.5, "mid", "low"))


def named(last: gn.Dense, names: list[str]) -> gn.Network:
    net = gn.Network([last], seed=0)
    net.metadata["class_names"] = names
    return net


@pytest.mark.parametrize(
    "kind", [np.asarray, list, pd.Series, lambda y: pd.Series(y).astype("category"), pd.DataFrame]
)
def test_text_is_taken_where_the_classes_are_named(kind: Any) -> None:
    net, other = named(gn.Dense(3, "softmax"), ["low", "mid", "tall"]), named(gn.Dense(3, "softmax"), [])
    numbers = np.unique(TEXT, return_inverse=True)[1]
    net.fit(TABLE, kind(TEXT), loss="scce", class_weight={"low": 2.0}, validation_data=(TABLE, TEXT), **QUIET)
    other.fit(TABLE, numbers, loss="scce", class_weight={0: 2.0}, validation_data=(TABLE, numbers), **QUIET)
    np.testing.assert_array_equal(net.parameters, other.parameters)
    assert net.evaluate(TABLE, kind(TEXT)) == other.evaluate(TABLE, numbers)
    found = net.predict_class_names(TABLE)
    np.testing.assert_array_equal(found, np.array(["low", "mid", "tall"])[net.predict_classes(TABLE)])


def test_text_is_a_column_or_one_hot_rows_as_the_loss_has_it() -> None:
    two = np.where(TABLE["age"] > 0, "yes", "no")
    net = named(gn.Dense(1, "sigmoid"), ["yes", "no"])
    net.fit(TABLE, two, loss="bce", **QUIET)
    assert net.evaluate(TABLE, two) == net.evaluate(TABLE, (two == "no").astype(int))
    assert set(net.predict_class_names(TABLE)) <= {"yes", "no"}
    net = named(gn.Dense(3, "softmax"), ["tall", "mid", "low"])
    net.fit(TABLE, TEXT, loss="cce", **QUIET)
    rows = np.eye(3)[[["tall", "mid", "low"].index(name) for name in TEXT]]
    assert net.evaluate(TABLE, TEXT) == net.evaluate(TABLE, rows)


def test_the_hint_for_text_works() -> None:
    net = gn.Network([gn.Dense(3, "softmax")], seed=0)
    with pytest.raises(DataError, match="encode text as numbers, or name the classes") as caught:
        net.fit(TABLE, TEXT, loss="scce", **QUIET)
    hint = str(caught.value).split(": ", 1)[1].split("; ")[0]
    assert hint == "net.metadata['class_names'] = ['low', 'mid', 'tall']"
    exec(hint, {"net": net})
    net.fit(TABLE, TEXT, loss="scce", **QUIET)
    assert set(net.predict_class_names(TABLE)) <= {"low", "mid", "tall"}


@pytest.mark.parametrize(
    ("names", "loss", "message"),
    [
        (["low", "mid", "high"], "scce", "y holds 'tall'; the classes of this network are 'low', 'mid', 'high'"),
        (["low", "tall"], "scce", "y holds 'mid'; the classes of this network are"),
        (["low", "mid", "tall", "giant"], "scce", r"names 4 classes, .*, and a network with 3 outputs tells 3 apart"),
        (["low", "mid", "tall"], "mse", "encode text as numbers; for classes use softmax"),
        ([], "triplet", r"encode text as numbers: numpy\.unique\(y, return_inverse=True\)\[1\]"),
    ],
)  # fmt: skip
def test_text_that_names_no_known_class_is_refused(names: list[str], loss: str, message: str) -> None:
    net = named(gn.Dense(3, "softmax"), names)
    with pytest.raises(DataError, match=message):
        net.fit(TABLE, TEXT, loss=loss, **QUIET)
    assert not net.built


def test_one_hot_columns_name_the_classes() -> None:
    net = gn.Network([gn.Dense(3, "softmax")], seed=0)
    net.fit(TABLE, pd.get_dummies(TEXT), loss="cce", **QUIET)
    assert net.metadata["class_names"] == ["low", "mid", "tall"]
    assert set(net.predict_class_names(TABLE)) <= {"low", "mid", "tall"}
    with pytest.raises(DataError, match="the columns of y are not those"):
        net.evaluate(TABLE, pd.get_dummies(TEXT)[["mid", "low", "tall"]])


def test_without_names_it_says_how_to_give_them() -> None:
    net = gn.Network([gn.Dense(3, "softmax")], seed=0, input_shape=3)
    with pytest.raises(
        ArgumentError, match=r"knows no names of its classes; .*net\.metadata\['class_names'\]"
    ):
        net.predict_class_names(TABLE)


# ---- samples of several classes

ROWS = (RANDOM.random((40, 3)) < 0.5).astype(int)


@pytest.mark.parametrize(("last", "loss"), [("sigmoid", "bce"), ("linear", "sigmoid_cross_entropy")])
def test_classes_of_samples_of_several_are_rows(last: str, loss: str) -> None:
    net = gn.Network([gn.Dense(3, last)], seed=0)
    data = pd.DataFrame(ROWS, columns=["red", "round", "soft"])
    history = net.fit(TABLE, data, loss=loss, metrics=["accuracy", "label_accuracy", "f1"], **QUIET)
    outputs = net.predict(TABLE)
    found = (outputs > (0.5 if last == "sigmoid" else 0)).astype(int)
    np.testing.assert_array_equal(net.predict_classes(TABLE), found)
    assert history.last("accuracy") == (found == ROWS).all(axis=1).mean()
    assert history.last("label_accuracy") == pytest.approx((found == ROWS).mean())
    assert set(net.evaluate(TABLE, ROWS)) == {"loss", "accuracy", "label_accuracy"}
    names = net.predict_class_names(TABLE)
    assert names[0] == tuple(np.array(["red", "round", "soft"])[found[0] == 1].tolist())


def test_what_samples_of_several_classes_are_is_remembered(tmp_path: Path) -> None:
    net = gn.Network([gn.Dense(3, "sigmoid")], seed=0)
    net.fit(TABLE, ROWS, loss="bce", **QUIET)
    net.save(tmp_path / "model.safetensors")
    found = gn.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(found.predict_classes(TABLE), net.predict_classes(TABLE))
    one_hot = np.flatnonzero(ROWS.sum(axis=1) == 1)
    x, y = TABLE.iloc[one_hot], ROWS[one_hot]
    expected = (net.predict_classes(x) == y).all(axis=1).mean()
    assert found.evaluate(x, y)["accuracy"] == expected


def test_one_hot_rows_stay_classes() -> None:
    net = gn.Network([gn.Dense(3, "sigmoid")], seed=0)
    net.fit(TABLE, np.eye(3)[np.arange(40) % 3], loss="bce", **QUIET)
    assert net.predict_classes(TABLE).shape == (40,) and "multi_label" not in net.metadata


def test_a_batch_of_several_classes_tells_late() -> None:
    net = gn.Network([gn.Dense(3, "sigmoid")], seed=0)
    net.fit([(TABLE[:3], np.eye(3)), (TABLE, ROWS)], loss="bce", **QUIET)
    assert net.predict_classes(TABLE).shape == (40, 3)


@pytest.mark.parametrize("loss", ["cce", "softmax_cross_entropy", "kl"])
def test_rows_of_several_classes_are_refused_where_one_is_meant(loss: str) -> None:
    net = gn.Network([gn.Dense(3, "linear" if "softmax" in loss else "softmax")], seed=0)
    with pytest.raises(DataError, match=r"takes rows that sum to 1.*end the network with sigmoid"):
        net.fit(TABLE, ROWS, loss=loss, **QUIET)
    soft = np.full((40, 3), 1 / 3)
    net.fit(TABLE, soft, loss=loss, **QUIET)
    with pytest.raises(DataError, match=r"row 7 of y sums to 1\.01"):
        net.fit(TABLE, np.where(np.arange(40)[:, None] == 7, soft * 1.01, soft), loss=loss, **QUIET)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_text_with_gaps_says_where_they_are(missing: Any) -> None:
    y = pd.Series(["cat", "dog", missing, "cat"], dtype=object)
    net = gn.Network([gn.Dense(1, "sigmoid")], seed=0)
    net.metadata["class_names"] = ["cat", "dog"]
    with pytest.raises(
        DataError, match=r"y must hold .*, and beside text it holds (None|nan|<NA>) in row 2; fill or re"
    ):
        net.fit(np.arange(8.0).reshape(4, 2), y, loss="bce", progress=False)


# ---- outputs that stand for no classes

FEATURES = np.random.default_rng(5).normal(size=(40, 3))
SIGNS, PLACES = np.sign(FEATURES[:, 0]), FEATURES.argmax(axis=1)


@pytest.mark.parametrize(
    ("last", "loss", "y", "message"),
    [
        (gn.Dense(1), "mse", FEATURES[:, 0], "trained by mean_squared_error on values"),
        (gn.Dense(1, "tanh"), "mse", SIGNS, r"such as predict\(X\)\[:, 0\] > 0 for targets of -1 and 1"),
        (gn.Dense(3, "sigmoid"), "mse", (FEATURES > 0).astype(float), "neither 0 and 1 nor one-hot rows"),
        (gn.Dense(1, "softplus"), "poisson", np.arange(40) % 5, "trained by poisson on values"),
        (gn.Dense(2), "triplet_all", PLACES, "trained by triplet_all: its outputs are places"),
    ],
)
def test_outputs_that_stand_for_no_classes_predict_none(
    last: gn.Dense, loss: str, y: Any, message: str, tmp_path: Path
) -> None:
    net = gn.Network([last], seed=0)
    net.fit(FEATURES, y, loss=loss, progress=False)
    net.save(tmp_path / "values.safetensors")
    for network in (net, net.copy(), gn.load(tmp_path / "values.safetensors")):
        for ask in (network.predict_classes, network.predict_class_names):
            with pytest.raises(ArgumentError, match=message):
                ask(FEATURES)


@pytest.mark.parametrize(
    ("last", "y"),
    [(gn.Dense(1), SIGNS > 0), (gn.Dense(3), np.eye(3)[PLACES]), (gn.Dense(3, "softmax"), np.eye(3)[PLACES])],
)
def test_squares_of_0_and_1_tell_classes_apart(last: gn.Dense, y: Any) -> None:
    net = gn.Network([last], seed=0)
    net.fit(FEATURES, y, loss="mse", epochs=300, optimizer=gn.Adam(0.05), progress=False)
    expected = np.asarray(y, int) if y.ndim == 1 else PLACES
    assert (net.predict_classes(FEATURES) == expected).mean() > 0.7


def test_values_in_a_later_batch_are_seen_and_a_training_on_classes_forgets_them() -> None:
    net, y = gn.Network([gn.Dense(1, "sigmoid")], seed=0), (SIGNS > 0).astype(float)
    net.fit([(FEATURES[:20], y[:20]), (FEATURES[20:], 0.3 * y[20:])], loss="mse", progress=False)
    assert net.meaning.values
    net.fit(FEATURES, y, loss="mse", progress=False)
    assert net.meaning.values
    net.fit(FEATURES, y, loss="bce", progress=False)
    assert not net.meaning.values and "values" not in net.metadata
    assert set(net.predict_classes(FEATURES)) <= {0, 1}


def test_text_of_any_length_is_text() -> None:
    names = np.array(["cat", "dog"])[(SIGNS > 0).astype(int)]
    found = []
    for y in (names, names.astype(np.dtypes.StringDType())):
        net = gn.Network([gn.Dense(1, "sigmoid")], seed=0)
        net.metadata["class_names"] = ["cat", "dog"]
        found.append(net.fit(FEATURES, y, loss="bce", progress=False)["loss"])
    assert found[0] == found[1]


def test_a_name_of_two_classes_is_none() -> None:
    net = gn.Network([gn.Dense(3, "softmax")], seed=0)
    net.metadata["class_names"] = ["cat", "cat", "dog"]
    with pytest.raises(DataError, match=r"must name each class once; it holds 'cat', 'cat', 'dog'"):
        net.fit(FEATURES, np.array(["cat", "dog"])[(SIGNS > 0).astype(int)], loss="scce", progress=False)
