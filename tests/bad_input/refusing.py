"""Data that could be trained on, ways to spoil them, and the claim that refusing changes nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import GlassnetError
from glassnet.layers import Dense, Dropout, Layer
from glassnet.network.network import Network
from tests.training.fingerprints import fingerprint

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3))
CLASSES = np.arange(20) % 4
ONE_HOT = np.eye(4)[CLASSES]
VALUES = RNG.normal(size=(20, 1))

Refusal = tuple[dict[str, Any], type[GlassnetError], str]


def changed(array: Any, place: Any, value: Any) -> Any:
    array = array.astype(np.result_type(array, type(value)))
    array[place] = value
    return array


def networks(last: Layer) -> list[Network]:
    """One that is not built, and one in the middle of its training."""
    fresh = Network([Dense(5, "tanh"), Dropout(0.2), last], seed=np.random.RandomState(0))
    trained = Network([Dense(5, "tanh"), Dropout(0.2), last], seed=0)
    loss = "mse" if last.row_fields()["activation"] == gn.activations.get("linear") else "scce"  # type: ignore[index]
    targets = VALUES if loss == "mse" else CLASSES
    trained.fit(X, targets, loss=loss, epochs=2, batch_size=6, engine="numpy", progress=False)
    return [fresh, trained]


def assert_refused(last: Layer, options: dict[str, Any], error: type[GlassnetError], message: str) -> None:
    for network in networks(last):
        before = fingerprint(network)
        with pytest.raises(error, match=message) as caught:
            network.fit(**options)
        assert type(caught.value) is error
        assert fingerprint(network) == before


def name_of(case: Refusal) -> str:
    return re.sub(r"[^a-z0-9 ]", "", f"{' '.join(case[0])} {case[2][:60]}".lower())
