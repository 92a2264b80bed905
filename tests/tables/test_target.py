"""Targets: what they are found to be, the way to a network and back, and what is refused."""

from __future__ import annotations

import datetime
import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.tables import Target, missing_targets, target_of

WHOLE = np.arange(40) % 3


@pytest.mark.parametrize(
    ("y", "task", "classes"),
    [
        (["b", "a", "b"], "classes", ("a", "b")),
        (pd.Series(["b", "a", "b"], dtype="category"), "classes", ("a", "b")),
        (pl.Series(["b", "a", "b"]), "classes", ("a", "b")),
        ([True, False, True], "classes", (False, True)),
        ([3, 1, 3], "classes", (1, 3)),
        ([3.0, 1.0, 3.0], "classes", (1.0, 3.0)),
        (np.array([1, "a", 2, 1], object), "classes", ("1", "2", "a")),
        ([0.5, 1.5, 0.5], "values", ()),
        (np.arange(21), "values", ()),
        (np.arange(20).repeat(2), "classes", tuple(range(20))),
        ([[0, 1], [1, 1]], "labels", ()),
        ([[0, 1], [1, 2]], "values", ()),
    ],
)
def test_what_a_target_is_found_to_be(y: Any, task: str, classes: tuple[Any, ...]) -> None:
    target = target_of(y)
    assert (target.task, target.classes) == (task, classes)
    assert Target.from_data(json.loads(json.dumps(target.to_data()))) == target


@pytest.mark.parametrize("y", [["b", "a", "ç"], [True, False, True], [3, -1, 7], [0.5, 2.0, 1.5]])
def test_classes_come_back_as_they_were(y: list[Any]) -> None:
    target = target_of(y, "classes")
    back = target.decode(np.eye(target.n_outputs)[target.encode(y)])
    assert back.tolist() == y and [type(value) for value in back.tolist()] == [type(value) for value in y]


def test_one_output_is_the_probability_of_the_second_of_two_classes() -> None:
    target = target_of(["no", "yes", "no"])
    outputs = np.array([[0.3], [0.5], [0.51]])
    np.testing.assert_allclose(target.probabilities(outputs), [[0.7, 0.3], [0.5, 0.5], [0.49, 0.51]])
    assert target.decode(outputs).tolist() == ["no", "no", "yes"]


def test_values_are_scaled_and_held_and_come_back() -> None:
    y = np.array([[1.0, 100], [2, 300], [6, 200]])
    target = target_of(y, "values", names=["a", "b"], holds=True)
    encoded = target.encode(y)
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(encoded.std(axis=0), 1)
    np.testing.assert_allclose(target.decode(encoded), y)
    assert target.decode(encoded * 1000).tolist() == [[1, 100], [1, 300], [6, 200]]
    counts = target_of([0, 2, 4], "counts")
    assert (counts.center, counts.scale, counts.low) == ((0.0,), (2.0,), ())
    plain = target_of([1.0, 2, 4], "values", scales=False)
    assert plain.encode([1.0, 2]).tolist() == [[1], [2]] and plain.decode(np.array([[3.0]])).tolist() == [3]


def test_quantiles_do_not_cross() -> None:
    target = target_of([1.0, 2, 3, 6], "quantiles", levels=(0.1, 0.5, 0.9))
    assert target.n_outputs == 3 and target.encode([1.0]).shape == (1, 1)
    outputs = np.array([[0.5, -1.0, 0.0], [0, 1, 2]])
    assert (np.diff(target.values(outputs), axis=2) >= 0).all()
    assert target.decode(outputs).tolist() == [target.center[0], target.center[0] + target.scale[0]]


@pytest.mark.parametrize(
    "y",
    [
        [1.0, None, 3], ["a", None, "b"], ["a", "", "b"], [1.0, np.nan, 2], pd.Series([1, pd.NA, 2], dtype="Int64"),
        pl.Series([1, None, 2]), pl.Series(["a", None, "b"]), pd.Series(["a", None, "b"]),
        [datetime.date(2000, 1, 1), pd.NaT, None], [[1.0, 2], [np.nan, 1], [1, 1]],
    ],
)  # fmt: skip
def test_missing_targets_are_found(y: Any) -> None:
    assert missing_targets(y).tolist()[:2] == [False, True]


@pytest.mark.parametrize(
    ("y", "options", "error", "message"),
    [
        (
            ["a"] * 5, {}, DataError,
            "the target has one value, 'a', in all 5 rows, so there is nothing to tell apart",
        ),
        ([2.5] * 5, {}, DataError, "the target has one value, 2.5, in all 5 rows, so there is nothing to learn"),
        (
            [[1.0, 2.5], [1.0, 3.5]], {"names": ["a", "b"]}, DataError,
            "the target 'a' has one value, 1, in all 2 rows, so there is nothing to learn",
        ),
        (
            [f"row {k}" for k in range(30)], {}, DataError,
            "the target is different in nearly every row (30 values in 30 rows, such as 'row 0'): it is an identifier, "
            "and no classes; choose another column",
        ),
        (
            list(range(30)), {"task": "classes"}, DataError,
            "the target is different in nearly every row (30 values in 30 rows, such as 0): it is an identifier, and "
            "no classes; choose another column, or task='values' if it is measured",
        ),
        (
            ["a", None, "b", ""], {}, DataError,
            "the target is missing in 2 rows, the first of which is row 1; leave these rows out",
        ),
        ([1.5, np.inf], {}, DataError, "y holds inf in row 1; replace or remove infinite values"),
        ([1, -2, 3], {"task": "counts"}, DataError, "counts must be >= 0; y holds -2 in row 1"),
        ([[0, 2], [1, 1]], {"task": "labels"}, DataError, "labels must be 0 or 1; y holds 2 in row 0, column 1"),
        ([[0, 1], [0, 1]], {}, DataError, "the labels are the same in every row, so there is nothing to tell apart"),
        ([], {}, DataError, "y is empty; at least two rows are needed"),
        (
            np.zeros((2, 2, 2)), {}, ShapeError,
            "y must have shape (n_rows,) or (n_rows, n_values); it has shape (2, 2, 2)",
        ),
        ([1.5, 2.5], {"task": "quantiles"}, ArgumentError, "levels must rise between 0 and 1; got ()"),
        (
            [1.5, 2.5], {"task": "quantiles", "levels": (0.5, 0.5)}, ArgumentError,
            "levels must rise between 0 and 1; got (0.5, 0.5)",
        ),
        (["a", "b"], {"task": "values"}, DataError, None),
        (["a", "b"], {"task": "clases"}, ArgumentError, None),
    ],
)  # fmt: skip
def test_what_cannot_be_learned_is_said_in_a_line(
    y: Any, options: dict[str, Any], error: type[Exception], message: str | None
) -> None:
    with pytest.raises(error) as caught:
        target_of(y, **options)
    assert "\n" not in str(caught.value)
    assert message is None or str(caught.value) == message


def test_nineteen_of_twenty_different_texts_may_be_classes() -> None:
    assert target_of([f"{k % 17}" for k in range(20)]).n_outputs == 17
    with pytest.raises(DataError, match="it is an identifier"):
        target_of([f"{k % 18}" for k in range(20)])
    assert target_of([f"{k}" for k in range(19)]).n_outputs == 19


def test_a_class_that_is_not_known_is_named() -> None:
    with pytest.raises(DataError) as caught:
        target_of(["a", "b"]).encode(["a", "c"])
    assert str(caught.value) == "y holds 'c' in row 1; the known classes are 'a', 'b'"
