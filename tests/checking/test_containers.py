"""The containers in which gradients may come, and those that are refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, ShapeError
from tests.checking.test_forms import COLUMNS, check, network, right


def _objects(arrays: list[Any]) -> Any:
    found = np.empty(len(arrays), object)
    found[:] = arrays
    return found


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
    "two lists": lambda pairs: ([dW for dW, _ in pairs], [db for _, db in pairs]),
    "biases first": lambda pairs: ([db[:, None] for _, db in pairs], [dW.T for dW, _ in pairs]),
    "two lists of lists": lambda p: [[dW.tolist() for dW, _ in p], [db.tolist() for _, db in p]],
    "one flat list, weights first": lambda p: [*(dW for dW, _ in p), *(db for _, db in p)],
    "dictionary of lists": lambda p: {"dW": [dW for dW, _ in p], "db": [db for _, db in p]},
    "dictionary of dictionaries": lambda p: {i: {"dW": dW, "db": db} for i, (dW, db) in enumerate(p)},
    "list of dictionaries": lambda p: [{"weights": dW, "bias": db} for dW, db in p],
    "keys from 0": lambda p: {
        f"{n}{i}": a for i, pair in enumerate(p) for n, a in zip("Wb", pair, strict=True)
    },
    "ten layers' order": lambda p: {"dW10": p[1][0], "db10": p[1][1], "dW9": p[0][0], "db9": p[0][1]},
    "keys with words": lambda p: {
        "weights1_grad": p[0][0],
        "bias1_grad": p[0][1],
        "grad_weights2": p[1][0],
        "grad_bias2": p[1][1],
    },
    "layers by name": lambda p: {
        "fc1.weight": p[0][0].T,
        "fc1.bias": p[0][1],
        "fc2.weight": p[1][0].T,
        "fc2.bias": p[1][1],
    },
    "hidden and output": lambda p: {"dWh": p[0][0], "dbh": p[0][1], "dWo": p[1][0], "dbo": p[1][1]},
    "output before hidden": lambda p: {
        "dW_out": p[1][0],
        "db_out": p[1][1],
        "dW_in": p[0][0],
        "db_in": p[0][1],
    },
    "parameters beside": lambda p: {
        "W1": 0 * p[0][0],
        "b1": p[0][1],
        "dW1": p[0][0],
        "db1": p[0][1],
        "dW2": p[1][0],
        "db2": p[1][1],
    },
    "layers with attributes": lambda p: [
        SimpleNamespace(weights=0 * dW, biases=0 * db, dweights=dW, dbiases=db) for dW, db in p
    ],
    "layers with other attributes": lambda p: [SimpleNamespace(W=0 * dW, dW=dW, db=db) for dW, db in p],
    "object array": lambda p: (_objects([dW for dW, _ in p]), _objects([db for _, db in p])),
    "bias in the first row": lambda pairs: [np.vstack([db, dW]) for dW, db in pairs],
    "bias in the last row": lambda pairs: [np.vstack([dW, db]) for dW, db in pairs],
    "bias in the first column": lambda pairs: [np.hstack([db[:, None], dW.T]) for dW, db in pairs],
    "bias in the last column": lambda pairs: [np.hstack([dW.T, db[:, None]]) for dW, db in pairs],
    "one vector": lambda pairs: np.concatenate([a.ravel() for pair in pairs for a in pair]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_common_form_is_read(form: str) -> None:
    net = network()
    report = check(net, FORMS[form](right(net)))
    assert report.ok
    in_columns = {"columns (n, 1)", "PyTorch's convention", "biases first", "layers by name"}
    in_columns |= {"bias in the first column", "bias in the last column"}
    words = form.replace("bias", "read as weights with the bias") if form.startswith("bias in") else None
    assert report.notes == (*((COLUMNS,) if form in in_columns else ()), *([words] if words else []))


@pytest.mark.parametrize("form", [form for form in FORMS if form != "generator"])
def test_a_slip_is_named_in_every_form(form: str) -> None:
    net = network()
    pairs = right(net)
    pairs[0] = (pairs[0][0], pairs[0][1] / 6)
    report = check(net, FORMS[form](pairs))
    assert [(slip.code, slip.layers) for slip in report.slips] == [("bias_gradient_averaged", (0,))]


def test_a_function_is_called_twice_and_gradients_that_grow_are_named() -> None:
    net = network()
    pairs = right(net)
    kept = [(dW.copy(), 0 * db) for dW, db in pairs]  # dW from the batch before is still there

    def added_up() -> Any:
        for i, (dW, db) in enumerate(pairs):
            kept[i] = (kept[i][0] + dW, db)
        return kept

    report = check(net, added_up)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("gradients_accumulate", (0, 1))]
    assert report.slips[0].message == (
        "The gradient dW of layers 0 and 1 is added to what the pass before left there, growing from call to call."
    )
    assert check(net, lambda: pairs).ok
    averaged = [(dW, db / 6) for dW, db in pairs]
    assert [slip.code for slip in check(net, lambda: averaged).slips] == ["bias_gradient_averaged"]


def test_a_function_whose_second_call_differs_otherwise_is_judged_by_the_first() -> None:
    net = network()
    calls = []

    def once_right() -> Any:
        calls.append(1)
        return [(dW * len(calls) ** 2 - len(calls) + 1, db) for dW, db in right(net)]

    report = check(net, once_right)
    assert report.ok
    assert report.notes == ("a second call gave other gradients; those of the first were compared",)


def test_numbers_tell_where_shapes_do_not() -> None:
    """Of one unit everywhere, weights and biases have one shape: each way of reading is tried."""
    net = network("float64", gn.Dense(1, "tanh"), gn.Dense(1), n_inputs=1)
    pairs = [(dW, db[:, None]) for dW, db in right(net)]
    for gradients in (
        [*(dW for dW, _ in pairs), *(db for _, db in pairs)],
        [array for dW, db in pairs for array in (db, dW)],
        ([db for _, db in pairs], [dW for dW, _ in pairs]),
    ):
        report = check(net, gradients)
        assert report.ok
        assert report.notes[-1].startswith("read as ")


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
        (
            lambda p: [SimpleNamespace(weights=dW, bias=db) for dW, db in p],
            ArgumentError,
            r"got the keys \['weights', 'bias'\]",
        ),
        (lambda p: lambda x, y: p, ArgumentError, "must take no arguments; this one needs 2"),
        (lambda p: lambda: None, ArgumentError, r"must be a list of pairs .*; got NoneType"),
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
