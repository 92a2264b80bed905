"""``glassnet train``: from the name of some data to a trained network in a folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.callbacks import Callback, Session
from glassnet.cli import heads, page, recipes, results, sources
from glassnet.cli.checkpoint import Record, Saving
from glassnet.cli.description import Description, Scaling
from glassnet.cli.errors import EXIT_CODES
from glassnet.cli.folder import Folder, folder_of
from glassnet.cli.model import Model, Part, split
from glassnet.cli.page import CommandLine
from glassnet.cli.recipes import Recipe
from glassnet.cli.report import Report
from glassnet.cli.sources import Source
from glassnet.engines.torch import processes
from glassnet.errors import DataError, DivergenceError, Interrupted
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.support import checks


@dataclass(frozen=True)
class Wish:
    """What the user wants beside the recipe.

    Attributes
    ----------
    checkpoint_every : int or None
        Epochs from one checkpoint to the next.
    resume : bool
        Go on from the checkpoint in the output folder.
    """

    seed: int = 0
    engine: str = "auto"
    device: str = "cpu"
    quiet: bool = False
    checkpoint_every: int | None = None
    resume: bool = False

    def as_typed(self) -> dict[str, Any]:
        """The options that decide what is learned, where they are not the usual ones."""
        usual, mine = vars(Wish()), vars(self)
        return {name: mine[name] for name in ("seed", "engine", "device") if mine[name] != usual[name]}


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
    head = heads.for_source(loss, source)
    if head.classifies:
        heads.check_classes(source, loss)
    class_names = source.class_names if head.classifies else ()
    y = head.encode(source, class_names)
    parts = split(source.X, y, recipe.test_share, recipe.validation_share)
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
        validation_share=recipe.validation_share,
    )
    network.metadata["data"] = description.to_plain()
    if source.features_named:
        network.metadata["feature_names"] = list(source.feature_names)
    if head.targets == "several":
        network.metadata["multi_label"] = True
    return Training(source, recipe, optimizer, parts, Model(network, description, loss))


def fit(training: Training, epochs: int, options: dict[str, Any], callbacks: Sequence[Callback]) -> History:
    """Train, and watch the samples that are held back for that."""
    model, recipe = training.model, training.recipe
    ready = {name: model.prepared(part) for name, part in training.parts.items()}
    return model.network.fit(
        *ready["training"],
        loss=model.loss,
        optimizer=training.optimizer,
        epochs=epochs,
        batch_size=recipe.batch_size,
        validation_data=ready.get("validation"),
        metrics=[model.head.metric],
        callbacks=callbacks,
        **options,
    )


def run(name: str, output: str | None, given: dict[str, Any], wish: Wish) -> int:
    """The whole command; its exit code."""
    group = processes.current()
    source = sources.read(name)
    checks.integer("--seed", wish.seed, least=0)
    training = prepare(source, recipes.choose(source, given), wish.seed)
    report = Report(wish.quiet or not group.leads)
    folder = Folder(folder_of(source.name) if output is None else output)
    saving = Saving.chosen(folder.path, wish.checkpoint_every, wish.resume, group)
    training = continued(training, saving)
    clock, typed = time.perf_counter(), CommandLine(name, given | wish.as_typed(), folder.path)
    try:
        history = train(training, wish, saving, [folder, Header(report, training)])
        if group.leads:
            deliver(training, history, time.perf_counter() - clock, report, folder, typed)
    except DivergenceError as error:
        if group.leads and error.history is not None:
            # Outputs that are not finite can be neither scored nor drawn.
            with suppress(DataError), np.errstate(over="ignore", invalid="ignore"):
                deliver(
                    training, error.history, time.perf_counter() - clock, report, folder, typed, failed=True
                )
        raise
    finally:
        folder.release()
    return EXIT_CODES.get(history.stopped_by, 0)


def deliver(
    training: Training, history: History, seconds: float, report: Report, folder: Folder, typed: CommandLine,
    *, failed: bool = False,
) -> None:  # fmt: skip
    """Write model, history, pictures and page, and print what came out."""
    model = training.model.carrying()
    to_draw = training.parts.get("test", training.parts["training"])

    def write(into: Path) -> tuple[list[str], str]:
        written, missing = results.write(into, model, history, to_draw)
        return [*written, page.write(training, model, history, typed, into)], missing

    where, written, missing = folder.fill(write, failed=failed or history.n_epochs == 0)
    report.end(replace(training, model=model), history, seconds)
    report.files(where, written, missing)


def continued(training: Training, saving: Saving) -> Training:
    """The same training with the network of the checkpoint that it goes on from, if there is one.

    Of several processes the first one reads it, so that they need no common disk.
    """
    network, optimizer = training.model.network, training.optimizer
    saved = processes.current().once(lambda: saving.found(network, optimizer))
    return training if saved is None else replace(training, model=replace(training.model, network=saved))


def train(training: Training, wish: Wish, saving: Saving, callbacks: Sequence[Callback]) -> History:
    """Train for the epochs that are left; the history of all."""
    state, record = training.model.network.state, Record()
    left = training.recipe.epochs - (0 if state is None else state.epoch)
    if left <= 0 and state is not None:
        record.remember(state.callbacks.get(record.name, {}))
        record.history.engine = state.engine
        return record.history
    options = {"engine": wish.engine, "device": wish.device, "progress": not wish.quiet}
    try:
        history = fit(training, left, options, [*callbacks, *saving.callbacks(record)])
    except Interrupted as interrupted:
        if interrupted.history is None:
            raise
        history = interrupted.history
    if saving.every is not None:
        record.history.stopped_by = history.stopped_by
        return record.history
    return history
