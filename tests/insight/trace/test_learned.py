"""Layers with a weight for each feature: what is written of them is what they compute."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import layers
from glassnet.insight.trace.trace import Trace
from glassnet.insight.trace.writing.learned import WeightedTrace
from glassnet.layers import Layer
from glassnet.support import expressions
from tests.gradients.table import LAYERS, label
from tests.insight.trace.reading import equations

OF_ONE_ENTRY = [layer for some in LAYERS.values() for layer in some if layer.facts is not None]
X = np.array([[3.0, -4.0], [-0.5, 2.0], [0.0, 1.0]])


def traced(layer: Layer, weights: Any, **options: Any) -> Trace:
    """A network of this layer alone."""
    net = gn.Network([layer], input_shape=(2,), dtype="float64")
    net.layers[0].weights = weights
    return gn.trace(net, X, np.ones((3, 2)), loss="mse", **options)


def test_every_layer_of_one_weight_for_each_entry_states_its_facts() -> None:
    kinds = {layers.base.registry.known_as(layer) for layer in OF_ONE_ENTRY}
    assert kinds == {"scale", "prelu", "parametric_selu", "parametric_mish"}


@pytest.mark.parametrize("layer", OF_ONE_ENTRY, ids=label)
def test_the_facts_are_what_the_layer_computes(layer: Layer) -> None:
    shape = (1, 1) if getattr(layer, "shared", False) else (1, 2)
    weights = np.array([[0.7, -1.3]])[:, : shape[1]]
    [row] = traced(layer, weights[0]).record.rows
    facts = layer.facts
    assert facts is not None and row.d_weights is not None
    value, slope, of_weight = (
        expressions.computed(formula, {"x": X, "w": weights})
        for formula in (facts.value, facts.slope, facts.slope_of_weight)
    )
    np.testing.assert_allclose(row.a, value, rtol=1e-14)
    np.testing.assert_allclose(row.d_inputs, row.d_a * slope, rtol=1e-14)
    parts = row.d_a * of_weight
    np.testing.assert_allclose(
        row.d_weights, parts.sum() if shape == (1, 1) else parts.sum(0)[None], rtol=1e-14
    )


def test_a_scaled_feature_is_written_with_its_factor() -> None:
    trace = traced(gn.Scale(), [2.0, 0.5], optimizer=gn.SGD(0.1))
    assert trace["A1"].formula == "A1 = w1·X" and trace["A1"].numbers == "a = 2·3 = 6"
    assert trace["dW1"].formula == "dw1 = Σ dA1 ∘ X, over the samples"
    assert trace["dW1"].numbers == "dw = 1.6667·3 + (−0.66667)·(−0.5) = 5.3333"
    text = str(trace.neuron(0, 1, 1))
    assert "a = w·x = 0.5·2 = 1" in text
    assert isinstance(trace.neuron(0, 1, 1), WeightedTrace)


def test_a_rectifier_is_written_by_the_side_that_is_taken_and_at_0_by_the_lower() -> None:
    trace = traced(gn.PReLU(), [0.25, 0.5])
    above, below, at_0 = (str(trace.neuron(0, 0, sample)) for sample in range(3))
    assert (
        "a = x if x > 0 else w·x = 3\n" in above
        and "∂a/∂x = 1 if x > 0 else w: 0.66667 · 1 = 0.66667" in above
    )
    assert "a = x if x > 0 else w·x = 0.25·(−0.5) = −0.125" in below
    assert "∂a/∂x = 1 if x > 0 else w: (−0.375) · 0.25 = −0.09375" in below
    assert "∂a/∂x = 1 if x > 0 else w: (−0.33333) · 0.25 = −0.083333" in at_0


def test_a_slope_that_all_units_share_is_one_and_its_gradient_is_over_all_of_them() -> None:
    trace = traced(gn.PReLU(shared=True), [0.5], optimizer=gn.SGD(0.1))
    assert trace["W1"].array.shape == (1, 1)
    step = trace["dW1"]
    assert "over the samples and the units, which share w" in step.formula
    assert step.numbers == "dw = (−1)·(−4) + (−0.41667)·(−0.5) = 4.2083"
    first, second = (str(trace.neuron(0, unit, 1)) for unit in (0, 1))
    assert first.split("update")[1] == second.split("update")[1]


def test_a_root_mean_square_is_written_with_its_squares() -> None:
    trace = traced(gn.RMSNorm(epsilon=0.5), [2.0, 1.0])
    text = str(trace.neuron(0, 0, 0))
    assert "mean(x²) = (3² + (−4)²)/2 = 12.5, over the features of the sample" in text
    assert "s = x/√(mean(x²) + ε) = 3/√(12.5 + 0.5) = 0.83205" in text
    assert "a = w·s = 2·0.83205 = 1.6641" in text
    assert all(equation.holds for equation in equations(text)) and len(equations(text)) >= 7


@pytest.mark.parametrize(("dtype", "epsilon"), [("float32", "1.1921e−07"), ("float64", "2.2204e−16")])
def test_the_epsilon_that_was_not_chosen_is_that_of_the_dtype(dtype: str, epsilon: str) -> None:
    net = gn.Network([gn.RMSNorm()], input_shape=(2,), dtype=dtype)
    assert f"√(12.5 + {epsilon})" in str(gn.trace(net, X, X, loss="mse").neuron(0, 0, 0))


@pytest.mark.parametrize(
    "layer", [gn.Scale(), gn.PReLU(-0.4), gn.PReLU(0.5, shared=True), gn.RMSNorm()], ids=label
)
@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_a_prediction_is_written_too(layer: Layer, samples_in: str) -> None:
    net = gn.Network([gn.Dense(3, "tanh"), layer, gn.Dense(1)], input_shape=(2,), dtype="float64", seed=0)
    net.parameters += 0.1
    trace = gn.trace(net, X, samples_in=samples_in)
    turned = np.transpose if samples_in == "columns" else np.asarray
    np.testing.assert_allclose(turned(trace.arrays["A3"]), net.predict(X), rtol=1e-13)
    found = equations(str(trace))
    assert len(found) >= 3 and all(equation.holds for equation in found)
