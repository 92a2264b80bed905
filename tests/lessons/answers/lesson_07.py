"""Other right ways of writing the exercises of lesson 7, and wrong ones with what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np

import glassnet as gn


def in_place(parameters: Any, gradients: Any, rate: float) -> Any:
    for p, g in zip(parameters, gradients, strict=True):
        p -= rate * g
    return parameters


def with_a_generator(n: int, size: int, random: Any) -> Any:
    rows = list(range(n))
    random.shuffle(rows)
    while rows:
        batch, rows = rows[:size], rows[size:]
        yield batch


def choices(n: int, size: int, random: Any) -> Any:
    order = random.choice(n, size=n, replace=False)
    return np.array_split(order, range(size, n, size))


def network(
    activation: str = "tanh", hidden: int = 3, epochs: int = 3000, seed: int = 1, rate: float = 0.05
) -> Any:
    def train() -> gn.Network:
        net = gn.Network([gn.Dense(hidden, activation), gn.Dense(1, "sigmoid")], seed=seed)
        net.fit(
            *gn.datasets.xor(),
            loss="bce",
            optimizer=gn.Adam(rate),
            epochs=epochs,
            engine="numpy",
            progress=False,
        )
        return net

    return train


def by_hand() -> gn.Network:
    net = gn.Network([gn.Dense(2, "relu"), gn.Dense(1, "sigmoid")], input_shape=2)
    net.parameters = np.array([1, 1, 1, 1, 0, -1, 20, -40, -10])
    return net


RIGHT = {
    "7.1": [
        in_place,
        lambda P, G, r: tuple(p + (-r) * g for p, g in zip(P, G, strict=True)),
        lambda P, G, r: [np.subtract(P[i], np.multiply(r, G[i])) for i in range(len(P))],
    ],
    "7.3": [
        lambda w, v, g, r, m: (w - r * m * v - r * g, g + m * v),
        lambda w, v, g, r, m: (lambda new: (w - r * new, new))(m * v + g),
        lambda w, v, g, r, m: [np.subtract(w, r * (m * v + g)), np.add(m * v, g)],
    ],
    "7.4": [
        with_a_generator,
        choices,
        lambda n, size, random: np.split(random.permutation(n), range(size, n, size)),
    ],
    "7.5": [
        lambda g, w, l2: l2 * w + g,
        lambda g, w, l2: g + 0.5 * l2 * 2 * w,
        lambda g, w, l2: np.add(g, np.multiply(l2, w)),
    ],
    "7.2": [network(), network("leaky_relu", 4, seed=3), by_hand],
}


def twice(n: int, size: int, random: Any) -> Any:
    return [random.permutation(n)[start : start + size] for start in range(0, n, size)]


def last_left_out(n: int, size: int, random: Any) -> Any:
    return np.split(random.permutation(n)[: n // size * size], n // size)


WRONG = {
    "7.4": [
        (twice, "samples come more than once"),
        (last_left_out, "2 of 10 samples are in no batch"),
        (
            lambda n, size, random: [np.arange(n)[i : i + size] for i in range(0, n, size)],
            "in the order of the data",
        ),
        (
            lambda n, size, random: np.array_split(random.permutation(n), -(-n // size)),
            "yours have [4, 3, 3]",
        ),
        (
            lambda n, size, random: np.split(1 + random.permutation(n), range(size, n, size)),
            "yours from 1 to 10",
        ),
        (
            lambda n, size, random: choices(n, size, np.random.default_rng(5)),
            "another generator gives the same order",
        ),
    ],
    "7.2": [
        (network(hidden=5, epochs=1), "it has 5 hidden neurons; four are allowed"),
        (network(epochs=1), "of 4 are on the wrong side of 0.5"),
        (network(epochs=80), "all four are right, but not yet sure"),
        (lambda: None, "the function gives back nothing (None); a trained gn.Network is asked for"),
        (gn.Network([gn.Dense(1)]), "hand in the function that builds and trains it"),
        (lambda: gn.Network([gn.Dense(2, "softmax")], input_shape=2), "it gives 8 numbers for four samples"),
        (lambda: gn.Network([gn.Dense(1)]), "it raises NotBuiltError"),
    ],
}
ALIKE = {"7.2"}
