"""Each slip by itself: at one layer, several or all, made by learners whose code shares nothing with the checker's."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.network.slips.catalogue import CATALOGUE
from tests.checking import cases, learned, norms, rows
from tests.checking.cases import Case
from tests.checking.rows import Task

# Slips that make the same numbers as a likelier one on some of the random data, and which one.
LIKELIER = {
    "relu_gate_from_input": "relu_gate_dropped",
    "relu_gate_from_upstream": "relu_gate_dropped",
    "derivative_at_wrong_layer": "activation_derivative_missing",
    "dropout_not_applied": "dropout_unscaled",
    "bias_gradient_not_summed": "bias_gradient_wrong_axis",
}
BY_HAND = {
    "relu_gate_at_zero",
    "clipped_logarithm",
    "gradients_accumulate",
    "label_smoothing_missing",
    "layer_not_carried_through",
    "pos_weight_missing",
}


def test_every_slip_of_the_catalogue_is_tested() -> None:
    assert {*cases.ALL_CODES, *norms.BATCH, *norms.LAYER, *norms.GRADIENT, *learned.ALL, *BY_HAND} == set(
        CATALOGUE
    )


@pytest.mark.parametrize("code", cases.ALL_CODES)
def test_the_slip_is_named_with_its_layers(code: str) -> None:
    """Three learners for each slip, float32 and float64; equal numbers count only if the report lists the slip."""
    random = np.random.default_rng(zlib.crc32(code.encode()))
    found = [_named(random, code, dtype) for dtype in ("float64", "float32", "float64")]
    assert sum(found) >= (1 if code in LIKELIER else 3)


def _named(random: cases.Random, code: str, dtype: str) -> bool:
    while True:
        case = cases.draw(random, (code,), dtype)
        bugs = {code: cases.draw_bug(random, case, code)}
        if cases.clear(case, "rows", bugs, dtype):
            break
    report = case.check(case.gradients("rows", bugs))
    assert not report.ok
    named = {slip.code: slip.layers for slip in report.slips}
    if named == bugs:
        return True
    assert code in LIKELIER and code in report.equals, f"{bugs} named {named}"
    return False


@pytest.mark.parametrize("hand", ["rows", "columns", "loops"])
@pytest.mark.parametrize("layers", [(0,), (1,), (0, 2), (0, 1, 2)])
def test_a_slip_may_stand_at_one_layer_at_several_or_at_all(hand: str, layers: tuple[int, ...]) -> None:
    case = network(["tanh", "sigmoid", "tanh", "softmax"], "cce", [5, 4, 6, 3, 3])
    report = case.check(case.gradients(hand, {"derivative_at_preactivation": layers}))
    assert [(slip.code, slip.layers) for slip in report.slips] == [("derivative_at_preactivation", layers)]


def test_a_gate_that_is_open_at_zero_is_named() -> None:
    case = network(["relu", "sigmoid"], "bce", [2, 4, 1])
    case.task.b[0][:] = 0
    case.net.layers[0].view("bias")[:] = 0
    case.task.X[0] = 0
    report = case.check(case.gradients("rows", {"relu_gate_at_zero": (0,)}))
    assert [(slip.code, slip.layers) for slip in report.slips] == [("relu_gate_at_zero", (0,))]
    assert case.check(case.gradients("rows", {})).ok


@pytest.mark.parametrize(("f", "loss"), [("softmax", "cce"), ("sigmoid", "bce")])
def test_an_epsilon_beside_a_probability_is_named_if_it_does_harm_and_noted_if_not(f: str, loss: str) -> None:
    case = network(["tanh", f], loss, [3, 4, 3])
    clipped = case.gradients("rows", {"clipped_logarithm": (1,)})
    report = case.check(clipped)
    assert report.ok
    assert report.notes[0].startswith("The gradient divides by the probability plus 1e-07")
    case.task.b[1][0] = case.net.layers[1].view("bias")[0] = -9.0
    case.task.Y[:] = 0
    case.task.Y[:, 0] = 1
    report = case.check(case.gradients("rows", {"clipped_logarithm": (1,)}))
    assert not report.ok
    assert [(slip.code, slip.layers) for slip in report.slips] == [("clipped_logarithm", (1,))]


def test_two_slips_are_both_named() -> None:
    case = network(["sigmoid", "tanh", "linear"], "mse", [3, 4, 5, 3])
    bugs = {"activation_derivative_missing": (1,), "bias_gradient_averaged": (0, 2)}
    report = case.check(case.gradients("rows", bugs))
    assert {slip.code: slip.layers for slip in report.slips} == bugs
    assert report.verdict == "2 slips"


def test_weights_that_were_updated_first_are_seen_with_the_learning_rate() -> None:
    case = network(["sigmoid", "tanh", "linear"], "mse", [3, 4, 5, 3])
    gradients = case.gradients("rows", {"weights_updated_first": (1, 2)})
    report = case.check(gradients)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("weights_updated_first", (1, 2))]
    assert "before they carried the error back." in report.slips[0].message


@pytest.mark.parametrize("layers", [(1,), (2,), (1, 2)])
@pytest.mark.parametrize("rate", [0.5, 0.003, 0.123456789])
def test_a_rate_that_is_not_given_is_found_where_the_numbers_below_agree_on_one(
    layers: tuple[int, ...], rate: float
) -> None:
    case = network(["sigmoid", "tanh", "linear"], "mse", [3, 4, 5, 3])
    case.task.learning_rate = rate
    gradients = case.gradients("rows", {"weights_updated_first": layers})
    report = gn.check_backward(case.net, case.task.X, case.task.Y, gradients, loss="mse")
    assert [(slip.code, slip.layers) for slip in report.slips] == [("weights_updated_first", layers)]
    assert f"back, with a learning rate of {rate:.4g}." in report.slips[0].message


@pytest.mark.parametrize(("n_numbers", "named"), [(2, False), (3, True)])
def test_a_rate_is_found_from_three_numbers_and_not_from_two(n_numbers: int, named: bool) -> None:
    random = np.random.default_rng(0)
    layers = [gn.Dense(1, "tanh", use_bias=False), gn.Dense(2)]
    net = gn.Network(layers, seed=0, dtype="float64", input_shape=n_numbers)
    X, Y = random.normal(size=(6, n_numbers)), random.normal(size=(6, 2))
    W1, W2, b2 = net.layers[0].weights, net.layers[1].weights, net.layers[1].bias
    A1 = np.tanh(X @ W1)
    dZ2 = 2 * (A1 @ W2 + b2 - Y) / Y.size
    dZ1 = dZ2 @ (W2 - 0.1 * A1.T @ dZ2).T * (1 - A1**2)
    report = gn.check_backward(net, X, Y, [(X.T @ dZ1, None), (A1.T @ dZ2, dZ2.sum(0))], loss="mse")
    assert not report.ok
    assert [slip.code for slip in report.slips] == (["weights_updated_first"] if named else [])


def network(f: list[str], loss: str, widths: list[int], dtype: str = "float64", m: int = 7) -> Case:
    """A case of this shape with fixed random numbers."""
    random = np.random.default_rng(3)
    layers: list[Any] = [gn.Dense(n, name) for n, name in zip(widths[1:], f, strict=True)]
    net = gn.Network(layers, seed=0, dtype=dtype, input_shape=widths[0])
    net.parameters = random.normal(scale=0.8, size=net.parameters.shape)
    X = random.normal(size=(m, widths[0])).astype(dtype)
    k = widths[-1]
    Y = np.eye(k)[random.integers(0, k, m)] if loss == "cce" else random.integers(0, 2, (m, k)).astype(float)
    W, b = ([layer.view(name).copy() for layer in net.layers] for name in ("weights", "bias"))
    zeros = [0.0] * len(f)
    return Case(net, Task(W, b, f, loss, X, Y.astype(dtype), zeros, zeros), loss)


@pytest.mark.parametrize("full", [True, False], ids=["all layers", "dense layers alone"])
@pytest.mark.parametrize("code", [None, *norms.BATCH, *norms.LAYER])
def test_slips_of_normalisation_are_named(code: str | None, full: bool) -> None:
    kinds = [code.partition("_")[0]] if code else ["batch", "layer"]
    for kind in kinds:
        report = _normalised(kind, () if code is None else (code,), full)
        assert [(slip.code, slip.layers) for slip in report.slips] == ([] if code is None else [(code, (0,))])
        assert report.ok is (code is None)


@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_an_unbiased_variance_forward_alone_is_named_too(kind: str) -> None:
    report = _normalised(kind, (f"{kind}_norm_variance_unbiased", f"{kind}_norm_usual_backward"), full=True)
    assert [(slip.code, slip.layers) for slip in report.slips] == [(f"{kind}_norm_variance_unbiased", (0,))]


@pytest.mark.parametrize("kind", ["batch", "layer"])
@pytest.mark.parametrize("code", norms.GRADIENT)
def test_the_gradient_of_a_norms_weights_is_compared_where_it_is_given(code: str, kind: str) -> None:
    report = _normalised(kind, (code,), full=True)
    assert [(slip.code, slip.layers) for slip in report.slips] == [(code, (0,))]
    assert report.evidence[0].name == f"dw of layer 1 ({kind} norm)"
    assert _normalised(kind, (code,), full=False).ok


def _normalised(kind: str, bugs: tuple[str, ...], full: bool) -> Any:
    random = np.random.default_rng(8)
    norm = gn.BatchNorm() if kind == "batch" else gn.LayerNorm()
    layers = [gn.Dense(4), norm, gn.Activation("tanh"), gn.Dense(2)]
    net = gn.Network(layers, seed=0, dtype="float64", input_shape=3)
    net.parameters = random.normal(size=net.parameters.shape)
    X, Y = random.normal(size=(6, 3)), random.normal(size=(6, 2))
    parameters = [net.layers[i].view(name) for i in (0, 1, 3) for name in ("weights", "bias")]
    gradients = norms.gradients(kind, X, Y, parameters, [np.zeros(4), np.ones(4)], bugs)
    return gn.check_backward(net, X, Y, gradients if full else gradients[::2], loss="mse")


def test_the_learner_without_bugs_is_no_copy_of_the_checker() -> None:
    assert not any(name.startswith("glassnet") for name in vars(rows))
