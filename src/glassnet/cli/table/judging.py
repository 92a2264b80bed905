"""What a model says about rows, and how good that is."""

from __future__ import annotations

import numpy as np

from glassnet import metrics
from glassnet.support.arrays import Array, Floats
from glassnet.tables import Table, TableModel
from glassnet.tables.columns import as_text
from glassnet.tables.target import CLASSES

BLOCK = 8192  # rows that a model reads at once
_LEAST = 1e-15  # a probability, before a logarithm


def told(model: TableModel, table: Table) -> Floats:
    """Probabilities (n_rows, n_classes), or values (n_rows,)."""
    blocks = [one(model, table.take(slice(start, start + BLOCK))) for start in range(0, table.n_rows, BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, model.target.n_outputs))


def one(model: TableModel, table: Table) -> Floats:
    """The same of a few rows."""
    if model.target.task == CLASSES:
        return model.predict_proba(table)
    return np.asarray(model.predict(table), np.float64)


def truth(model: TableModel, y: Array) -> Array:
    """Numbers of classes, or values."""
    if model.target.task == CLASSES:
        return np.asarray(model.target.encode(y))
    return np.asarray(y, np.float64)


def targets(model: TableModel, y: Array) -> Array:
    """Targets as a file holds them, in the dtype of the model's classes."""
    if model.target.task != CLASSES:
        return np.asarray(y, np.float64)
    if model.target.dtype == "str":
        return np.array([as_text(one) for one in y], object)
    return np.asarray(y).astype(model.target.dtype)


def scores(model: TableModel, true: Array, said: Floats) -> dict[str, float]:
    """The scores of classes or of values, those first by which a model is called good."""
    if model.target.task != CLASSES:
        by_name = {
            "root_mean_squared_error": float(np.sqrt(np.mean((true - said) ** 2))),
            "mean_absolute_error": float(np.abs(true - said).mean()),
        }
        return (
            {"r2": float(metrics.get("r2")(true, said))} if len(true) > 1 and np.ptp(true) > 0 else {}
        ) | by_name
    predicted = said.argmax(axis=1)
    present = np.unique(true)
    recalls = [float((predicted[true == place] == place).mean()) for place in present]
    by_name = {
        "accuracy": float((predicted == true).mean()),
        "balanced_accuracy": float(np.mean(recalls)),
        "log_loss": float(-np.log(np.maximum(said[np.arange(len(said)), true], _LEAST)).mean()),
    }
    if said.shape[1] == 2 and len(present) == 2:
        by_name["roc_auc"] = float(metrics.get("roc_auc")(true, said))
    return by_name


def uncertainties(model: TableModel, true: Array, said: Floats) -> dict[str, float]:
    """Standard errors of those scores that are means over the rows."""
    if model.target.task != CLASSES:
        squares, sizes = (true - said) ** 2, np.abs(true - said)
        rmse = float(np.sqrt(squares.mean()))
        of_squares = _of_mean(squares)
        return {
            "root_mean_squared_error": of_squares / (2 * rmse) if rmse > 0 else 0.0,
            "mean_absolute_error": _of_mean(sizes),
        }
    right = (said.argmax(axis=1) == true).astype(np.float64)
    surprise = -np.log(np.maximum(said[np.arange(len(said)), true], _LEAST))
    return {"accuracy": _of_mean(right), "log_loss": _of_mean(surprise)}


def _of_mean(values: Floats) -> float:
    return float(values.std() / np.sqrt(len(values)))


def class_names(model: TableModel) -> tuple[str, ...]:
    """What the classes are called; none of values."""
    return tuple(map(str, model.target.classes)) if model.target.task == CLASSES else ()


def largest_share(true: Array) -> float:
    """Of the most frequent class: what a model that always names it has as accuracy."""
    return float(np.bincount(true).max() / len(true))


def guessed(true: Array, classifies: bool) -> str:
    """What guessing alone would reach, in words."""
    if classifies:
        return f"always naming the most frequent class: accuracy {100 * largest_share(true):.2f} %"
    return f"always naming the mean: root mean squared error {true.std():.4g}"
