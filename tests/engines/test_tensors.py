"""The formulas lifted onto PyTorch tensors: the same values, and by autograd the same slopes, at kinks as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import glassnet as gn
from glassnet.activations import ActivationFunction, RowActivation
from glassnet.engines.torch import tensors
from glassnet.errors import EngineError
from glassnet.formulas import elementary
from glassnet.kernels.tensors import MEANINGS, OF_BATCHES, lift
from glassnet.losses import ElementwiseLoss, EmbeddingLoss
from tests.engines.conformance import name_of
from tests.gradients.table import ACTIVATIONS, ELEMENTWISE, LOSSES
from tests.parity import twins

Array = NDArray[Any]

FAR = np.array([1e-3, 0.5, 1, 3, 19, 21, 49, 51, 90, 800, 1e4])
POINTS = np.concatenate([-FAR[::-1], [0.0], FAR])


def test_every_elementary_function_has_a_meaning() -> None:
    assert {getattr(elementary, name) for name in elementary.__all__} <= MEANINGS.keys()


def test_every_loss_over_a_batch_has_a_body() -> None:
    assert {type(loss).formula for loss in LOSSES if isinstance(loss, EmbeddingLoss)} == OF_BATCHES.keys()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=name_of)
def test_an_activation_and_its_slope(activation: ActivationFunction, dtype: Any) -> None:
    z = POINTS.astype(dtype)
    tolerance = 4 * float(np.finfo(dtype).eps)
    given = torch.tensor(z[:, None], requires_grad=True)
    a = tensors.activate(activation)(given)
    a.sum().backward()
    assert a.dtype == given.dtype and given.grad is not None
    with np.errstate(over="ignore"):  # of exponential
        ours = activation.value(z)
    np.testing.assert_allclose(a.detach().numpy()[:, 0], ours, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(given.grad[:, 0], activation.slope(z, ours), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=name_of)
def test_nan_stays_nan(activation: ActivationFunction) -> None:
    z = torch.tensor([[np.nan, 1.0]], dtype=torch.float64)
    a = tensors.activate(activation)(z)
    assert a[0, 0].isnan()
    assert isinstance(activation, RowActivation) or a[0, 1].isfinite()


ELEMENTWISE_LOSSES = [
    loss for loss in LOSSES if isinstance(loss, ElementwiseLoss) and loss.targets == "values"
]


@pytest.mark.parametrize("loss", ELEMENTWISE_LOSSES, ids=name_of)
def test_a_loss_and_its_gradient_where_target_and_prediction_meet(loss: ElementwiseLoss) -> None:
    """At p = y, where absolute errors have their kink, and one delta of Huber away from it."""
    p = np.array([[0.25, 0.5], [0.75, 0.5], [0.0625, 1.0]])
    moves = np.array([[0.0, 0.0], [0.5, -0.25], [0.0, 0.0]])
    y = p - moves if loss.domain[0] == -np.inf else p
    p = loss.smoothed(p)  # what the targets are compared as
    given = torch.tensor(p, requires_grad=True)
    value = tensors.compare(loss)(torch.tensor(y), given, None)
    value.backward()
    ours = loss.compare(loss.smoothed(y), p, None)
    assert given.grad is not None
    assert value.item() == pytest.approx(ours[0], rel=1e-14)
    np.testing.assert_allclose(given.grad, ours[1], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if isinstance(loss, EmbeddingLoss)], ids=name_of)
def test_embeddings_that_coincide_have_no_slope(loss: EmbeddingLoss) -> None:
    p, labels = np.zeros((5, 2)), np.array([0.0, 0.0, 1.0, 1.0, 2.0])
    given = torch.tensor(p, requires_grad=True)
    value = tensors.compare(loss)(torch.tensor(labels), given, None)
    value.backward()
    assert value.item() == pytest.approx(loss.compare(labels[:, None], p, None)[0], rel=1e-14)
    np.testing.assert_array_equal(given.grad, np.zeros_like(p))


def test_what_has_no_source_is_not_lifted() -> None:
    with pytest.raises(EngineError, match=r"engine='torch' lifts plain functions only; got <ufunc 'sinh'>"):
        lift(np.sinh)


@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_gradients_are_clipped_by_norm_and_then_by_value(scale: float) -> None:
    from glassnet.kernels import arrays

    ours = scale * np.random.default_rng(0).normal(size=50)
    theirs = torch.tensor(ours)
    arrays.clip(arrays.Views(ours), 3.0, 0.4)
    tensors.clip(theirs, 3.0, 0.4)
    np.testing.assert_allclose(ours, theirs, rtol=1e-14)


# ---- update rules

TORCH_OPTIMIZERS: dict[str, tuple[Any, Callable[[list[torch.Tensor]], torch.optim.Optimizer]]] = {
    "sgd": (gn.SGD(0.1, weight_decay=0.05), lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05)),
    "momentum": (gn.SGD(0.1, momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    "nesterov": (
        gn.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.05),
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05),
    ),
    "adagrad": (gn.AdaGrad(0.1), lambda p: torch.optim.Adagrad(p, lr=0.1)),
    "rmsprop": (gn.RMSProp(0.1, alpha=0.9), lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9)),
    "adam": (gn.Adam(0.1, weight_decay=0.05), lambda p: torch.optim.Adam(p, lr=0.1, weight_decay=0.05)),
    "adamw": (gn.AdamW(0.1), lambda p: torch.optim.AdamW(p, lr=0.1)),
    "amsgrad": (gn.Adam(0.1, amsgrad=True), lambda p: torch.optim.Adam(p, lr=0.1, amsgrad=True)),
    "nadam": (gn.NAdam(0.1), lambda p: twins.NAdam(p, lr=0.1)),
    "adamax": (gn.Adamax(0.1), lambda p: torch.optim.Adamax(p, lr=0.1)),
    "adadelta": (gn.AdaDelta(0.1), lambda p: torch.optim.Adadelta(p, lr=0.1)),
    "centered": (
        gn.RMSProp(0.1, centered=True, momentum=0.9),
        lambda p: torch.optim.RMSprop(p, lr=0.1, centered=True, momentum=0.9),
    ),
}


@pytest.mark.parametrize("lifted", [True, False])
@pytest.mark.parametrize("name", TORCH_OPTIMIZERS)
def test_an_update_is_that_of_torch_optim(name: str, lifted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty steps on flat vectors: by NumPy in the same memory, and lifted, as on a device."""
    if lifted:
        monkeypatch.setattr(tensors, "shares_memory", lambda device: False)
    ours, make = TORCH_OPTIMIZERS[name]
    torch.manual_seed(0)
    theirs = torch.randn(40_000, dtype=torch.float64)
    parameters, gradients = theirs.clone(), torch.empty_like(theirs)
    states = torch.zeros(ours.n_states, len(theirs), dtype=torch.float64)
    update, optimizer = tensors.updater(ours, parameters, gradients, states, np.empty(0)), make([theirs])
    for coefficients in ours.table(np.full(50, 0.1), 1).tolist():
        theirs.grad = torch.randn(len(theirs), dtype=torch.float64)
        gradients.copy_(theirs.grad)
        optimizer.step()
        update(tuple(coefficients))
    np.testing.assert_allclose(parameters.numpy(), theirs.numpy(), rtol=1e-12, atol=1e-13)
