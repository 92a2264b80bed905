"""A single row, whatever it is held in, gives what it gives among others."""

from __future__ import annotations

import copy
import datetime
import pickle
import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from glassnet.errors import DataError
from glassnet.tables import arrangement, preprocessing
from tests.tables.frames import columns, in_pandas, in_polars

HELD = columns()
FRAME, POLARS = in_pandas(HELD), in_polars(HELD)
FITTED = gn.tables.Preprocessing.fit(FRAME, gn.tables.TableSettings(one_hot_most=3))
FEATURES = FITTED.transform(FRAME)


@pytest.mark.parametrize("row", range(0, 40))
def test_a_row_has_the_features_that_it_has_in_its_table(row: int) -> None:
    single = {name: values[row] for name, values in HELD.items()}
    for held in (
        single, FRAME.iloc[[row]], POLARS[row], [single], FRAME.convert_dtypes().iloc[[row]],
        FRAME.astype({"town": "category"}).iloc[[row]], FRAME[FRAME.columns[::-1]].iloc[[row]],
    ):  # fmt: skip
        np.testing.assert_array_equal(FITTED.transform(held)[0], FEATURES[row])


ROW: dict[str, Any] = {
    "size": 100.0, "rooms": 3, "furnished": True, "town": "Bonn", "built": datetime.date(2000, 1, 1),
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"size": "100"}, {"size": np.float64(100)}, {"size": None}, {"size": pd.NA}, {"size": 10**400},
        {"rooms": np.int8(3)}, {"town": ""}, {"town": None}, {"town": np.nan}, {"town": pd.NA}, {"town": "Bonn "},
        {"built": "2000-01-01"}, {"built": datetime.datetime(2000, 1, 1, 5)}, {"built": pd.Timestamp("2000-01-01")},
        {"built": np.datetime64("2000-01-01")}, {"built": None}, {"built": pd.NaT}, {"size": float("inf")},
        {"built": datetime.datetime(2000, 1, 1, 5, tzinfo=datetime.UTC)}, {"town": 7}, {"size": "big"},
    ],
)  # fmt: skip
def test_strange_entries_are_taken_or_refused_as_in_a_column(change: dict[str, Any]) -> None:
    def outcome(table: Any) -> Any:
        try:
            return FITTED.transform(table)[:1].tolist()
        except DataError as error:
            return str(error).replace("such in all", "").replace("(2 ", "(1 ")

    row = ROW | change
    twice = {name: [value, value] for name, value in row.items()}
    assert outcome(row) == outcome(twice)


def test_a_frame_of_one_row_with_a_column_twice_or_missing_is_refused() -> None:
    frame = FRAME.iloc[[3]]
    with pytest.raises(DataError, match="column names must differ"):
        FITTED.transform(pd.concat([frame, frame[["size"]]], axis=1))
    with pytest.raises(DataError, match="the table lacks column 'size'"):
        FITTED.transform(frame.drop(columns="size"))


def test_a_model_predicts_single_rows_in_many_threads_and_after_a_copy() -> None:
    network = gn.Network([gn.Dense(8, "selu"), gn.Dense(1)], seed=0, input_shape=FITTED.n_features)
    target = gn.tables.Target("values", center=(1.0,), scale=(2.0,))
    model = gn.tables.TableModel(FITTED, [network], target)
    expected = model.predict(FRAME)
    np.testing.assert_allclose(
        [model.predict(FRAME.iloc[[row]])[0] for row in range(20)], expected[:20], rtol=1e-12
    )
    for same in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(same.predict(FRAME), expected)
    found: dict[int, list[float]] = {}

    def answer(row: int) -> None:
        found[row] = [float(model.predict(FRAME.iloc[[row]])[0]) for _ in range(20)]

    threads = [threading.Thread(target=answer, args=(row,)) for row in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for row, answers in found.items():
        np.testing.assert_allclose(answers, expected[row], rtol=1e-12)


def test_rows_are_predicted_in_parts_and_none_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    network = gn.Network([gn.Dense(2, "softmax")], seed=0, input_shape=FITTED.n_features)
    model = gn.tables.TableModel(FITTED, [network], gn.tables.target_of(["no", "yes"]), temperature=2.0)
    expected = model.predict_proba(FRAME)
    assert model.predict_proba(FRAME.iloc[:0]).shape == (0, 2) and model.predict(FRAME.iloc[:0]).shape == (0,)
    monkeypatch.setattr(preprocessing, "PART", 7)
    monkeypatch.setattr(arrangement, "CELLS", 40)
    np.testing.assert_allclose(model.predict_proba(FRAME), expected, rtol=1e-12)
    np.testing.assert_array_equal(FITTED.transform(FRAME), FEATURES)
    with pytest.raises(DataError, match="such as 'big' in row 100"):
        model.predict(FRAME.assign(size=[*[1.0] * 100, "big", *[1.0] * 19]))
