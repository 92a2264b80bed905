"""When fit refuses what it is given, nothing is changed."""

import copy
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.callbacks import EarlyStopping
from glassnet.errors import ArgumentError, DataError, GlassnetError, ShapeError, UnknownNameError

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(30, 4))
Y = RANDOM.normal(size=(30, 2))


def network() -> gn.Network:
    return gn.Network([gn.Dense(6, "tanh"), gn.BatchNorm(), gn.Dropout(0.2), gn.Dense(2)], seed=0)


def fit(net: gn.Network, **options: Any) -> gn.History:
    options = {
        "X": X,
        "y": Y,
        "loss": "mse",
        "batch_size": 8,
        "engine": "numpy",
        "progress": False,
        **options,
    }
    return net.fit(**options)


BAD: list[tuple[dict[str, Any], type[GlassnetError]]] = [
    ({"X": X[:-1]}, ShapeError),
    ({"X": X[:, 1:]}, ShapeError),
    ({"X": X[:0], "y": Y[:0]}, DataError),
    ({"X": np.where(X > 1, np.nan, X)}, DataError),
    ({"y": Y[:, 0]}, ShapeError),
    ({"y": Y * np.inf}, DataError),
    ({"loss": "msee"}, UnknownNameError),
    ({"loss": "scce"}, GlassnetError),
    ({"optimizer": "sgdd"}, UnknownNameError),
    ({"epochs": -1}, ArgumentError),
    ({"epochs": 1.5}, ArgumentError),
    ({"batch_size": 0}, ArgumentError),
    ({"batch_size": 29}, ArgumentError),
    ({"metrics": ["accurracy"]}, UnknownNameError),
    ({"callbacks": [EarlyStopping()]}, ArgumentError),
    ({"callbacks": [3]}, ArgumentError),
    ({"callbacks": 3}, ArgumentError),
    ({"engine": "nunpy"}, UnknownNameError),
    ({"seed": -1}, ArgumentError),
    ({"seed": "0"}, ArgumentError),
    ({"validation_data": (X, Y[:-1])}, ShapeError),
    ({"validation_data": X}, ArgumentError),
    ({"validation_split": 1.0}, ArgumentError),
    ({"validation_split": 0.001}, DataError),
    ({"sample_weight": -np.ones(30)}, DataError),
    ({"sample_weight": np.ones(29)}, ShapeError),
    ({"class_weight": "even"}, ArgumentError),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "error"), BAD, ids=lambda part: " ".join(part) if isinstance(part, dict) else ""
)
def test_fit_changes_nothing_when_it_refuses(options: dict[str, Any], error: type[GlassnetError]) -> None:
    fresh, trained = network(), network()
    fit(trained, epochs=2, optimizer="adam")
    for net in (fresh, trained):
        before = copy.deepcopy(vars(net))
        if net is trained or options.get("X", X).shape[1:] == (4,):
            with pytest.raises(error):
                fit(net, **{"epochs": 3, **options})
        assert_equal(vars(net), before)


def assert_equal(found: dict[str, Any], before: dict[str, Any]) -> None:
    assert found["streams"].state() == before["streams"].state()
    assert found["streams"].weights.bit_generator.state == before["streams"].weights.bit_generator.state
    for name in ("layers", "input_shape", "loss", "metadata"):
        assert found[name] == before[name]
    assert repr(found["state"]) == repr(before["state"])
    assert vectors(found) == vectors(before)


def vectors(network: dict[str, Any]) -> list[bytes]:
    held = network["_vectors"]
    return (
        [] if held is None else [held.parameters.tobytes(), held.gradients.tobytes(), held.running.tobytes()]
    )
