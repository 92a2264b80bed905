"""Two hundred XOR networks, trained by threads of one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

import glassnet as gn

SEEDS = range(200)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
Y = np.array([0, 1, 1, 0])


def train(seed: int) -> bool:
    """2-4-1, weights 0.01 N(0, 1), 10 000 full-batch steps at rate 0.1; whether it has learned XOR."""
    network = gn.Network(
        [gn.Dense(4, "relu", "legacy"), gn.Dense(1, "sigmoid", "legacy")], seed=np.random.RandomState(seed)
    )
    network.fit(
        X,
        Y,
        loss="binary_cross_entropy",
        optimizer=gn.SGD(0.1),
        epochs=10_000,
        engine="compiled",
        progress=False,
    )
    return bool((network.predict_classes(X) == Y).all())


def prepare(threads: str) -> Callable[[], dict[str, Any]]:
    """A function that trains one network after the other, then all by threads."""

    def run() -> dict[str, Any]:
        alone = []
        for seed in SEEDS[:20]:
            began = time.perf_counter()
            train(seed)
            alone.append(time.perf_counter() - began)
        began = time.perf_counter()
        with ThreadPoolExecutor(int(threads)) as pool:
            learned = list(pool.map(train, SEEDS))
        seconds = time.perf_counter() - began
        return {"one": float(np.median(alone)), "all": seconds, "share": float(np.mean(learned))}

    return run
