"""However arrays lie in memory, every engine reads the same numbers from them, and leaves them as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet.network.network import Network

Array = NDArray[Any]

ENGINES = ("numpy", "compiled")
over_engines = pytest.mark.parametrize("engine", ENGINES)
over_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


def every_second_row(x: Array) -> Array:
    return np.repeat(x, 2, axis=0)[::2]


def backwards(x: Array) -> Array:
    return np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1]


def inner_columns(x: Array) -> Array:
    return np.pad(x, ((0, 0), (2, 1)), constant_values=99)[:, 2:-1]


def read_only(x: Array) -> Array:
    copy = x.copy()
    copy.flags.writeable = False
    return copy


def unaligned(x: Array) -> Array:
    raw = np.empty(x.nbytes + 1, np.uint8)
    array = raw[1:].view(x.dtype).reshape(x.shape)
    array[...] = x
    assert not array.flags.aligned
    return array


def field_of_records(x: Array) -> Array:
    records = np.zeros(len(x), [("name", "S3"), ("x", x.dtype, x.shape[1:])])
    records["x"] = x
    result: Array = records["x"]
    return result


def broadcast(x: Array) -> Array:
    return np.broadcast_to(x[:1], x.shape)


# Numbers in them are small integers over 4, exact in every type.
LAYOUTS: dict[str, Callable[[Array], Any]] = {
    "Fortran order": np.asfortranarray,
    "every second row": every_second_row,
    "backwards": backwards,
    "inner columns": inner_columns,
    "read-only": read_only,
    "unaligned": unaligned,
    "a field of records": field_of_records,
    "broadcast": broadcast,
    "float16": lambda x: x.astype(np.float16),
    "float32": lambda x: x.astype(np.float32),
    "float64": lambda x: x.astype(np.float64),
    "long double": lambda x: x.astype(np.longdouble),
    "big-endian": lambda x: x.astype(">f8"),
    "big-endian float32": lambda x: x.astype(">f4"),
    "integers": lambda x: (4 * x).astype(np.int16),
    "big-endian integers": lambda x: (4 * x).astype(">i4"),
    "yes and no": lambda x: x > 0,
    "a list": lambda x: x.tolist(),
    "rows in a list": list,
    "a table": lambda x: pd.DataFrame(x, columns=[f"column {k}" for k in range(x.shape[1])]),
    "a table of mixed types": lambda x: pd.DataFrame(
        {"a": x[:, 0], "b": (4 * x[:, 1]).astype(int), **{str(k): x[:, k] for k in range(2, x.shape[1])}}
    ),
    "a matrix's array": lambda x: np.array(x, subok=True),
}


def numbers() -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    return random.integers(-8, 9, (24, 5)) / 4, random.integers(-8, 9, (24, 2)) / 4


def contents(given: Any) -> Any:
    return given.to_numpy().copy() if isinstance(given, pd.DataFrame) else np.array(given)


def fitted(engine: str, dtype: str, X: Any, y: Any, **options: Any) -> Network:
    net = Network([gn.Dropout(0.1), gn.Dense(4, "tanh"), gn.BatchNorm(), gn.Dense(2)], seed=0, dtype=dtype)
    settings = {"loss": "mse", "optimizer": gn.SGD(0.05), "epochs": 3, "batch_size": 7, "progress": False}
    net.fit(X, y, engine=engine, **(settings | options))
    return net


@over_dtypes
@over_engines
@pytest.mark.parametrize("name", LAYOUTS)
def test_training_and_prediction_read_the_same_numbers(name: str, engine: str, dtype: str) -> None:
    (X, y), layout = numbers(), LAYOUTS[name]
    given_x, given_y = layout(X), layout(y)
    before_x, before_y = contents(given_x), contents(given_y)
    plain_x, plain_y = (np.array(before, dtype, order="C") for before in (before_x, before_y))
    for options in ({}, {"shuffle": False}, {"batch_size": None}):
        net = fitted(engine, dtype, given_x, given_y, validation_data=(given_x, given_y), **options)
        expected = fitted(engine, dtype, plain_x, plain_y, validation_data=(plain_x, plain_y), **options)
        np.testing.assert_array_equal(net.parameters, expected.parameters)
        np.testing.assert_array_equal(net.running_statistics, expected.running_statistics)
    np.testing.assert_array_equal(net.predict(given_x), net.predict(plain_x))
    np.testing.assert_array_equal(net.compiled_predict()(given_x), net.compiled_predict()(plain_x))
    assert net.evaluate(given_x, given_y) == net.evaluate(plain_x, plain_y)
    np.testing.assert_array_equal(contents(given_x), before_x)
    np.testing.assert_array_equal(contents(given_y), before_y)


@over_dtypes
@over_engines
def test_arrays_that_are_used_as_they_are_stay_as_they_were(engine: str, dtype: str) -> None:
    X, y = (np.array(part, dtype) for part in numbers())
    weights = np.linspace(0.5, 1.5, len(X)).astype(dtype)
    before = [part.copy() for part in (X, y, weights)]
    for options in ({}, {"shuffle": False}, {"batch_size": None}):
        fitted(engine, dtype, X, y, sample_weight=weights, validation_data=(X, y), **options)
    for part, copy in zip((X, y, weights), before, strict=True):
        np.testing.assert_array_equal(part, copy)
        assert part.flags.writeable


@over_dtypes
@over_engines
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_mapped_for_reading_only(engine: str, dtype: str, order: Any, tmp_path: Path) -> None:
    X, y = (np.array(part, dtype) for part in numbers())
    written = np.memmap(tmp_path / "X", dtype, "w+", shape=X.shape, order=order)
    written[...] = X
    written.flush()
    mapped = np.memmap(tmp_path / "X", dtype, "r", shape=X.shape, order=order)
    content = (tmp_path / "X").read_bytes()
    net, expected = fitted(engine, dtype, mapped, y), fitted(engine, dtype, X, y)
    np.testing.assert_array_equal(net.parameters, expected.parameters)
    np.testing.assert_array_equal(net.compiled_predict()(mapped), expected.compiled_predict()(X))
    assert (tmp_path / "X").read_bytes() == content


@over_engines
@pytest.mark.parametrize("kind", ["int8", "uint8", "int64", ">i8", "float32", "object list", "column"])
def test_integer_classes_of_any_type(engine: str, kind: str) -> None:
    X, classes = numbers()[0], np.arange(24) % 3
    given: Any = {"object list": classes.tolist(), "column": classes[:, None]}.get(kind)
    given = classes.astype(kind) if given is None else given
    nets = [Network([gn.Dense(4, "relu"), gn.Dense(3, "softmax")], seed=0, dtype="float64") for _ in range(2)]
    for net, y in zip(nets, (given, classes), strict=True):
        net.fit(X, y, loss="scce", optimizer="adam", epochs=4, batch_size=7, engine=engine, progress=False)
    np.testing.assert_array_equal(nets[0].parameters, nets[1].parameters)


@over_engines
def test_samples_of_several_axes_in_any_order(engine: str) -> None:
    images = np.random.default_rng(0).integers(-8, 9, (24, 2, 3)) / 4
    y = numbers()[1]
    nets = [Network([gn.Flatten(), gn.Dense(2, "tanh")], seed=0, dtype="float64") for _ in range(3)]
    layouts = (
        images,
        np.asfortranarray(images),
        np.ascontiguousarray(images.transpose(2, 1, 0)).transpose(2, 1, 0),
    )
    for net, X in zip(nets, layouts, strict=True):
        net.fit(X, y, loss="mse", optimizer="sgd", epochs=4, batch_size=7, engine=engine, progress=False)
        np.testing.assert_array_equal(net.parameters, nets[0].parameters)
        np.testing.assert_array_equal(net.compiled_predict()(X), nets[0].compiled_predict()(images))


@pytest.mark.parametrize("n", [1, 100])
def test_few_rows_with_masked_entries_are_refused_like_many(n: int) -> None:
    predict = Network([gn.Dense(2)], seed=0, input_shape=3).compiled_predict()
    X = np.ma.masked_less(np.linspace(-1, 1, 3 * n).reshape(n, 3), 0)
    with pytest.raises(gn.errors.DataError, match="X has masked entries"):
        predict(X)
