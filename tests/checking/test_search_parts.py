"""Parts of the search for slips: arrays that nothing explains, derivatives behind a linear output, steps alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.network.search import Descent


@pytest.mark.parametrize(
    ("bias", "unexplained", "nothing"),
    [
        (None, {(1, 0)}, True), (None, {(0, 0)}, False), ("a bias", {(1, 0)}, False), ("a bias", {(1, 1)}, False),
        ("a bias", {(1, 0), (1, 1)}, True), (None, set(), False),
    ],
)  # fmt: skip
def test_nothing_is_shown_of_a_stage_whose_arrays_are_all_unexplained(
    bias: str | None, unexplained: set[tuple[int, int]], nothing: bool
) -> None:
    descent = SimpleNamespace(targets={1: SimpleNamespace(bias=bias)})
    found = SimpleNamespace(unexplained=unexplained)
    assert Descent._shows_nothing(descent, 1, found) is nothing  # type: ignore[arg-type]
    assert Descent._shows_nothing(descent, 2, found) is False  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "said"),
    [("relu", "(relu)"), ("sigmoid of z", "(sigmoid of z)"), ("tanh of z", "(tanh of z)")],
)
def test_a_derivative_behind_a_linear_output_is_named_by_its_function(name: str, said: str) -> None:
    X, Y = np.random.default_rng(0).normal(size=(6, 3)), np.random.default_rng(1).normal(size=(6, 2))
    net = gn.Network([gn.Dense(2)], seed=0, input_shape=3, dtype="float64")
    z = X @ net.layers[0].weights
    function = gn.activations.get(name.split()[0])
    dz = 2 * (z - Y) / Y.size * function.slope(z, function.value(z))
    (found,) = gn.check_backward(net, X, Y, [(X.T @ dz, dz.sum(axis=0))], loss="mse").slips
    assert found.code == "derivative_of_another_activation"
    assert said in found.message and ("of z" in found.message) == ("of z" in name), found.message


@pytest.mark.parametrize(
    ("rule", "said"), [(lambda g: -0.1 * g, "added to"), (lambda g: 0.1 * g, "taken from")]
)
def test_a_rule_that_returns_its_step_alone_is_read_so(rule: Any, said: str) -> None:
    report = gn.check_optimizer(rule, like="sgd", learning_rate=0.1)
    assert report.ok is True, str(report)
    assert any(f"what is returned is {said} the parameters" in note for note in report.notes)
