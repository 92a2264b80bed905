"""Whatever a table is held in, its columns are the same."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.tables import Preprocessing, Table
from glassnet.tables.reading.matrices import dense
from tests.tables.frames import columns, in_pandas, in_polars

KINDS = {"size": "f", "rooms": "f", "furnished": "f", "town": "O", "built": "M"}


@pytest.mark.parametrize("make", [dict, in_pandas, in_polars])
def test_columns_are_of_three_dtypes_and_the_same_in_every_container(make: Any) -> None:
    held = columns()
    table = Table.of(make(held))
    assert table.names == tuple(held) and table.n_rows == len(held["size"]) and table.named
    assert {name: array.dtype.kind for name, array in table.columns.items()} == KINDS
    assert table.columns["built"].dtype == "datetime64[us]"
    for name, values in held.items():
        assert table.column(name).missing.tolist() == [value is None for value in values]
    assert table.columns["town"].tolist() == held["town"]
    present = [value for value in held["built"] if value is not None]
    assert table.columns["built"][~table.column("built").missing].tolist() == [
        pd.Timestamp(value).to_pydatetime() for value in present
    ]
    assert np.nansum(table.columns["furnished"]) == sum(value for value in held["furnished"] if value)


def test_an_array_of_numbers_stays_what_it_is() -> None:
    X = np.arange(12, dtype=np.float32).reshape(4, 3)
    table = Table.of(X)
    assert table.names == ("x0", "x1", "x2") and not table.named and table.matrix is X
    assert table.columns["x1"].tolist() == [1, 4, 7, 10] and table.columns["x1"].dtype == np.float64
    assert Table.of(X.tolist()).columns["x2"].tolist() == [2, 5, 8, 11]
    assert Table.of(X, ["a", "b", "c"]).named


@pytest.mark.parametrize("kind", [scipy.sparse.csr_matrix, scipy.sparse.csc_array, scipy.sparse.coo_array])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_a_sparse_matrix_stays_one_and_holds_the_same_numbers(kind: Any, dtype: str) -> None:
    X = np.array([[0, 2, 0, 1], [0, 0, 3, 0], [5, 0, 0, 0], [0, 1, 0, 7]]).astype(dtype)
    table, whole = Table.of(kind(X)), Table.of(X)
    assert scipy.sparse.issparse(table.matrix) and table.n_rows == 4 and table.names == whole.names
    some = [slice(None), [2, 0], slice(1, 3), np.array([True, False, False, True])]
    for found, same in ((table.take(rows), whole.take(rows)) for rows in some):
        assert scipy.sparse.issparse(found.matrix)
        for name in found.names:
            np.testing.assert_array_equal(found.columns[name], same.columns[name])
        np.testing.assert_array_equal(dense(found.matrix, slice(None), [2, 0]), same.matrix[:, [2, 0]])
    made = Preprocessing.fit(whole)
    assert Preprocessing.fit(table) == made
    np.testing.assert_array_equal(made.transform(table), made.transform(whole))


def test_an_infinite_number_in_a_sparse_matrix_is_named() -> None:
    X = scipy.sparse.csr_matrix([[0.0, 1.0], [0.0, np.inf]])
    with pytest.raises(DataError, match="column 'x1' holds inf in row 1"):
        Table.of(X)


def test_rows_and_single_rows_may_be_dicts() -> None:
    rows = [{"a": 1, "b": "x"}, {"a": 2.5, "b": None}]
    assert Table.of(rows).columns["b"].tolist() == ["x", None]
    assert Table.of({"a": 1, "b": "x"}).n_rows == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", "", None], ["a", None, None]),
        (["a", 1, 2.0], ["a", "1", "2"]),
        (np.array(["b", "a"]), ["b", "a"]),
        (pd.Series(["b", "a", None], dtype="category"), ["b", "a", None]),
        (pd.Series([2, 1, 2], dtype="category"), ["2", "1", "2"]),
        (pd.Series(["b", pd.NA, "a"], dtype="string"), ["b", None, "a"]),
        (pl.Series(["b", None, "a"], dtype=pl.Categorical), ["b", None, "a"]),
        (pl.Series(["b", None, ""]), ["b", None, None]),
    ],
)
def test_text(values: Any, expected: list[str | None]) -> None:
    assert Table.of({"c": values}).columns["c"].tolist() == expected


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["2026-01-02 12:00", None]).astype("datetime64[ns]"),
        pd.Series(pd.to_datetime(["2026-01-02 13:00", None])).dt.tz_localize("Europe/Berlin"),
        np.array(["2026-01-02T12:00", "NaT"], "datetime64[m]"),
        pl.Series([pd.Timestamp("2026-01-02 12:00").to_pydatetime(), None]),
        pl.Series([pd.Timestamp("2026-01-02 13:00").to_pydatetime(), None]).dt.replace_time_zone(
            "Europe/Berlin"
        ),
        [pd.Timestamp("2026-01-02 13:00", tz="Europe/Berlin"), pd.NaT],
    ],
)
def test_dates_become_universal_time(values: Any) -> None:
    found = Table.of({"when": values}).columns["when"]
    np.testing.assert_array_equal(found, np.array(["2026-01-02T12:00", "NaT"], "datetime64[us]"))


def test_periods_times_of_day_and_masks() -> None:
    periods = Table.of(pd.DataFrame({"p": pd.period_range("2000-01", periods=2, freq="M")}))
    np.testing.assert_array_equal(periods.columns["p"], np.array(["2000-01", "2000-02"], "datetime64[us]"))
    for times in ([datetime.time(1, 0, 1), None], pl.Series([datetime.time(1, 0, 1), None])):
        np.testing.assert_array_equal(Table.of({"t": times}).columns["t"], [3601, np.nan])
    masked = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 1], [0, 0]])
    np.testing.assert_array_equal(Table.of(masked).columns["x1"], [np.nan, 4])


def test_durations_become_seconds() -> None:
    for values in (pd.Series(pd.to_timedelta(["1min", None])), np.array([60, "NaT"], "timedelta64[s]")):
        np.testing.assert_array_equal(Table.of({"d": values}).columns["d"], [60, np.nan])


def test_taking_rows_and_columns() -> None:
    table = Table.of(in_pandas(columns()))
    rows = np.array([5, 3, 3])
    assert table.take(rows).columns["town"].tolist() == [table.columns["town"][row] for row in rows]
    assert table.take(slice(2, 7)).n_rows == 5 and table.take(table.columns["rooms"] > 3).n_rows > 0
    assert table.take([]).n_rows == 0
    assert table.of_names(["town", "size"]).names == ("town", "size")


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (
            pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]),
            DataError,
            "column names must differ; 'a' is the name of columns 0, 2 (counted from 0); rename or drop all but one",
        ),
        (
            {"a": [1.0, np.inf]},
            DataError,
            "column 'a' holds inf in row 1 (1 such in all); replace infinite values, by NaN where they are unknown",
        ),
        (
            np.array([[1.0, 2.0], [3.0, -np.inf]]),
            DataError,
            "column 'x1' holds -inf in row 1 (1 such in all); replace infinite values, by NaN where they are unknown",
        ),
        (
            {"a": [1, 2], "b": [1]},
            ShapeError,
            "columns must have equal lengths; 'a' has 2 entries and 'b' has 1",
        ),
        ({"a": [1, [2]]}, DataError, "column 'a' must hold numbers, text or dates; row 1 holds [2]"),
        (
            np.zeros(3),
            ShapeError,
            "X must be a table of shape (n_rows, n_columns); got shape (3,). Reshape one row to (1, n_columns), "
            "X.reshape(1, -1), one column to (n_rows, 1), X.reshape(-1, 1)",
        ),
        (
            7,
            ArgumentError,
            "X must be a table: an array (n_rows, n_columns), a dict of columns, or a data frame of pandas or Polars; "
            "got 7",
        ),
        (
            pl.DataFrame({"a": [[1], [2]]}),
            DataError,
            "column 'a' must hold numbers, text or dates; row 0 holds [1]",
        ),
        ({"a": [1j]}, DataError, "column 'a' must hold numbers, text or dates; row 0 holds 1j"),
        (
            np.zeros((2, 2), complex),
            DataError,
            "column 'x0' must hold numbers, text or dates; its dtype is complex128",
        ),
    ],
)
def test_what_is_no_table_is_said_in_a_line(X: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        Table.of(X)
    assert str(caught.value) == message
