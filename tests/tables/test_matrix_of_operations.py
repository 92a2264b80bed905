"""Every operation, asked for every facet: NumPy, ONNX, the exported file, plain data and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet import tables
from glassnet.tables import Category, Date, Number, Operation, Preprocessing
from glassnet.tables.operations import operation_of
from glassnet.tables.operations.base import registry
from tests.tables.exports import by_onnx, by_python, telling_features

NUMBERS = np.array([0.1, -3.5, 1e30, -1e-30, np.nan, 16777217.0, 3e38])
TEXT = ["a", "b", None, "Köln", "new", "", "c"]
DATES = np.array(
    ["1970-01-01", "2000-02-29", "1999-12-31", "2100-03-01", "NaT", "1600-02-29", "0001-01-01"],
    "datetime64[us]",
)
TIMES = DATES + np.timedelta64(12345678901, "us")

OPERATIONS: list[tuple[Operation, Any]] = [
    (Number("c", 1.5, 2.0), NUMBERS),
    (Number("c", 1.5, 2.0, fill=7.0, indicator=True), NUMBERS),
    (Number("c", 0.1, 3.0, limit=None, precision="float64"), NUMBERS),
    (Number("c", 1.5, 2.0, indicator=True, edges=(-3.5, 0.0, 0.1, 20.0, 1e30)), NUMBERS),
    (Category("c", ("a", "b", "Köln")), TEXT),
    (
        Category("c", ("a", "b"), has_missing=True, has_other=True, off=(-1.0, 0, 0, 0), on=(1.0, 2, 3, 4)),
        TEXT,
    ),
    (Category("c", ("a", "b"), encoding="two"), TEXT),
    (Category("c", ("a", "b"), encoding="index", has_missing=True), TEXT),
    (Date("c", indicator=True, center=10000.0, scale=3000.0), DATES),
    (Date("c", ("elapsed",), limit=None), DATES),
    (Date("c", ("day", "elapsed", "week", "year", "month"), unit="second", scale=1000.0), TIMES),
]
IDS = [f"{type(operation).__name__} {place}" for place, (operation, _) in enumerate(OPERATIONS)]


def test_the_table_holds_every_operation() -> None:
    assert {type(operation) for operation, _ in OPERATIONS} == set(registry.classes().values())


@pytest.mark.parametrize(("operation", "column"), OPERATIONS, ids=IDS)
def test_plain_data_and_back(operation: Operation, column: Any) -> None:
    data = json.loads(json.dumps(operation.to_data()))
    assert operation_of(data) == operation
    assert eval(repr(operation), {"tables": tables}) == operation


@pytest.mark.parametrize(("operation", "column"), OPERATIONS, ids=IDS)
def test_numpy_onnx_and_the_exported_file_agree(operation: Operation, column: Any, tmp_path: Path) -> None:
    preprocessing = Preprocessing([operation])
    model, table = telling_features(preprocessing), {"c": column}
    features = preprocessing.transform(table)
    assert features.shape == (7, len(operation.features)) and np.isfinite(features).all()
    np.testing.assert_allclose(model.predict(table), features, rtol=0, atol=1e-12)
    np.testing.assert_allclose(by_onnx(model, table, tmp_path)["values"], features, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(by_python(model, tmp_path).predict(table), features, rtol=1e-12, atol=1e-12)


def test_a_date_is_what_the_calendar_says() -> None:
    days = np.arange("1600-01-01", "2401-01-01", dtype="datetime64[D]")
    operation = Date("c", ("year", "month", "week"), indicator=False)
    features = Preprocessing([operation]).transform({"c": days})
    in_month = (days - days.astype("datetime64[M]")).astype(np.int64)
    np.testing.assert_allclose(features[:, 2], np.sin(2 * np.pi * in_month / 31), atol=1e-14)
    np.testing.assert_allclose(features[:, 3], np.cos(2 * np.pi * in_month / 31), atol=1e-14)
    years = days.astype("datetime64[Y]")
    months = days.astype("datetime64[M]").astype(np.int64) % 12
    march = years.astype("datetime64[M]") + np.timedelta64(2, "M") - np.where(months < 2, 12, 0)
    since_march = (days - march.astype("datetime64[D]")).astype(np.int64)
    assert (since_march.min(), since_march.max()) == (0, 365)
    np.testing.assert_allclose(features[:, 0], np.sin(2 * np.pi * since_march / 366), atol=1e-14)
    weekday = np.array([day.weekday() for day in days[:14].tolist()])
    assert features[:14, 4:].argmax(axis=1).tolist() == weekday.tolist()
    assert (features[:, 4:].sum(axis=1) == 1).all()
