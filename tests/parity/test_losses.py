"""Losses have the values and gradients of torch.nn.functional."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import losses
from glassnet.losses import Loss
from tests.gradients.table import LOSSES, label, predictions, targets
from tests.parity.twins import compare, gradients

some = settings(max_examples=20)
samples = st.integers(1, 6)
outputs = st.integers(2, 4)
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("loss", LOSSES, ids=label)
@some
@given(n=samples, k=outputs, seed=seeds)
def test_values_and_gradients_are_those_of_torch(loss: Loss, n: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    y, p = targets(loss, random, n, k), predictions(loss, random, n, k)
    twin = torch.tensor(p, requires_grad=True)
    theirs = compare(loss, torch.tensor(y), twin)
    (gradient,) = gradients(theirs, twin)
    assert loss.value(y, p) == pytest.approx(theirs.item(), rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(loss.gradient(y, p), gradient, rtol=1e-11, atol=1e-14)


KINKS: list[tuple[Loss, list[float]]] = [
    (losses.MeanAbsoluteError(), [0.0]),
    (losses.Huber(0.5), [0.0, 0.5, -0.5]),
    (losses.Quantile(0.9), [0.0]),
    (losses.Quantile(0.25), [0.0]),
]


@pytest.mark.parametrize(("loss", "errors"), KINKS, ids=label)
def test_the_slope_at_a_kink_is_torchs_choice(loss: Loss, errors: list[float]) -> None:
    y = np.full((len(errors), 1), 2.0)
    twin = torch.tensor(y + np.reshape(errors, (-1, 1)), requires_grad=True)
    (gradient,) = gradients(compare(loss, torch.tensor(y), twin), twin)
    np.testing.assert_array_equal(loss.gradient(y, twin.detach().numpy()), gradient)


@pytest.mark.parametrize("name", ["kullback_leibler", "categorical_cross_entropy", "softmax_cross_entropy"])
def test_classes_that_do_not_occur_cost_nothing(name: str) -> None:
    loss = losses.get(name)
    y, p = np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]), np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    twin = torch.tensor(p, requires_grad=True)
    theirs = compare(loss, torch.tensor(y), twin)
    (gradient,) = gradients(theirs, twin)
    assert loss.value(y, p) == pytest.approx(theirs.item(), rel=1e-14)
    np.testing.assert_allclose(loss.gradient(y, p), gradient, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("name", ["contrastive", "triplet_hard", "triplet_all"])
def test_equal_embeddings_have_a_finite_gradient(name: str) -> None:
    gradient = losses.get(name).gradient([0, 0, 1, 1], np.zeros((4, 2)))
    np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize("name", ["contrastive", "triplet_hard", "triplet_all"])
def test_a_batch_without_pairs_costs_nothing(name: str) -> None:
    loss, p = losses.get(name), np.array([[1.0, 2.0]])
    assert loss.value([0], p) == 0
    np.testing.assert_array_equal(loss.gradient([0], p), 0)
