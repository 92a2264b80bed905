"""Without targets a trace is a prediction: Z and A of every layer."""

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
        "trace['Z1'].array>"
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
