"""Every peer trains the same network: from the same first parameters to the same loss."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.speed.peers import PEERS
from benchmarks.speed.works import WORKS, Work

SAME_ORDER = ("glassnet-numpy", "numpy", "pytorch")
XOR = replace(WORKS["xor"], epochs=200)
FULL = replace(WORKS["digits-full"], n_samples=150, batch_size=150, epochs=30)
BATCHES = replace(WORKS["digits-batches"], n_samples=150, epochs=3)


def trained(peer: str, work: Work) -> list[np.ndarray]:
    training = PEERS[peer].prepare(work)
    training.reset()
    training.train()
    return [np.asarray(array) for array in training.parameters()]


@pytest.mark.parametrize("work", [XOR, FULL, BATCHES], ids=["xor", "full batch", "batches and Adam"])
@pytest.mark.parametrize("peer", SAME_ORDER)
def test_a_peer_that_takes_our_batches_ends_with_our_parameters(peer: str, work: Work) -> None:
    for ours, theirs in zip(trained("glassnet", work), trained(peer, work), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("work", [XOR, FULL], ids=["xor", "full batch"])
def test_scikit_learn_takes_the_same_full_batches(work: Work) -> None:
    ours, theirs = trained("glassnet", work), trained("scikit-learn", work)
    assert work.loss(theirs) == pytest.approx(work.loss(ours), rel=1e-3)


def test_a_second_training_starts_from_the_first_parameters_again() -> None:
    training = PEERS["glassnet"].prepare(BATCHES)
    results = []
    for _ in range(2):
        training.reset()
        training.train()
        results.append(np.concatenate([array.ravel() for array in training.parameters()]))
    np.testing.assert_array_equal(results[0], results[1])


def test_a_work_counts_its_steps_and_operations() -> None:
    large = WORKS["large"]
    assert large.n_steps == 79
    first, second, third = 784 * 512, 512 * 512, 512 * 10
    assert large.operations == 2 * 20_000 * (2 * first + 3 * (second + third))


@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS.keys())
def test_the_loss_of_untrained_networks_is_near_chance(work: Work) -> None:
    chance = np.log(max(2, work.widths[-1]))
    assert 0.5 * chance < work.loss(work.first_parameters()) < 3 * chance
