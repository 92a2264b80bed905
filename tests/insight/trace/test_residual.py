"""A residual layer is written as what goes through the layers inside and what goes past them."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError
from glassnet.insight.trace.trace import Trace
from tests.gradients.differences import assert_equal, gradient
from tests.insight.trace.reading import equations

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=(4, 3))


def deep() -> gn.Network:
    """Residual from the batch to the loss, with another one inside."""
    inside = [gn.Dense(2, "tanh"), gn.Residual([gn.Scale(), gn.BatchNorm()]), gn.Flatten(), gn.Dense(3)]
    net = gn.Network([gn.Residual(inside)], seed=1, dtype="float64", input_shape=(3,))
    net.parameters += 0.1
    return net


def traced(net: gn.Network, samples: Any = X, **options: Any) -> Trace:
    return gn.trace(net, samples, Y, loss="mse", optimizer=gn.SGD(0.1), **options)


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_the_sum_adds_what_went_past_the_layers_and_the_branch_both_gradients(samples_in: str) -> None:
    trace = traced(deep(), samples_in=samples_in)
    formulas = {step.name: step.formula for step in trace.steps}
    assert formulas["A1"] == "A1 = X" and formulas["A3"] == "A3 = A2"
    assert formulas["A6"] == "A6 = A5 + A2" and formulas["A8"] == "A8 = A7 + X"
    assert formulas["dA2"] == "dA2 = dA3 + dA6" and formulas["dA7"] == "dA7 = dA8"
    of = trace.arrays
    np.testing.assert_allclose(of["A8"], of["A7"] + of["A0"])
    np.testing.assert_allclose(of["dA2"], of["dA3"] + of["dA6"])


def test_its_gradients_are_those_of_central_differences_at_the_batch_too() -> None:
    net, samples = deep(), X.copy()
    trace = traced(net, samples)
    numeric, _ = gradient(lambda: traced(net, samples).loss, net.parameters)
    assert_equal(trace.record.update.gradient, numeric, trace.loss)
    of_inputs, _ = gradient(lambda: traced(net, samples).loss, samples)
    assert_equal(trace.record.rows[0].d_inputs, of_inputs, trace.loss)


def test_units_inside_are_asked_for_by_their_place() -> None:
    trace = traced(deep())
    outside, inside, deepest = (trace.neuron(place, 1, 2) for place in (0, (0, 0), (0, 1, 0)))
    assert outside.a == pytest.approx(trace["A8"].array[2, 1])
    assert inside.a == pytest.approx(trace["A2"].array[2, 1])
    assert deepest.a == pytest.approx(trace["A4"].array[2, 1])
    assert str(inside).startswith("layer (0, 0), Dense(2, 'tanh'): unit 1, sample 2")
    assert "which layer (0, 1), Residual([Scale(), BatchNorm()]), carries back" in str(inside)
    assert "f from A7, x from X" in str(outside)
    found = equations("\n".join(map(str, (outside, inside, deepest))))
    assert len(found) > 10 and all(equation.holds for equation in found)


@pytest.mark.parametrize("place", [1, (0,), (0, 9), (0, 2), ([],)])
def test_a_place_where_nothing_computes_is_refused_with_those_that_are_there(place: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"one of \[0, \(0, 0\), \(0, 1\), \(0, 1, 0\), \(0, 1, 1\), \(0, 3\)\]; got "
    ):
        traced(deep()).neuron(place, 0)


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_a_prediction_goes_the_same_ways(samples_in: str) -> None:
    net = deep()
    net.fit(X, Y, loss="mse", epochs=2, progress=False, engine="numpy")
    trace = gn.trace(net, X, samples_in=samples_in)
    turned = np.transpose if samples_in == "columns" else np.asarray
    np.testing.assert_allclose(turned(trace.arrays["A8"]), net.predict(X), rtol=1e-12)
    assert all(equation.holds for equation in equations(str(trace)))
