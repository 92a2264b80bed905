"""What a person reads, on standard output."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from glassnet.metrics import is_share
from glassnet.recipes.model import Model, Subset
from glassnet.support.registry import compact_repr
from glassnet.support.text import enumerated, in_one_line, plain

if TYPE_CHECKING:
    from glassnet.losses import Loss
    from glassnet.network.history import History
    from glassnet.recipes import Experiment
    from glassnet.recipes.sources import Source

_NAMES = {
    "mean_absolute_error": "mean absolute error",
    "r2": "R²",
    "label_accuracy": "label accuracy",
    "f1": "F1",
}
_STANDARD = "mean 0 and standard deviation 1"
_MOST_NAMES = 12


class Printer:
    """Prints to a terminal in colour and to files without; prints nothing if it is quiet."""

    def __init__(self, quiet: bool = False) -> None:
        self.console = Console(quiet=quiet, highlight=False, markup=False)

    def begin(self, experiment: Experiment) -> None:
        """What is going to be trained on."""
        source, classes = experiment.source, experiment.model.description.class_names
        several = ", of which a sample may be of several" if experiment.model.multi_label else ""
        kind = f"{len(classes)} classes{several}" if classes else "regression"
        sizes = enumerated([f"{len(part.X):,} {name}" for name, part in experiment.parts.items()])
        self.line(f"{source.name}: {_count(source.X.shape[1], 'feature')}, {kind}, {sizes} samples", "bold")
        if source.task == "classification" and not classes:
            self.line(_taken_as_values(source, experiment.model.loss), "yellow")

    def scores(self, model: Model, parts: Mapping[str, Subset]) -> None:
        """Loss and metrics of each part of the samples."""
        by_part = {f"{name} ({len(part.X):,})": model.scores(part) for name, part in parts.items()}
        table = Table("", *by_part, box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0))
        for column in table.columns[1:]:
            column.justify = "right"
        for score in next(iter(by_part.values())):
            cells = (_shown(score, scores[score]) for scores in by_part.values())
            table.add_row(_NAMES.get(score, score), *cells)
        self.console.print("", table, "", sep="\n")

    def end(self, experiment: Experiment, history: History, seconds: float) -> None:
        """How training went and what came out of it."""
        network, epochs = experiment.model.network, experiment.recipe.epochs
        if history.stopped_by:
            self.line(
                f"stopped by {history.stopped_by} after {history.n_epochs:,} of {_count(epochs, 'epoch')}; "
                "what was learned until then is kept",
                "yellow",
            )
        self.scores(experiment.model, experiment.parts)
        self.fact("network", ", ".join(map(compact_repr, network.layers)))
        self.fact("parameters", f"{len(network.parameters):,}")
        self.fact("loss", _loss(experiment.model))
        epochs_run = _count(history.n_epochs, "epoch")
        self.fact("training", f"{epochs_run} in {seconds:.2f} s, {history.engine} engine")

    def files(self, folder: Path, names: list[str], missing: str) -> None:
        """Which files were written where, and why there are no pictures, if so."""
        self.fact("saved in", f"{folder}: {', '.join(names)}")
        if missing:
            self.line(f"no pictures: {missing}", "yellow")

    def fact(self, name: str, value: str) -> None:
        """A name and what belongs to it."""
        self.line(f"{name:<11} {value}")

    def line(self, text: str, style: str = "") -> None:
        """A line, in one piece however narrow the terminal is."""
        self.console.print(plain(text), style=style, soft_wrap=True)

    def summary(self, model: Model) -> None:
        """Layers, and what is known about the data and the training."""
        network, description = model.network, model.description
        self.line(f"{network.summary()}\n")
        shares = {"validate": description.validation_share, "test": description.test_share}
        held = "".join(
            f", {100 * share:.3g} % held back to {what}" for what, share in shares.items() if share
        )
        self.fact("trained on", f"{description.source or 'not recorded'}{held}")
        if model.training:
            self.fact("training", model.training)
        self.fact("loss", _loss(model))
        self.fact("features", _listed(description.feature_names))
        if description.class_names:
            self.fact("classes", _listed(description.class_names))
        scaled = description.inputs.changes_something
        self.fact("scaling", f"features to {_STANDARD}" if scaled else "none")


def _taken_as_values(source: Source, loss: Loss) -> str:
    """What a loss of values assumes of targets that are classes where no loss is named."""
    y = source.values
    held = "rows of 0 and 1"
    if y is not None and y.shape[1] == 1:
        held = f"whole numbers, {len(np.unique(y))} different ones from {y.min():g} to {y.max():g}"
    return f"y holds {held}; {loss.name} takes them as values. If they are classes, leave out --loss"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _shown(score: str, value: float) -> str:
    return f"{100 * value:.2f} %" if is_share(score) else f"{value:.4g}"


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(map(in_one_line, names[:_MOST_NAMES]))
    return f"{len(names)}: {shown}{', …' if len(names) > _MOST_NAMES else ''}"


def _loss(model: Model) -> str:
    scaled = model.description.targets.changes_something
    return f"{model.loss.name}; in training of targets scaled to {_STANDARD}" if scaled else model.loss.name
