"""For every code a training that has the fault, and its healthy twin."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import glassnet as gn
from benchmarks.diagnosis.trainings import unrefused
from glassnet import initializers
from glassnet.errors import DivergenceError
from glassnet.insight.diagnosis import DiagnosisReport


@dataclass(frozen=True)
class Training:
    """A network, data, and how it is trained; `repair` is what makes it healthy."""

    layers: list[Any]
    X: Any
    y: Any
    loss: str
    optimizer: Any = field(default_factory=lambda: gn.Adam(0.01))
    epochs: int = 60
    batch_size: int | None = 32
    shuffle: bool = True
    held: tuple[Any, Any] | None = None
    repair: dict[str, Any] = field(default_factory=dict)

    def diagnosed(self) -> DiagnosisReport:
        """Train, and diagnose with what the callback saw."""
        net = gn.Network(self.layers, seed=0, input_shape=self.X.shape[1])
        watch = gn.Diagnosis(warn=False)
        try:
            with unrefused():
                net.fit(
                    self.X, self.y, loss=self.loss, optimizer=self.optimizer, epochs=self.epochs,
                    batch_size=self.batch_size, shuffle=self.shuffle, validation_data=self.held,
                    callbacks=[watch], engine="numpy", progress=False,
                )  # fmt: skip
        except DivergenceError:
            pass
        return gn.diagnose(net, self.X, self.y, watch.history, validation_data=self.held)

    def healthy(self) -> Training:
        """The twin."""
        return replace(self, **self.repair)


def spiral() -> tuple[Any, Any]:
    X, y = gn.datasets.spiral(100)
    return 3 * X, y


def sine() -> tuple[Any, Any]:
    X, y = gn.datasets.sine(200)
    return (X - X.mean()) / X.std(), y / y.std()


def wine() -> tuple[Any, Any]:
    X, y = gn.datasets.wine()
    return gn.Standardizer().fit(X).transform(X), y


def blobs(n: int = 300) -> tuple[Any, Any]:
    X, y = gn.datasets.blobs(n, 3)
    order = np.random.default_rng(0).permutation(n)
    return ((X - X.mean(axis=0)) / X.std(axis=0))[order], y[order]


def dense(
    widths: list[int], activation: str, last: str, initializer: Any = "glorot_uniform", **options: Any
) -> Any:
    hidden = [gn.Dense(n, activation, initializer, **options) for n in widths[:-1]]
    return [*hidden, gn.Dense(widths[-1], last, initializer, **options)]


def faults() -> dict[str, Training]:
    """One training for each code."""
    X, y = spiral()
    S, t = sine()
    W, c = wine()
    B, k = blobs()
    scce = "sparse_categorical_cross_entropy"
    random = np.random.default_rng(0)
    deep = [*[gn.Dense(16, "sigmoid") for _ in range(6)], gn.Dense(3, "softmax")]
    good = dense([32, 3], "relu", "softmax")
    rare = np.concatenate([np.flatnonzero(k != 2), np.flatnonzero(k == 2)[:4]])
    order = np.argsort(k, kind="stable")
    noisy = B + random.normal(0, 0.8, B.shape)
    halves = (noisy[:60], k[:60]), (noisy[60:], k[60:])
    return {
        "dead_units": Training(
            [gn.Dense(32, "relu", bias_initializer=initializers.Constant(-15.0)), gn.Dense(3, "softmax")], X, y, scce,
            repair={"layers": good},
        ),
        "collapsed_representation": Training(
            [gn.Dense(4, "relu", bias_initializer=initializers.Constant(-1.0)), gn.Dense(3, "softmax")], B, k, scce,
            optimizer=gn.SGD(1e-6), repair={"layers": good, "optimizer": gn.Adam(0.01)},
        ),
        "saturated_units": Training(
            dense([32, 3], "tanh", "softmax", initializers.Normal(8.0)), W, c, scce,
            repair={"layers": dense([32, 3], "tanh", "softmax")},
        ),
        "vanishing_gradient": Training(deep, X, y, scce, repair={"layers": good}),
        "exploding_gradient": Training(
            dense([16, 16, 16, 3], "relu", "softmax", initializers.Normal(2.5)), X, y, scce,
            optimizer=gn.SGD(0.001), repair={"layers": good, "optimizer": gn.Adam(0.01)},
        ),
        "symmetric_weights": Training(
            dense([16, 3], "tanh", "softmax", initializers.Constant(0.1)), W, c, scce,
            repair={"layers": dense([16, 3], "tanh", "softmax")},
        ),
        "scale_too_small": Training(
            dense([16, 16, 3], "tanh", "softmax", initializers.Normal(1e-4)), W, c, scce,
            optimizer=gn.SGD(0.1), repair={"layers": dense([16, 16, 3], "tanh", "softmax")},
        ),
        "scale_too_large": Training(
            dense([16, 3], "relu", "softmax", initializers.Normal(5.0)), W, c, scce,
            repair={"layers": dense([16, 3], "relu", "softmax")},
        ),
        "unscaled_inputs": Training(
            dense([16, 3], "tanh", "softmax"), *gn.datasets.wine(), scce, repair={"X": W},
        ),
        "unscaled_targets": Training(
            dense([16, 1], "tanh", "linear"), S, 500 * t + 1000, "mse", repair={"y": t, "epochs": 150},
        ),
        "learning_rate_too_high": Training(
            dense([16, 3], "tanh", "softmax"), W, c, scce, optimizer=gn.Adam(20.0),
            repair={"optimizer": gn.SGD(0.1)},
        ),
        "learning_rate_too_low": Training(
            dense([16, 3], "tanh", "softmax"), W, c, scce, optimizer=gn.Adam(1e-6),
            repair={"optimizer": gn.Adam(0.01)},
        ),
        "initial_loss_not_chance": Training(
            [gn.Dense(16, "tanh"), gn.Dense(3, "softmax", bias_initializer=initializers.Normal(15.0))], W, c, scce,
            repair={"layers": dense([16, 3], "tanh", "softmax")},
        ),
        "labels_unrelated": Training(good, X, random.permutation(y), scce, repair={"y": y}),
        "output_loss_mismatch": Training(
            dense([16, 3], "tanh", "softmax"), W, c, "sparse_softmax_cross_entropy", repair={"loss": scce},
        ),
        "missing_nonlinearity": Training(
            dense([16, 3], "linear", "softmax"), W, c, scce, repair={"layers": dense([16, 3], "tanh", "softmax")},
        ),
        "sorted_not_shuffled": Training(
            good, B[order], k[order], scce, shuffle=False, repair={"shuffle": True},
        ),
        "leakage": Training(
            good, B, k, scce, held=(B[::5], k[::5]), repair={"X": B[:240], "y": k[:240], "held": (B[240:], k[240:])},
        ),
        "overfitting": Training(
            dense([64, 64, 3], "relu", "softmax"), *halves[0], scce, held=halves[1], epochs=400,
            repair={"layers": dense([4, 3], "relu", "softmax"), "X": B[:200], "y": k[:200],
                    "held": (B[200:], k[200:]), "epochs": 60},
        ),
        "underfitting": Training(dense([1, 3], "tanh", "softmax"), X, y, scce, repair={"layers": good}),
        "imbalance": Training(good, B[rare], k[rare], scce, repair={"X": B, "y": k}),
        "loss_at_chance": Training(deep, X, y, scce, repair={"layers": good}),
        "too_few_units": Training(dense([1, 3], "tanh", "softmax"), X, y, scce, repair={"layers": good}),
    }  # fmt: skip


def fitted(layers: Any, X: Any, y: Any, *, watched: bool = True, seed: Any = 0, **options: Any) -> Any:
    """A network and the history of its training."""
    net = gn.Network(layers, seed=seed, input_shape=np.shape(X)[1])
    callbacks = [gn.Diagnosis(warn=False)] if watched else []
    with unrefused():
        history = net.fit(X, y, engine="numpy", progress=False, callbacks=callbacks, **options)
    return net, history


def finding(report: DiagnosisReport, code: str) -> Any:
    """The finding of this code; None where there is none."""
    return next((found for found in report.findings if found.code == code), None)


def three_classes(n: int = 200) -> tuple[gn.Network, Any, Any]:
    X, y = blobs(n)
    return gn.Network(dense([8, 3], "tanh", "softmax"), seed=0, input_shape=2), X, y


def slope(n: int = 100) -> tuple[gn.Network, Any, Any]:
    X = np.random.default_rng(0).normal(size=(n, 2))
    return gn.Network(dense([8, 1], "tanh", "linear"), seed=0, input_shape=2), X, X[:, :1] - X[:, 1:]
