"""Data from arrays, from mapped files and from iterables of batches train the same network."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, DataError
from glassnet.training import data, sources

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(203, 5)).astype(np.float32)
Y = (X[:, :1] * 2 + 1).astype(np.float32)
BATCHES = [(X[i : i + 32], Y[i : i + 32]) for i in range(0, len(X), 32)]
OPTIONS: dict[str, Any] = {"loss": "mse", "optimizer": "adam", "progress": False, "engine": "numpy"}


class StartsAnew:
    """Iterates over the batches again each time, without a length."""

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return iter(BATCHES)


def network() -> gn.Network:
    return gn.Network([gn.Dense(8, "relu"), gn.Dropout(0.1), gn.Dense(1)], seed=1)


@pytest.fixture
def mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    monkeypatch.setattr(data, "IN_MEMORY_BYTES", 1000)
    np.save(tmp_path / "x.npy", X)
    file: np.ndarray = np.load(tmp_path / "x.npy", mmap_mode="r")
    return file


def trained(*given: Any, **options: Any) -> tuple[gn.Network, gn.History]:
    net = network()
    history = net.fit(*given, **(OPTIONS | options))
    return net, history


def test_a_mapped_file_trains_bit_for_bit_like_an_array(mapped: np.ndarray) -> None:
    from_array, expected = trained(X, Y, epochs=4, batch_size=32, metrics=["mae"])
    from_file, history = trained(mapped, Y, epochs=4, batch_size=32, metrics=["mae"])
    np.testing.assert_array_equal(from_file.parameters, from_array.parameters)
    assert history["loss"] == expected["loss"]
    np.testing.assert_allclose(history["mean_absolute_error"], expected["mean_absolute_error"], rtol=1e-6)


def test_a_mapped_file_can_be_split_for_validation(mapped: np.ndarray) -> None:
    _, expected = trained(X, Y, epochs=2, batch_size=32, validation_split=0.25)
    _, history = trained(mapped, Y, epochs=2, batch_size=32, validation_split=0.25)
    assert history["validation_loss"] == expected["validation_loss"]


def test_a_bad_entry_deep_in_a_mapped_file_is_found_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "IN_MEMORY_BYTES", 1000)
    bad = X.copy()
    bad[150, 2] = np.nan
    np.save(tmp_path / "bad.npy", bad)
    net = network()
    with pytest.raises(DataError, match="X, counted from row 150 on, holds nan at row 0, column 2"):
        net.fit(np.load(tmp_path / "bad.npy", mmap_mode="r"), Y, **OPTIONS)
    assert not net.built


def test_training_on_a_mapped_file_holds_a_few_batches_in_memory(tmp_path: Path) -> None:
    n, width, size = 60_000, 400, 256
    big = np.lib.format.open_memmap(tmp_path / "big.npy", "w+", np.float32, (n, width))
    for start in range(0, n, 5000):
        big[start : start + 5000] = RANDOM.normal(size=(5000, width))
    del big
    file = np.load(tmp_path / "big.npy", mmap_mode="r")
    assert file.nbytes > sources.IN_MEMORY_BYTES
    net = gn.Network([gn.Dense(1)], seed=0)
    tracemalloc.start()
    net.fit(file, np.ones(n), **(OPTIONS | {"batch_size": size, "epochs": 1}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < file.nbytes / 2  # the look through the file before training reads 64 MB at a time at most


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_validation_on_a_mapped_file_reads_a_few_rows_at_a_time(tmp_path: Path, dtype: str) -> None:
    n, width = 60_000, 400
    big = np.lib.format.open_memmap(tmp_path / "big.npy", "w+", np.float32, (n, width))
    big[::7] = 0.25
    del big
    file = np.load(tmp_path / "big.npy", mmap_mode="r")
    net = gn.Network([gn.Dense(1)], seed=0, dtype=dtype)
    options = OPTIONS | {"epochs": 1, "metrics": ["mae"]}
    tracemalloc.start()
    history = net.fit(file[:256], np.ones(256), validation_data=(file, np.ones(n)), **options)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (
        peak < file.nbytes * net.parameters.itemsize / 4
    )  # a look through it takes 64 MB of the file at a time
    expected = net.evaluate(np.array(file), np.ones(n), metrics=["mae"])
    assert history.last("validation_loss") == pytest.approx(expected["loss"], rel=1e-6)
    assert history.last("validation_mean_absolute_error") == pytest.approx(
        expected["mean_absolute_error"], rel=1e-6
    )


def test_a_bad_entry_in_a_mapped_validation_file_is_found_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "IN_MEMORY_BYTES", 1000)
    bad = X.copy()
    bad[150, 2] = np.nan
    np.save(tmp_path / "bad.npy", bad)
    net = network()
    with pytest.raises(
        DataError, match="X of validation_data, counted from row 150 on, holds nan at row 0, "
    ):
        net.fit(X, Y, validation_data=(np.load(tmp_path / "bad.npy", mmap_mode="r"), Y), **OPTIONS)
    assert not net.built


@pytest.mark.parametrize("batches", [BATCHES, StartsAnew()], ids=["list", "iterable without a length"])
def test_batches_train_like_an_array_in_order(batches: Any) -> None:
    expected, by_array = trained(X, Y, epochs=3, batch_size=32, shuffle=False)
    net, history = trained(batches, epochs=3)
    np.testing.assert_array_equal(net.parameters, expected.parameters)
    np.testing.assert_allclose(history["loss"], by_array["loss"], rtol=1e-14)


def test_a_generator_trains_for_one_epoch() -> None:
    expected, _ = trained(X, Y, epochs=1, batch_size=32, shuffle=False)
    net, _ = trained((batch for batch in BATCHES), epochs=1)
    np.testing.assert_array_equal(net.parameters, expected.parameters)


def test_batches_may_grow_and_carry_weights() -> None:
    growing = [(X[:10], Y[:10], np.ones(10)), (X[10:90], Y[10:90], np.full(80, 0.5))]
    net, history = trained(growing, epochs=2)
    assert history.n_epochs == 2
    assert np.isfinite(net.parameters).all()


def test_metrics_beside_batches_are_those_of_the_validation_data() -> None:
    _, history = trained(BATCHES, epochs=2, metrics=["mae"], validation_data=(X, Y))
    assert "validation_mean_absolute_error" in history
    assert "mean_absolute_error" not in history


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (([],), {}, "the iterable of batches is empty"),
        (
            (iter(BATCHES),),
            {"epochs": 3},
            "an iterator can be gone through once, and 3 epochs were asked for",
        ),
        ((BATCHES,), {"batch_size": 8}, "batch_size is for arrays"),
        ((BATCHES,), {"validation_split": 0.5}, "give validation_data beside"),
        ((BATCHES,), {"metrics": ["mae"]}, "give validation_data beside an iterable of batches"),
        (([X],), {}, r"must give batches \(X, y\) or \(X, y, weights\)"),
        (([(X, Y[:5])],), {}, "203 samples"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_before_anything_changes(
    given: Any, options: dict[str, Any], message: str
) -> None:
    net = network()
    with pytest.raises((ArgumentError, DataError), match=message):
        net.fit(*given, **(OPTIONS | options))
    assert not net.built
