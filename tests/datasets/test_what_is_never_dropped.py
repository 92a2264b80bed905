"""Masks, imaginary parts, dates, and digits that a narrower dtype cannot hold are refused by name."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from glassnet.errors import DataError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(20, 3))
Y = np.arange(20) % 2
QUIET: dict[str, Any] = {"engine": "numpy", "progress": False}
MASKED = np.ma.masked_greater(X, 1)
MASKED_Y = np.ma.masked_equal(Y, 1)
COMPLEX = X + 1j
DATES = np.full((20, 3), np.datetime64("2020-01-01"))
DURATIONS = np.full((20, 3), np.timedelta64(1, "s"))


def network(dtype: str = "float32") -> gn.Network:
    net = gn.Network([gn.Dense(1, "sigmoid")], seed=0, dtype=dtype, input_shape=3)
    net.fit(X, Y, loss="bce", **QUIET)
    return net


DOORS: dict[str, Any] = {
    "fit": lambda x, y: network().fit(x, y, loss="bce", **QUIET),
    "validation_data": lambda x, y: network().fit(X, Y, loss="bce", validation_data=(x, y), **QUIET),
    "batch": lambda x, y: network().fit([(x, y)], loss="bce", **QUIET),
    "evaluate": lambda x, y: network().evaluate(x, y),
    "predict": lambda x, y: network().predict(x),
    "predict_classes": lambda x, y: network().predict_classes(x),
    "compiled_predict": lambda x, y: network().compiled_predict()(x),
    "Standardizer.fit": lambda x, y: gn.Standardizer().fit(x),
    "Standardizer.transform": lambda x, y: gn.Standardizer().fit(X).transform(x),
    "Standardizer.inverse_transform": lambda x, y: gn.Standardizer().fit(X).inverse_transform(x),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (MASKED, "has masked entries; fill or remove them first"),
        (COMPLEX, "its dtype is complex128; give real and imaginary parts as features of their own"),
        (DATES, "give times as numbers, such as days since a date"),
        (DURATIONS, "give durations as numbers, such as seconds"),
    ],
    ids=["mask", "complex", "date", "duration"],
)
def test_features(door: str, x: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"X.* {message}"):
        DOORS[door](x, Y)


@pytest.mark.parametrize(
    "call",
    [
        lambda: network().fit(X, MASKED_Y, loss="bce", **QUIET),
        lambda: network().evaluate(X, MASKED_Y),
        lambda: network().fit(X, Y, loss="bce", sample_weight=np.ma.masked_greater(X[:, 0], 0), **QUIET),
        lambda: gn.train_test_split(MASKED, Y),
        lambda: gn.train_test_split(X, MASKED_Y),
        lambda: gn.one_hot(MASKED_Y),
        lambda: gn.metrics.accuracy(MASKED_Y, Y),
        lambda: gn.metrics.mean_absolute_error(Y, MASKED_Y),
        lambda: gn.metrics.r2(Y, X[:, 0], np.ma.masked_greater(X[:, 0], 0)),
        lambda: gn.metrics.confusion_matrix(MASKED_Y, Y),
        lambda: gn.metrics.Custom(lambda_named)(MASKED_Y, Y),
        lambda: gn.losses.get("mse").value(MASKED, X),
        lambda: gn.losses.get("mse").gradient(X, MASKED),
    ],
)
def test_a_mask_is_refused_wherever_it_comes(call: Any) -> None:
    with pytest.raises(DataError, match=r"has masked entries; fill or remove them first"):
        call()


def lambda_named(y_true: Any, y_pred: Any) -> float:
    return 0.0


def test_nor_does_a_list_of_rows_hide_it() -> None:
    for rows in (list(MASKED), tuple(MASKED)):
        with pytest.raises(DataError, match=r"X has masked entries; fill or remove them first"):
            network().predict(rows)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            pd.date_range("2020-01-01", periods=20),
            "give times as numbers, .* it holds Timestamp.* in row 0, column 1",
        ),
        (
            pd.to_timedelta(np.arange(20), unit="D"),
            "give times as numbers, .* it holds Timedelta.* in row 0, column 1",
        ),
        (
            pd.Series([1.0, None, *X[2:, 0]], dtype=object),
            ".*fill missing entries, .* it holds None in row 1, column 1",
        ),
        (["red"] * 20, "encode text as numbers, .* it holds 'red' in row 0, column 1"),
    ],
    ids=["dates", "durations", "missing", "text"],
)
def test_of_a_table_the_first_entry_that_is_no_number_is_shown(column: Any, message: str) -> None:
    table = pd.DataFrame({"width": X[:, 0], "other": column})
    with pytest.raises(DataError, match=f"X must hold real numbers; its dtype is object; {message}"):
        gn.Network([gn.Dense(1)]).fit(table, Y, loss="mse", **QUIET)


def test_a_mask_that_hides_nothing_is_none() -> None:
    network().fit(np.ma.masked_array(X), np.ma.masked_array(Y), loss="bce", **QUIET)
    assert gn.Standardizer().fit(np.ma.masked_array(X)).mean == pytest.approx(X.mean(axis=0))


@pytest.mark.parametrize(
    ("loss", "y", "p", "message"),
    [
        ("bce", [1.0], [1.2], "binary_cross_entropy takes y_pred from 0 to 1; it holds 1.2"),
        ("bce", [1.0], [-0.1], "takes y_pred from 0 to 1; it holds -0.1"),
        ("bce", [1.5], [0.5], "takes y_true from 0 to 1; it holds 1.5"),
        ("cce", [[1.0, 0.0]], [[2.0, -1.0]], "categorical_cross_entropy takes y_pred from 0 to 1"),
        ("scce", [0], [[2.0, -1.0]], "takes y_pred from 0 to 1; it holds 2"),
        ("kl", [[1.0, 0.0]], [[1.1, 0.1]], "takes y_pred from 0 to 1"),
        ("poisson", [1.0], [-0.5], "poisson takes y_pred >= 0; it holds -0.5"),
        ("poisson", [-1.0], [0.5], "poisson takes y_true >= 0; it holds -1"),
        ("sigmoid_cross_entropy", [1.2], [5.0], "takes y_true from 0 to 1"),
    ],
)
def test_a_loss_by_hand_refuses_what_it_cannot_compare(loss: str, y: Any, p: Any, message: str) -> None:
    for call in (gn.losses.get(loss).value, gn.losses.get(loss).gradient):
        with pytest.raises(DataError, match=message):
            call(y, p)


@pytest.mark.parametrize("p", [0.0, 1.0, 1.0 + 1e-7])
def test_probabilities_at_their_limits_are_compared(p: float) -> None:
    assert np.isfinite(gn.losses.get("bce").value([1.0], [p]))


# ---- digits


def with_column(column: Any) -> Any:
    return np.c_[RANDOM.normal(size=(len(column), 2)), column]


TIMES = 1.7e9 + np.arange(400.0)
# float32 counts in steps of 128 there, so `step` seconds between two values decide how many survive.


def trained(column: Any, dtype: str = "float32", **options: Any) -> None:
    net = gn.Network([gn.Dense(1)], seed=0, dtype=dtype)
    net.fit(with_column(column), RANDOM.normal(size=len(column)), loss="mse", **QUIET, **options)


def test_times_that_become_a_few_rows_are_refused_and_named() -> None:
    with pytest.raises(
        DataError,
        match=r"^X holds 400 different values in column 2, and float32 tells only 4 of them apart; use a network of "
        r"dtype='float64', or subtract what they have in common and scale them first, as Standardizer does$",
    ):
        trained(TIMES)
    table = pd.DataFrame(with_column(TIMES), columns=["a", "b", "time"])
    net = gn.Network([gn.Dense(1)], seed=0, input_shape=3)
    for call in (lambda: net.predict(table), lambda: net.evaluate(table, TIMES * 0)):
        with pytest.raises(DataError, match=r"400 different values in column 2 \('time'\)"):
            call()
    trained(TIMES, "float64")
    trained(gn.Standardizer().fit_transform(TIMES[:, None])[:, 0])


@pytest.mark.parametrize(("step", "survives"), [(61, False), (67, True)])
def test_half_of_the_values_must_survive(step: int, survives: bool) -> None:
    column = 1.7e9 + step * np.arange(400.0)
    left = len(np.unique(column.astype(np.float32)))
    assert (left >= 200) is survives
    if survives:
        trained(column)
    else:
        with pytest.raises(DataError, match=rf"float32 tells only {left} of them apart"):
            trained(column)


def test_two_values_must_not_become_one() -> None:
    with pytest.raises(DataError, match="2 different values in column 2, and float32 tells only 1"):
        trained(np.tile([1.7e9, 1.7e9 + 1], 10))
    trained(np.tile([1.7e9, 1.7e9 + 200], 10))
    trained(np.full(10, 1.7e9 + 1))


@pytest.mark.parametrize("order", ["sorted", "shuffled"])
def test_large_tables_are_looked_at_too(order: str) -> None:
    column = 1.7e9 + np.arange(100_000.0)
    if order == "shuffled":
        RANDOM.shuffle(column)
    with pytest.raises(DataError, match="100,000 different values in column 2"):
        trained(column, batch_size=50_000)
    trained(RANDOM.normal(size=100_000), batch_size=50_000)


def test_targets_and_whole_numbers_too() -> None:
    net = gn.Network([gn.Dense(1)], seed=0)
    with pytest.raises(
        DataError, match="^y holds 20 different values, and float32 tells only 1 of them apart"
    ):
        net.fit(X, 1.7e9 + np.arange(20.0), loss="mse", **QUIET)
    keys = 2**60 + np.arange(20)
    net = gn.Network([gn.Dense(1)], seed=0, dtype="float64")
    with pytest.raises(
        DataError, match=r"float64 tells only 1 of them apart; subtract what they have in common"
    ):
        net.fit(np.c_[keys, keys], Y, loss="mse", **QUIET)
    with pytest.raises(DataError, match=r"float64 tells only 1 of them apart"):
        gn.Standardizer().fit(np.c_[keys, keys])
    small = np.c_[np.arange(20), np.arange(20)]
    gn.Network([gn.Dense(1)], seed=0).fit(small, Y, loss="mse", **QUIET)


# ---- a Standardizer remembers names


def test_a_standardizer_refuses_columns_in_another_order() -> None:
    table = pd.DataFrame(X, columns=["age", "height", "weight"])
    scaler = gn.Standardizer().fit(table)
    np.testing.assert_array_equal(scaler.transform(table), scaler.transform(X))
    with pytest.raises(DataError, match="X has them in another order, 'weight', 'age', 'height'"):
        scaler.transform(table[["weight", "age", "height"]])
    with pytest.raises(DataError, match="X lacks 'age'"):
        scaler.transform(table[["height", "weight"]])
    gn.Standardizer().fit(X).transform(table)
