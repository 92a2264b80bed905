"""In what forms gradients may come, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.checking import Report
from glassnet.errors import ArgumentError, NotBuiltError, ShapeError
from glassnet.network.network import Network

random = np.random.default_rng(4)
X, Y = random.normal(size=(6, 3)), random.normal(size=(6, 2))
COLUMNS = (
    "read as samples in columns: weights (n_outputs, n_inputs); "
    "if yours are (n_inputs, n_outputs), every dW is transposed"
)


def network(dtype: str = "float64", *layers: Any, n_inputs: int = 3) -> Network:
    net = gn.Network(layers or [gn.Dense(4, "tanh"), gn.Dense(2)], seed=0, dtype=dtype, input_shape=n_inputs)
    net.parameters = np.random.default_rng(5).normal(size=net.parameters.shape)
    return net


def right(net: Network) -> list[tuple[Any, Any]]:
    """The network's own gradients, as pairs."""
    loss = gn.losses.get("mse")
    net.backward(
        loss.gradient(Y[:, : net.layout.output_shapes[-1][0]], net.forward(X[:, : net.input_shape[0]]))
    )
    arrays = [
        net.gradients[s.start : s.stop].reshape(s.parameter.shape).copy() for s in net.layout.parameters
    ]
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def check(net: Network, gradients: Any, **options: Any) -> Report:
    k = net.layout.output_shapes[-1][0]
    return gn.check_backward(net, X[:, : net.input_shape[0]], Y[:, :k], gradients, loss="mse", **options)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("given", ["float32", "float64"])
def test_float32_and_float64_in_any_combination(dtype: str, given: str) -> None:
    net = network(dtype)
    gradients = [(dW.astype(given), db.astype(given)) for dW, db in right(net)]
    assert check(net, gradients).ok
    gradients[0] = (gradients[0][0] * np.float32(1.001), gradients[0][1])
    report = check(net, gradients)
    assert not report.ok and report.slips == ()
    assert [line.name for line in report.evidence] == ["dW1 (layer 0)"]
    assert "dW1 (layer 0) is 1.001 times the right one everywhere" in report.notes


def test_float64_that_went_through_float32_is_right_with_a_note() -> None:
    net = network()
    gradients = [(dW.astype("float32").astype("float64"), db) for dW, db in right(net)]
    assert check(net, gradients).notes == (
        "they agree to the digits of float32, though they come as float64",
    )


def test_what_underflows_in_float32_is_no_slip_though_it_comes_as_float64() -> None:
    net = network("float32", gn.Dense(2, "softmax"))
    net.parameters = net.parameters * np.float32(300)
    W, b = (net.layers[0].view(name) for name in ("weights", "bias"))
    x, y = X.astype("float32"), np.eye(2)[[0, 1, 0, 1, 0, 1]].astype("float32")
    z = x @ W + b
    e = np.exp(z - z.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    dA = 2 * (a - y) / np.float32(y.size)
    dZ = a * (dA - (dA * a).sum(axis=1, keepdims=True))
    gradients = [((x.T @ dZ).astype("float64"), dZ.sum(axis=0).astype("float64"))]
    report = gn.check_backward(net, x, y, gradients, loss="mse")
    assert float(np.abs(gradients[0][0]).max()) < 1e-30
    assert report.ok and report.slips == ()


def test_a_slip_of_small_effect_is_named_in_float64() -> None:
    net = network("float64", gn.Dense(4, "tanh", l2=1e-9), gn.Dense(2))
    pairs = right(net)
    pairs[0] = (pairs[0][0] - 1e-9 * net.layers[0].view("weights"), pairs[0][1])
    assert [slip.code for slip in check(net, pairs).slips] == ["l2_forgotten"]


def test_a_single_number_is_the_bias_of_one_unit() -> None:
    net = network("float64", gn.Dense(1))
    ((dW, db),) = right(net)
    assert check(net, [(dW, float(db[0]))]).ok


def test_one_transposed_gradient_among_columns_is_a_slip_of_that_layer() -> None:
    net = network("float64", gn.Dense(3, "tanh"), gn.Dense(5, "tanh"), gn.Dense(2), n_inputs=2)
    pairs = [(dW.T, db[:, None]) for dW, db in right(net)]
    pairs[1] = (pairs[1][0].T, pairs[1][1])
    report = check(net, pairs)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("transposed_weight_gradient", (1,))]
    assert report.slips[0].fix == "dW2 = dZ2 @ A1.T"


def test_square_weights_are_read_by_the_shape_of_biases_or_by_the_numbers() -> None:
    net = network("float64", gn.Dense(2, "tanh"), gn.Dense(2), n_inputs=2)
    pairs = right(net)
    assert check(net, pairs).ok and check(net, pairs).notes == ()
    turned = [(dW.T, db) for dW, db in pairs]
    assert check(net, [(dW, db[:, None]) for dW, db in turned]).notes == (COLUMNS,)
    report = check(net, [(dW, db[None]) for dW, db in turned])
    assert [(slip.code, slip.layers) for slip in report.slips] == [("transposed_weight_gradient", (0, 1))]
    report = check(net, [turned[0], pairs[1]])
    assert [(slip.code, slip.layers) for slip in report.slips] == [("transposed_weight_gradient", (0,))]


def test_square_weights_that_are_all_transposed_are_not_called_right_until_it_is_said_how_samples_lie() -> (
    None
):
    net = network("float64", gn.Dense(2, "tanh"), gn.Dense(2), n_inputs=2)
    turned = [(dW.T, db) for dW, db in right(net)]
    report = check(net, turned)
    assert report.ok is None and report.slips == ()
    assert report.not_checked == (
        "whether every dW is transposed: all weights are square, and these gradients are right for samples in columns; "
        "say samples_in='columns' or 'rows'",
    )
    assert check(net, turned, samples_in="columns").ok
    report = check(net, turned, samples_in="rows")
    assert [(slip.code, slip.layers) for slip in report.slips] == [("transposed_weight_gradient", (0, 1))]


@pytest.mark.parametrize("square", [True, False])
@pytest.mark.parametrize("lie", ["rows", "columns"])
def test_what_is_said_about_samples_wins_over_the_shapes(lie: str, square: bool) -> None:
    layers = (gn.Dense(2, "tanh"), gn.Dense(2)) if square else ()
    net = network("float64", *layers, n_inputs=2 if square else 3)
    forms = {
        "rows": right(net),
        "columns": [(dW.T, db[:, None]) for dW, db in right(net)],
        "PyTorch's": [(dW.T, db) for dW, db in right(net)],
    }
    for form, gradients in forms.items():
        report = check(net, gradients, samples_in=lie)
        if (form == "rows") is (lie == "rows"):
            assert report.ok, form
            assert report.notes == (() if lie == "rows" else (COLUMNS.partition(";")[0],))
        else:
            assert [(s.code, s.layers) for s in report.slips] == [("transposed_weight_gradient", (0, 1))]


def test_samples_lie_in_rows_or_in_columns() -> None:
    with pytest.raises(ArgumentError, match=r"samples_in must be 'rows' or 'columns'; got 'column'"):
        check(network(), right(network()), samples_in="column")
    net = network()
    with pytest.raises(ShapeError, match=r"X must have 3 columns; got \(3, 6\). Pass X.T and y.T"):
        gn.check_backward(net, X.T, Y.T, right(net), loss="mse", samples_in="columns")


def test_lines_to_change_are_in_the_learners_convention() -> None:
    net = network()
    pairs = right(net)
    averaged = [(pairs[0][0].T, pairs[0][1][:, None] / 6), (pairs[1][0].T, pairs[1][1][:, None])]
    report = check(net, averaged)
    assert [slip.code for slip in report.slips] == ["bias_gradient_averaged"]
    assert report.slips[0].fix == "db1 = dZ1.sum(axis=1, keepdims=True)"


def test_the_loss_of_training_is_the_default() -> None:
    net = network()
    with pytest.raises(
        ArgumentError, match=r"needs the loss, such as loss='mse'; this network was not trained yet"
    ):
        gn.check_backward(net, X, Y, right(net))
    net.fit(X, Y, loss="mse", optimizer=gn.SGD(0.01), epochs=1, progress=False)
    assert gn.check_backward(net, X, Y, right(net)).ok


def test_the_masks_are_those_of_the_last_forward_pass_or_given() -> None:
    net = network("float64", gn.Dense(5, "tanh"), gn.Dropout(0.4), gn.Dense(2))
    with pytest.raises(NotBuiltError, match="dropout masks are drawn by a forward pass in training"):
        check(net, [(np.zeros((3, 5)), np.zeros(5)), (np.zeros((5, 2)), np.zeros(2))])
    pairs = right(net)
    (mask,) = net.dropout_masks
    assert mask.shape == (6, 5) and set(np.unique(mask)) == {0, 1}
    assert check(net, pairs).ok
    assert check(net, pairs, masks=mask / 0.6).ok
    assert check(net, pairs, masks=[torch.tensor(mask)]).ok
    assert not check(net, pairs, masks=[1 - mask]).ok
    with pytest.raises(ArgumentError, match="one array for each Dropout layer, 1; got 2"):
        check(net, pairs, masks=[mask, mask])
    with pytest.raises(
        ShapeError, match=r"the mask of layer 1, Dropout\(0.4\), must have shape \(6, 5\); got \(5, 6\)"
    ):
        check(net, pairs, masks=[mask.T])


def test_a_wrong_shape_that_no_slip_gives_is_a_mismatch_with_the_shapes_beside() -> None:
    net = network()
    pairs = right(net)
    report = check(net, [(pairs[0][0][:2], pairs[0][1]), pairs[1]])
    assert report.verdict == "mismatch, no known slip"
    assert (report.evidence[0].place, report.evidence[0].yours, report.evidence[0].right) == (
        "its shape",
        "(2, 4)",
        "(3, 4)",
    )


def test_targets_that_were_broadcast_are_noted() -> None:
    net = network("float64", gn.Dense(4, "tanh"), gn.Dense(1))
    W1, b1, W2, b2 = (layer.view(name) for layer in net.layers for name in ("weights", "bias"))
    A1 = np.tanh(X @ W1 + b1)
    dZ2 = 2 * (A1 @ W2 + b2 - Y[:, 0]) / len(X)
    dZ1 = (dZ2.sum(axis=1, keepdims=True) @ W2.T) * (1 - A1**2)
    report = check(net, [(X.T @ dZ1, dZ1.sum(0)), (A1.T @ dZ2, dZ2.sum(0))])
    assert report.slips == () and not report.ok
    assert report.notes[-1].endswith("are broadcast to (6, 6); give the targets the shape (6, 1)")


def test_numbers_that_are_not_finite_are_named_as_such() -> None:
    net = network()
    pairs = right(net)
    pairs[1][0][0, 0] = np.nan
    report = check(net, pairs)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("not_finite", (1,))]
    assert report.slips[0].message.startswith("dW2 hold")
    assert report.slips[0].fix == "look for exp of a large number, for log(0) and for a quotient by 0"


def test_an_exp_that_overflows_is_named_with_the_way_to_write_it() -> None:
    net = network("float32", gn.Dense(4, "softplus"), gn.Dense(2, "linear"))
    net.parameters = net.parameters * np.float32(100)
    W1, b1, W2, b2 = (layer.view(name) for layer in net.layers for name in ("weights", "bias"))
    x = X.astype("float32")
    with np.errstate(all="ignore"):
        Z1 = x @ W1 + b1
        A1 = np.log(1 + np.exp(Z1))  # infinite in float32 where z > 88
        dZ2 = 2 * (A1 @ W2 + b2 - Y.astype("float32")) / np.float32(Y.size)
        dZ1 = dZ2 @ W2.T / (1 + np.exp(-Z1))
        gradients = [(x.T @ dZ1, dZ1.sum(0)), (A1.T @ dZ2, dZ2.sum(0))]
    (slip,) = check(net, gradients).slips
    assert (slip.code, slip.layers, slip.fix) == ("not_finite", (0, 1), "A = np.logaddexp(0, Z)")


def test_the_way_to_write_it_holds_the_numbers_of_the_activation() -> None:
    net = network("float64", gn.Dense(4, gn.activations.ELU(2.0)), gn.Dense(2, "linear"))
    (slip,) = check(net, [(np.nan * dW, np.nan * db) for dW, db in right(net)]).slips
    room = {"np": np, "Z": np.linspace(-800, 800, 9)}
    exec(slip.fix, room)
    np.testing.assert_allclose(room["A"], gn.activations.ELU(2.0).value(room["Z"]), rtol=1e-15)


def test_data_that_do_not_fit_the_network_are_refused() -> None:
    net = network()
    with pytest.raises(ShapeError, match="was built for 3 features; X has 2"):
        gn.check_backward(net, X[:, :2], Y, right(net), loss="mse")
    with pytest.raises(ShapeError, match="X has 6 samples and y has 5"):
        gn.check_backward(net, X, Y[:5], right(net), loss="mse")
    with pytest.raises(ArgumentError, match="learning_rate must be a finite number and > 0; got -1"):
        gn.check_backward(net, X, Y, right(net), loss="mse", learning_rate=-1)


def test_nothing_is_changed_by_a_check() -> None:
    net = network("float64", gn.Dense(4, "tanh"), gn.BatchNorm(), gn.Dropout(0.3), gn.Dense(2))
    pairs = right(net)
    before = net.copy(), [(dW.copy(), db.copy()) for dW, db in pairs], net.gradients.copy()
    report = check(net, pairs)
    assert report.ok
    np.testing.assert_array_equal(net.parameters, before[0].parameters)
    np.testing.assert_array_equal(net.running_statistics, before[0].running_statistics)
    np.testing.assert_array_equal(net.gradients, before[2])
    for (dW, db), (dW0, db0) in zip(pairs, before[1], strict=True):
        np.testing.assert_array_equal(dW, dW0)
        np.testing.assert_array_equal(db, db0)
