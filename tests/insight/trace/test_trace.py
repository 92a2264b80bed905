"""A trace shows the numbers of one training step; PyTorch's autograd finds the same ones."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.errors import ArgumentError, NotBuiltError
from glassnet.insight.trace.arithmetic import product_sum
from glassnet.insight.trace.writing.neuron import NeuronTrace

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(6, 5))
CLASSES = np.array([0, 1, 2, 0, 1, 2])


def network(*layers: gn.Dense, dtype: str = "float64") -> gn.Network:
    chosen = layers or (gn.Dense(4, "tanh"), gn.Dense(4, "gelu", l2=0.1), gn.Dense(3, "softmax"))
    net = gn.Network(chosen, seed=0, input_shape=5, dtype=dtype)
    net.parameters += 0.1 * np.random.default_rng(0).normal(size=net.parameters.shape)
    return net


def autograd(net: gn.Network) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Every intermediate of the default network's step, with its gradient, by PyTorch."""
    kept: dict[str, torch.Tensor] = {"A0": torch.from_numpy(X)}
    functions: list[Any] = [torch.tanh, torch.nn.functional.gelu, lambda z: torch.softmax(z, 1)]
    for k, (layer, f) in enumerate(zip(net.layers, functions, strict=True), 1):
        assert isinstance(layer, gn.Dense)
        kept[f"W{k}"] = torch.tensor(layer.weights, requires_grad=True)
        kept[f"b{k}"] = torch.tensor(layer.bias, requires_grad=True)
        kept[f"Z{k}"] = kept[f"A{k - 1}"] @ kept[f"W{k}"] + kept[f"b{k}"]
        kept[f"A{k}"] = f(kept[f"Z{k}"])
        for name in (f"Z{k}", f"A{k}"):
            kept[name].retain_grad()
    loss = torch.nn.functional.cross_entropy(kept["Z3"], torch.from_numpy(CLASSES))
    loss = loss + 0.05 * (kept["W2"] ** 2).sum()
    loss.backward()
    return kept, loss


def test_every_array_of_a_trace_is_the_one_that_autograd_finds() -> None:
    net = network()
    kept, loss = autograd(net)
    trace = gn.trace(net, X, CLASSES, loss="sparse_categorical_cross_entropy", optimizer=gn.SGD(0.1))
    assert trace.loss == pytest.approx(float(loss.detach()), rel=1e-12)
    checked = set()
    for step in trace.steps:
        if step.phase == "forward":
            expected = kept[step.name].detach().numpy()
        elif step.phase == "backward":
            gradient = kept[step.name[1:]].grad
            assert gradient is not None
            expected = np.atleast_2d(gradient.numpy())
        elif step.phase == "update":
            gradient = kept[step.name].grad
            assert gradient is not None
            expected = np.atleast_2d((kept[step.name].detach() - 0.1 * gradient).numpy())
        else:
            continue
        np.testing.assert_allclose(step.array, expected, rtol=1e-10, atol=1e-14)
        checked.add((step.phase, step.name))
    assert len(checked) == len(trace.steps) - 1


def test_a_neuron_answers_with_the_terms_of_autograd() -> None:
    net = network()
    kept, _ = autograd(net)
    trace = gn.trace(net, X, CLASSES, loss="scce", optimizer=gn.SGD(0.1))
    for layer, unit, sample in [(0, 1, 2), (1, 3, 5), (2, 0, 1)]:
        k, one = layer + 1, trace.neuron(layer, unit, sample)
        assert isinstance(one, NeuronTrace)
        d_z, d_w = kept[f"Z{k}"].grad, kept[f"W{k}"].grad
        assert d_z is not None and d_w is not None
        assert one.products.sum() + one.bias == pytest.approx(
            float(kept[f"Z{k}"][sample, unit].detach()), rel=1e-10
        )
        assert one.a == pytest.approx(float(kept[f"A{k}"][sample, unit].detach()), rel=1e-10)
        assert one.d_z == pytest.approx(float(d_z[sample, unit]), rel=1e-10)
        np.testing.assert_allclose(one.d_weights_batch, d_w[:, unit].numpy(), rtol=1e-10)
        np.testing.assert_allclose(one.change, -0.1 * d_w[:, unit].numpy(), rtol=1e-8)
    hidden = trace.neuron(0, 1, 2)
    assert isinstance(hidden, NeuronTrace) and hidden.carried is not None and hidden.slope is not None
    errors, weights = hidden.carried
    assert errors @ weights == pytest.approx(hidden.d_a, rel=1e-10)
    assert hidden.d_a * hidden.slope == pytest.approx(hidden.d_z, rel=1e-10)


def test_the_parts_of_all_samples_add_up_to_the_gradient_of_the_batch() -> None:
    net = network(gn.Dense(4, "relu"), gn.Dense(3, "softmax"))
    trace = gn.trace(net, X, CLASSES, loss="scce")
    found = [trace.neuron(0, 2, sample) for sample in range(len(X))]
    parts = [part for part in found if isinstance(part, NeuronTrace)]
    assert len(parts) == len(X)
    np.testing.assert_allclose(sum(part.d_weights for part in parts), parts[0].d_weights_batch, rtol=1e-12)


def test_a_trace_is_the_step_that_fit_takes_and_leaves_the_network_alone() -> None:
    net = network()
    before = net.parameters.copy()
    trace = gn.trace(net, X, CLASSES, loss="scce", optimizer=gn.Adam(0.01))
    np.testing.assert_array_equal(net.parameters, before)
    net.fit(X, CLASSES, loss="scce", optimizer=gn.Adam(0.01), epochs=1, engine="numpy", progress=False)
    np.testing.assert_allclose(trace["W1"].array[0], net.layers[0].view("weights")[0], rtol=1e-12)


def test_samples_in_columns_are_the_same_numbers_transposed() -> None:
    net = network()
    rows = gn.trace(net, X, CLASSES, loss="scce")
    columns = gn.trace(net, X, CLASSES, loss="scce", samples_in="columns")
    assert columns["Z1"].formula == "Z1 = W1 X + b1"
    assert rows["Z1"].formula == "Z1 = X W1 + b1"
    for one, other in zip(rows.steps, columns.steps, strict=True):
        np.testing.assert_array_equal(one.array.T, other.array)


def test_text_a_s_backward_formulas_stand_in_the_trace() -> None:
    net = network(gn.Dense(4, "relu"), gn.Dense(3, "softmax"))
    formulas = [step.formula for step in gn.trace(net, X, CLASSES, loss="scce").steps]
    assert "A2 = softmax(Z2) = exp(z_j)/Σ exp(z_k)" in formulas
    assert "dZ2 = (A2 − Y)/m" in formulas
    assert "dW2 = A1ᵀ dZ2" in formulas
    assert "dA1 = dZ2 W2ᵀ" in formulas
    assert "dZ1 = dA1 ∘ f′(Z1), f′ = 1 if z > 0 else 0" in formulas


def test_every_layer_can_be_traced() -> None:
    layers = [
        gn.Dense(4),
        gn.BatchNorm(),
        gn.Activation("silu"),
        gn.Dropout(0.5),
        gn.LayerNorm(),
        gn.Dense(2),
    ]
    net = gn.Network(layers, seed=0, input_shape=5, dtype="float64")
    trace = gn.trace(net, X, RANDOM.normal(size=(6, 2)), loss="mse", optimizer="adam")
    assert {step.name for step in trace.steps} >= {"A2", "A4", "A5", "dA1", "dW2", "W6"}
    assert all(np.isfinite(step.array).all() for step in trace.steps)


def test_a_neuron_reads_like_the_board_in_a_lesson() -> None:
    net = gn.Network([gn.Dense(1, "relu")], seed=0, input_shape=3, dtype="float64")
    net.layers[0].view("weights")[:, 0] = [0.5, -0.2, 0.1]
    net.layers[0].view("bias")[:] = 0.3
    text = str(gn.trace(net, [[1, 2, 3]], [[0.0]], loss="mse", optimizer=gn.SGD(0.1)).neuron(0, 0))
    assert "= 1·0.5 + 2·(−0.2) + 3·0.1 + 0.3 = 0.7" in text
    assert "a = relu(z) = max(z, 0) = max(0.7, 0) = 0.7" in text
    assert "dz = ∂L/∂a · f′(z) = 1.4 · 1 = 1.4" in text
    assert "Δwᵢ = −0.14, −0.28, −0.42" in text


def test_terminal_notebook_and_text_show_the_same_formulas() -> None:
    trace = gn.trace(network(), X, CLASSES, loss="scce")
    html = trace._repr_html_()
    assert "Z1 = X W1 + b1" in str(trace) and "Z1 = X W1 + b1" in html
    assert html.count("<tr>") == len(trace.steps) + 1
    trace.show()


def test_of_a_layer_without_biases_none_is_written() -> None:
    trace = gn.trace(
        network(gn.Dense(4, "tanh", use_bias=False), gn.Dense(3, "softmax")), X, CLASSES, loss="scce"
    )
    assert [step.name for step in trace.steps if step.name.startswith(("b", "db"))] == ["db2", "b2"]
    assert "Z1 = X W1\n" in str(trace).replace("    ", "\n") and "Z2 = A1 W2 + b2" in str(trace)
    one = trace.neuron(0, 1, 2)
    assert isinstance(one, NeuronTrace)
    assert (one.bias, one.d_bias, one.d_bias_batch, one.change_bias) == (None, None, None, None)
    assert one.products.sum() == pytest.approx(one.z, rel=1e-14)
    assert "b" not in re.findall(r"\w+", str(one)) and "Δb" not in str(one)


def test_units_of_a_large_network_write_out_their_largest_terms() -> None:
    net = gn.Network([gn.Dense(128, "relu"), gn.Dense(10, "softmax")], seed=0, input_shape=784)
    trace = gn.trace(net, RANDOM.random((2, 784)), [3, 4], loss="scce")
    assert "[776 smaller:" in str(trace.neuron(0, 127, 1))


def test_of_a_long_sum_the_largest_terms_are_written_out() -> None:
    weights = np.array([0.0, 0.5, 0.0, -2.0, 0.1])
    assert product_sum(np.ones(5), weights, 2).write(5) == "1·0.5 + 1·(−2) + [3 smaller: 0.1]"


def test_what_cannot_be_traced_is_named() -> None:
    trace = gn.trace(network(), X, CLASSES, loss="scce")
    with pytest.raises(ArgumentError, match=r"layer must be one of \[0, 1, 2\]; got 7"):
        trace.neuron(7, 0)
    with pytest.raises(ArgumentError, match="unit must be from 0 to 3; got 4"):
        trace.neuron(0, 4)
    with pytest.raises(ArgumentError, match="samples_in must be 'rows' or 'columns'"):
        gn.trace(network(), X, CLASSES, samples_in="rows and columns")
    with pytest.raises(NotBuiltError):
        gn.trace(gn.Network([gn.Dense(1)]), X, CLASSES)
