"""Other right ways of writing the exercises of lesson 5, and wrong ones with what is said of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def bce_in_a_loop(y: Any, z: Any) -> float:
    total = 0.0
    for target, logit in zip(y, z, strict=True):
        signed = logit if target == 1 else -logit
        total += math.log1p(math.exp(-signed)) if signed > 0 else -signed + math.log1p(math.exp(signed))
    return total / len(y)


def huber_by_choice(y: Any, p: Any, delta: float) -> float:
    losses = []
    for error in p - y:
        if abs(error) < delta:
            losses.append(error * error / 2)
        else:
            losses.append(delta * abs(error) - delta**2 / 2)
    return sum(losses) / len(losses)


def cross_entropy_by_rows(y: Any, P: Any) -> float:
    return float(np.mean([-math.log(row[c]) for c, row in zip(y, P, strict=True)]))


def cross_entropy_one_hot(y: Any, P: Any) -> Any:
    return -(np.eye(P.shape[1])[y] * np.log(P)).sum(axis=1).mean()


def triplet_by_sums(anchor: Any, positive: Any, negative: Any, margin: float) -> Any:
    near = np.sqrt(((anchor - positive) ** 2).sum())
    far = np.sqrt(((anchor - negative) ** 2).sum())
    return np.maximum(near - far + margin, 0)


RIGHT = {
    "5.1": [
        lambda y, p: np.mean(np.abs(y - p)),
        lambda y, p: sum(abs(a - b) for a, b in zip(y, p, strict=True)) / len(y),
        lambda y, p: np.where(p > y, p - y, y - p).mean(),
    ],
    "5.3": [
        bce_in_a_loop,
        lambda y, z: np.float32((np.logaddexp(0, z) - y * z).mean()),
        lambda y, z: np.mean(np.logaddexp(0, z) - y * z),
        lambda y, z: np.mean(np.logaddexp(0, np.where(y == 1, -z, z))),
    ],
    "5.4": [
        cross_entropy_by_rows,
        cross_entropy_one_hot,
        lambda y, P: np.mean([-np.log(P[i, c]) for i, c in enumerate(y)]),
    ],
    "5.2": [
        huber_by_choice,
        lambda y, p, d: (
            np.minimum(np.abs(p - y), d) * (np.abs(p - y) - 0.5 * np.minimum(np.abs(p - y), d))
        ).mean(),
        lambda y, p, d: np.mean(np.where(np.abs(y - p) < d, (y - p) ** 2 / 2, d * np.abs(y - p) - d * d / 2)),
    ],
    "5.5": [
        ("mse", "huber", "bce", "scce", "cce", "poisson"),
        ["MSE", "Huber", "bce", "scce", "cce", "poisson"],
    ],
    "5.6": [
        triplet_by_sums,
        lambda a, p, n, m: max(math.dist(a, p) - math.dist(a, n) + m, 0),
        lambda a, p, n, m: (lambda d: d if d > 0 else 0)(np.linalg.norm(p - a) - np.linalg.norm(n - a) + m),
    ],
}


def clipped(least: float) -> Any:
    def loss(y: Any, z: Any) -> Any:
        p = np.clip(0.5 * (1 + np.tanh(z / 2)), least, 1 - least)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

    return loss


def clipped_behind_overflow(y: Any, z: Any) -> Any:
    p = np.clip(1 / (1 + np.exp(-z)), 1e-7, 1 - 1e-7)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


WRONG = {
    "5.2": [
        (
            lambda y, p, d: np.where(
                (p - y) ** 2 < d, (p - y) ** 2 / 2, d * np.abs(p - y) - d * d / 2
            ).mean(),
            "it is the squared error that is compared with delta",
        )
    ],
    "5.3": [
        *(
            (clipped(least), f"something like {least:.1g} stands in for a probability")
            for least in (1e-7, 1e-12, 1e-15)
        ),
        (clipped_behind_overflow, "for target 1 and z = -800 it gives 16.12, where 800 is right"),
        (
            lambda y, z: (
                -(y * np.log(1 / (1 + np.exp(-z))) + (1 - y) * np.log(1 - 1 / (1 + np.exp(-z)))).mean()
            ),
            "a number leaves what a float can hold",
        ),
    ],
    "5.5": [(("mse", "mse", "bce"), "it gives 3 results")],
}
ALIKE: set[str] = set()
