"""Columns become numbers by operations that are plain data."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from glassnet.errors import DataError
from glassnet.tables import Preprocessing, TableSettings
from tests.tables.frames import columns, in_pandas, in_polars

HELD = columns()


def test_features_are_the_same_whatever_the_table_is_held_in_and_after_a_file() -> None:
    fitted = Preprocessing.fit(in_pandas(HELD))
    features = fitted.transform(in_pandas(HELD))
    assert features.shape == (len(HELD["size"]), fitted.n_features) and np.isfinite(features).all()
    again = Preprocessing.from_data(json.loads(json.dumps(fitted.to_data())))
    assert again == fitted
    for frame in (HELD, in_polars(HELD)):
        np.testing.assert_array_equal(again.transform(frame), features)
    assert len(fitted.sources) == len(fitted.feature_names) == fitted.n_features


def test_numbers_are_scaled_by_median_and_quartiles_and_clipped_smoothly() -> None:
    x = np.array([1.0, 2, 3, 4, 1000, np.nan])
    fitted = Preprocessing.fit({"a": x})
    z = (np.nan_to_num(x, nan=3.0) - 3) / 2
    np.testing.assert_allclose(
        fitted.transform({"a": x}), np.stack([z / np.sqrt(1 + (z / 3) ** 2), np.isnan(x)], axis=1), atol=1e-15
    )
    plain = Preprocessing.fit(
        {"a": x}, TableSettings(numbers="standard", smooth_clip=False, missing_indicators=False)
    )
    present = x[:5]
    np.testing.assert_allclose(
        plain.transform({"a": present})[:, 0], (present - present.mean()) / present.std(), rtol=1e-7
    )


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (TableSettings(scale_categories=False), ("c=a", "c=b", "c is missing")),
        (TableSettings(one_hot_most=2), ("c",)),
    ],
)
def test_categories(settings: TableSettings, names: tuple[str, ...]) -> None:
    fitted = Preprocessing.fit({"c": ["b", "a", None, "a"]}, settings)
    assert fitted.feature_names == names
    made = fitted.transform({"c": ["a", "b", None, "new"]})
    expected: Any = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]] if len(names) == 3 else [[1], [2], [3], [0]]
    assert made.tolist() == expected
    assert fitted.index_columns == ({} if len(names) == 3 else {0: 4})


def test_a_missing_column_is_named_with_the_nearest() -> None:
    fitted = Preprocessing.fit(in_pandas(HELD))
    with pytest.raises(DataError) as caught:
        fitted.transform(in_pandas(HELD).rename(columns={"size": "sizes"}))
    assert str(caught.value) == "the table lacks column 'size' (is it 'sizes'?)"
    assert [note.text for note in fitted.check({**HELD, "price": [1] * len(HELD["size"])})] == [
        "column 'price' was not there in training and is not read"
    ]
