"""Calls that work, to put one wrong value into."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

import glassnet as gn

X = np.linspace(-1, 1, 24).reshape(8, 3)
CLASSES = np.arange(8) % 2
Z = np.linspace(-1, 1, 6).reshape(2, 3)


def network() -> gn.Network:
    """Built, and trained a little."""
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(2, "softmax")], seed=0, input_shape=3)
    net.fit(X, CLASSES, loss="scce", epochs=2, batch_size=4, engine="numpy", progress=False)
    net.metadata["class_names"] = ["low", "high"]
    return net


def history() -> gn.History:
    return network().fit(X, CLASSES, loss="scce", epochs=2, engine="numpy", progress=False)


def build(seed: int) -> gn.Network:
    return gn.Network([gn.Dense(2, "softmax")], seed=seed)


def own_metric(y_true: Any, y_pred: Any) -> float:
    return 0.5


def gone_forward() -> gn.Network:
    net = network()
    net.forward(X)
    return net


# A right value for each argument that must be given, by its name.
RIGHT: dict[str, Callable[[], Any]] = {
    "X": lambda: X.copy(),
    "y": lambda: CLASSES.copy(),
    "Z": lambda: X.copy(),
    "loss": lambda: "scce",
    "y_true": lambda: [0, 1, 1, 0],
    "y_pred": lambda: [[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]],
    "z": lambda: Z.copy(),
    "a": lambda: np.tanh(Z),
    "gradient": lambda: np.ones((2, 3)),
    "layers": lambda: [gn.Dense(2)],
    "units": lambda: 3,
    "activation": lambda: "relu",
    "path": lambda: "file",
    "network": network,
    "history": history,
    "function": lambda: np.tanh,
    "derivative": lambda: np.cos,
    "labels": lambda: [0, 1, 1],
    "learning_rate": lambda: 0.1,
    "every": lambda: 5.0,
    "factor": lambda: 0.5,
    "epochs": lambda: 5,
    "boundaries": lambda: [3.0],
    "epoch": lambda: 1.0,
    "schedules": lambda: [0.1, 0.01],
    "schedule": lambda: 0.1,
    "input_shape": lambda: 3,
    "optimizer": lambda: "adam",
    "name": lambda: "loss",
    "build": lambda: build,
    "column": lambda: "loss",
    "grid": lambda: {"epochs": [1]},
}

# Where the name alone does not tell.
RIGHT_FOR: dict[str, dict[str, Any]] = {
    "gn.Network.fit": {"y": CLASSES, "engine": "numpy", "progress": False},
    "gn.Network.backward": {"gradient": np.ones((8, 2))},
    "gn.Network.build": {"input_shape": 3},
    "gn.sweep": {"y": CLASSES, "loss": "scce", "progress": False, "seeds": [0], "jobs": 1},
    "gn.activations.get": {"choice": "relu"},
    "gn.initializers.get": {"choice": "zeros"},
    "gn.losses.get": {"choice": "mse"},
    "gn.metrics.get": {"choice": "accuracy"},
    "gn.optimizers.get": {"choice": "sgd"},
    "gn.schedules.get": {"choice": 0.1},
    "gn.datasets.get": {"name": "xor"},
    "gn.activations.register": {"name": "mine", "thing": gn.activations.ReLU()},
    "gn.initializers.register": {"name": "mine", "thing": gn.initializers.Zeros()},
    "gn.losses.register": {"name": "mine", "thing": gn.losses.Huber()},
    "gn.metrics.register": {"name": "mine", "thing": gn.metrics.R2()},
    "gn.schedules.register": {"name": "mine", "thing": gn.schedules.Constant(0.1)},
    "gn.metrics.Custom": {"function": own_metric},
    "gn.metrics.is_share": {"column": "loss"},
    "gn.metrics.measured_in": {"column": "loss"},
    "gn.callbacks.Checkpoint.path_at": {"epoch": 3},
    "gn.load": {"path": "model"},
    "gn.callbacks.Function": {"function": print},
}


def arguments(label: str, called: Callable[..., Any]) -> dict[str, Any]:
    """Right values for all arguments that must be given, and some that spare time."""
    found = dict(RIGHT_FOR.get(label, {})) | _compared(label)
    for part in inspect.signature(called).parameters.values():
        needed = part.default is part.empty and part.kind not in (part.VAR_KEYWORD, part.VAR_POSITIONAL)
        if needed and part.name not in ("self", "cls", *found):
            found[part.name] = RIGHT[part.name]()
    return found


def _compared(label: str) -> dict[str, Any]:
    """Targets and predictions for a loss, or for a metric of values."""
    room, name, *method = [*label.split("."), "", ""][1:]
    thing = getattr(getattr(gn, room, None), name, None)
    probabilities = [[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]]
    if room == "losses" and method[0] in ("value", "gradient") and getattr(thing, "targets", "") == "values":
        return {"y_true": np.eye(2)[[1, 0, 1, 0]], "y_pred": np.array(probabilities)}
    if name in VALUES or thing is gn.metrics.label_accuracy:
        return {"y_true": np.eye(2)[[1, 0, 1, 0]], "y_pred": np.array(probabilities)}
    if name == "top_k_accuracy":
        return {"y_true": [0, 1], "y_pred": np.eye(7)[:2]}
    return {}


VALUES = ("mean_absolute_error", "root_mean_squared_error", "r2")


def owner(label: str, cls: type, method: str) -> Any:
    """An object of the class, whose method is called."""
    if (cls, method) == (gn.Network, "build"):
        return gn.Network([gn.Dense(2)], seed=0)
    if (cls, method) == (gn.Network, "backward"):
        return gone_forward()
    made: dict[type, Callable[[], Any]] = {
        gn.Network: network,
        gn.History: history,
        gn.Standardizer: lambda: gn.Standardizer().fit(X),
        gn.datasets.Dataset: gn.datasets.moons,
    }
    return made[cls]() if cls in made else cls(**arguments(label, cls))


# What is not tried: results, which only the library makes, and bases of what users write.
LEFT_OUT = {
    "gn.Callback",
    "gn.SweepResult",
    "gn.History.extend",
    "gn.callbacks.Callback",
    "gn.callbacks.Session",
    "gn.callbacks.Session.stop",
    "gn.datasets.Dataset",
    "gn.optimizers.Optimizer.step",
    "gn.activations.Softmax.slope",
}
BASES = (
    "gn.callbacks.Session.",
    "gn.SweepResult.",
    "gn.activations.Activation.",
    "gn.losses.Loss.",
    "gn.losses.ElementwiseLoss.",
    "gn.losses.EmbeddingLoss.",
)

# Rooms that are still to be looked through.
LATER = (
    "gn.plots",
    "gn.check",
    "gn.trace",
    "gn.Trace",
    "gn.Repl",
    "gn.repl",
    "gn.Rec",
    "gn.report",
    "gn.Report",
    "gn.diag",
    "gn.Diag",
    "gn.Find",
    "gn.adapt",
    "gn.from",
    "gn.to_",
)
BASES += LATER
