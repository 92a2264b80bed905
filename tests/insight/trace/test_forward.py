"""Without targets a trace is a prediction: Z and A of every layer."""

import itertools

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError
from tests.insight.trace.reading import equations

RANDOM = np.random.default_rng(0)


def trained(dtype: str = "float64") -> tuple[gn.Network, np.ndarray]:
    """Every kind of layer, with running statistics that are not those of the batch."""
    layers = [
        gn.Dense(5, "tanh", use_bias=False),
        gn.BatchNorm(),
        gn.Dropout(0.5),
        gn.LayerNorm(),
        gn.Activation("gelu"),
        gn.Dense(3, "softmax"),
    ]
    net = gn.Network(layers, seed=0, dtype=dtype)
    X = RANDOM.normal(size=(30, 4))
    net.fit(X, np.arange(30) % 3, loss="scce", epochs=3, engine="numpy", progress=False)
    return net, X[:6]


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
def test_the_last_array_is_the_prediction_and_the_first_the_batch(samples_in: str) -> None:
    net, X = trained()
    arrays = gn.trace(net, X, samples_in=samples_in).arrays
    turned = np.transpose if samples_in == "columns" else np.asarray
    assert list(arrays) == ["A0", "Z1", "A1", "A2", "A3", "A4", "A5", "Z6", "A6"]
    np.testing.assert_array_equal(arrays["A0"], turned(X))
    np.testing.assert_allclose(arrays["A6"], turned(net.predict(X)), rtol=1e-13)
    np.testing.assert_allclose(arrays["Z1"], turned(X @ net.layers[0].weights), rtol=1e-13)
    np.testing.assert_array_equal(arrays["A3"], arrays["A2"])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_its_equations_are_true_and_none_is_of_training(dtype: str) -> None:
    net, X = trained(dtype)
    trace = gn.trace(net, X)
    found = equations(str(trace))
    assert len(found) >= 7 and all(equation.holds for equation in found)
    assert {step.phase for step in trace.steps} == {"forward"}
    assert "by running statistics" in trace["A2"].formula


def test_the_batch_has_a_place_in_the_trace_of_a_step_too() -> None:
    net, X = trained()
    trace = gn.trace(net, X, [0, 1, 2, 0, 1, 2])
    np.testing.assert_array_equal(trace["A0"].array, X)
    np.testing.assert_array_equal(trace.arrays["A0"], X)
    np.testing.assert_array_equal(trace.arrays["dW1"], trace["dW1"].array)


def test_both_say_what_they_are() -> None:
    net, X = trained()
    assert repr(gn.trace(net, X)) == (
        "<ForwardTrace of a prediction for 6 samples: A0, Z1, A1, A2, A3, A4, A5, Z6, A6; print it, or ask for "
        "trace['Z1'].array, trace.neuron(layer, unit) or trace.to_html(path)>"
    )
    step = gn.trace(net, X[:1], [0], loss="scce", optimizer="adam")
    assert repr(step).startswith(f"<Trace of one step on 1 sample, loss {step.loss:.5g}: ")


@pytest.mark.parametrize("options", [{"loss": "mse"}, {"optimizer": "adam"}])
def test_a_loss_or_an_optimizer_without_targets_is_refused(options: dict[str, str]) -> None:
    net, X = trained()
    with pytest.raises(ArgumentError, match="a loss and an optimizer need targets"):
        gn.trace(net, X, **options)  # type: ignore[call-overload]


def test_the_network_stays_as_it_is() -> None:
    net, X = trained()
    kept = net.copy()
    gn.trace(net, X)
    np.testing.assert_array_equal(net.parameters, kept.parameters)
    np.testing.assert_array_equal(net.running_statistics, kept.running_statistics)


def test_a_unit_is_written_out_on_the_way_up_alone() -> None:
    net, X = trained()
    trace = gn.trace(net, X)
    unit = trace.neuron(0, 2, sample=1)
    np.testing.assert_allclose(unit.products.sum(), unit.z, rtol=1e-12)
    assert unit.bias is None and unit.a == pytest.approx(np.tanh(unit.z), rel=1e-12)
    assert unit.a == trace["A1"].array[1, 2]
    text = str(unit)
    assert text.startswith(
        "layer 0, Dense(5, 'tanh', use_bias=False): unit 2, sample 1\nforward\n  z = Σ xᵢ·wᵢ\n"
    )
    assert "backward" not in text and "∂" not in text and "update" not in text
    assert (
        "running statistics" in str(trace.neuron(1, 0))
        and "batch" not in str(trace.neuron(1, 0)).split("\n", 1)[1]
    )
    assert "since nothing is dropped" in str(trace.neuron(2, 0))
    assert trace.neuron(3, 0).weights is None
    with pytest.raises(ArgumentError, match="unit must be from 0 to 4; got 5"):
        trace.neuron(0, 5)


@pytest.mark.parametrize("name", gn.activations.names())
def test_no_formula_says_the_same_twice(name: str) -> None:
    part = gn.activations.get(name)
    for layers in ([gn.Dense(2, part)], [gn.Dense(2), gn.Activation(part)]):
        trace = gn.trace(gn.Network(layers, seed=0, input_shape=2), np.ones((2, 2)))
        for text in (str(trace), str(trace.neuron(len(layers) - 1, 0))):
            for line in text.splitlines():
                sides = [side.strip() for side in line.split(" = ")]
                assert all(one != other for one, other in itertools.pairwise(sides)), line
                assert f"{name}(z) = {name}(z)" not in line.replace("Z1", "z").replace("A1", "z"), line
