"""Other right ways of writing the exercises of lesson 13, and wrong ones with what is said of them."""

from __future__ import annotations

from typing import Any

import glassnet as gn
from glassnet.lessons.clinic import NUMBERS


def train(
    activation: str = "tanh", depth: int = 8, epochs: int = 100, residual: bool = False, inside: int = 1
) -> Any:
    def answer(X: Any, y: Any) -> gn.Network:
        layers: list[Any] = [gn.Dense(16, activation) for _ in range(depth)]
        if residual:
            block = [gn.Dense(16, "tanh") for _ in range(inside)]
            layers = [
                gn.Dense(16, "tanh"),
                *(gn.Residual(block) for _ in range(depth if inside > 1 else depth - 1)),
            ]
        network = gn.Network([*layers, gn.Dense(1, "sigmoid")], seed=1)
        options: dict[str, Any] = {
            "epochs": epochs,
            "batch_size": 32,
            "seed": 0,
            "engine": "numpy",
            "progress": False,
        }
        network.fit(X, y, loss="bce", optimizer=gn.Adam(0.01), **options)
        return network

    return answer


RIGHT = {
    "13.1": [list(NUMBERS[:4])],
    "13.2": [list(NUMBERS[4:8])],
    "13.3": [[name.upper() for name in NUMBERS[8:]]],
    "13.4": [train(), train("leaky_relu"), train(residual=True), train(residual=True, inside=2, depth=4)],
}
WRONG = {
    "13.1": [
        (["dead", *NUMBERS[1:4]], "'dead' is none of the 12 causes that this lesson lists"),
        (NUMBERS[0], "give a list with one word, in quotes, for each patient"),
    ],
    "13.4": [
        (train(depth=2), "it has 2 hidden layers; keep all eight"),
        (train(depth=7, epochs=1), "it has 7 hidden layers"),
        (train("sigmoid", epochs=5), "% of the samples are right; 90 % are asked for"),
        (train("relu", epochs=1), "% of the samples are right"),
        (lambda X, y: X, "the function gives back a ndarray; a trained gn.Network is asked for"),
        (lambda X, y: gn.Network([gn.Dense(1, "sigmoid")], input_shape=2), "it has 0 hidden layers"),
    ],
}
ALIKE = {"13.4"}
