"""Layers that the check of a backward pass does not know are refused by name, before anything is compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.activations import Tanh
from glassnet.errors import ArgumentError
from glassnet.layers import Layer


@dataclass(repr=False)
class Doubled(Layer):
    """A layer of a user's own."""

    def forward(self, x: Any, own: Any, a: Any) -> None:
        a[...] = 2 * x

    def backward(self, x: Any, a: Any, own: Any, error: Any, d_x: Any) -> None:
        d_x[...] = 2 * error


@pytest.mark.parametrize(("inside", "place"), [(False, "1"), (True, "1.0")])
def test_a_layer_that_is_not_known_is_refused_by_name(inside: bool, place: str) -> None:
    layer = gn.Residual([Doubled()]) if inside else Doubled()
    net = gn.Network([gn.Dense(4), layer, gn.Dense(2)])
    net.build(3)
    with pytest.raises(
        ArgumentError, match=rf"not checked: check_backward does not know layer {place}, tests.Doubled"
    ):
        gn.check_backward(net, np.ones((4, 3)), np.zeros((4, 2)), [], loss="mse")


def test_an_activation_of_whole_rows_other_than_softmax_is_refused_by_name() -> None:
    class LogTanh(Tanh):
        facts = replace(Tanh.facts, backward="d - sum(d)") if Tanh.facts is not None else None

    net = gn.Network([gn.Dense(4, LogTanh()), gn.Dense(2)])
    net.build(3)
    with pytest.raises(ArgumentError, match="check_backward does not know .* of layer 0"):
        gn.check_backward(net, np.ones((4, 3)), np.zeros((4, 2)), [], loss="mse")
