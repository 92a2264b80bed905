"""Whatever a table holds, NumPy, ONNX Runtime and the exported file make the same of it, and so does a file."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import glassnet as gn
from glassnet.errors import DataError
from tests.tables.exports import by_onnx, by_python

MOST_ROWS = 12
NUMBERS = st.one_of(
    st.none(), st.floats(width=32, allow_infinity=False), st.floats(allow_infinity=False),
    st.integers(-(10**12), 10**12), st.booleans(), st.sampled_from([0.0, -0.0, 1e-300, 1e300, float(2**24 + 1), 1.5]),
)  # fmt: skip
TEXT = st.one_of(
    st.none(),
    st.sampled_from(
        ["a", "b", "c", "1", "1.0", "nan", "None", "ß", "a ", '"""', "\\", "\n", "{x}", "é", "é"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)
DATES = st.one_of(st.none(), st.dates())
MOMENTS = st.datetimes(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 30))
TIMES = st.one_of(st.none(), MOMENTS.map(lambda moment: moment.replace(microsecond=0)))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
SETTINGS = st.builds(
    gn.tables.TableSettings,
    numbers=st.sampled_from(["robust", "standard", "none"]),
    smooth_clip=st.booleans(),
    missing_indicators=st.booleans(),
    scale_categories=st.booleans(),
    one_hot_most=st.sampled_from([None, 0, 2]),
    most_levels=st.sampled_from([1, 3, 256]),
    decimal_comma=st.booleans(),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """A table to fit to, and one with the same columns to predict from."""
    n, m = draw(st.integers(2, MOST_ROWS)), draw(st.integers(2, MOST_ROWS))
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    first, second = {}, {}
    for name in names:
        entries = draw(st.sampled_from([NUMBERS, TEXT, DATES, TIMES]))
        first[name] = draw(st.lists(entries, min_size=n, max_size=n))
        second[name] = draw(
            st.lists(st.one_of(st.sampled_from(first[name]), entries), min_size=m, max_size=m)
        )
    return first, second


@given(tables(), SETTINGS, st.sampled_from(["selu", "mish", "gelu"]))
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_way_of_predicting_agrees(
    tmp_path: Path, held: tuple[dict[str, Any], dict[str, Any]], how: gn.tables.TableSettings, activation: str
) -> None:
    first, second = held
    try:
        preprocessing = gn.tables.Preprocessing.fit(first, how)
    except DataError:
        assume(False)
    table = gn.tables.Table.of(second)
    try:
        preprocessing.check(table)
    except DataError:
        table = gn.tables.Table.of(first)
    network = gn.Network(
        [gn.Dense(5, activation), gn.Dense(3, "softmax")], seed=0, input_shape=preprocessing.n_features
    )
    model = gn.tables.TableModel(
        preprocessing, [network], gn.tables.Target("classes", ("a", "b", "c"), "str")
    )
    expected = model.predict_proba(table)
    assert np.isfinite(expected).all()
    model.save(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(
        gn.tables.load(tmp_path / "model.safetensors").predict_proba(table), expected
    )
    row = {name: values[:1].tolist()[0] for name, values in table.columns.items()}
    single = model.predict_proba(row)
    np.testing.assert_allclose(single, expected[:1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        by_python(model, tmp_path).predict_proba(dict(table.columns)), expected, atol=1e-9
    )
    graph = by_onnx(model, table, tmp_path)
    name = "predicted probabilities" if "probabilities" in preprocessing.columns else "probabilities"
    np.testing.assert_allclose(graph[name], expected, rtol=0, atol=1e-9)
