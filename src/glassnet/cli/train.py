"""``glassnet train``: from the name of some data to a trained network in a folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.cli import heads, recipes, sources
from glassnet.cli.description import Description, Scaling
from glassnet.cli.errors import INTERRUPTED
from glassnet.cli.folder import Folder
from glassnet.cli.model import Model, Part, split
from glassnet.cli.recipes import Recipe
from glassnet.cli.report import Report
from glassnet.cli.sources import Source
from glassnet.errors import DataError
from glassnet.network import Network
from glassnet.optimizers import Optimizer
from glassnet.training.callbacks import Callback, Session
from glassnet.training.history import History


@dataclass(frozen=True, eq=False)
class Training:
    """Everything that training needs, checked."""

    source: Source
    recipe: Recipe
    optimizer: Optimizer
    parts: dict[str, Part]
    model: Model


class Header(Callback):
    """Says what is going to be trained on, once everything is checked."""

    def __init__(self, report: Report, training: Training) -> None:
        self.report, self.training = report, training

    def begin(self, session: Session) -> None:
        """Say it."""
        self.report.begin(self.training)


def prepare(source: Source, recipe: Recipe, seed: int) -> Training:
    """Choose the head, split the samples, measure their scale and put the layers together.

    Raises
    ------
    GlassnetError
        If the source does not fit the recipe.
    """
    loss, optimizer = recipes.loss_of(recipe, source), recipes.optimizer_of(recipe)
    head = heads.of_loss(loss)
    if head.classifies:
        heads.check_classes(source, loss)
    class_names = source.class_names if head.classifies else ()
    y = head.encode(source, class_names)
    parts = split(source.X, y, recipe.test_share)
    if not head.classifies and min(len(part.X) for part in parts.values()) < 2:
        raise DataError(
            f"a regression needs at least 2 samples to train on and 2 to test; {source.name} has {len(y)}, "
            f"split with --test-share {recipe.test_share:g}"
        )
    last = head.layer(class_names, 1 if head.classifies else y.shape[1])
    network = Network([*recipes.hidden_layers(recipe), last], seed=seed)
    measured = parts["training"]
    description = Description(
        source=source.name,
        fingerprint=source.fingerprint,
        test_share=recipe.test_share,
        feature_names=source.feature_names,
        class_names=class_names,
        inputs=Scaling.measured(f"X of {source.name}", measured.X)
        if recipe.standardize
        else Scaling.none(source.X.shape[1]),
        targets=Scaling.measured(f"y of {source.name}", measured.y)
        if recipe.standardize and head.standardizes
        else Scaling.none(last.units),
    )
    network.metadata["data"] = description.to_plain()
    return Training(source, recipe, optimizer, parts, Model(network, description, loss))


def fit(training: Training, engine: str, progress: bool, callbacks: Sequence[Callback]) -> History:
    """Train, and watch the samples that are held back for testing."""
    model, recipe = training.model, training.recipe
    ready = {name: model.prepared(part) for name, part in training.parts.items()}
    return model.network.fit(
        *ready["training"],
        loss=model.loss,
        optimizer=training.optimizer,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        validation_data=ready.get("test"),
        metrics=[model.head.metric],
        callbacks=callbacks,
        engine=engine,
        progress=progress,
    )


def run(name: str, output: str | None, given: dict[str, Any], seed: int, engine: str, quiet: bool) -> int:
    """The whole command; its exit code."""
    source = sources.read(name)
    training = prepare(source, recipes.choose(source, given), seed)
    report = Report(quiet)
    folder = Folder(f"runs/{Path(source.name).stem}" if output is None else output)
    clock = time.perf_counter()
    history = fit(training, engine, not quiet, [folder, Header(report, training)])
    seconds = time.perf_counter() - clock
    to_draw = training.parts.get("test", training.parts["training"])
    written, missing = folder.fill(training.model, history, to_draw)
    report.end(training, history, seconds)
    report.files(folder.path, written, missing)
    return INTERRUPTED if history.stopped_by == "Ctrl-C" else 0
