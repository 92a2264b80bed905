"""Model files of version 0.1.0, with what their networks predict: never written again, only added to.

Run: python -m tests.bridges.golden.make, after adding a network here; files that exist are left alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet as gn
from glassnet.activations import ELU, LeakyReLU

HERE = Path(__file__).parent
FEATURES, CLASSES, SAMPLES = 6, 3, 12


def data(network: gn.Network, shape: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The samples on which all of them were trained; an embedding reads integers."""
    n = SAMPLES * int(np.prod(shape))
    X = np.sin(np.arange(n, dtype=np.float64) * 0.7).reshape(SAMPLES, *shape)
    if network.layers[0].reads_data:
        X[:, 0] = np.arange(SAMPLES) % 5
    return X, np.arange(SAMPLES) % CLASSES


def layers() -> list[Any]:
    """Every kind of layer."""
    return [
        gn.Flatten(), gn.BatchNorm(momentum=0.2), gn.Dense(5, "tanh", l1=0.001, l2=0.01, bias_l2=0.02),
        gn.Dropout(0.25), gn.Dense(4, use_bias=False, initializer="he_normal"), gn.LayerNorm(epsilon=1e-4),
        gn.Activation("gelu"), gn.Dense(CLASSES, "softmax", bias_initializer="zeros"),
    ]  # fmt: skip


def learned_layers() -> list[Any]:
    """Layers that learn more than weights and biases, factors of learning rates, and a residual layer in another."""
    return [
        gn.Scale(learning_rate_factor=6), gn.Dense(5, learning_rate_factor=0.5, bias_learning_rate_factor=0),
        gn.PReLU(0.1), gn.Residual([gn.RMSNorm(), gn.Residual([gn.Dense(5, "tanh"), gn.BatchNorm()]), gn.Dense(5)]),
        gn.PReLU(shared=True), gn.Dense(CLASSES, "softmax"),
    ]  # fmt: skip


def small(*activations: Any) -> list[Any]:
    return [*(gn.Dense(4, activation) for activation in activations), gn.Dense(CLASSES, "softmax")]


OPTIMIZERS: dict[str, Any] = {
    "sgd": gn.SGD(0.1),
    "momentum": gn.SGD(gn.schedules.StepDecay(0.1, 2, 0.5), momentum=0.9, weight_decay=0.01),
    "nesterov": gn.SGD(0.1, momentum=0.8, nesterov=True, clip_norm=1.0),
    "adagrad": gn.AdaGrad(0.1),
    "rmsprop": gn.RMSProp(0.01, alpha=0.9),
    "adam": gn.Adam(0.01, clip_value=0.5),
    "adamw": gn.AdamW(0.01),
    "centred_rmsprop": gn.RMSProp(0.01, centered=True, momentum=0.9),
    "adadelta": gn.AdaDelta(),
    "nadam": gn.NAdam(0.01),
    "adamax": gn.Adamax(0.01),
    "lion": gn.Lion(0.001),
}
ACTIVATIONS = (
    "linear", "relu", LeakyReLU(0.2), ELU(0.5), "gelu", "silu", "softplus", "sigmoid", "tanh", "softmax",
)  # fmt: skip


def networks() -> dict[str, tuple[gn.Network, Any, tuple[int, ...]]]:
    """Each network, its optimizer and the shape of its samples."""
    return {
        "every_layer": (gn.Network(layers(), seed=1, dtype="float64"), gn.Adam(), (2, 3)),
        "every_layer_float32": (gn.Network(layers(), seed=2), gn.SGD(0.1, momentum=0.9), (2, 3)),
        "every_activation": (
            gn.Network(small(*ACTIVATIONS), seed=3, dtype="float64"), gn.SGD(0.1), (FEATURES,)
        ),
        "embedding": (
            gn.Network([gn.Embedding({0: 5}, 2), *small("tanh")], seed=6, dtype="float64"), gn.SGD(0.1), (FEATURES,)
        ),
        "learned_layers": (
            gn.Network(learned_layers(), seed=5, dtype="float64"), gn.Adam(0.01, amsgrad=True), (FEATURES,)
        ),
        **{
            f"optimizer_{name}": (gn.Network(small("tanh"), seed=4, dtype="float64"), optimizer, (FEATURES,))
            for name, optimizer in OPTIMIZERS.items()
        },
    }  # fmt: skip


def train(
    network: gn.Network, optimizer: Any, shape: tuple[int, ...], epochs: int, callbacks: Any = ()
) -> None:
    X, y = data(network, shape)
    network.fit(
        X, y, loss="scce", optimizer=optimizer, epochs=epochs, batch_size=5, engine="numpy", progress=False,
        callbacks=list(callbacks),
    )  # fmt: skip


def main() -> None:
    """Write what is not there yet."""
    for name, (network, optimizer, shape) in networks().items():
        path = HERE / f"{name}.safetensors"
        if path.exists():
            continue
        train(network, optimizer, shape, 3, [gn.callbacks.Checkpoint(path)])
        prediction = network.predict(data(network, shape)[0])
        train(network, optimizer, shape, 2)
        record = {
            "shape": shape,
            "prediction": prediction.tolist(),
            "after_two_more": network.parameters.tolist(),
        }
        path.with_suffix(".json").write_text(json.dumps(record))


if __name__ == "__main__":
    main()
