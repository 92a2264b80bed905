"""Calls that work, to put one wrong value into."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
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


def write_models() -> None:
    """The files that are read."""
    network().save("model")
    network().to_onnx("model.onnx")
    table_model().save("table_model")


TABLE = {"size": [1.0, 2.0, None, 4.0], "town": ["a", "b", "a", None]}


def table_model() -> gn.tables.TableModel:
    """Of values, with misses."""
    preprocessing = gn.tables.Preprocessing.fit(TABLE)
    target = gn.tables.target_of([1.0, 2.5, 3.0, 4.0], "values")
    networks = [gn.Network([gn.Dense(1)], seed=0, input_shape=preprocessing.n_features)]
    return gn.tables.TableModel(preprocessing, networks, target, misses=np.arange(20.0))


def probable() -> gn.tables.TableModel:
    """Of classes."""
    preprocessing = gn.tables.Preprocessing.fit(TABLE)
    networks = [gn.Network([gn.Dense(2, "softmax")], seed=0, input_shape=preprocessing.n_features)]
    return gn.tables.TableModel(preprocessing, networks, gn.tables.target_of(["no", "yes"]))


def with_quantiles() -> gn.tables.TableModel:
    """Of three quantiles."""
    preprocessing = gn.tables.Preprocessing.fit(TABLE)
    networks = [gn.Network([gn.Dense(3)], seed=0, input_shape=preprocessing.n_features)]
    target = gn.tables.target_of([1.0, 2.5], "quantiles", levels=(0.1, 0.5, 0.9))
    return gn.tables.TableModel(preprocessing, networks, target)


def history() -> gn.History:
    return network().fit(X, CLASSES, loss="scce", epochs=2, engine="numpy", progress=False)


def first_history() -> gn.History:
    return build(0).fit(X, CLASSES, loss="scce", epochs=2, engine="numpy", progress=False)


def build(seed: int) -> gn.Network:
    return gn.Network([gn.Dense(2, "softmax")], seed=seed)


def own_metric(y_true: Any, y_pred: Any) -> float:
    return 0.5


def recorder() -> gn.Recorder:
    made = gn.Recorder(X, CLASSES)
    network().fit(X, CLASSES, loss="scce", epochs=2, engine="numpy", progress=False, callbacks=[made])
    return made


def setup() -> gn.TrainingSetup:
    return gn.TrainingSetup(build(0), X, CLASSES, loss="scce", epochs=2, batch_size=4, seed=0)


def half_the_square(y_true: Any, y_pred: Any) -> Any:
    return 0.5 * np.sum((y_pred - y_true) ** 2)


def plain_step(w: Any, gradient: Any, learning_rate: float) -> Any:
    return w - learning_rate * gradient


class Affine:
    """A learner's layer."""

    def __init__(self) -> None:
        self.W, self.b = np.ones((3, 2)), np.zeros(2)

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W + self.b

    def backward(self, error: Any) -> Any:
        self.dW, self.db = self.X.T @ error, error.sum(0)
        return error @ self.W.T


def sklearn_model() -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier((2,), max_iter=1, random_state=0).fit(X, CLASSES)


def torch_module() -> Any:
    import torch

    return torch.nn.Sequential(torch.nn.Linear(3, 2))


@cache
def swept() -> gn.SweepResult:
    options = {"X": X, "y": CLASSES, "loss": "scce", "progress": False, "jobs": 1}
    return gn.sweep(build, {"epochs": [1, 2]}, seeds=[0, 1], **options)


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
    "categories": lambda: {1: 3},
    "dimension": lambda: 2,
    "activation": lambda: "relu",
    "path": lambda: "file",
    "network": network,
    "net": network,
    "history": history,
    "function": lambda: np.tanh,
    "derivative": lambda: np.cos,
    "labels": lambda: [0, 1, 1],
    "learning_rate": lambda: 0.1,
    "every": lambda: 5.0,
    "decay": lambda: 0.1,
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
    "recorder": recorder,
    "training": setup,
    "gradients": lambda: [(np.ones((3, 4)), np.ones(4)), (np.ones((4, 2)), np.ones(2))],
    "layer": Affine,
    "model": sklearn_model,
    "module": torch_module,
    "result": swept,
    "step": lambda: 1,
    "index": lambda: 0,
    "columns": lambda: (0,),
    "output": lambda: np.ones((4, 6)),
}

# Where the name alone does not tell.
RIGHT_FOR: dict[str, dict[str, Any]] = {
    "gn.Network.fit": {"y": CLASSES, "engine": "numpy", "progress": False},
    "gn.Network.evaluate": {"y": CLASSES},
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
    "gn.metrics.title": {"column": "loss"},
    "gn.metrics.measured_in": {"column": "loss"},
    "gn.callbacks.Checkpoint.path_at": {"epoch": 3},
    "gn.load": {"path": "model"},
    "gn.from_onnx": {"path": "model.onnx"},
    "gn.TrainingSetup.of": {"history": first_history(), "X": X, "y": CLASSES},
    "gn.plots.weight_images": {"image_shape": (1, 3)},
    "gn.callbacks.Function": {"function": print},
    "gn.TrainingSetup": {"X": X, "y": CLASSES, "loss": "scce", "batch_size": 4, "seed": 0},
    "gn.Recorder": {"X": X, "y": CLASSES},
    "gn.Trace.neuron": {"layer": 0, "unit": 0},
    "gn.Trace.written_for": {"sample": 0, "output": 0},
    "gn.adapt": {"weights": [(np.ones((3, 2)), np.zeros(2))], "activations": ["softmax"]},
    "gn.diagnose": {"y": CLASSES},
    "gn.check": {"thing": Affine(), "X": X, "y": CLASSES},
    "gn.check_activation": {"activation": (np.sin, np.cos)},
    "gn.check_derivative": {"f": np.sin, "df": np.cos},
    "gn.check_loss": {"value": half_the_square, "like": "mse", "y_true": X, "y_pred": X / 2},
    "gn.check_optimizer": {"step_function": plain_step, "like": "sgd"},
    "gn.recipes.choose": {"source": gn.recipes.read("xor")},
    "gn.recipes.prepare": {"source": "xor"},
    "gn.recipes.read": {"source": "xor"},
    "gn.recipes.scaling_inside": {
        "inputs": gn.recipes.Scaling.none(3),
        "targets": gn.recipes.Scaling.none(2),
    },
    "gn.recipes.Experiment.fit": {"epochs": 1, "engine": "numpy", "progress": False},
    "gn.tables.load": {"path": "table_model"},
    "gn.tables.to_onnx": {"model": table_model(), "path": "file"},
    "gn.tables.to_python": {"model": table_model(), "path": "file"},
    "gn.tables.target_of": {"y": [1.0, 2.5, 3.0]},
    "gn.tables.missing_targets": {"y": [1.0, 2.5, 3.0]},
    "gn.tables.Category": {"column": "town", "levels": ("a", "b")},
    "gn.tables.Date": {"column": "day"},
    "gn.tables.Number": {"column": "size"},
    "gn.tables.Note": {"column": "size", "decision": "constant", "text": "it is dropped"},
    "gn.tables.Preprocessing": {"operations": [gn.tables.Number("size")]},
    "gn.tables.Preprocessing.from_data": {"data": gn.tables.Preprocessing.fit(TABLE).to_data()},
    "gn.tables.TableModel": {
        "preprocessing": gn.tables.Preprocessing([gn.tables.Number("size")]),
        "networks": [gn.Network([gn.Dense(1)], seed=0, input_shape=1)],
        "target": gn.tables.target_of([1.0, 2.5, 3.0]),
    },
    "gn.tables.Target": {"task": "values", "center": (0.0,), "scale": (1.0,)},
    "gn.tables.Target.from_data": {"data": gn.tables.target_of([1.0, 2.5]).to_data()},
    "gn.tables.Target.encode": {"y": [1.0, 2.0]},
    "gn.tables.Target.decode": {"outputs": np.ones((2, 1))},
    "gn.tables.Target.probabilities": {"outputs": np.ones((2, 2)) / 2},
    "gn.plots.activation": {"choice": "relu"},
    "gn.plots.activations": {"choices": ["relu", "tanh"]},
    "gn.plots.loss": {"choice": "mse"},
    "gn.plots.losses": {"choices": ["mse", "huber"]},
    "gn.plots.loss_surface": {"points": 3},
    "gn.plots.training_animation": {"path": "film.gif", "seconds": 0.2},
    "gn.plots.confusion_matrix": {"y_true": [0, 1, 1, 0], "y_pred": [0, 1, 0, 0]},
    "gn.plots.predictions": {"y_true": [0.0, 1.0, 1.5, 0.5], "y_pred": [0.1, 0.8, 1.4, 0.7]},
    "gn.plots.residuals": {"y_true": [0.0, 1.0, 1.5, 0.5], "y_pred": [0.1, 0.8, 1.4, 0.7]},
}


# Arguments of methods of tables.
RIGHT_OF_TABLES: dict[str, Any] = {
    "X": TABLE, "name": "size", "rows": slice(0, 2), "names": ["town"], "coverage": 0.5, "path": "file",
}  # fmt: skip


def arguments(label: str, called: Callable[..., Any]) -> dict[str, Any]:
    """Right values for all arguments that must be given, and some that spare time."""
    found = dict(RIGHT_FOR.get(label, {})) | _compared(label)
    if label.startswith("gn.tables.") and label.count(".") == 3:
        needed = [
            part.name for part in inspect.signature(called).parameters.values() if part.default is part.empty
        ]
        found = {name: RIGHT_OF_TABLES[name] for name in needed if name in RIGHT_OF_TABLES} | found
    for part in inspect.signature(called).parameters.values():
        needed = part.default is part.empty and part.kind not in (part.VAR_KEYWORD, part.VAR_POSITIONAL)
        if needed and part.name not in ("self", "cls", *found):
            found[part.name] = RIGHT[part.name]()
    return found


def _compared(label: str) -> dict[str, Any]:
    """Targets and predictions for a loss, or for a metric of values."""
    room, name, *method = [*label.split("."), "", ""][1:]
    thing = getattr(getattr(gn, room, None), name, None)
    if thing in (gn.losses.GaussianNLL, gn.losses.Quantiles) and method[0] in ("value", "gradient"):
        return {"y_true": [[0.5], [1.0], [0.6], [0.1]], "y_pred": np.ones((4, thing().outputs_per_target))}
    if (
        inspect.isclass(thing)
        and issubclass(thing, gn.losses.GroupLoss)
        and method[0] in ("value", "gradient")
    ):
        embeddings = np.linspace(-1, 1, 4 * thing().rows_per_sample).reshape(2, -1, 2)
        return {"y_true": thing.only_targets if thing.takes_targets else None, "y_pred": embeddings}
    probabilities = [[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]]
    if room == "losses" and method[0] in ("value", "gradient") and getattr(thing, "targets", "") == "values":
        low, high = thing.only_targets or (0.0, 1.0)
        y = np.where(np.eye(2)[[1, 0, 1, 0]] == 1, high, low)
        return {"y_true": y, "y_pred": np.array(probabilities)}
    if thing is gn.metrics.coverage:
        return {"y_true": [0.5, 1.0, 0.6, 0.1], "y_pred": np.array(probabilities)}
    if thing is gn.metrics.mean_absolute_percentage_error:
        return {"y_true": [0.5, 1.0], "y_pred": [0.4, 1.0]}
    of_values = (
        isinstance(thing, gn.metrics.Metric) and thing.facts is not None and thing.facts.reads == "values"
    )
    if of_values or thing is gn.metrics.label_accuracy:
        return {"y_true": np.eye(2)[[1, 0, 1, 0]], "y_pred": np.array(probabilities)}
    if name == "top_k_accuracy":
        return {"y_true": [0, 1], "y_pred": np.eye(7)[:2]}
    return {}


def owner(label: str, cls: type, method: str) -> Any:
    """An object of the class, whose method is called."""
    if (cls, method) == (gn.Network, "build"):
        return gn.Network([gn.Dense(2)], seed=0)
    if (cls, method) == (gn.Network, "backward"):
        return gone_forward()
    if label.startswith("gn.tables."):
        return _of_tables(cls, method)
    made: dict[type, Callable[[], Any]] = {
        gn.Network: network,
        gn.History: history,
        gn.Standardizer: lambda: gn.Standardizer().fit(X),
        gn.datasets.Dataset: gn.datasets.moons,
        gn.Trace: lambda: gn.trace(network(), X, CLASSES),
        gn.Replay: lambda: gn.replay(setup(), step=3),
        gn.ReportPage: lambda: gn.ReportPage("<p>nothing</p>"),
        gn.Recorder: recorder,
        gn.recipes.Experiment: lambda: gn.recipes.prepare("xor"),
    }
    return made[cls]() if cls in made else cls(**arguments(label, cls))


def _of_tables(cls: type, method: str) -> Any:
    if cls is gn.tables.Target and method == "probabilities":
        return gn.tables.target_of(["no", "yes"])
    if cls is gn.tables.TableModel:
        return {"predict_proba": probable, "predict_quantiles": with_quantiles}.get(method, table_model)()
    made: dict[type, Callable[[], Any]] = {
        gn.tables.Table: lambda: gn.tables.Table.of(TABLE),
        gn.tables.Preprocessing: lambda: gn.tables.Preprocessing.fit(TABLE),
        gn.tables.Note: lambda: gn.tables.Note("size", "constant", "it is dropped"),
        gn.tables.Target: lambda: gn.tables.target_of([1.0, 2.5]),
        gn.tables.Number: lambda: gn.tables.Number("size"),
        gn.tables.Category: lambda: gn.tables.Category("town", ("a",)),
        gn.tables.Date: lambda: gn.tables.Date("day"),
    }
    return made[cls]()


# What is not tried: results, which only the library makes, and bases of what users write.
LEFT_OUT = {
    "gn.activations.ActivationFacts",
    "gn.Callback",
    "gn.DiagnosisReport",
    "gn.Finding",
    "gn.Play",
    "gn.Replay",
    "gn.ReportPage",
    "gn.SweepResult",
    "gn.Trace",
    "gn.History.extend",
    "gn.callbacks.Callback",
    "gn.callbacks.Session",
    "gn.callbacks.Session.stop",
    "gn.datasets.Dataset",
    "gn.optimizers.Optimizer.step",
    "gn.LBFGS.step",  # refused, whatever it is given
    "gn.LBFGS.with_learning_rate",
    "gn.optimizers.LBFGS.step",
    "gn.optimizers.LBFGS.with_learning_rate",
    "gn.recipes.Description",
    "gn.recipes.Experiment",
    "gn.recipes.Head",
    "gn.recipes.Model",
    "gn.recipes.Subset",
    "gn.recipes.Scaling",
    "gn.recipes.Source",
    "gn.tables.Operation",
    "gn.tables.Table",
    "gn.activations.LogSoftmax.slope",
    "gn.activations.Softmax.slope",
    "gn.activations.Step.backward",
    "gn.activations.Step.slope",
}
BASES = (
    "gn.activations.ActivationFacts.",
    "gn.recipes.Description.",
    "gn.recipes.Head.",
    "gn.recipes.Model.",
    "gn.recipes.Scaling.",
    "gn.tables.Operation.",
    "gn.callbacks.Session.",
    "gn.Play.",
    "gn.losses.BinaryWeighted.",
    "gn.losses.SeveralOutputs.",
    "gn.losses.SmoothedLoss.",
    "gn.SweepResult.",
    # An estimator of scikit-learn's kind takes any parameter and checks it in fit: tests/estimators/test_parameters.py.
    "gn.NetworkClassifier",
    "gn.NetworkRegressor",
    "gn.NetworkTransformer",
    "gn.activations.ActivationFunction.",
    "gn.losses.Loss.",
    "gn.losses.ElementwiseLoss.",
    "gn.losses.EmbeddingLoss.",
    "gn.losses.GroupLoss.",
    "gn.losses.RowLoss.",
    "gn.activations.RowActivation.",
)
