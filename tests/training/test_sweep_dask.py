"""A sweep on a Dask cluster: two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from distributed import Client, LocalCluster

import glassnet as gn

X, Y = gn.datasets.xor()
GRID = {"hidden": [2, 3, 4, 8]}
OPTIONS: dict[str, Any] = {
    "loss": "bce", "optimizer": gn.SGD(0.5), "epochs": 20, "engine": "numpy", "progress": False
}  # fmt: skip
SECONDS_OF_A_RUN = 0.01


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client


def build(hidden: int, seed: int) -> gn.Network:
    return gn.Network([gn.Dense(hidden, "tanh"), gn.Dense(1, "sigmoid")], seed=seed, dtype="float64")


def slowly(hidden: int, seed: int) -> gn.Network:
    time.sleep(SECONDS_OF_A_RUN)
    return build(hidden, seed)


def numbers(result: gn.SweepResult) -> list[dict[str, Any]]:
    """Everything but the time that it took."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in result.rows]


def kill_when(path: Path, lines: int, pid: int) -> None:
    """End the process in the hardest way as soon as the file has so many lines."""
    while not path.exists() or path.read_bytes().count(b"\n") < lines:
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)


def test_400_networks_lose_nothing_when_a_worker_is_killed(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "sweep.jsonl"
    pid = next(iter(client.run(os.getpid).values()))
    killer = threading.Thread(target=kill_when, args=(path, 100, pid))
    killer.start()
    with joblib.parallel_config("dask"):
        result = gn.sweep(slowly, GRID, X, Y, seeds=range(100), results=path, **OPTIONS)
    killer.join()
    assert pid not in client.run(os.getpid).values()
    assert numbers(result) == numbers(gn.sweep(build, GRID, X, Y, seeds=range(100), jobs=1, **OPTIONS))
    assert path.read_bytes().count(b"\n") == 401


def test_data_too_large_for_a_message_reach_every_worker(client: Client) -> None:
    random = np.random.default_rng(0)
    features, targets = random.normal(size=(100_000, 20)), random.normal(size=(100_000, 1))
    options = {**OPTIONS, "loss": "mse", "epochs": 1, "batch_size": 10_000}
    with joblib.parallel_config("dask"):
        there = gn.sweep(build, {"hidden": [2]}, features, targets, seeds=range(8), **options)
    assert numbers(there) == numbers(
        gn.sweep(build, {"hidden": [2]}, features, targets, seeds=range(8), **options)
    )


def test_an_error_on_a_worker_is_a_row(client: Client) -> None:
    def fragile(hidden: int, seed: int) -> gn.Network:
        if seed == 1:
            raise RuntimeError("not this one")
        return build(hidden, seed)

    with joblib.parallel_config("dask"):
        result = gn.sweep(fragile, {"hidden": [2]}, X, Y, seeds=range(3), **OPTIONS)
    assert [row["error"] for row in result.rows] == ["", "RuntimeError: not this one", ""]
