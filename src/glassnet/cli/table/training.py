"""``glassnet train`` on a table: from a file to a model with its history and its report."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from glassnet.callbacks import Callback
from glassnet.cli.checkpoint import Saving
from glassnet.cli.errors import EXIT_CODES
from glassnet.cli.folder import Folder
from glassnet.cli.page import PAGE, CommandLine
from glassnet.cli.results import HISTORY, MODEL
from glassnet.cli.shown import sheets
from glassnet.cli.shown.watching import Curves
from glassnet.cli.table import learning, telling
from glassnet.cli.table.going_on import GoingOn
from glassnet.cli.table.in_parts import MOST_WATCHED, OnDisk
from glassnet.cli.table.judging import guessed
from glassnet.cli.table.loading import Loaded, load, sample
from glassnet.cli.table.printing import TablePrinter
from glassnet.cli.table.study import Study
from glassnet.cli.table.suspecting import Suspicions, suspicions
from glassnet.cli.table.wishes import TableWish
from glassnet.engines.torch import processes
from glassnet.errors import ArgumentError, Interrupted
from glassnet.network.history import History
from glassnet.plots.drawing.naming import layer_name
from glassnet.support.registry import compact_repr
from glassnet.tables import Table, TableModel
from glassnet.tables.files import Split


def run(
    source: str, output: str | None, of_recipe: Mapping[str, Any], wish: TableWish, settings: Mapping[str, Any],
    *, quiet: bool = False, watch: bool = False, every: int | None = None, resume: bool = False,
) -> int:  # fmt: skip
    """The whole command; its exit code. `settings` are seed, engine and device.

    A checkpoint is written after `every` so many epochs, and `resume` goes on from it.
    """
    if settings.get("device", "cpu") != "cpu" and settings.get("engine", "auto") == "auto":
        raise ArgumentError("--device is for the torch engine; give --engine torch, too")
    loaded = load(source, wish)
    parts = split_of(loaded, of_recipe)
    printer, folder = TablePrinter(quiet), Folder(folder_of(source) if output is None else output)

    tables = {name: loaded.table(loaded.sampled(rows)) for name, rows in parts.parts.items()}
    suspected = suspicions(loaded, parts, tables["training"])

    def begin() -> None:
        folder.open()
        printer.table(loaded, parts)
        if going_on.begun_at:
            printer.line(f"going on after epoch {going_on.begun_at:,}, from {saving.path}")
        printer.warned([*(note.text for note in estimator.preprocessing_.notes), *suspected.sentences])

    callbacks: list[Callback] = [learning.Once(begin), *([Curves()] if watch else [])]
    disk = None if loaded.file.is_whole else OnDisk(loaded, parts, tables, folder.path)
    estimator = learning.estimator(
        loaded, of_recipe, **settings, progress=not (quiet or watch), callbacks=callbacks, reading=disk
    )
    saving = Saving.chosen(folder.path, every, resume, processes.current())
    going_on = GoingOn(saving, estimator)
    typed = CommandLine(source, {**of_recipe, **wish.as_typed(), **_unusual(settings)}, folder.path)
    began, stopped_by = time.perf_counter(), ""
    try:
        try:
            learning.fit(estimator, loaded, parts, tables if disk is None else disk.stands_for)
        except Interrupted as interrupted:
            stopped_by = str(interrupted.history.stopped_by) if interrupted.history is not None else ""
            if not hasattr(estimator, "model_"):
                raise
        seconds = time.perf_counter() - began
        history = going_on.history
        study = study_of(
            loaded,
            parts,
            tables,
            estimator.model_,
            history,
            suspected,
            facts(estimator, history, seconds, going_on.begun_at),
        )
        deliver(study, printer, folder, typed)
        if not stopped_by:
            going_on.ended()
    finally:
        if disk is not None:
            disk.close()
        folder.release()
    return EXIT_CODES.get(stopped_by, 0)


def split_of(loaded: Loaded, of_recipe: Mapping[str, Any]) -> Split:
    """The rows in parts; of a table that is too large for memory, no more are watched than can be."""
    test, watched = learning.shares(of_recipe)
    if not loaded.file.is_whole:
        watched = min(watched, MOST_WATCHED / len(loaded.y))
    return loaded.split(test, watched)


def study_of(
    loaded: Loaded, parts: Split, tables: Mapping[str, Table], model: TableModel, history: History | None,
    suspected: Suspicions, about: Sequence[tuple[str, str]],
) -> Study:  # fmt: skip
    """A model with its parts, of which large ones are sampled."""
    shown, places = {}, {}
    for name, rows in parts.parts.items():
        places[name] = sample(rows)
        is_there = tables[name].n_rows == len(places[name])
        shown[name] = tables[name] if is_there else loaded.table(places[name])
    return Study(loaded, parts, shown, places, model, history, suspected, about)


def facts(estimator: Any, history: History, seconds: float, begun_at: int) -> list[tuple[str, str]]:
    """About a training, which may have gone on after some epochs."""
    network = estimator.network_
    members = len(estimator.model_.networks)
    several = f"{members} networks of " if members > 1 else ""
    last = f", the last {history.n_epochs - begun_at:,} of them" if begun_at else ""
    lines = [
        ("preset", estimator.preset),
        ("network", several + ", ".join(map(layer_name, network.layers))),
        ("parameters", f"{members * len(network.parameters):,}"),
        (
            "features",
            f"{estimator.model_.preprocessing.n_features:,} of {len(estimator.model_.preprocessing.columns):,} columns",
        ),
        ("loss", compact_repr(network.loss) if network.loss is not None else "–"),
        ("training", f"{history.n_epochs:,} epochs{last} in {seconds:.1f} s, {history.engine} engine"),
    ]
    if history.restored_epoch:
        lines.append(("best epoch", f"{history.restored_epoch}, on the validation rows"))
    if estimator.model_.temperature is not None:
        lines.append(("temperature", f"{estimator.model_.temperature:.3g}"))
    return lines


def deliver(study: Study, printer: TablePrinter, folder: Folder, typed: CommandLine) -> None:
    """Write model, history and report, and print what came out."""

    def write(into: Path) -> tuple[list[str], str]:
        study.described().save(into / MODEL)
        written = [MODEL]
        history = study.history
        if history is not None and history.n_epochs:
            rows = [list(history), *zip(*history.values(), strict=True)]
            sheets.write(into / HISTORY, sheets.csv_text(rows))
            written.append(HISTORY)
        telling.page(study, typed.changed).save(into / PAGE)
        return [*written, PAGE], ""

    where, written, missing = folder.fill(write, failed=False)
    sizes = {name: len(one.true) for name, one in study.pieces.items()}
    printer.scored(study.scores, sizes, guessed(study.judged.true, study.loaded.classifies))
    for name, value in study.facts:
        printer.fact(name, value)
    printer.files(where, written, missing)


def folder_of(source: str) -> str:
    """Where results go by default: a folder of its own below runs/, whatever the file is called."""
    name = Path(source).name
    with suppress(ValueError):
        name = name[: name.index(".")] if not name.startswith(".") else name
    plain_name = "".join(sign for sign in name if sign.isalnum() or sign in "_-. ").strip(" .-_")
    return f"runs/{plain_name or 'data'}"


def _unusual(settings: Mapping[str, Any]) -> dict[str, Any]:
    usual = {"seed": 0, "engine": "auto", "device": "cpu"}
    return {name: value for name, value in settings.items() if value != usual[name]}
