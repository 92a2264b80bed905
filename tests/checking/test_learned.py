"""Networks of Embedding, PReLU, Residual, Scale and RMSNorm: right gradients are right, and slips in them are named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.errors import ShapeError
from tests.checking import learned


def report(bugs: tuple[str, ...] = (), seed: int = 0, **options: Any) -> Any:
    net, X, Y = learned.network(seed, **options)
    return gn.check_backward(net, X, Y, learned.gradients(learned.arrays(net), X, Y, bugs), loss="mse")


def test_the_hand_that_is_checked_is_right() -> None:
    net, X, Y = learned.network()
    net.backward(gn.losses.MeanSquaredError().gradient(Y, net.forward(X)))
    found = learned.gradients(learned.arrays(net), X, Y)
    flat = np.concatenate([array.ravel() for pair in found for array in pair if array is not None])
    np.testing.assert_allclose(flat, net.gradients, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_right_gradients_are_right(seed: int, shared: bool) -> None:
    found = report(seed=seed, shared=shared)
    assert found.ok is True
    assert not found.not_checked


@pytest.mark.parametrize("code", learned.ALL)
def test_a_slip_is_named_where_it_stands(code: str) -> None:
    found = report((code,))
    assert [(slip.code, slip.layers) for slip in found.slips] == [(code, (learned.ALL[code],))]
    assert found.slips[0].fix


def test_two_slips_are_named_together() -> None:
    found = report(("residual_skip_missing", "embedding_assigned"))
    assert {slip.code for slip in found.slips} == {"residual_skip_missing", "embedding_assigned"}


def test_slips_of_dense_layers_are_named_inside_of_residual_ones_and_below_them() -> None:
    net, X, Y = learned.network()
    for place, layer in ((1, 0), (3, 1), (5, 2), (7, 3)):
        gradients = learned.gradients(learned.arrays(net), X, Y)
        dW, db = gradients[place]
        gradients[place] = dW, db / len(X)
        found = gn.check_backward(net, X, Y, gradients, loss="mse")
        assert [(slip.code, slip.layers) for slip in found.slips] == [("bias_gradient_averaged", (layer,))]


def test_the_line_to_write_says_what_arrives_where_more_than_the_next_layer_sends_it_back() -> None:
    net, X, Y = learned.network()
    gradients = learned.gradients(learned.arrays(net), X, Y)
    for place in range(3):
        gradients[place] = tuple(None if array is None else -array for array in gradients[place])  # type: ignore[assignment]
    found = gn.check_backward(net, X, Y, gradients, loss="mse")
    text = str(found)
    assert "dA1 @" not in text and "dZ2 @ W2.T) *" not in text


@pytest.mark.parametrize("part", [2, 4, 6])
def test_the_gradient_of_every_learned_factor_is_compared(part: int) -> None:
    net, X, Y = learned.network()
    names = {2: "dw of layer 2 (prelu)", 4: "dw of layer 3.1 (scale)", 6: "dw of layer 4 (rms norm)"}
    for change, code in (
        (lambda dw: -dw, "gradient_sign_flipped"),
        (lambda dw: dw / len(X), "batch_mean_twice"),
        (lambda dw: 0 * dw, "factor_gradient_missing"),
    ):
        gradients = learned.gradients(learned.arrays(net), X, Y)
        gradients[part] = change(gradients[part][0]), None
        found = gn.check_backward(net, X, Y, gradients, loss="mse")
        assert [slip.code for slip in found.slips] == [code]
        assert found.evidence[0].name == names[part]
        assert found.slips[0].fix.startswith("dw = (dA * ")


def test_a_shared_slope_that_is_not_summed_over_the_units_is_named() -> None:
    net, X, Y = learned.network(shared=True)
    gradients = learned.gradients(learned.arrays(net), X, Y)
    own, _, _ = learned.network()
    own.parameters = np.concatenate([part.ravel() for part in _with_slopes(learned.arrays(net))])
    gradients[2] = learned.gradients(learned.arrays(own), X, Y)[2]
    found = gn.check_backward(net, X, Y, gradients, loss="mse")
    assert [slip.code for slip in found.slips] == ["factor_gradient_not_summed"]
    assert "is not summed over the units" in found.slips[0].message


def _with_slopes(parameters: list[Any]) -> list[Any]:
    return [np.full(5, part[0]) if part.shape == (1,) else part for part in parameters]


def test_every_container_is_taken_apart() -> None:
    net, X, Y = learned.network()
    pairs = learned.gradients(learned.arrays(net), X, Y)
    flat = [array for pair in pairs for array in pair if array is not None]
    mixed = [pair if pair[1] is not None else pair[0] for pair in pairs]
    vector = np.concatenate([array.ravel() for array in flat])
    dense = [pair for pair in pairs if pair[1] is not None]
    for gradients in (pairs, flat, mixed, vector, dense):
        assert gn.check_backward(net, X, Y, gradients, loss="mse").ok is True
    with pytest.raises(ShapeError, match="4 here, or one for each of the 8 layers with parameters; got 3"):
        gn.check_backward(net, X, Y, pairs[:3], loss="mse")


def test_the_parameters_of_a_module_of_pytorch_are_gradients_in_columns() -> None:
    net, X, Y = learned.network()
    module = net.to_torch()
    torch.nn.functional.mse_loss(module(torch.tensor(X)), torch.tensor(Y)).backward()
    found = gn.check_backward(net, X, Y, [part.grad for part in module.parameters()], loss="mse")
    assert found.ok is True
    assert any("samples in columns" in note for note in found.notes)


def test_dropout_inside_of_a_residual_layer_has_its_mask() -> None:
    layers = [gn.Dense(4, "tanh"), gn.Residual([gn.Dense(4), gn.Dropout(0.4)]), gn.Dense(2)]
    net = gn.Network(layers, seed=0, dtype="float64", input_shape=3)
    random = np.random.default_rng(0)
    X, Y = random.normal(size=(6, 3)), random.normal(size=(6, 2))
    net.backward(gn.losses.MeanSquaredError().gradient(Y, net.forward(X)))
    assert gn.check_backward(net, X, Y, net.gradients, loss="mse").ok is True
    masks = [np.asarray(mask) for mask in net.dropout_masks]
    assert gn.check_backward(net, X, Y, net.gradients, loss="mse", masks=masks).ok is True
    with pytest.raises(
        ShapeError, match=r"the mask of layer 1.1, Dropout\(0.4\), must have shape \(6, 4\); got \(5, 4\)"
    ):
        gn.check_backward(net, X, Y, net.gradients, loss="mse", masks=[masks[0][:5]])


@pytest.mark.parametrize("seed", range(4))
def test_the_rate_of_weights_that_were_updated_first_is_found_past_residual_layers(seed: int) -> None:
    random = np.random.default_rng(seed)
    net = gn.Network(
        [gn.Dense(4), gn.Residual([gn.Dense(4)]), gn.Dense(2)], seed=seed, dtype="float64", input_shape=3
    )
    X, Y = random.normal(size=(6, 3)), random.normal(size=(6, 2))
    W1, b1, W2, b2, W3, b3 = learned.arrays(net)
    A = X @ W1 + b1
    R = A + A @ W2 + b2
    dP = 2 * (R @ W3 + b3 - Y) / Y.size
    dR = dP @ W3.T
    dW2 = A.T @ dR
    dA = dR + dR @ (W2 - 0.1 * dW2).T
    gradients = [(X.T @ dA, dA.sum(0)), (dW2, dR.sum(0)), (R.T @ dP, dP.sum(0))]
    found = gn.check_backward(net, X, Y, gradients, loss="mse")
    assert [slip.code for slip in found.slips] == ["weights_updated_first"]
