"""A history is one column of numbers per measure, one number per epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError
from glassnet.network.history import History

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 4))
Y = RNG.integers(0, 3, 30)


def trained(**options: Any) -> History:
    network = gn.Network([gn.Dense(6, "tanh"), gn.Dense(3, "softmax")], seed=0)
    return network.fit(
        X, Y, **({"loss": "scce", "epochs": 4, "engine": "numpy", "progress": False} | options)
    )


def test_a_plain_fit_notes_epoch_loss_learning_rate_and_seconds() -> None:
    history = trained()
    assert list(history) == ["epoch", "loss", "learning_rate", "seconds"]
    assert history["epoch"] == [1, 2, 3, 4]
    assert history["learning_rate"] == [0.001] * 4
    assert all(seconds > 0 for seconds in history["seconds"])
    assert history["loss"] == sorted(history["loss"], reverse=True)
    assert history.n_epochs == 4
    assert history.engine == "numpy"
    assert history.stopped_by == ""


def test_metrics_and_validation_are_columns_of_their_own() -> None:
    history = trained(metrics=["accuracy", "f1"], validation_split=0.2)
    assert list(history) == [
        "epoch", "loss", "learning_rate", "seconds", "accuracy", "f1",
        "validation_loss", "validation_accuracy", "validation_f1",
    ]  # fmt: skip
    assert {len(column) for column in history.values()} == {4}


def test_it_is_a_mapping_of_columns() -> None:
    history = trained()
    assert len(history) == 4
    assert "loss" in history
    assert "accuracy" not in history
    assert dict(history)["loss"] == history["loss"]
    assert history.get("accuracy") is None


def test_a_column_that_is_not_there_is_named_beside_those_that_are() -> None:
    history = trained()
    with pytest.raises(
        KeyError, match="no column 'accuracy' in this history; it has epoch, loss, learning_rate, seconds"
    ):
        history["accuracy"]
    with pytest.raises(
        ArgumentError, match=r"history has no 'accuracy'; it holds epoch, .*Ask fit for metrics"
    ):
        history.last("accuracy")
    with pytest.raises(ArgumentError, match="history has no 'loss'; it holds nothing yet"):
        History().last("loss")


def test_the_last_value_of_a_column() -> None:
    history = trained()
    assert history.last("loss") == history["loss"][-1]


def test_the_learning_rate_is_that_of_the_last_step_of_the_epoch() -> None:
    schedule = gn.schedules.LinearWarmup(0.1, epochs=2, start_factor=0.0)
    history = trained(optimizer=gn.SGD(schedule), batch_size=10)
    np.testing.assert_allclose(history["learning_rate"], [0.1 / 3, 0.25 / 3, 0.1, 0.1])


def test_it_turns_into_a_data_frame_with_a_row_for_each_epoch() -> None:
    history = trained(metrics=["accuracy"])
    frame = history.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert frame.index.name == "epoch"
    assert frame.index.tolist() == [1, 2, 3, 4]
    assert list(frame.columns) == ["loss", "learning_rate", "seconds", "accuracy"]
    assert frame["loss"].tolist() == history["loss"]


def test_without_an_epoch_the_frame_is_empty() -> None:
    frame = History().to_frame()
    assert frame.empty
    assert frame.index.name == "epoch"


def test_its_repr_shows_the_last_epoch() -> None:
    history = History("numpy")
    assert repr(history) == "History of 0 epochs"
    history.extend({"epoch": [1, 2], "loss": [0.5, 0.123456], "seconds": [2, 1.5]})
    assert repr(history) == "History of 2 epochs, last: loss 0.1235, seconds 1.5"


def test_equal_batches_of_one_epoch_make_its_mean() -> None:
    whole, batched = (
        trained(optimizer=gn.SGD(0.0), batch_size=batch_size, epochs=1)["loss"][0] for batch_size in (None, 7)
    )
    assert whole == pytest.approx(batched, rel=1e-6)
