"""What a trace writes out is true: every equation adds up, and backward agrees with central differences."""

from __future__ import annotations

import math
import re
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import layers, losses, optimizers
from glassnet.errors import ArgumentError
from glassnet.insight.trace.trace import Trace
from glassnet.insight.trace.writing.units import KINDS, unit_of
from glassnet.layers import Flatten, Layer
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.plan import BRANCH, SUM
from tests.gradients.differences import assert_equal, gradient, smooth
from tests.gradients.table import LOSSES, STEPPING, label, output_activation, samples, targets
from tests.insight.trace.written import COMPUTES_NOTHING, WRITTEN, Doubled

OPTIMIZERS: list[Optimizer] = [
    *map(optimizers.get, STEPPING),
    gn.SGD(0.1, momentum=0.9),
    gn.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    gn.SGD(0.1, clip_norm=0.01),
    gn.Adam(0.1, weight_decay=0.5, clip_value=0.001),
    gn.RMSProp(0.1, weight_decay=0.2),
    gn.AdamW(0.1, weight_decay=0.3),
]


def built(stack: list[Layer], shape: tuple[int, ...]) -> gn.Network:
    net = gn.Network(stack, seed=1, dtype="float64", input_shape=shape)
    net.parameters = np.random.default_rng(1).normal(scale=0.5, size=net.parameters.shape)
    return net


def loss_of(net: gn.Network, X: Any, y: Any, loss: Loss) -> float:
    return gn.trace(net, X, y, loss=loss).loss


def readable(line: str) -> str:
    """An expression with numbers, as Python reads it."""
    line = re.sub(r"√\(", "sqrt(", line.replace("−", "-").replace("·", "*").replace("²", "**2"))
    line = re.sub(r"√([\d.e+-]+)", r"sqrt(\1)", line)
    return re.sub(r"\[\d+ (?:more|smaller): ([^\]]+)\]", r"(\1)", line)


def equations(text: str) -> list[tuple[str, float, float]]:
    """Every ``expression = number`` in a text: the line, what the expression gives, and the number."""
    found = []
    for line in text.split("\n"):
        parts = [readable(part.strip()) for part in line.split(" = ")]
        for expression, result in pairwise(parts):
            if re.fullmatch(r"[\d.e+*/() \-]|(?:[\d.e+*/() \-]|sqrt|exp|max|tanh|, 0|inf)+", expression):
                number = re.match(r"-?[\d.]+(e[+-]?\d+)?$", result)
                if number and re.search(r"[*/+(]| - ", expression):
                    names = {"sqrt": math.sqrt, "exp": math.exp, "max": max, "tanh": math.tanh}
                    found.append((line, float(eval(expression, {}, names)), float(number[0])))
    return found


def all_texts(trace: Trace) -> str:
    """The whole trace, and two units of every layer that computes."""
    texts = [str(trace)]
    for index, made in enumerate(trace.record.rows):
        for unit in {0, made.row.n_outputs - 1}:
            texts.append(str(unit_of(trace.record, index, unit, 1)))
    return "\n".join(texts)


def assert_true(trace: Trace, at_least: int) -> None:
    found = equations(all_texts(trace))
    assert len(found) >= at_least
    for line, computed, written in found:
        assert computed == pytest.approx(written, rel=2e-2, abs=2e-4), line


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=label)
def test_every_update_is_written_with_numbers_that_add_up(optimizer: Optimizer) -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(5, 3)), random.normal(size=(5, 2))
    net = built([gn.Dense(3, "tanh"), gn.Dense(2)], (3,))
    net.fit(X, y, loss="mse", optimizer=optimizer, epochs=3, progress=False, engine="numpy")
    trace = gn.trace(net, X, y, loss="mse", optimizer=optimizer)
    assert_true(trace, 30)
    net.fit(X, y, loss="mse", optimizer=optimizer, epochs=1, progress=False, engine="numpy")
    np.testing.assert_array_equal(trace.record.update.after, net.parameters)


@pytest.mark.parametrize("layer", WRITTEN, ids=label)
def test_every_layer_answers_and_agrees_with_central_differences(layer: Layer) -> None:
    random = np.random.default_rng(2)
    X, y = random.normal(size=(4, 2)), random.normal(size=(4, 1))
    net = built([gn.Dense(3, "tanh"), layer, gn.Dense(1)], (2,))
    trace = gn.trace(net, X, y, loss="mse", optimizer=gn.SGD(0.1))
    assert_true(trace, 15)

    def loss() -> float:
        return gn.trace(net, X, y, loss="mse").loss

    numeric, _ = gradient(loss, net.parameters)
    assert_equal(trace.record.update.gradient, numeric, trace.loss)
    of_inputs, _ = gradient(loss, X)
    assert_equal(trace.record.rows[0].d_inputs, of_inputs, trace.loss)


@pytest.mark.parametrize("loss", LOSSES, ids=label)
def test_every_loss_is_traced_and_agrees_with_central_differences(loss: Loss) -> None:
    net = built([gn.Dense(2, "tanh"), gn.Dense(3 * loss.outputs_per_target, output_activation(loss))], (2,))
    for seed in range(20):
        random = np.random.default_rng(seed)
        X, y = samples(loss, random, 6, 2), targets(loss, random, 6, 3)
        trace = gn.trace(net, X, y, loss=loss, optimizer=gn.SGD(0.1))
        numeric, doubt = gradient(partial(loss_of, net, X, y, loss), net.parameters)
        if smooth(numeric, doubt, trace.loss):
            assert_true(trace, 15)
            assert_equal(trace.record.update.gradient, numeric, trace.loss)
            return
    pytest.fail("a kink was near in all of 20 batches")


def test_every_built_in_layer_that_computes_is_written() -> None:
    """By a class of its own, or by the facts that its class states."""
    of_its_ends = {"residual"}
    kinds = layers.base.registry.classes()
    told = {name for name, kind in kinds.items() if kind.facts is not None}
    assert set(layers.names()) - {COMPUTES_NOTHING} - of_its_ends | {BRANCH, SUM} == KINDS.keys() | told


@pytest.mark.parametrize("stack", [[Doubled()], [gn.Residual([Doubled()])]], ids=["alone", "inside"])
@pytest.mark.parametrize("y", [None, np.ones((4, 1))], ids=["prediction", "step"])
def test_what_is_not_known_is_refused_by_name(stack: list[Layer], y: Any) -> None:
    net, X = built([*stack, gn.Dense(1)], (2,)), np.ones((4, 2))
    with pytest.raises(ArgumentError, match=r"a trace cannot tell what layer 0, .*Doubled\(\).*, does"):
        gn.trace(net, X, y)


def test_flatten_computes_nothing_and_says_so() -> None:
    net = gn.Network([Flatten(), gn.Dense(2, "softmax")], seed=0, input_shape=(2, 2))
    trace = gn.trace(net, np.ones((3, 2, 2)), [0, 1, 0])
    assert "a = softmax(z)" in str(trace.neuron(1, 0))
    with pytest.raises(ArgumentError, match=r"one of \[1\]; got 0, since Flatten\(\) computes nothing"):
        trace.neuron(0, 0)


@pytest.mark.parametrize(
    ("activation", "loss", "y"),
    [("softmax", "categorical_cross_entropy", np.eye(3)), ("sigmoid", "bce", np.eye(3)),
     ("softmax", "sparse_categorical_cross_entropy", np.arange(3))],
)  # fmt: skip
def test_probabilities_stand_in_the_forward_part_though_the_loss_takes_logits(
    activation: str, loss: str, y: Any
) -> None:
    net = built([gn.Dense(3, activation)], (4,))
    X = np.random.default_rng(4).normal(size=(3, 4))
    trace = gn.trace(net, X, y, loss=loss)
    np.testing.assert_allclose(trace["A1"].array, net.predict(X), rtol=1e-14)
    count = 3 if activation == "softmax" else 9
    np.testing.assert_allclose(trace["dZ1"].array, (net.predict(X) - np.eye(3)) / count, rtol=1e-12)
    assert "together A1 − Y" in trace["dZ1"].note
    slope = losses.get(loss).gradient(y, net.predict(X))
    carried = gn.activations.get(activation).backward(trace["Z1"].array, net.predict(X), slope)
    np.testing.assert_allclose(carried, trace["dZ1"].array, rtol=1e-10, atol=1e-15)


def test_a_loss_for_logits_shows_the_probabilities_that_it_makes() -> None:
    net = built([gn.Dense(3)], (4,))
    X = np.random.default_rng(5).normal(size=(2, 4))
    trace = gn.trace(net, X, [0, 2], loss="sparse_softmax_cross_entropy")
    np.testing.assert_allclose(
        trace["P"].array, gn.activations.get("softmax").value(net.predict(X)), rtol=1e-14
    )
    assert trace["dA1"].formula == "dA1 = (P − Y)/m"
    assert "p = softmax(a), which the loss takes" in str(trace.neuron(0, 1))
