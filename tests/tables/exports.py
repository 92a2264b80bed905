"""What ONNX Runtime and the exported file make of a table."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnxruntime

import glassnet as gn
from glassnet.tables import Category, Date, Operation, Table
from glassnet.tables.columns import as_text_column

onnxruntime.set_default_logger_severity(3)
DTYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64}
MISSING_DATE = np.iinfo(np.int64).min


def by_onnx(model: gn.tables.TableModel, X: Any, folder: Path) -> dict[str, Any]:
    """The outputs of ONNX Runtime, by their names."""
    model.to_onnx(folder / "model.onnx")
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    table = Table.of(X)
    kinds = {each.name: each.type for each in session.get_inputs()}
    if "X" in kinds and table.matrix is not None:
        given = {"X": table.matrix.astype(DTYPES[kinds["X"]])}
    else:
        operations = model.preprocessing.operations
        names = [each.column or "unnamed column" for each in operations]
        given = {name: fed(each, table, kinds[name]) for name, each in zip(names, operations, strict=True)}
    outputs = [each.name for each in session.get_outputs()]
    return dict(zip(outputs, session.run(None, given), strict=True))


def fed(operation: Operation, table: Table, kind: str) -> Any:
    """A column as its input takes it."""
    column = table.column(operation.column)
    if isinstance(operation, Category):
        assert kind == "tensor(string)"
        return np.array([[value or ""] for value in as_text_column(column).array], object)
    values: Any = operation.accepted(column)
    if isinstance(operation, Date):
        assert kind == "tensor(int64)"
        return values.array.astype(f"datetime64[{operation.unit[0].replace('d', 'D')}]").astype(np.int64)[
            :, None
        ]
    with np.errstate(over="ignore"):
        return values.array.astype(DTYPES[kind])[:, None]


def by_python(model: gn.tables.TableModel, folder: Path) -> ModuleType:
    """The exported file, imported."""
    model.to_python(folder / "exported_model.py")
    spec = importlib.util.spec_from_file_location("exported_model", folder / "exported_model.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def telling_features(preprocessing: gn.tables.Preprocessing) -> gn.tables.TableModel:
    """A model whose values are the features themselves."""
    n = preprocessing.n_features
    network = gn.Network([gn.Dense(n)], dtype="float64", seed=0, input_shape=n)
    network.parameters = np.concatenate([np.eye(n).ravel(), np.zeros(n)])
    target = gn.tables.Target("values", center=(0.0,) * n, scale=(1.0,) * n, is_column=False)
    return gn.tables.TableModel(preprocessing, [network], target)
