"""Losses have the values and gradients of torch.nn.functional."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet as gn
from glassnet import losses
from glassnet.errors import ArgumentError, DataError
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
    theirs = compare(loss, y, twin)
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
    (gradient,) = gradients(compare(loss, y, twin), twin)
    np.testing.assert_array_equal(loss.gradient(y, twin.detach().numpy()), gradient)


@pytest.mark.parametrize("name", ["kullback_leibler", "categorical_cross_entropy", "softmax_cross_entropy"])
def test_classes_that_do_not_occur_cost_nothing(name: str) -> None:
    loss = losses.get(name)
    y, p = np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]), np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    twin = torch.tensor(p, requires_grad=True)
    theirs = compare(loss, y, twin)
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


@pytest.mark.parametrize("name", ["hinge", "squared_hinge"])
def test_a_margin_is_of_targets_minus_one_and_one_alone(name: str) -> None:
    loss, p = losses.get(name), np.array([[0.5], [0.5]])
    assert loss.value([[-1], [1]], p) == pytest.approx({"hinge": 1.0, "squared_hinge": 1.25}[name])
    with pytest.raises(
        DataError, match=f"^{name} takes targets -1 and 1; y_true holds 0; for 0 and 1 pass 2"
    ):
        loss.value([[0.0], [1.0]], p)
    with pytest.raises(DataError, match=f"^{name} takes targets -1 and 1; y_true holds 0.5$"):
        loss.value([[0.5], [-1.0]], p)
    net = gn.Network([gn.Dense(1)], input_shape=1)
    with pytest.raises(
        DataError, match=f"^{name} takes targets -1 and 1; y holds 0; for 0 and 1 pass 2 . y - 1"
    ):
        net.fit([[0.0], [1.0]], [0, 1], loss=name, epochs=1, progress=False)
    net.fit([[0.0], [1.0]], [-1, 1], loss=name, epochs=1, progress=False)


@pytest.mark.parametrize("miss", [-1e-6, 0.0, 1e-6])
def test_a_hinge_has_no_slope_from_the_margin_one_on(miss: float) -> None:
    y, p = np.array([[1.0], [-1.0]]), np.array([[1.0 - miss], [-1.0 + miss]])
    expected = [[-0.5], [0.5]] if miss > 0 else [[0.0], [0.0]]
    np.testing.assert_array_equal(losses.Hinge().gradient(y, p), expected)


def test_focal_without_gamma_and_alpha_is_the_cross_entropy() -> None:
    random = np.random.default_rng(0)
    y, z = np.round(random.uniform(size=(9, 2))), 5 * random.normal(size=(9, 2))
    plain, focal = losses.SigmoidCrossEntropy(), losses.Focal(0.0, None)
    assert focal.value(y, z) == pytest.approx(plain.value(y, z), rel=1e-14)
    np.testing.assert_allclose(focal.gradient(y, z), plain.gradient(y, z), rtol=1e-13)
    assert focal == losses.Focal(0.0, -1) and eval(repr(focal), {"losses": losses}) == focal


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_focal_is_finite_for_logits_of_any_size(gamma: float, dtype: str) -> None:
    """A certain miss costs its whole logit, a certain hit nothing."""
    z = np.array([[-1e4], [1e4], [-1e4], [1e4]], dtype)
    y = np.array([[0.0], [1.0], [1.0], [0.0]], dtype)
    loss = losses.Focal(gamma, None)
    assert loss.value(y, z) == pytest.approx(5e3, rel=1e-6)
    np.testing.assert_allclose(loss.gradient(y, z), [[0], [0], [-0.25], [0.25]], atol=1e-6)


@pytest.mark.parametrize(("gamma", "alpha"), [(-0.1, 0.5), (2.0, 1.1), (2.0, -0.5), (np.nan, None)])
def test_parameters_of_focal_outside_their_range_are_refused(gamma: float, alpha: float | None) -> None:
    with pytest.raises(ArgumentError, match="of Focal must be a finite number and >= 0"):
        losses.Focal(gamma, alpha)


def test_a_loss_of_logits_that_has_none_of_probabilities_names_none() -> None:
    X, y = np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [1.0], [1.0]])
    net = gn.Network([gn.Dense(1, "sigmoid")], input_shape=1, seed=0)
    with pytest.raises(ArgumentError, match=r"probabilities already; make the last layer linear$"):
        net.fit(X, y, loss="focal", epochs=1, progress=False)
    finding = next(
        f for f in gn.diagnose(net, X, y, loss="focal").findings if f.code == "output_loss_mismatch"
    )
    assert finding.remedy == "make the last layer linear"
    assert losses.get("sigmoid_cross_entropy").of_probabilities == "binary_cross_entropy"
    assert losses.get("sparse_softmax_cross_entropy").of_probabilities == "sparse_categorical_cross_entropy"
    assert losses.SoftmaxCrossEntropy(label_smoothing=0.1).of_probabilities == "categorical_cross_entropy"


def log_rates(last: str = "linear", counts: float = 5.0) -> tuple[gn.Network, Any, Any]:
    """A network, and counts that grow with X."""
    X = np.linspace(-1, 1, 40)[:, None]
    y = np.round(counts * np.exp(X))
    return gn.Network([gn.Dense(8, "tanh"), gn.Dense(1, last)], input_shape=1, seed=0), X, y


def test_poisson_of_log_rates_is_poisson_of_rates() -> None:
    _, z, y = log_rates()
    ours, rates = losses.PoissonLogRates(), losses.Poisson()
    assert ours.value(y, z) == pytest.approx(rates.value(y, np.exp(z)), rel=1e-14)
    np.testing.assert_allclose(
        ours.gradient(y, z), rates.gradient(y, np.exp(z)) * np.exp(z), rtol=1e-11, atol=1e-15
    )


def test_log_rates_between_0_and_1_are_not_taken_for_probabilities() -> None:
    net, X, y = log_rates("sigmoid", counts=1.5)
    net.fit(X, y, loss="poisson_log_rates", epochs=1, progress=False)


@pytest.mark.parametrize(("counts", "reached"), [(1.5, True), (100.0, False)])
def test_counts_are_compared_with_rates_where_outputs_are_logarithms(counts: float, reached: bool) -> None:
    """Behind tanh rates lie from 0.37 to 2.72."""
    net, X, y = log_rates("tanh", counts)
    if reached:
        net.fit(X, y, loss="poisson_log_rates", epochs=1, progress=False)
        return
    with pytest.raises(
        DataError, match=r"gives numbers from 0.368 to 2.72: 100% of the targets are out of its reach"
    ):
        net.fit(X, y, loss="poisson_log_rates", epochs=1, progress=False)


def test_what_is_measured_and_diagnosed_of_log_rates_is_of_rates() -> None:
    net, X, y = log_rates()
    net.fit(X, y, loss="poisson_log_rates", optimizer=gn.Adam(0.02), epochs=300, progress=False)
    found = net.evaluate(X, y)
    assert found["mean_absolute_error"] == pytest.approx(np.abs(np.exp(net.predict(X)) - y).mean(), rel=1e-5)
    assert found["r2"] > 0.95
    assert not [f for f in gn.diagnose(net, X, y, loss="poisson_log_rates").findings if f.severity == "error"]


def test_the_slope_of_a_hinge_is_divided_as_a_whole() -> None:
    net = gn.Network([gn.Dense(1)], input_shape=1, seed=0)
    text = str(gn.trace(net, [[1.0], [2.0]], [[-1.0], [1.0]], loss="hinge"))
    assert "dA1 = (−Y if Y·A1 < 1 else 0)/n" in text
