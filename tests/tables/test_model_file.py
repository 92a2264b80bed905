"""A model of a table in one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ModelFileError
from tests.tables.frames import columns, in_pandas

HELD = columns()
FRAME = in_pandas(HELD)


def model() -> gn.tables.TableModel:
    preprocessing = gn.tables.Preprocessing.fit(FRAME)
    target = gn.tables.target_of(["few" if rooms < 3 else "many" for rooms in HELD["rooms"]])
    networks = [
        gn.Network(
            [gn.Dense(8, "relu"), gn.Dense(2, "softmax")], seed=seed, input_shape=preprocessing.n_features
        )
        for seed in (0, 1)
    ]
    return gn.tables.TableModel(preprocessing, networks, target, temperature=2.0, description={"rows": 120})


def test_a_model_is_the_same_after_a_file(tmp_path: Path) -> None:
    made = model()
    made.save(tmp_path / "model.safetensors")
    found = gn.tables.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(found.predict_proba(FRAME), made.predict_proba(FRAME))
    assert found.predict(FRAME).tolist() == made.predict(FRAME).tolist()
    assert set(found.predict(FRAME)) <= {"few", "many"}
    assert found.description == {"rows": 120} and found.temperature == 2.0


def test_a_file_of_the_other_kind_is_told_apart(tmp_path: Path) -> None:
    made = model()
    made.save(tmp_path / "table.safetensors")
    made.networks[0].save(tmp_path / "network.safetensors")
    with pytest.raises(ModelFileError, match=r"it holds a model of a table.*; gn\.tables\.load reads it$"):
        gn.load(tmp_path / "table.safetensors")
    with pytest.raises(
        ModelFileError, match=r"it holds a network and no model of a table; gn\.load reads it$"
    ):
        gn.tables.load(tmp_path / "network.safetensors")
