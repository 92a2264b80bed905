"""``glassnet train``: from the name of some data to a trained network in a folder."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.callbacks import Callback, Session
from glassnet.cli import page, results
from glassnet.cli.checkpoint import Record, Saving
from glassnet.cli.errors import EXIT_CODES
from glassnet.cli.folder import Folder, folder_of
from glassnet.cli.given import units
from glassnet.cli.page import CommandLine
from glassnet.cli.shown.printer import Printer
from glassnet.cli.shown.watching import Curves
from glassnet.engines.torch import processes
from glassnet.errors import DataError, DivergenceError, Interrupted
from glassnet.network.history import History
from glassnet.recipes import choose, prepare, read
from glassnet.recipes.experiment import Experiment


@dataclass(frozen=True)
class Wish:
    """What the user wants beside the recipe."""

    seed: int = 0
    engine: str = "auto"
    device: str = "cpu"
    quiet: bool = False
    checkpoint_every: int | None = None  # epochs from one checkpoint to the next
    resume: bool = False  # go on from the checkpoint in the output folder
    watch: bool = False  # show the curves while it trains

    def as_typed(self) -> dict[str, Any]:
        """The options that decide what is learned, where they are not the usual ones."""
        usual, mine = vars(Wish()), vars(self)
        return {name: mine[name] for name in ("seed", "engine", "device") if mine[name] != usual[name]}


class Header(Callback):
    """Prints what is going to be trained on, once everything is checked."""

    def __init__(self, printer: Printer, experiment: Experiment) -> None:
        self.printer, self.experiment = printer, experiment

    def begin(self, session: Session) -> None:
        self.printer.begin(self.experiment)


def run(name: str, output: str | None, of_recipe: dict[str, Any], wish: Wish) -> int:
    """The whole command; its exit code."""
    group = processes.current()
    source = read(name)
    experiment = prepare(source, choose(source, **choices(of_recipe)), seed=wish.seed)
    printer = Printer(wish.quiet or not group.leads)
    folder = Folder(folder_of(source.name) if output is None else output)
    saving = Saving.chosen(folder.path, wish.checkpoint_every, wish.resume, group)
    experiment = continued(experiment, saving)
    clock, typed = time.perf_counter(), CommandLine(name, of_recipe | wish.as_typed(), folder.path)
    try:
        watching = [Curves()] if wish.watch and group.leads else []
        history = train(experiment, wish, saving, [folder, Header(printer, experiment), *watching])
        if group.leads:
            deliver(experiment, history, time.perf_counter() - clock, printer, folder, typed)
    except DivergenceError as error:
        if group.leads and error.history is not None:
            # Outputs that are not finite can be neither scored nor drawn.
            with suppress(DataError), np.errstate(over="ignore", invalid="ignore"):
                deliver(
                    experiment,
                    error.history,
                    time.perf_counter() - clock,
                    printer,
                    folder,
                    typed,
                    failed=True,
                )
        raise
    finally:
        folder.release()
    return EXIT_CODES.get(history.stopped_by, 0)


def choices(of_recipe: Mapping[str, Any]) -> dict[str, Any]:
    """What the user has given, as :func:`glassnet.recipes.choose` takes it."""
    choices_made = {name: value for name, value in of_recipe.items() if value is not None}
    return (
        choices_made | {"hidden": units(choices_made["hidden"])} if "hidden" in choices_made else choices_made
    )


def deliver(
    experiment: Experiment, history: History, seconds: float, printer: Printer, folder: Folder, typed: CommandLine,
    *, failed: bool = False,
) -> None:  # fmt: skip
    """Write model, history, pictures and page, and print what came out."""
    model = experiment.model.scaling_inside()
    to_draw = experiment.parts.get("test", experiment.parts["training"])

    def write(into: Path) -> tuple[list[str], str]:
        written, missing = results.write(into, model, history, to_draw)
        return [*written, page.write(experiment, model, history, typed, into)], missing

    where, written, missing = folder.fill(write, failed=failed or history.n_epochs == 0)
    printer.end(replace(experiment, model=model), history, seconds)
    printer.files(where, written, missing)


def continued(experiment: Experiment, saving: Saving) -> Experiment:
    """The same training with the network of the checkpoint that it goes on from, if there is one.

    Of several processes the first one reads it, so that they need no common disk.
    """
    network, optimizer = experiment.model.network, experiment.optimizer
    saved = processes.current().once(lambda: saving.found(network, optimizer))
    return (
        experiment if saved is None else replace(experiment, model=replace(experiment.model, network=saved))
    )


def train(experiment: Experiment, wish: Wish, saving: Saving, callbacks: Sequence[Callback]) -> History:
    """Train for the epochs that are left; the history of all."""
    state, record = experiment.model.network.state, Record()
    left = experiment.recipe.epochs - (0 if state is None else state.epoch)
    if left <= 0 and state is not None:
        record.remember(state.callbacks.get(record.name, {}))
        record.history.engine = state.engine
        return record.history
    try:
        history = experiment.fit(
            epochs=left, callbacks=[*callbacks, *saving.callbacks(record)],
            engine=wish.engine, device=wish.device, progress=not (wish.quiet or wish.watch),
        )  # fmt: skip
    except Interrupted as interrupted:
        if interrupted.history is None:
            raise
        history = interrupted.history
    if saving.every is not None:
        record.history.stopped_by = history.stopped_by
        return record.history
    return history
