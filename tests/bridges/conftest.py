"""The model that the tests of files save and damage."""

import pytest

import glassnet as gn
from tests.bridges.models import trained


@pytest.fixture(scope="module")
def model() -> gn.Network:
    return trained()


@pytest.fixture(scope="module")
def model_bytes(model: gn.Network, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    model.save(path)
    return path.read_bytes()
