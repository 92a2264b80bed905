"""Several networks train at once, each as if it were alone; the BLAS gets its number of threads back."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet.engines.base import Slice, Steps, Task
from glassnet.engines.compiled.engine import CompiledTrainer
from glassnet.engines.threads import checked_threads, threads_for
from glassnet.errors import ArgumentError, DivergenceError
from glassnet.kernels import blas
from glassnet.network.network import Network

Array = NDArray[Any]

assert blas.FOUND is not None
CONTROLLER = blas.FOUND.controller


@pytest.fixture
def usual() -> Iterator[int]:
    """The BLAS set to three threads by the user."""
    before = CONTROLLER.get_num_threads()
    CONTROLLER.set_num_threads(3)
    yield 3
    CONTROLLER.set_num_threads(before)


def in_use() -> int:
    number: int = CONTROLLER.get_num_threads()
    return number


def trained(seed: int) -> tuple[Array, list[float]]:
    """A network with products by loops and by the BLAS, dropout and statistics."""
    random = np.random.default_rng(seed)
    X, y = random.normal(size=(200, 40)), random.integers(3, size=200)
    net = Network(
        [gn.Dense(32, "relu"), gn.BatchNorm(), gn.Dropout(0.2), gn.Dense(3, "softmax")],
        seed=seed,
        dtype="float64",
    )
    history = net.fit(
        X, y, loss="scce", epochs=15, batch_size=64, engine="compiled", validation_split=0.2, progress=False
    )
    return net.parameters, history["validation_loss"]


def test_networks_trained_at_once_are_those_trained_one_after_the_other() -> None:
    alone = [trained(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(trained, range(8)))
    for (parameters, losses), (expected, expected_losses) in zip(together, alone, strict=True):
        np.testing.assert_array_equal(parameters, expected)
        assert losses == expected_losses


def test_the_compiled_loop_lets_other_threads_run_python() -> None:
    """Nobody is made to give way in this test: the other thread gets its turn only if the call lets it."""
    X, y = np.zeros((64, 8)), np.zeros((64, 1))
    net = Network([gn.Dense(16, "tanh"), gn.Dense(1)], seed=0, dtype="float64", input_shape=8)
    plan, optimizer, n_steps = net.plan(gn.losses.get("mse")), gn.SGD(0.1), 200
    states, weights, starts = (
        np.zeros((0, len(net.parameters))),
        np.ones((64, 1)),
        np.zeros(n_steps, np.int64),
    )
    trainer = CompiledTrainer(Task(plan, net.vectors, optimizer, states, net.dtype, 64, False))
    data = Slice(X, y, weights, np.empty(0, np.int64), starts, starts + 64)
    rates = np.full(n_steps, 0.1)
    steps = Steps(data, np.empty(0, np.uint8), np.zeros(len(rates)), rates, optimizer.table(rates, 1), 1)
    assert trainer.run(steps, np.empty(n_steps)) == n_steps

    turn, had_turn = threading.Lock(), []
    turn.acquire()

    def take_turn() -> None:
        with turn:
            had_turn.append(True)

    other, usual = threading.Thread(target=take_turn), sys.getswitchinterval()
    other.start()
    sys.setswitchinterval(1000)
    try:
        turn.release()
        for _ in range(1000):
            trainer.run_entry(trainer.job.address)
            if had_turn:
                break
        assert had_turn
    finally:
        sys.setswitchinterval(usual)
        other.join()


# ---- threads of the BLAS


def observed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of threads in use while compiled code runs."""
    numbers: list[int] = []
    enter = CompiledTrainer.run

    def run(self: CompiledTrainer, steps: Any, losses: Any) -> int:
        inner = self.run_entry
        self.run_entry = lambda address: numbers.append(in_use()) or inner(address)  # type: ignore[func-returns-value]
        try:
            return enter(self, steps, losses)
        finally:
            self.run_entry = inner

    monkeypatch.setattr(CompiledTrainer, "run", run)
    return numbers


def fitted(units: int, n_samples: int, **options: Any) -> None:
    X = np.random.default_rng(0).normal(size=(n_samples, 40))
    net = Network([gn.Dense(units, "relu"), gn.Dense(1)], seed=0)
    net.fit(X, X[:, :1], loss="mse", optimizer="sgd", engine="compiled", progress=False, **options)


def test_small_products_use_one_thread_and_the_users_number_comes_back(
    usual: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = observed(monkeypatch)
    fitted(8, 30)
    assert set(numbers) == {1}
    assert in_use() == usual


def test_large_products_use_as_many_threads_as_they_are_worth(
    usual: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    net = Network([gn.Dense(100), gn.Dense(1)], input_shape=40)
    assert [threads_for(net.plan(), n) for n in (1, 1000, 2000, 5000)] == [1, 1, 2, 5]
    numbers = observed(monkeypatch)
    fitted(100, 2000)
    assert set(numbers) == {2}
    assert in_use() == usual


def test_never_more_threads_than_the_user_has_set(usual: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    with blas.threads(50):
        assert in_use() == usual
    CONTROLLER.set_num_threads(1)
    numbers = observed(monkeypatch)
    fitted(100, 2000)
    assert set(numbers) == {1}


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_number_that_was_asked_for_is_used(
    engine: str, usual: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers: list[int] = []
    setter = type(CONTROLLER).set_num_threads

    def set_num_threads(self: Any, number: int) -> Any:
        numbers.append(number)
        return setter(self, number)

    monkeypatch.setattr(type(CONTROLLER), "set_num_threads", set_num_threads)
    net = Network([gn.Dense(2)], seed=0)
    net.fit(np.eye(4), np.eye(4)[:, :2], loss="mse", engine=engine, threads=2, progress=False)
    assert set(numbers) == {2, usual}
    assert in_use() == usual


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize("threads", [np.int64(2), np.uint8(1), 1])
def test_integers_of_all_kinds_are_numbers_of_threads(engine: str, threads: Any, usual: int) -> None:
    net = Network([gn.Dense(2)], seed=0)
    net.fit(np.eye(4), np.eye(4)[:, :2], loss="mse", engine=engine, threads=threads, progress=False)
    assert in_use() == usual


def test_whatever_fails_inside_a_call_the_process_stays_usable(
    usual: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Any, number: int) -> None:
        raise OSError("the library does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(type(CONTROLLER), "set_num_threads", fails)
        with pytest.raises(OSError, match="does not answer"):
            fitted(4, 4)
    assert (blas._shared, blas._exact) == ([], [])
    fitted(4, 4)
    assert in_use() == usual


def test_more_threads_than_any_machine_like_this_can_use_are_refused() -> None:
    most = max(64, os.cpu_count() or 1)
    assert checked_threads(most) == most
    with pytest.raises(ArgumentError, match=f"threads must be an integer from 1 to {most}; got {most + 1}"):
        checked_threads(most + 1)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", 10_000])
def test_a_number_of_threads_is_an_integer_of_at_least_one(engine: str, threads: Any) -> None:
    net = Network([gn.Dense(2)], seed=0)
    with pytest.raises(ArgumentError, match="threads"):
        net.fit(np.eye(4), np.eye(4)[:, :2], loss="mse", engine=engine, threads=threads, progress=False)
    assert not net.built


def test_trainings_at_the_same_time_share_but_an_explicit_number_wins(usual: int) -> None:
    with ExitStack() as first:
        first.enter_context(blas.threads(2))
        assert in_use() == 2
        with blas.threads(3):
            assert in_use() == 1
            with blas.exactly(2):
                assert in_use() == 2
                with blas.threads(3):
                    assert in_use() == 2
            assert in_use() == 1
        assert in_use() == 2
    assert in_use() == usual


def test_they_may_end_in_any_order(usual: int) -> None:
    one, other = blas.threads(2), blas.exactly(1)
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert in_use() == 1
    other.__exit__(None, None, None)
    assert in_use() == usual


def diverging() -> None:
    net = Network([gn.Dense(8), gn.Dense(1)], seed=0)
    X = np.random.default_rng(0).normal(size=(30, 4))
    net.fit(X, X[:, :1], loss="mse", optimizer=gn.SGD(1e6), epochs=100, engine="compiled", progress=False)


def failing() -> None:
    def complain(session: Any) -> None:
        raise RuntimeError("no more")

    fitted(8, 30, callbacks=[complain])


@pytest.mark.parametrize(("what", "error"), [(diverging, DivergenceError), (failing, RuntimeError)])
def test_the_number_comes_back_after_errors(
    what: Callable[[], None], error: type[Exception], usual: int
) -> None:
    with pytest.raises(error):
        what()
    assert in_use() == usual


def test_the_number_comes_back_after_networks_trained_at_once(usual: int) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(trained, range(8)))
    assert in_use() == usual
