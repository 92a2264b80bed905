"""Every loss's gradient agrees with central differences, with and without weights of the samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from glassnet import losses
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from tests.gradients.differences import assert_equal, gradient, smooth
from tests.gradients.table import LOSSES, WEIGHTED, label, predictions, targets

some = settings(max_examples=30)
samples = st.integers(1, 7)
outputs = st.integers(2, 4)
seeds = st.integers(0, 2**32 - 1)


def test_every_built_in_loss_is_in_the_table() -> None:
    assert {type(loss) for loss in LOSSES} >= set(losses.base.registry._classes.values())
    assert len(losses.names()) >= 15


@pytest.mark.parametrize("loss", LOSSES, ids=label)
@some
@given(n=samples, k=outputs, seed=seeds)
def test_the_gradient_is_the_central_difference_of_the_value(loss: Loss, n: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    y, p = targets(loss, random, n, k), predictions(loss, random, n, k)
    numeric, doubt = gradient(lambda: loss.value(y, p), p)
    value = loss.value(y, p)
    assume(smooth(numeric, doubt, abs(value)))
    assert_equal(loss.gradient(y, p), numeric, abs(value))


@pytest.mark.parametrize("loss", WEIGHTED, ids=label)
@some
@given(n=samples, k=outputs, seed=seeds)
def test_the_gradient_of_a_weighted_batch_too(loss: Loss, n: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    y, p = loss.prepare(targets(loss, random, n, k), predictions(loss, random, n, k))
    weights = np.repeat(random.uniform(0, 3, size=n), loss.rows_per_sample)
    numeric, doubt = gradient(lambda: loss.compare(y, p, weights)[0], p)
    value, ours = loss.compare(y, p, weights)
    assume(smooth(numeric, doubt, abs(value)))
    assert_equal(ours, numeric, abs(value))


@pytest.mark.parametrize("loss", WEIGHTED, ids=label)
@some
@given(n=samples, k=outputs, seed=seeds)
def test_a_weight_of_two_counts_a_sample_twice(loss: Loss, n: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    y, p = loss.prepare(targets(loss, random, n, k), predictions(loss, random, n, k))
    counts, k = random.integers(0, 3, size=n), loss.rows_per_sample
    counts[0] = 1
    weighted, _ = loss.compare(y, p, np.repeat(counts * (n / counts.sum()), k))
    rows = (k * np.repeat(np.arange(n), counts)[:, None] + np.arange(k)).ravel()
    repeated, _ = loss.compare(y[rows], p[rows], None)
    assert weighted == pytest.approx(repeated, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", ["contrastive", "triplet_hard", "triplet_all"])
def test_a_loss_of_pairs_refuses_weights_of_samples(name: str) -> None:
    loss = losses.get(name)
    y, p = loss.prepare(np.array([0, 0, 1]), np.eye(3))
    assert loss.compare(y, p, np.ones(3))[0] == loss.compare(y, p, None)[0]
    with pytest.raises(ArgumentError, match=f"{name} is a mean over pairs or triplets and takes no sample w"):
        loss.compare(y, p, np.array([1.0, 2.0, 1.0]))


@pytest.mark.parametrize("loss", LOSSES, ids=label)
@some
@given(n=samples, k=outputs, seed=seeds)
def test_no_loss_changes_what_it_is_given(loss: Loss, n: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    y, p = targets(loss, random, n, k), predictions(loss, random, n, k)
    before = np.copy(y), p.copy()
    loss.value(y, p), loss.gradient(y, p)
    np.testing.assert_array_equal(y, before[0])
    np.testing.assert_array_equal(p, before[1])
