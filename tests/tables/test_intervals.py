"""Intervals: from quantiles, and from how far rows that were held back were missed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, ShapeError
from tests.tables.exports import by_onnx, by_python
from tests.tables.test_exports import FRAME, MODELS

X = np.random.default_rng(0).normal(size=(2000, 1)).astype(np.float32).astype(np.float64)
PREPROCESSING = gn.tables.Preprocessing.fit(X, gn.tables.TableSettings(numbers="none", smooth_clip=False))
NETWORK = gn.Network([gn.Dense(1)], seed=0, input_shape=1)
NETWORK.parameters = [1.0, 0.0]
TARGET = gn.tables.Target("values", center=(0.0,), scale=(1.0,))
Y = X[:, 0] + np.random.default_rng(1).normal(size=2000)


def model(misses: object, target: gn.tables.Target = TARGET) -> gn.tables.TableModel:
    return gn.tables.TableModel(PREPROCESSING, [NETWORK], target, misses=misses)


@pytest.mark.parametrize("coverage", [0.5, 0.9])
def test_intervals_hold_the_share_that_they_promise(coverage: float, tmp_path: Path) -> None:
    made = model(np.abs(Y - X[:, 0])[:1000])
    made.save(tmp_path / "model.safetensors")
    ends = gn.tables.load(tmp_path / "model.safetensors").predict_interval(X, coverage)
    np.testing.assert_array_equal(ends, made.predict_interval(X, coverage))
    inside = (ends[:, 0] <= Y) & (Y <= ends[:, 1])
    assert abs(inside[1000:].mean() - coverage) < 3 * np.sqrt(coverage * (1 - coverage) / 1000) * np.sqrt(2)


def test_an_interval_needs_enough_misses() -> None:
    sizes = np.arange(1.0, 10)
    assert model(sizes).predict_interval(X[:1], 0.9)[0].tolist() == [X[0, 0] - 9, X[0, 0] + 9]
    for misses, n in ((sizes[:8], 8), (None, 0)):
        with pytest.raises(ArgumentError) as caught:
            model(misses).predict_interval(X[:1], 0.9)
        assert str(caught.value) == (
            "an interval of coverage 0.9 needs the misses of at least 9 rows that no network was trained on; this "
            f"model has those of {n}"
        )


def test_quantiles_make_the_intervals_that_they_know() -> None:
    made = MODELS["quantiles"]
    ends = made.predict_interval(FRAME, 0.9)
    np.testing.assert_array_equal(ends, made.predict_quantiles(FRAME)[:, [0, 2]])
    with pytest.raises(ArgumentError, match=r"needs the quantile 0\.1; the model knows 0\.05, 0\.5, 0\.95"):
        made.predict_interval(FRAME, 0.8)
    with pytest.raises(ArgumentError, match="a target of classes has no intervals"):
        MODELS["ensemble"].predict_interval(FRAME)


def test_misses_that_are_none_are_refused() -> None:
    with pytest.raises(DataError, match="finite and >= 0"):
        model([-1.0])
    with pytest.raises(ShapeError, match=r"misses must have shape \(n_rows, 1\); got \(1, 2\)"):
        model([[1.0, 2.0]])


def test_values_are_held_between_limits_in_every_export(tmp_path: Path) -> None:
    made = model(None, gn.tables.Target("values", center=(0.0,), scale=(2.0,), low=(-1.0,), high=(0.5,)))
    expected = np.clip(2 * X[:, 0], -1, 0.5)
    np.testing.assert_allclose(made.predict(X), expected, atol=1e-12)
    single = X.astype(np.float32)
    np.testing.assert_allclose(by_onnx(made, single, tmp_path)["values"][:, 0], expected, atol=1e-12)
    np.testing.assert_allclose(by_python(made, tmp_path).predict(X), expected, atol=1e-12)
