"""Model files that earlier versions wrote are read for ever: they predict, and train on, as they did then."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from tests.bridges.golden.make import HERE, data, networks, train

FILES = sorted(HERE.glob("*.safetensors"))


def test_a_file_is_there_for_each_network() -> None:
    assert {path.stem for path in FILES} == set(networks())


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_an_old_file_predicts_and_trains_on_as_it_did(path: Path) -> None:
    record = json.loads(path.with_suffix(".json").read_text())
    network = gn.load(path)
    shape = tuple(record["shape"])
    tolerance = 1e-10 if network.dtype == np.float64 else 1e-5
    np.testing.assert_allclose(
        network.predict(data(network, shape)[0]), record["prediction"], rtol=0, atol=tolerance
    )
    assert network.state is not None
    train(network, network.state.optimizer, shape, 2)
    np.testing.assert_allclose(network.parameters, record["after_two_more"], rtol=0, atol=10 * tolerance)
