"""What is decided about columns, and said: just inside and just outside of every limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from glassnet.errors import ArgumentError, DataError, UnknownNameError
from glassnet.tables import Category, Date, Number, Preprocessing, TableSettings
from glassnet.tables.fitting import measuring

X = np.random.default_rng(0).normal(size=200)


def fitted(column: Any, name: str = "c", **options: Any) -> Preprocessing:
    """The preprocessing of this column beside a plain one."""
    return Preprocessing.fit({"plain": X[: len(column)], name: column}, TableSettings(**options))


def said(column: Any, name: str = "c", **options: Any) -> list[tuple[str, str, str]]:
    return [(note.column, note.decision, note.text) for note in fitted(column, name, **options).notes]


def dropped(column: Any, **options: Any) -> bool:
    return "c" in fitted(column, **options).dropped


def test_constant_and_empty_columns_are_dropped_and_named() -> None:
    assert said([7.0] * 30) == [("c", "constant", "column 'c' is dropped: it holds 7.0 in every row")]
    assert said(["x"] * 30) == [("c", "constant", "column 'c' is dropped: it holds 'x' in every row")]
    assert said([None] * 30) == [("c", "all_missing", "column 'c' is dropped: all its entries are missing")]
    assert said([np.datetime64("2000-01-01")] * 30) == [
        ("c", "constant", "column 'c' is dropped: it holds 2000-01-01T00:00:00.000000 in every row")
    ]
    assert not dropped([7.0] * 29 + [None]) and not dropped([7.0] * 29 + [8])
    assert said([7.0] * 29 + [None], missing_indicators=False) == [
        ("c", "constant", "column 'c' is dropped: it holds 7.0 in every row where it is not missing")
    ]
    assert not dropped([7.0] * 30, keep=["c"]) and dropped([None] * 30, keep=["c"])


@pytest.mark.parametrize(
    ("name", "column", "is_dropped"),
    [
        ("c", [f"{k}-a" for k in range(100)], True),
        ("c", [f"{k % 95}-a" for k in range(100)], True),
        ("c", [f"{k % 94}-a" for k in range(100)], False),
        ("c", [f"{k}-a" for k in range(20)], True),
        ("c", [f"{k}-a" for k in range(19)], False),
        ("c", np.arange(100), True),
        ("c", np.arange(1, 101), True),
        ("c", np.arange(2, 102), False),
        ("c", np.arange(100)[::-1], False),
        ("customer_id", np.arange(100)[::-1] * 7, True),
        ("CustomerID", np.arange(100)[::-1] * 7, True),
        ("Id", np.arange(100)[::-1] * 7, True),
        ("Unnamed: 0", np.arange(100)[::-1], True),
        ("customer_id", np.arange(100) // 2, False),
        ("customer_id", X[:100], False),
        ("humid", np.arange(100)[::-1] * 7, False),
        ("paid", np.arange(100)[::-1] * 7, False),
        ("when", np.datetime64("2000-01-01") + np.arange(100), False),
    ],
)
def test_identifiers(name: str, column: Any, is_dropped: bool) -> None:
    assert (name in fitted(column, name).dropped) == is_dropped
    assert name not in fitted(column, name, keep=[name]).dropped


def test_an_identifier_is_told_with_examples_and_how_to_keep_it() -> None:
    assert said([f"{k}-a" for k in range(100)])[0][2] == (
        "column 'c' is dropped: it is an identifier, different in every row, such as '0-a' and '1-a'; keep it by "
        "keep=['c'], in the command by --keep"
    )


def test_the_only_column_is_no_identifier_and_arrays_keep_all_columns() -> None:
    assert Preprocessing.fit({"x": np.arange(50.0)}).columns == ("x",)
    array = np.stack([np.arange(50.0), np.ones(50)], axis=1)
    assert Preprocessing.fit(array).columns == ("x0", "x1")
    assert Preprocessing.fit(
        pd.DataFrame(array, columns=["a", "b"]), TableSettings(keep=["a", 1])
    ).columns == ("a", "b")


@pytest.mark.parametrize("numbers", ["robust", "standard", "none"])
@pytest.mark.parametrize(
    ("n_low", "n_high"), [(5, 1), (3, 1), (4, 1), (2, 2), (1, 2), (1, 3), (1, 5), (50, 17), (3, 0)]
)
def test_categories_are_scaled_as_their_features_would_be(numbers: str, n_low: int, n_high: int) -> None:
    column = np.array([0.0] * n_low + [1.0] * n_high)
    expected = measuring.center_and_scale(column, numbers)
    np.testing.assert_allclose(measuring._of_two(0.0, 1.0, n_low, n_high, numbers), expected, rtol=1e-12)


def test_features_of_categories_are_scaled_from_what_they_are() -> None:
    column = ["a"] * 60 + ["b"] * 30 + [None] * 10
    plain = fitted(column, scale_categories=False).transform({"plain": X[:100], "c": column})[:, 1:]
    made = fitted(column).transform({"plain": X[:100], "c": column})[:, 1:]
    for before, after in zip(plain.T, made.T, strict=True):
        center, scale = measuring.center_and_scale(before, "robust")
        z = (before - center) / scale
        np.testing.assert_allclose(after, z / np.sqrt(1 + (z / 3) ** 2), atol=1e-15)


def test_rare_levels_are_put_together_and_counted() -> None:
    column = ["a"] * 100 + ["b"] * 94 + ["c"] * 3 + ["d"] * 2 + ["e"]
    assert said(column) == [
        (
            "c",
            "rare_levels",
            "column 'c': 2 of 5 categories occur in fewer than 3 rows and are put together (3 rows)",
        )
    ]
    operation = fitted(column).operations[1]
    assert isinstance(operation, Category) and operation.levels == ("a", "b", "c") and operation.has_other
    assert fitted(column, rare_count=1).operations[1].features[-1] == "c=e"
    few = ["a"] * 30 + ["b"] * 19 + ["c"]
    assert fitted(few).operations[1].features == ("c=a", "c=b", "c=c")


def test_thousands_of_categories_are_said() -> None:
    column = [f"level {k % 3000}" for k in range(9000)]
    preprocessing = Preprocessing.fit({"c": column, "plain": np.arange(9000.0) ** 0.5})
    assert preprocessing.n_features == 258
    assert [note.text for note in preprocessing.notes] == [
        "column 'c' holds 3,000 different categories: the 256 most frequent are kept apart, the others (8,232 rows) "
        "are put together"
    ]
    assert len(preprocessing.operations[0].features) == 257
    exactly = Preprocessing.fit({"c": [f"{k % 256}-" for k in range(9000)]})
    assert exactly.n_features == 256 and exactly.notes == ()


def test_text_that_is_numbers_or_dates_is_read_so_and_said() -> None:
    numbers = fitted([str(k % 7) for k in range(50)])
    assert isinstance(numbers.operations[1], Number)
    assert numbers.notes[0].text == "column 'c' holds numbers as text, such as '0': they are read as numbers"
    dates = fitted([f"2020-01-{1 + k % 28:02d}" for k in range(50)])
    assert isinstance(dates.operations[1], Date) and dates.operations[1].parts == (
        "elapsed",
        "year",
        "month",
        "week",
    )
    assert (
        dates.notes[0].text == "column 'c' holds dates as text, such as '2020-01-01': they are read as dates"
    )
    kept = fitted([str(k % 7) for k in range(50)], categorical=["c"])
    assert isinstance(kept.operations[1], Category) and kept.notes == ()


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([3, 1, 3, None] * 20, dtype="category"),
        pl.Series(["3", "1", "3", None] * 20, dtype=pl.Categorical),
        pl.Series(["3", "1", "3", None] * 20, dtype=pl.Enum(["1", "3"])),
    ],
)
def test_categories_by_dtype_stay_categories_whatever_they_look_like(column: Any) -> None:
    operation = fitted(column).operations[1]
    assert isinstance(operation, Category) and operation.levels == ("1", "3") and operation.has_missing
    made = fitted(column).transform({"plain": X[:3], "c": [3, "3", 3.0]})
    assert (made[0, 1:] == made[1:, 1:]).all()


def test_decimal_commas_are_offered() -> None:
    column = ["1,5", "1.234,25", "7", None] * 20
    with pytest.raises(DataError) as caught:
        fitted(column)
    assert str(caught.value) == (
        "column 'c' holds numbers with decimal commas, such as '1,5'; read them as numbers by decimal_comma=True, or "
        "keep them as categories by decimal_comma=False"
    )
    read = fitted(column, decimal_comma=True)
    operation = read.operations[1]
    assert (
        isinstance(operation, Number) and operation.fill == 7.0 and read.notes[0].decision == "decimal_comma"
    )
    assert isinstance(fitted(column, decimal_comma=False).operations[1], Category)
    for text in (["1,5 m", "2,5 m"] * 20, ["a,5", "b"] * 20, ["1,2,3", "4"] * 20):
        assert isinstance(fitted(text).operations[1], Category)


def test_numbers_are_categories_where_their_user_says_so() -> None:
    table = pd.DataFrame({"a": [1, 2, 1, 3] * 20, "b": [0.5, 1.5] * 40})
    for categorical in (["a"], [0]):
        operation = Preprocessing.fit(table, TableSettings(categorical=categorical)).operations[0]
        assert isinstance(operation, Category) and operation.levels == ("1", "2", "3")
    with pytest.raises(UnknownNameError, match="a column in categorical must be 'a' or 'b'; got 'c'"):
        Preprocessing.fit(table, TableSettings(categorical=["c"]))
    with pytest.raises(ArgumentError, match="a column in categorical must be an integer <= 1; got 2"):
        Preprocessing.fit(table, TableSettings(categorical=[2]))


def test_numbers_that_float32_tells_apart_are_read_in_it() -> None:
    near, far = 1e6 + X, 2.0**24 / 16 * 100 + X
    assert [fitted(column).operations[1].precision for column in (X, near, far, X * 1e300)] == [
        "float32", "float64", "float64", "float64",
    ]  # fmt: skip
    assert fitted(1e2 + X).operations[1].precision == "float32"


def test_dates_keep_the_parts_that_differ() -> None:
    days = np.datetime64("2020-03-02") + 7 * np.arange(3)
    times = np.datetime64("2020-03-02T00:00:00") + 3600 * np.arange(5)
    assert fitted(days).operations[1].parts == ("elapsed", "year", "month")
    assert fitted(times).operations[1] == Date(
        "c",
        ("elapsed", "day"),
        "second",
        fitted(times).operations[1].center,
        fitted(times).operations[1].scale,
    )


def test_a_table_that_tells_nothing_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        Preprocessing.fit({"a": [1.0] * 5, "b": [None] * 5})
    assert str(caught.value) == (
        "no column of the table could tell rows apart: column 'a' is dropped: it holds 1.0 in every row; column 'b' is "
        "dropped: all its entries are missing"
    )
    with pytest.raises(DataError, match="the table has 0 rows and 1 columns; there is nothing to learn from"):
        Preprocessing.fit({"a": []})


@pytest.mark.parametrize(
    ("at_fit", "later", "message"),
    [
        ([1.0, 2.0, 5.0], ["1", "2.5"], None),
        ([1.0, 2.0, 5.0], [None, None], None),
        (
            [1.0, 2.0, 5.0], ["1", "many"],
            "column 'c' held numbers when the preprocessing was fitted, and now holds text, such as 'many' in row 1",
        ),
        (
            [1.0, 2.0, 5.0], np.array(["NaT", "2000-01-01"], "datetime64[D]"),
            "column 'c' held numbers when the preprocessing was fitted, and now holds dates, such as "
            "'2000-01-01T00:00:00.000000' in row 1",
        ),
        (["a", "b", "a"], [None, None], None),
        (
            ["a", "b", "a"], [np.nan, 3.0],
            "column 'c' held text when the preprocessing was fitted, and now holds numbers, such as 3.0 in row 1",
        ),
        (pd.Series([1, 2, 1], dtype="category"), [2, 7], None),
        (["2000-01-01", "2001-05-05", None], ["2000-01-01 12:00", None], None),
        (
            ["2000-01-01", "2001-05-05", None], ["2000-01-01", "soon"],
            "column 'c' holds dates; 'soon' in row 1 is none (2026-11-30 and 2026-11-30 12:00:00 are)",
        ),
        (
            ["2000-01-01", "2001-05-05", None], ["2000-13-01", None],
            "column 'c' holds dates; '2000-13-01' in row 0 is none (2026-11-30 and 2026-11-30 12:00:00 are)",
        ),
        (
            ["2000-01-01", "2001-05-05", None], [3.0, 4.0],
            "column 'c' held dates when the preprocessing was fitted, and now holds numbers, such as 3.0 in row 0",
        ),
        ([1.0, 2.0, 5.0], [1.0, np.inf],
            "column 'c' holds inf in row 1 (1 such in all); replace infinite values, by NaN where they are unknown"),
    ],
)  # fmt: skip
def test_a_column_of_another_kind_is_named_or_read(at_fit: Any, later: Any, message: str | None) -> None:
    preprocessing = Preprocessing.fit({"c": at_fit})
    table = {"c": later}
    if message is None:
        assert np.isfinite(preprocessing.transform(table)).all()
        assert preprocessing.check(table) == ()
        return
    for look in (preprocessing.transform, preprocessing.check):
        with pytest.raises(DataError) as caught:
            look(table)
        assert str(caught.value) == message


def test_columns_of_a_table_without_names_are_counted() -> None:
    preprocessing = Preprocessing.fit(np.stack([X, X**2], axis=1))
    with pytest.raises(DataError, match="the table has 3 columns; the preprocessing was fitted to 2"):
        preprocessing.transform(np.zeros((1, 3)))
    named = Preprocessing.fit({"a": X, "b": X**2})
    with pytest.raises(
        DataError, match="the table has no names of columns, and the preprocessing knows columns by"
    ):
        named.transform(np.zeros((1, 2)))
    np.testing.assert_array_equal(
        preprocessing.transform(pd.DataFrame({"p": X, "q": X**2})), named.transform({"a": X, "b": X**2})
    )


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 101])
def test_quartiles_are_those_of_numpy(n: int) -> None:
    for x in (np.random.default_rng(n).normal(size=n) * 1e6, np.arange(n) % 3 / 7):
        np.testing.assert_allclose(measuring.quartiles(x), np.percentile(x, (25, 50, 75)), rtol=1e-14)


def test_numbers_are_cut_into_pieces_of_as_many_rows_and_repeated_ones_leave_edges_to_others() -> None:
    [_, uniform] = fitted(np.arange(200.0), keep=["c"], number_pieces=4).operations
    assert isinstance(uniform, Number) and uniform.features[1:3] == (
        "c from 0.0 to 49.5", "c from 49.5 to 99.5",
    )  # fmt: skip
    assert uniform.edges == pytest.approx((0, 49.5, 99.5, 149.5, 199))
    often = np.concatenate([np.zeros(150), np.arange(1.0, 51)])
    [_, mostly_zero] = fitted(often, number_pieces=4).operations
    assert isinstance(mostly_zero, Number) and len(mostly_zero.edges) == 5 and mostly_zero.edges[2] > 15
    for n_values, has_edges in ((2, False), (3, True)):
        [_, few_values] = fitted(np.arange(99) % n_values, number_pieces=4).operations
        assert isinstance(few_values, Number) and bool(few_values.edges) == has_edges


def test_a_piece_says_how_far_into_it_a_number_lies() -> None:
    operation = Number("c", fill=15.0, edges=(0.0, 10.0, 30.0))
    features = Preprocessing([operation]).transform({"c": [-9.0, 0, 2.5, 10, 30, 99, np.nan]})
    np.testing.assert_allclose(features[:, 1], [-1, -1, -0.5, 1, 1, 1, 1])
    np.testing.assert_allclose(features[:, 2], [-1, -1, -1, -1, 1, 1, -0.5])


@pytest.mark.parametrize("edges", [(1.0,), (1.0, 1.0), (2.0, 1.0), ("a", "b")])
def test_edges_that_do_not_rise_are_refused(edges: Any) -> None:
    with pytest.raises(ArgumentError, match="edges of column 'c'"):
        Number("c", edges=edges)


@pytest.mark.parametrize(
    ("n_numbers", "pieces"), [(16, 32), (17, 30), (50, 10), (51, 0)], ids=["16", "17", "50", "51"]
)
def test_wide_tables_have_fewer_pieces_of_each_number_or_none(n_numbers: int, pieces: int) -> None:
    table = {f"c{place}": X + place for place in range(n_numbers)}
    fitted_to = Preprocessing.fit(table, TableSettings(number_pieces=32))
    assert fitted_to.n_features == n_numbers * (1 + pieces)
