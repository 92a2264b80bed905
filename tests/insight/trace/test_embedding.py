"""An embedding is written as what it takes: columns that pass, and rows of its weights."""

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.trace.trace import Trace
from glassnet.insight.trace.writing.units import unit_of
from tests.gradients.differences import assert_equal, gradient
from tests.insight.trace.reading import equations

X = np.array([[0.5, 2, -1.0, 0], [1.5, 0, 0.3, 1], [-0.7, 2, 2.0, 1]])
Y = np.random.default_rng(1).normal(size=(3, 2))


def network(*, passing: bool = True) -> gn.Network:
    categories = {1: 3, 3: 2} if passing else {0: 3, 1: 2}
    stack = [gn.Embedding(categories, 2), gn.Dense(3, "tanh"), gn.Dense(2)]
    return gn.Network(stack, seed=0, dtype="float64", input_shape=(4 if passing else 2,))


def traced(net: gn.Network, samples: np.ndarray = X, samples_in: str = "rows") -> Trace:
    return gn.trace(net, samples, Y, loss="mse", optimizer=gn.SGD(0.1), samples_in=samples_in)


@pytest.mark.parametrize("passing", [True, False])
@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_every_equation_is_true(passing: bool, samples_in: str) -> None:
    samples = X if passing else X[:, [1, 3]]
    trace = traced(network(passing=passing), samples, samples_in)
    texts = [str(trace)]
    for index, row in enumerate(trace.record.rows):
        texts += [
            str(unit_of(trace.record, index, unit, s)) for unit in range(row.row.n_outputs) for s in range(3)
        ]
    found = equations("\n".join(texts))
    assert len(found) > 60
    for equation in found:
        assert equation.holds, equation


def test_its_gradients_are_those_of_central_differences() -> None:
    net, samples = network(), X.copy()
    trace = traced(net, samples)
    numeric, _ = gradient(lambda: traced(net, samples).loss, net.parameters)
    assert_equal(trace.record.update.gradient, numeric, trace.loss)
    at_the_batch = trace.record.rows[0].d_inputs
    assert at_the_batch.shape == X.shape and not at_the_batch[:, [1, 3]].any()
    of_first = trace.arrays["dZ2"] @ net.layers[1].weights.T
    np.testing.assert_allclose(at_the_batch[:, [0, 2]], of_first[:, :2], rtol=1e-12)


def test_a_vector_is_written_with_its_row_and_the_samples_that_took_it() -> None:
    net = network()
    trace, weights = traced(net), net.layers[0].weights
    shared, lone = str(trace.neuron(0, 3, 2)), str(trace.neuron(0, 4, 0))
    d = trace.record.rows[0].d_a
    assert "x = 2 in column 1 names row 2 of the weights" in shared
    assert f"a = W1[2, 1] = {weights[2, 1]:.5g}".replace("-", "−") in shared
    assert "over the samples that took it, samples 0, 2:" in shared
    assert trace["dW1"].array[2, 1] == pytest.approx(d[0, 3] + d[2, 3])
    assert "names row 3 of the weights" in lone and "sample 0:" in lone
    assert "update" in shared and "w ← w − η·dw" in shared


def test_a_column_that_passes_has_no_weights() -> None:
    text = str(traced(network()).neuron(0, 1, 2))
    assert "a = column 2 of x = 2, which passes" in text and "update" not in text


def test_a_row_that_no_sample_took_has_no_gradient_and_stays() -> None:
    trace = traced(network())
    assert not trace["dW1"].array[1].any()
    np.testing.assert_array_equal(trace["W1"].array[1], network().layers[0].weights[1])


def test_a_prediction_is_written_too() -> None:
    net = network()
    prediction = gn.trace(net, X)
    np.testing.assert_allclose(prediction.arrays["A3"], net.predict(X), rtol=1e-12)
    assert "a = W1[2, 0]" in str(traced(net).neuron(0, 2, 0))
