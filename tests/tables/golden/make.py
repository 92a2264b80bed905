"""Models whose files are kept for ever; ``python -m tests.tables.golden.make`` writes those that are not there yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import glassnet as gn

HERE = Path(__file__).parent

TABLE: dict[str, list[Any]] = {
    "size": [99.5, None, 103.0, 96.25, 110.0, 1e6],
    "year": [1.7e9 + 0.5, 1.7e9 + 1.5, 1.7e9 + 2.5, 1.7e9 + 9.5, 1.7e9, 1.7e9],
    "town": ["Bonn", None, "Köln", "", "Trier", "Bonn"],
    "sold": [True, False, None, True, False, True],
    "floor": ["ground", "first", None, "ground", "tenth", "first"],
    "built": ["2000-02-29", None, "1969-12-31", "2026-11-30", "1999-01-01", "0001-01-01"],
    "seen": ["2000-02-29 12:00", None, "1969-12-31 23:59:59", "2026-11-30", "1999-01-01", "2000-01-01"],
}
OPERATIONS = [
    gn.tables.Number("size", 100.0, 5.0, fill=101.0, indicator=True),
    gn.tables.Number("year", 1.7e9, 2.0, limit=None, fill=1.7e9, precision="float64"),
    gn.tables.Category("town", ("Bonn", "Köln"), has_missing=True, has_other=True),
    gn.tables.Category("sold", ("0", "1"), encoding="two"),
    gn.tables.Category("floor", ("first", "ground"), encoding="index", has_missing=True),
    gn.tables.Date("built", indicator=True, center=7000.0, scale=4000.0),
    gn.tables.Date("seen", ("elapsed", "day"), "second", center=7000.0, scale=4000.0, limit=None),
]
NOTES = [gn.tables.Note("id", "identifier", "column 'id' is dropped: it is an identifier")]


def models() -> dict[str, gn.tables.TableModel]:
    """A model for every kind of target."""
    preprocessing = gn.tables.Preprocessing(OPERATIONS, NOTES, n_columns=8)
    embedding = gn.Embedding(preprocessing.index_columns, 2)
    two = gn.tables.Target(
        "values", center=(3.0, 9.0), scale=(1.5, 2.0), low=(0.0, 0.0), high=(5.0, 20.0), is_column=False
    )

    def networks(n_outputs: int, activation: str, n_networks: int = 1) -> list[gn.Network]:
        return [
            gn.Network(
                [embedding, gn.Dense(4, "selu"), gn.BatchNorm(), gn.Dense(n_outputs, activation)],
                seed=seed, dtype="float32", input_shape=preprocessing.n_features,
            )
            for seed in range(n_networks)
        ]  # fmt: skip

    described = {"promised": {"accuracy": 0.9}, "rows": 6}
    return {
        "classes": gn.tables.TableModel(
            preprocessing, networks(3, "softmax", 2), gn.tables.Target("classes", ("a", "b", "ç"), "str"),
            temperature=1.25, description=described,
        ),
        "two_classes": gn.tables.TableModel(
            preprocessing, networks(1, "sigmoid"), gn.tables.Target("classes", (False, True), "bool")
        ),
        "labels": gn.tables.TableModel(
            preprocessing, networks(2, "sigmoid"), gn.tables.Target("labels", names=("one", "two"), is_column=False)
        ),
        "values": gn.tables.TableModel(
            preprocessing, networks(2, "linear"), two, misses=np.arange(20.0).reshape(10, 2)
        ),
        "counts": gn.tables.TableModel(
            preprocessing, networks(1, "exponential"), gn.tables.Target("counts", center=(0.0,), scale=(7.0,))
        ),
        "quantiles": gn.tables.TableModel(
            preprocessing, networks(3, "linear"),
            gn.tables.Target("quantiles", center=(1.0,), scale=(2.0,), levels=(0.1, 0.5, 0.9)),
        ),
    }  # fmt: skip


def record(model: gn.tables.TableModel) -> dict[str, Any]:
    """What a model says about the table."""
    return {"predictions": model.predict(TABLE).tolist(), "outputs": model.outputs(TABLE).tolist()}


if __name__ == "__main__":
    for name, model in models().items():
        path = HERE / f"{name}.safetensors"
        if not path.exists():
            model.save(path)
            path.with_suffix(".json").write_text(json.dumps(record(model)) + "\n")
