"""Files of table models that earlier versions wrote are read for ever, and predict as they did then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from tests.tables.golden.make import HERE, NOTES, OPERATIONS, TABLE, models

FILES = sorted(HERE.glob("*.safetensors"))


def test_a_file_is_there_for_each_kind_of_target() -> None:
    assert {path.stem for path in FILES} == set(models())
    assert {model.target.task for model in models().values()} == set(gn.tables.target.TASKS)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_an_old_model_predicts_as_it_did(path: Path) -> None:
    record = json.loads(path.with_suffix(".json").read_text())
    model = gn.tables.load(path)
    np.testing.assert_allclose(model.outputs(TABLE), record["outputs"], rtol=1e-10, atol=1e-12)
    predictions = model.predict(TABLE).tolist()
    if model.target.classifies:
        assert predictions == record["predictions"]
    else:
        np.testing.assert_allclose(predictions, record["predictions"], rtol=1e-10)
    assert model.preprocessing.operations == tuple(OPERATIONS) and model.preprocessing.notes == tuple(NOTES)


def test_a_model_file_needs_numpy_alone() -> None:
    code = (
        "import sys, glassnet as gn; model = gn.tables.load(sys.argv[1]); "
        "row = dict.fromkeys(model.preprocessing.columns); print(model.predict(row)[0], "
        "{name.partition('.')[0] for name in sys.modules} & {'pandas', 'polars', 'scipy', 'sklearn', 'numba', 'onnx'})"
    )
    path = HERE / "classes.safetensors"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    row = dict.fromkeys(gn.tables.load(path).preprocessing.columns)
    assert done.stdout.split() == [gn.tables.load(path).predict(row)[0], "set()"], done.stderr
