"""What engine="torch" costs beside the same loop written by hand in PyTorch: 784-128-10, batch 128, one thread.

Run: python benchmarks/torch_engine.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

import glassnet as gn

SAMPLES, FEATURES, HIDDEN, CLASSES, BATCH, EPOCHS, ROUNDS = 20_000, 784, 128, 10, 128, 3, 9
OPTIMIZERS: dict[str, tuple[Any, Callable[[Any], torch.optim.Optimizer]]] = {
    "SGD": (gn.SGD(0.1), lambda parameters: torch.optim.SGD(parameters, lr=0.1)),
    "Adam": (gn.Adam(), lambda parameters: torch.optim.Adam(parameters)),
}


def by_hand(X: torch.Tensor, y: torch.Tensor, make: Callable[[Any], torch.optim.Optimizer]) -> float:
    """Seconds for an epoch of the usual loop."""
    model = nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES))
    criterion, optimizer = nn.CrossEntropyLoss(), make(model.parameters())
    began = time.perf_counter()
    for _ in range(EPOCHS):
        total, order = 0.0, torch.randperm(SAMPLES)
        for start in range(0, SAMPLES, BATCH):
            batch = order[start : start + BATCH]
            optimizer.zero_grad()
            loss = criterion(model(X[batch]), y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
    return (time.perf_counter() - began) / EPOCHS


def by_engine(X: np.ndarray, y: np.ndarray, optimizer: Any) -> float:
    """Seconds for an epoch of fit, everything included."""
    net = gn.Network([gn.Dense(HIDDEN, "relu"), gn.Dense(CLASSES, "softmax")], seed=0, input_shape=FEATURES)
    began = time.perf_counter()
    net.fit(
        X,
        y,
        loss="scce",
        optimizer=optimizer,
        epochs=EPOCHS,
        batch_size=BATCH,
        engine="torch",
        progress=False,
    )
    return (time.perf_counter() - began) / EPOCHS


def main() -> None:
    """Both, in turn, and their ratio."""
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    X = random.normal(size=(SAMPLES, FEATURES)).astype(np.float32)
    y = random.integers(CLASSES, size=SAMPLES)
    tensors = torch.from_numpy(X), torch.from_numpy(y)
    for name, (ours, theirs) in OPTIMIZERS.items():
        by_engine(X, y, ours), by_hand(*tensors, theirs)
        pairs = [(by_engine(X, y, ours), by_hand(*tensors, theirs)) for _ in range(ROUNDS)]
        engine, hand = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(
            f"{name}: by hand {hand:.3f} s an epoch, engine='torch' {engine:.3f} s; median ratio {ratio:.2f}"
        )


if __name__ == "__main__":
    main()
