"""What every engine must be able to do: train as the numpy engine does. Written once, for all engines.

A :class:`Case` is one training; :data:`CASES` holds one for everything that glassnet knows, found in the registries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet as gn
from glassnet import activations, losses, optimizers, schedules
from glassnet.engines.base import Engine
from glassnet.engines.choice import Work, choose
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.network.history import History
from glassnet.network.network import Network
from tests.gradients.table import LAYERS, LOSSES, TAME, output_activation, targets

Array = NDArray[Any]

EPOCHS = 50
N_SAMPLES, N_FEATURES = 42, 5
BATCH_SIZE = 16
# Largest difference as a share of the largest entry.
TOLERANCES = {"float64": 1e-12, "float32": 1e-4}
SEED = 3


@dataclass(frozen=True, eq=False)
class Case:
    """A training that all engines must do alike, one in which rounding does not grow from step to step.

    `options` makes those of fit, anew for each training; the first columns hold so many different `integers`.
    """

    name: str
    layers: tuple[Layer, ...]
    loss: Loss
    optimizer: optimizers.Optimizer = gn.SGD(0.05, momentum=0.5)
    options: Callable[[], dict[str, Any]] = dict
    integers: tuple[int, ...] = ()
    shape: tuple[int, ...] = (N_FEATURES,)
    n_samples: int = N_SAMPLES

    def data(self) -> tuple[Array, Array]:
        """Samples and targets, the same for every engine."""
        random = np.random.default_rng(SEED)
        members = [len(self.loss.members)] if self.loss.members else []
        X = random.normal(size=(self.n_samples, *members, *self.shape))
        for column, n in enumerate(self.integers):
            X[:, column] = random.integers(n, size=self.n_samples)
        net = Network(self.layers, seed=0, input_shape=self.shape)
        y = targets(self.loss, random, self.n_samples, self.loss.n_targets(net.plan().n_outputs))
        if (
            self.loss.targets == "labels" and not members
        ):  # without clusters all embeddings fall onto one point
            X[..., 0] += 4 * y
        return X, y


@dataclass(frozen=True)
class Trained:
    """What is left of a training."""

    network: Network
    history: History
    output: Array = field(repr=False)


def train(case: Case, engine: str, dtype: str) -> Trained:
    """Train by `engine`, and predict by it."""
    X, y = case.data()
    net = Network(case.layers, seed=SEED, dtype=dtype)
    options = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, "progress": False, **case.options()}
    history = net.fit(X, y, loss=case.loss, optimizer=case.optimizer, engine=engine, **options)
    assert history.engine == engine
    plan = net.plan(case.loss)
    output = engine_called(engine, net, case).forward(plan, net.vectors, net.features(X, loss=case.loss))
    return Trained(net, history, output)


def engine_called(name: str, net: Network, case: Case) -> Engine:
    return choose(name, Work(net.plan(case.loss), case.optimizer, net.dtype, 1, BATCH_SIZE))


@cache
def reference(case: Case, dtype: str) -> Trained:
    """The training by the numpy engine."""
    return train(case, "numpy", dtype)


def assert_same_training(case: Case, engine: str, dtype: str) -> None:
    """The same history, parameters, statistics, optimizer state and predictions as the numpy engine's."""
    ours, theirs = train(case, engine, dtype), reference(case, dtype)
    for name, ours_, theirs_ in results(ours, theirs):
        assert_close(f"{name} of {case.name}", ours_, theirs_, TOLERANCES[dtype])


def results(ours: Trained, theirs: Trained) -> Iterator[tuple[str, Array, Array]]:
    """What two trainings have in common, part by part."""
    assert ours.history.columns.keys() == theirs.history.columns.keys()
    for name in ours.history.columns.keys() - {"seconds"}:
        yield name, np.array(ours.history[name]), np.array(theirs.history[name])
    slots = ours.network.layout.parameters
    for layer in {slot.layer for slot in slots}:
        ends = [end for slot in slots if slot.layer == layer for end in (slot.start, slot.stop)]
        part = slice(min(ends), max(ends))
        yield f"layer {layer}", ours.network.parameters[part], theirs.network.parameters[part]
    assert ours.network.state is not None and theirs.network.state is not None
    assert ours.network.state.step == theirs.network.state.step
    for k, (state, other) in enumerate(
        zip(ours.network.state.vectors, theirs.network.state.vectors, strict=True)
    ):
        if state.dtype == np.float64:  # in float32 the moments of vanishing gradients are rounding noise
            yield f"state {k} of the optimizer", state, other
    yield "running statistics", ours.network.running_statistics, theirs.network.running_statistics
    yield "output", ours.output, theirs.output


def assert_close(name: str, ours: Array, theirs: Array, tolerance: float) -> None:
    """No entry differs by more than `tolerance` times the largest entry."""
    assert ours.shape == theirs.shape, name
    assert np.isfinite(theirs).all(), name
    scale = np.abs(theirs).max(initial=0)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * scale, err_msg=name)


def hidden(*middle: Layer, last: str = "linear", units: int = 3) -> tuple[Layer, ...]:
    """A network with these layers in its middle."""
    return (gn.Dense(6, "tanh"), *middle, gn.Dense(units, last))


def name_of(thing: Any) -> str:
    """Its repr, without the addresses of functions."""
    return re.sub(r"<\w+ '?(\w+)'?[^>]*>", r"\1", repr(thing))


MSE = losses.MeanSquaredError()
CROSS_ENTROPY = losses.SparseCategoricalCrossEntropy()


def _activations() -> Iterator[Case]:
    for activation in TAME:
        yield Case(
            f"{name_of(activation)} in dense layers",
            hidden(gn.Dense(4, activation), gn.Dense(4, activation)),
            MSE,
        )
        alone = gn.Activation(activation)
        layers = (alone, gn.Dense(4), alone, gn.Dense(3), alone)
        # Three of them, one behind the other, diverge at the usual rate.
        rate = 0.01 if isinstance(activation, activations.LogSoftmax) else 0.05
        yield Case(f"{name_of(activation)} by itself", layers, MSE, gn.SGD(rate, momentum=0.5))


def _losses() -> Iterator[Case]:
    slow = gn.SGD(0.01, momentum=0.5)
    for loss in LOSSES:
        layers = gn.Dense(6, "tanh"), gn.Dense(4 * loss.outputs_per_target, output_activation(loss))
        yield Case(f"{name_of(loss)}", layers, loss, gn.Adam() if isinstance(loss, losses.Function) else slow)
    for loss, last in (
        (losses.BinaryCrossEntropy(), "softmax"),
        (losses.CategoricalCrossEntropy(), "softmax"),
        (losses.SparseCategoricalCrossEntropy(), "softmax"),
        (losses.KullbackLeibler(), "softmax"),
    ):
        layers = (*hidden(last=last), gn.Activation("linear"))  # so that the loss does not take softmax over
        yield Case(f"{name_of(loss)} of probabilities", layers, loss, slow)
        assert Network(layers, input_shape=N_FEATURES).plan(loss).objective == loss


def _layers() -> Iterator[Case]:
    for name, variants in LAYERS.items():
        if name in ("dense", "activation", "flatten"):
            continue
        for layer in variants:
            yield Case(
                f"{layer!r} between",
                hidden(layer, gn.Dense(5, "tanh"), layer, last="softmax"),
                CROSS_ENTROPY,
                # Waves behind waves jump at larger steps, and then rounding grows.
                gn.SGD(0.02 if name == "periodic" else 0.05, momentum=0.5),
            )
            yield Case(f"{layer!r} on the data", (layer, *hidden(last="softmax")), CROSS_ENTROPY)
            yield Case(f"{layer!r} last", (*hidden(units=6), layer), MSE, gn.SGD(0.01))
    yield Case("Flatten", (gn.Flatten(), *hidden()), MSE, shape=(2, 3))
    yield Case(
        "samples of several axes",
        (gn.Dropout(0.1), gn.Activation("relu"), gn.Flatten(), gn.Dropout(0.2), *hidden()),
        MSE,
        shape=(2, 2, 2),
    )
    yield Case(
        "every layer at once",
        (
            gn.BatchNorm(), gn.Dropout(0.1), gn.LayerNorm(), gn.Dense(8, "relu", l2=0.01), gn.BatchNorm(),
            gn.Activation("tanh"), gn.Dropout(0.3), gn.Dense(7, "gelu", l1=0.001), gn.Flatten(), gn.Dropout(0.0),
            gn.LayerNorm(), gn.Dense(3, "softmax"),
        ),
        CROSS_ENTROPY,
    )  # fmt: skip
    yield Case(
        "residual layers",
        (
            gn.Residual([gn.Dense(7, "relu", l2=0.01), gn.Dropout(0.2), gn.Dense(N_FEATURES, bias_l2=0.01)]),
            gn.Dense(6, "tanh"),
            gn.Residual([gn.BatchNorm(), gn.Residual([gn.Dense(6, "tanh")]), gn.Dense(6, use_bias=False)]),
            gn.Residual([gn.LayerNorm(), gn.Dense(6)]),
            gn.Dense(3, "softmax"),
        ),
        CROSS_ENTROPY,
        gn.Adam(),
    )
    for optimizer in (gn.SGD(0.05, momentum=0.5), gn.Adam(0.01)):
        yield Case(
            f"an embedding, {optimizer!r}",
            (gn.Embedding({2: 7, 0: 3}, 4), gn.Dense(6, "tanh"), gn.Dense(3, "softmax")),
            CROSS_ENTROPY,
            optimizer,
            integers=(3, 2, 7),
        )
    yield Case(
        "a periodic embedding behind another layer",
        (gn.Dense(5, "tanh"), gn.Periodic([3, 0], 6, 2, 0.5), gn.Dense(3, "softmax")),
        CROSS_ENTROPY,
        gn.Adam(0.003),
    )
    frozen = (
        gn.Scale(learning_rate_factor=6), gn.Dense(6, "tanh", learning_rate_factor=0.5, bias_learning_rate_factor=0),
        gn.BatchNorm(learning_rate_factor=0), gn.PReLU(learning_rate_factor=2),
        gn.LayerNorm(bias_learning_rate_factor=3),
        gn.Residual([gn.Dense(6, learning_rate_factor=0), gn.RMSNorm(learning_rate_factor=0.1)]),
        gn.Dense(3, "softmax", bias_learning_rate_factor=2),
    )  # fmt: skip
    for optimizer in (gn.SGD(0.05, momentum=0.5), gn.Adam(0.003), gn.AdamW(0.003, clip_norm=0.5)):
        yield Case(f"learning-rate factors, {optimizer!r}", frozen, CROSS_ENTROPY, optimizer)
    yield Case("one layer", (gn.Dense(3, "softmax"),), CROSS_ENTROPY)
    yield Case("one neuron", (gn.Dense(1),), MSE)
    yield Case(
        "penalties",
        (gn.Dense(6, "tanh", l1=0.01), gn.Dense(4, "tanh", l2=0.1), gn.Dense(2, l1=0.02, l2=0.03)),
        MSE,
    )
    yield Case(
        "penalties on biases",
        (
            gn.Dense(6, "tanh", bias_l1=0.01),
            gn.Dense(4, "tanh", l1=0.01, bias_l2=0.1),
            gn.Dense(2, bias_l1=0.02, bias_l2=0.3),
        ),
        MSE,
    )
    for activation in ("linear", "relu", "tanh", "softmax"):
        bare = gn.Dense(5, activation, use_bias=False)
        yield Case(f"no biases, {activation}", (bare, bare, gn.Dense(3, use_bias=False)), MSE)
    yield Case(
        "no biases between other layers",
        (
            gn.Dense(8, use_bias=False), gn.BatchNorm(), gn.Activation("relu"), gn.Dropout(0.2),
            gn.Dense(6, "tanh", use_bias=False, l1=0.001, l2=0.01), gn.LayerNorm(), gn.Dense(4, "tanh"),
            gn.Dense(3, "softmax", use_bias=False),
        ),
        CROSS_ENTROPY,
    )  # fmt: skip
    yield Case("one neuron without a bias", (gn.Dense(1, use_bias=False),), MSE)
    yield Case(
        "products for the BLAS",
        (gn.Dense(48, "relu"), gn.Dense(32, "tanh"), gn.Dense(3, "softmax")),
        CROSS_ENTROPY,
        options=lambda: {"batch_size": 64},
        shape=(40,),
        n_samples=150,
    )


OPTIMIZERS: dict[str, list[optimizers.Optimizer]] = {
    "sgd": [
        gn.SGD(0.1),
        gn.SGD(0.05, momentum=0.9),
        gn.SGD(0.05, momentum=0.9, nesterov=True),
        gn.SGD(0.1, weight_decay=0.01),
        gn.SGD(0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
        gn.SGD(0.2, clip_norm=0.3),
        gn.SGD(0.2, clip_value=0.05),
        gn.SGD(0.2, momentum=0.5, clip_norm=0.5, clip_value=0.05),
        gn.SGD(0.0),
    ],
    "adagrad": [gn.AdaGrad(), gn.AdaGrad(0.1, epsilon=1e-3, weight_decay=0.01)],
    "rmsprop": [
        gn.RMSProp(),
        gn.RMSProp(0.003, alpha=0.9, epsilon=1e-4, weight_decay=0.01),
        gn.RMSProp(0.003, momentum=0.5),
        gn.RMSProp(0.003, centered=True, epsilon=1e-3),
        gn.RMSProp(0.003, centered=True, epsilon=1e-3, momentum=0.5, weight_decay=0.01),
    ],
    "adadelta": [gn.AdaDelta(), gn.AdaDelta(0.3, rho=0.8, epsilon=1e-4, weight_decay=0.01)],
    "nadam": [gn.NAdam(), gn.NAdam(0.02, beta1=0.8, momentum_decay=0.05, epsilon=1e-4, weight_decay=0.01)],
    "adamax": [gn.Adamax(), gn.Adamax(0.02, beta1=0.8, epsilon=1e-4, weight_decay=0.01)],
    "lion": [gn.Lion(1e-3), gn.Lion(3e-4, beta1=0.8, beta2=0.9, weight_decay=0.1)],
    "adam": [
        gn.Adam(),
        gn.Adam(0.02, amsgrad=True, epsilon=1e-4),
        gn.Adam(0.02, beta1=0.8, beta2=0.95, epsilon=1e-4, weight_decay=0.01, clip_norm=0.5),
    ],
    "adamw": [gn.AdamW(), gn.AdamW(0.02, beta1=0.8, weight_decay=0.1, clip_value=0.1)],
}
SCHEDULES: dict[str, schedules.Schedule] = {
    "constant": schedules.Constant(0.1),
    "step_decay": schedules.StepDecay(0.1, 7, 0.5),
    "exponential_decay": schedules.ExponentialDecay(0.1, 0.9),
    "cosine_decay": schedules.CosineDecay(0.1, 30),
    "linear_warmup": schedules.LinearWarmup(0.1, 5),
    "inverse_time_decay": schedules.InverseTimeDecay(0.1, 0.2),
    "polynomial_decay": schedules.PolynomialDecay(0.1, 40, 2.0),
    "linear_decay": schedules.LinearDecay(0.1, 40),
    "cosine_restarts": schedules.CosineRestarts(0.1, 7),
    "one_cycle": schedules.OneCycle(0.1, 50),
    "log_cosine_cycles": schedules.LogCosineCycles(0.1, 50),
    "chain": schedules.Chain([schedules.LinearWarmup(0.1, 5), schedules.CosineDecay(0.1, 45)], [5]),
}


def _optimizers() -> Iterator[Case]:
    for variants in OPTIMIZERS.values():
        for optimizer in variants:
            yield Case(f"{optimizer!r}", hidden(last="softmax"), CROSS_ENTROPY, optimizer)
    for schedule in SCHEDULES.values():
        yield Case(f"{schedule!r}", hidden(last="softmax"), CROSS_ENTROPY, gn.SGD(schedule))
    falling = schedules.Chain([0.3, schedules.CosineDecay(0.3, 25)], [25])
    for optimizer in (gn.AdamW(0.02, weight_decay=falling), gn.NAdam(weight_decay=falling), gn.Lion(1e-3)):
        yield Case(
            f"scheduled dropout, {optimizer!r}",
            hidden(gn.Dropout(0.2), gn.Dense(6, "tanh"), gn.Dropout(falling), last="softmax"),
            CROSS_ENTROPY,
            optimizer,
        )
    yield Case("a schedule of Adam", hidden(), MSE, gn.Adam(SCHEDULES["step_decay"], beta1=0.7))


def _callbacks() -> dict[str, Any]:
    return {
        "validation_split": 0.3,
        "callbacks": [
            gn.callbacks.ReduceOnPlateau(patience=2, factor=0.5),
            gn.callbacks.EarlyStopping("validation_accuracy", patience=40),
        ],
        "metrics": ["accuracy"],
    }


def _held_out() -> dict[str, Any]:
    random = np.random.default_rng(9)
    held = random.normal(size=(11, N_FEATURES)), random.integers(3, size=11)
    return {"validation_data": held, "metrics": ["accuracy", gn.metrics.TopK(2)]}


OPTIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "full batch": lambda: {"batch_size": None},
    "whole batches": lambda: {"batch_size": N_SAMPLES // 3},
    "a short last batch": lambda: {"batch_size": 40},
    "batches of one": lambda: {"batch_size": 1},
    "larger than the data": lambda: {"batch_size": 1000},
    "in order": lambda: {"shuffle": False},
    "in order, full batch": lambda: {"shuffle": False, "batch_size": None},
    "another order": lambda: {"seed": 5},
    "sample weights": lambda: {"sample_weight": np.linspace(0, 3, N_SAMPLES)},
    "class weights": lambda: {"class_weight": {0: 2.0, 2: 0.5}},
    "balanced classes": lambda: {"class_weight": "balanced", "sample_weight": np.linspace(1, 2, N_SAMPLES)},
    "held-out samples and metrics": _held_out,
    "callbacks": _callbacks,
    "threads": lambda: {"threads": 2},
}


def _options() -> Iterator[Case]:
    for name, options in OPTIONS.items():
        yield Case(name, hidden(last="softmax"), CROSS_ENTROPY, options=options)
        if "batch" in name or "order" in name:
            yield Case(f"{name}, dropout", hidden(gn.Dropout(0.3)), MSE, options=options)
    yield Case("weights of a squared error", hidden(), MSE, options=OPTIONS["sample weights"])


CASES = [*_activations(), *_losses(), *_layers(), *_optimizers(), *_options()]
