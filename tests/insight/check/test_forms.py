"""In what forms gradients may come, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, NotBuiltError, ShapeError
from glassnet.insight.check import Report
from glassnet.network import Network

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


FORMS = {
    "rows (1, n)": lambda pairs: [(dW, db[None]) for dW, db in pairs],
    "columns (n, 1)": lambda pairs: [(dW.T, db[:, None]) for dW, db in pairs],
    "PyTorch's convention": lambda pairs: [(dW.T, db) for dW, db in pairs],
    "lists": lambda pairs: [(dW.tolist(), db.tolist()) for dW, db in pairs],
    "lists of lists": lambda pairs: [[dW.tolist(), [db.tolist()]] for dW, db in pairs],
    "tensors": lambda pairs: [(torch.tensor(dW, requires_grad=True), torch.tensor(db)) for dW, db in pairs],
    "dictionary": lambda pairs: {
        f"d{n}{i + 1}": a for i, p in enumerate(pairs) for n, a in zip("Wb", p, strict=True)
    },
    "dictionary of W1, b1": lambda p: {
        "W2": p[1][0],
        "b1": p[0][1],
        "W1": p[0][0],
        "b2": p[1][1],
        "loss": 1.0,
    },
    "flat list": lambda pairs: [array for pair in pairs for array in pair],
    "generator": lambda pairs: ((dW, db) for dW, db in pairs),
    "one vector": lambda pairs: np.concatenate([a.ravel() for pair in pairs for a in pair]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_common_form_is_read(form: str) -> None:
    net = network()
    report = check(net, FORMS[form](right(net)))
    assert report.ok
    assert report.notes == ((COLUMNS,) if form in ("columns (n, 1)", "PyTorch's convention") else ())


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
    assert check(net, pairs).notes == ()
    turned = [(dW.T, db) for dW, db in pairs]
    assert check(net, turned).ok
    assert check(net, turned).notes == (COLUMNS,)
    assert check(net, [(dW, db[:, None]) for dW, db in turned]).notes == (COLUMNS,)
    report = check(net, [(dW, db[None]) for dW, db in turned])
    assert [(slip.code, slip.layers) for slip in report.slips] == [("transposed_weight_gradient", (0, 1))]
    report = check(net, [turned[0], pairs[1]])
    assert [(slip.code, slip.layers) for slip in report.slips] == [("transposed_weight_gradient", (0,))]


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


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda p: p[:1], ShapeError, r"one for each Dense layer, 2 here; got 1"),
        (lambda p: p[::-1], ShapeError, r"these fit in reverse order. Pass gradients\[::-1\]"),
        (lambda p: [*p, *p], ShapeError, r"2 here; got 4"),
        (lambda p: [(dW,) for dW, _ in p], ArgumentError, r"entry 0 is no pair"),
        (
            lambda p: [(dW, "b") for dW, _ in p],
            DataError,
            r"gradient of the bias in entry 0 must hold numbers",
        ),
        (lambda p: 3.0, ArgumentError, r"must be a list of pairs .*; got float"),
        (
            lambda p: {"weights": p},
            ArgumentError,
            r"or a dictionary with the keys dW1, .*; got the keys \['weights'\]",
        ),
        (lambda p: np.zeros(3), ArgumentError, r"must be a list of pairs .*; got ndarray"),
    ],
)
def test_what_is_no_list_of_pairs_is_refused(change: Any, error: type[Exception], message: str) -> None:
    net = network()
    with pytest.raises(error, match=message):
        check(net, change(right(net)))


def test_a_ragged_list_is_refused() -> None:
    net = network()
    with pytest.raises(
        DataError, match="gradient of the weights in entry 0 must hold numbers in rows of equal length"
    ):
        check(net, [([[1.0, 2.0], [3.0]], [0.0] * 4), right(net)[1]])


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
