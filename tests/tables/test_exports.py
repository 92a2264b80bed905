"""A whole model in ONNX Runtime and in one Python file gives what it gives in NumPy, to rounding."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import glassnet as gn
from glassnet import activations
from glassnet.errors import ArgumentError
from glassnet.layers.base import registry
from tests.tables.exports import by_onnx, by_python
from tests.tables.frames import columns, in_pandas

HELD = columns()
FRAME = in_pandas(HELD)
N = len(FRAME)
PREPROCESSING = gn.tables.Preprocessing.fit(FRAME, gn.tables.TableSettings(one_hot_most=3))
ALL_ACTIVATIONS = [name for name in activations.names() if name != "softmax"]


def network(last: gn.Dense, *layers: Any, seed: int = 0) -> gn.Network:
    """A network with weights far from their beginning, for the features of the frame."""
    made = gn.Network([*layers, last], seed=seed, input_shape=PREPROCESSING.n_features)
    made.parameters = made.parameters + np.random.default_rng(seed).normal(size=made.parameters.size) / 5
    return made


def model(network: Any, target: gn.tables.Target, **options: Any) -> gn.tables.TableModel:
    networks = network if isinstance(network, list) else [network]
    return gn.tables.TableModel(PREPROCESSING, networks, target, **options)


THREE = gn.tables.Target("classes", ("a", "b", "ç"), "str")
TWO = gn.tables.Target("classes", (False, True), "bool")
LABELS = gn.tables.Target("labels", names=("one", "two"))
VALUES = gn.tables.Target("values", center=(3.0, 500.0), scale=(1.0, 200.0), is_column=False)
COUNTS = gn.tables.Target("counts", center=(0.0,), scale=(20.0,))
QUANTILES = gn.tables.Target("quantiles", center=(5.0,), scale=(3.0,), levels=(0.05, 0.5, 0.95))
RARE = (
    gn.Embedding(PREPROCESSING.index_columns, 3), gn.Periodic([0, 2], 3), gn.Scale(), gn.Dense(6), gn.BatchNorm(),
    gn.PReLU(), gn.Dropout(0.1), gn.LayerNorm(), gn.Residual([gn.Dense(6, "selu", use_bias=False), gn.RMSNorm()]),
    gn.Activation("gelu"), gn.ParametricSELU(), gn.ParametricMish(),
)  # fmt: skip
MODELS = {
    "three classes, temperature": model(network(gn.Dense(3, "softmax"), *RARE), THREE, temperature=0.7),
    "two classes, one output": model(network(gn.Dense(1, "sigmoid")), TWO, temperature=1.5),
    "ensemble": model(
        [network(gn.Dense(3, "softmax"), gn.Dense(4, "mish"), seed=k) for k in range(3)], THREE
    ),
    "labels": model(network(gn.Dense(2, "sigmoid")), LABELS, temperature=3.0),
    "values": model(network(gn.Dense(2), *RARE), VALUES),
    "counts": model(network(gn.Dense(1, "exponential")), COUNTS),
    "quantiles": model(network(gn.Dense(3)), QUANTILES),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_equal_in_onnx_and_in_the_exported_file(name: str, tmp_path: Path) -> None:
    made = MODELS[name]
    graph, module = by_onnx(made, FRAME, tmp_path), by_python(made, tmp_path)
    answer = made.predict(FRAME)
    if made.target.classifies:
        expected = made.predict_proba(FRAME)
        np.testing.assert_allclose(graph["probabilities"], expected, rtol=0, atol=1e-9)
        np.testing.assert_allclose(module.predict_proba(FRAME), expected, rtol=0, atol=1e-9)
        assert np.ptp(expected) > 0.1
        told = graph["class"] if made.target.task == "classes" else graph["labels"]
        assert told.tolist() == answer.tolist() == module.predict(FRAME).tolist()
    else:
        np.testing.assert_allclose(graph["values"], answer.reshape(N, -1), rtol=1e-9)
        np.testing.assert_allclose(module.predict(HELD), answer, rtol=1e-9)
    if made.target.task == "quantiles":
        expected = made.predict_quantiles(FRAME)
        assert (np.diff(expected, axis=1) >= 0).all()
        np.testing.assert_allclose(graph["quantiles"], expected, rtol=1e-9)
        np.testing.assert_allclose(module.predict_quantiles(FRAME), expected, rtol=1e-9)


def test_every_kind_of_layer_is_in_a_model_that_is_exported() -> None:
    inner = [layer for residual in RARE if isinstance(residual, gn.Residual) for layer in residual.layers]
    found = {type(layer) for layer in (*RARE, *inner)}
    assert set(registry.classes().values()) - found == {gn.Flatten}  # which rows of a table have no use for


def test_every_activation_is_exported(tmp_path: Path) -> None:
    layers = [gn.Activation(name) for name in ALL_ACTIVATIONS]
    for place, layer in enumerate(layers):
        made = gn.Network([gn.Dense(3), layer], seed=place, input_shape=PREPROCESSING.n_features)
        whole = model(made, gn.tables.Target("values", center=(0.0,) * 3, scale=(1.0,) * 3, is_column=False))
        expected = whole.predict(FRAME)
        np.testing.assert_allclose(by_onnx(whole, FRAME, tmp_path)["values"], expected, rtol=0, atol=1e-12)
        np.testing.assert_allclose(by_python(whole, tmp_path).predict(FRAME), expected, rtol=0, atol=1e-12)


def test_a_table_without_names_is_one_input(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(9, 5)).astype(np.float32)
    X[3, 2] = np.nan
    preprocessing = gn.tables.Preprocessing.fit(X)
    made = gn.tables.TableModel(
        preprocessing,
        [gn.Network([gn.Dense(2)], seed=0, input_shape=preprocessing.n_features)],
        gn.tables.Target("values", center=(0.0, 1.0), scale=(1.0, 2.0), is_column=False),
    )
    np.testing.assert_allclose(by_onnx(made, X, tmp_path)["values"], made.predict(X), rtol=1e-9)
    np.testing.assert_allclose(by_python(made, tmp_path).predict(X), made.predict(X), rtol=1e-9)


def test_metadata_say_what_goes_in_and_comes_out(tmp_path: Path) -> None:
    made = MODELS["three classes, temperature"]
    made.to_onnx(tmp_path / "model.onnx")
    read = onnx.load(tmp_path / "model.onnx")
    told = {each.key: json.loads(each.value) for each in read.metadata_props}
    assert told["inputs"] == [each.name for each in read.graph.input] == list(FRAME.columns)
    assert {each["name"]: each["taken_as"] for each in told["columns"]} == {
        "size": "float", "rooms": "float", "furnished": "float", "town": "string",
        "built": "int64, days since 1970-01-01",
    }  # fmt: skip
    assert {each["missing"] for each in told["columns"]} == {
        "NaN",
        "the empty string",
        "-9223372036854775808",
    }
    assert told["target"]["classes"] == ["a", "b", "ç"]


def test_columns_may_be_called_like_outputs_and_like_nothing(tmp_path: Path) -> None:
    table = {"class": ["a", "b", "a"], "": [1.0, 2.0, 4.0], "probabilities": [0.5, 0.1, 0.2]}
    preprocessing = gn.tables.Preprocessing.fit(table)
    made = gn.tables.TableModel(
        preprocessing,
        [gn.Network([gn.Dense(3, "softmax")], seed=0, input_shape=preprocessing.n_features)],
        THREE,
    )
    graph = by_onnx(made, table, tmp_path)
    np.testing.assert_allclose(graph["predicted probabilities"], made.predict_proba(table), atol=1e-12)
    np.testing.assert_allclose(
        by_python(made, tmp_path).predict_proba(table), made.predict_proba(table), atol=1e-12
    )


def test_the_exported_file_needs_numpy_alone(tmp_path: Path) -> None:
    MODELS["ensemble"].to_python(tmp_path / "exported_model.py")
    code = (
        "import sys, exported_model as m; print(m.predict([{'size': 99.0, 'rooms': 2, 'furnished': None, "
        "'town': 'Bonn', 'built': '1999-05-05'}])[0]);"
        "print({n.partition('.')[0] for n in sys.modules} & {'glassnet', 'pandas', 'scipy', 'onnx'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    row = {"size": 99.0, "rooms": 2, "furnished": None, "town": "Bonn", "built": "1999-05-05"}
    assert done.stdout.split() == [MODELS["ensemble"].predict(row)[0], "set()"], done.stderr


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"size": None}, KeyError, "the table lacks column 'size'"),
        ({"size": ["big"]}, ValueError, "column 'size' must hold numbers; it holds 'big'"),
        ({"size": [float("inf")]}, ValueError, "column 'size' holds inf; replace infinite values"),
        ({"built": ["soon"]}, ValueError, "column 'built' must hold dates; it holds 'soon'"),
    ],
)
def test_the_exported_file_says_what_is_wrong(
    change: dict[str, Any], error: type[Exception], message: str, tmp_path: Path
) -> None:
    row = {
        "size": [99.0],
        "rooms": [2],
        "furnished": [True],
        "town": ["Bonn"],
        "built": ["1999-05-05"],
        **change,
    }
    table = {name: values for name, values in row.items() if values is not None}
    with pytest.raises(error) as caught:
        by_python(MODELS["values"], tmp_path).predict(table)
    assert caught.value.args[0] == message


def test_text_with_half_of_a_character_is_refused_by_onnx_alone(tmp_path: Path) -> None:
    table = {"c": ["\ud800", "b", "a", "b"], "d": [1.0, 2.0, 4.0, 3.0]}
    preprocessing = gn.tables.Preprocessing.fit(table)
    networks = [gn.Network([gn.Dense(3, "softmax")], seed=0, input_shape=preprocessing.n_features)]
    made = gn.tables.TableModel(preprocessing, networks, THREE)
    with pytest.raises(ArgumentError) as caught:
        made.to_onnx(tmp_path / "model.onnx")
    assert str(caught.value) == (
        "ONNX knows no text with half of a character, such as '\\ud800'; rename that column or category"
    )
    np.testing.assert_allclose(
        by_python(made, tmp_path).predict_proba(table), made.predict_proba(table), atol=1e-12
    )
    made.save(tmp_path / "model.safetensors")
    again = gn.tables.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict_proba(table), made.predict_proba(table))


def test_what_has_no_formula_is_refused(tmp_path: Path) -> None:
    own = activations.Function(lambda z: z * 2, lambda z: z * 0 + 2)
    made = model(network(gn.Dense(2), gn.Dense(3, own)), VALUES)
    for name, export in (("m.onnx", gn.tables.to_onnx), ("m.py", gn.tables.to_python)):
        with pytest.raises(
            ArgumentError, match="has no written formula; replace it by a built-in activation"
        ):
            export(made, tmp_path / name)
