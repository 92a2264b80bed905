"""``glassnet tune``: a search for good settings that can be stopped and gone on with, and the best model at its end."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from glassnet import tables
from glassnet.cli.errors import EXIT_CODES
from glassnet.cli.folder import Folder
from glassnet.cli.page import CommandLine
from glassnet.cli.table.printing import TablePrinter
from glassnet.cli.table.search.trials import (
    AS_IT_IS,
    HISTORY,
    LOSS,
    MODELS,
    SECONDS,
    Ground,
    storage,
    try_until,
    work,
)
from glassnet.cli.table.suspecting import suspicions
from glassnet.cli.table.training import deliver, folder_of, study_of
from glassnet.cli.table.wishes import TableWish
from glassnet.errors import ArgumentError, DataError
from glassnet.insight.report.numbers import score
from glassnet.metrics import title
from glassnet.network.history import History
from glassnet.plots.drawing.naming import layer_name
from glassnet.support import checks
from glassnet.support.optional import require
from glassnet.training.interrupt import CTRL_C, reason_of

_BUDGET = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h)?")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}
_EACH = 0.5  # seconds from one look at what other processes found to the next


def run(
    source: str, output: str | None, of_recipe: Mapping[str, Any], wish: TableWish,
    *, budget: str, trials: int | None, jobs: int, seed: int, quiet: bool,
) -> int:  # fmt: skip
    """The whole command; its exit code."""
    optuna = require("optuna", extra="tables", purpose="looking for settings")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seconds = seconds_of(budget)
    checks.integer("--jobs", jobs, least=1)
    if trials is not None:
        checks.integer("--trials", trials, least=1)
    folder, printer = Folder(folder_of(source) if output is None else output), TablePrinter(quiet)
    ground = Ground.prepared(source, wish, of_recipe, folder.path, seed)
    if not len(ground.parts.validation):
        raise ArgumentError(
            "--validation-share must be above 0, since settings are compared on the validation rows"
        )
    folder.open()
    folder.release()  # others may help, from here or from other machines that see the folder
    study = _study(optuna, ground)
    printer.table(ground.loaded, ground.parts)
    n_before = sum(trial.state.is_finished() for trial in study.trials)
    if n_before:
        printer.line(f"going on from {n_before:,} trials in {folder.path / 'tuning.log'}")
    deadline, code = time.time() + seconds, 0
    try:
        _search(ground, study, (source, wish, dict(of_recipe)), jobs, deadline, trials, printer)
    except KeyboardInterrupt as error:
        reason = reason_of(error)
        printer.line(f"stopped by {reason}", "yellow")
        code = EXIT_CODES.get(reason, EXIT_CODES[CTRL_C])
    _finish(
        ground, study, folder, printer, CommandLine(source, {**of_recipe, **wish.as_typed()}, folder.path)
    )
    return code


def seconds_of(budget: str) -> float:
    """From "90s", "10m", "2h" or "90"; raises `ArgumentError` for anything else."""
    parts = _BUDGET.fullmatch(budget.strip())
    seconds = float(parts[1]) * _SECONDS[parts[2]] if parts else 0.0
    if seconds <= 0:
        raise ArgumentError(f"--budget must be a time such as 90s, 10m or 2h; got {budget!r}")
    return seconds


def _study(optuna: Any, ground: Ground) -> Any:
    """The study of this table in the folder; another's is refused."""
    name, records = _name(ground), storage(ground.folder)
    others = {one.study_name for one in records.get_all_studies()} - {name}
    if others:
        raise ArgumentError(
            f"--output: {ground.folder} holds the tuning of another table, target or split; give another folder"
        )
    study = optuna.create_study(
        storage=records, study_name=name, direction=ground.direction, load_if_exists=True
    )
    if not study.trials:
        for preset in ground.presets:
            study.enqueue_trial({}, user_attrs={AS_IT_IS: preset})
    return study


def _name(ground: Ground) -> str:
    """The same for the same rows, columns, target and parts."""
    loaded, parts = ground.loaded, ground.parts
    identity = [
        loaded.target, loaded.classifies, list(loaded.features), loaded.wish.balance, parts.how,
        {name: [len(rows), int(rows.sum())] for name, rows in parts.parts.items()},
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]


def _search(
    ground: Ground,
    study: Any,
    how: tuple[Any, ...],
    jobs: int,
    deadline: float,
    most: int | None,
    printer: TablePrinter,
) -> None:
    progress = _Progress(ground, printer)
    progress.told = {trial.number for trial in study.trials if trial.state.is_finished()}
    if jobs == 1:
        try_until(ground, study.study_name, 0, deadline, most, callbacks=[lambda at, _: progress.tell(at)])
        return
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(
            target=work,
            args=(*how, str(ground.folder), study.study_name, ground.seed, worker, deadline, most),
        )
        for worker in range(jobs)
    ]
    for worker in workers:
        worker.start()
    try:
        while any(worker.is_alive() for worker in workers):
            time.sleep(_EACH)
            progress.tell(study)
    except KeyboardInterrupt:
        for worker in workers:
            worker.terminate()
        raise
    finally:
        for worker in workers:
            worker.join()
    progress.tell(study)


class _Progress:
    """A line for each trial that has ended."""

    def __init__(self, ground: Ground, printer: TablePrinter) -> None:
        self.ground, self.printer = ground, printer
        self.told: set[int] = set()

    def tell(self, study: Any) -> None:
        """What is new."""
        for trial in study.get_trials(deepcopy=False):
            if trial.state.is_finished() and trial.number not in self.told:
                self.told.add(trial.number)
                self._line(study, trial)

    def _line(self, study: Any, trial: Any) -> None:
        settings = ", ".join(f"{name} {value}" for name, value in _chosen(trial))
        if trial.value is None:
            self.printer.line(f"trial {trial.number:>3}  given up   {settings}")
            return
        leader = best(study)
        mark = "  best so far" if leader is not None and leader.number == trial.number else ""
        seconds = trial.user_attrs.get(SECONDS, 0.0)
        value = score(self.ground.measure, trial.value)
        self.printer.line(f"trial {trial.number:>3}  {value:>9}  {seconds:6.1f} s  {settings}{mark}")


def _chosen(trial: Any) -> Iterator[tuple[str, str]]:
    """The settings of a trial."""
    if AS_IT_IS in trial.user_attrs:
        yield "preset", f"{trial.user_attrs[AS_IT_IS]}, as it is"
    yield from ((name.replace("_", " "), _short(value)) for name, value in trial.params.items())


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def best(study: Any) -> Any | None:
    """The best trial: of equal scores that with the smaller loss."""
    ended = [
        trial
        for trial in study.get_trials(deepcopy=False)
        if trial.value is not None and LOSS in trial.user_attrs
    ]
    if not ended:
        return None
    sign = -1.0 if study.direction.name == "MAXIMIZE" else 1.0
    return min(ended, key=lambda trial: (sign * trial.value, trial.user_attrs[LOSS], trial.number))


def _finish(ground: Ground, study: Any, folder: Folder, printer: TablePrinter, typed: CommandLine) -> None:
    """Save the best model with its history and its report, and forget those of the other trials."""
    winner = best(study)
    if winner is None or not ground.model_file(winner.number).exists():
        raise DataError("no trial ended within the budget, so there is no model; give a larger --budget")
    model = tables.load(ground.model_file(winner.number))
    suspected = suspicions(ground.loaded, ground.parts, ground.tables["training"])
    facts = list(_facts(ground, study, winner, model))
    history = _history(winner)
    printer.warned([*(note.text for note in model.preprocessing.notes), *suspected.sentences])
    folder.open()
    try:
        whole = study_of(ground.loaded, ground.parts, ground.tables, model, history, suspected, facts)
        deliver(whole, printer, folder, typed)
        _forget(ground, winner.number)
    finally:
        folder.release()


def _history(trial: Any) -> History:
    history = History(str(trial.user_attrs.get("engine", "")))
    history.extend(trial.user_attrs[HISTORY])
    return history


def _facts(ground: Ground, study: Any, trial: Any, model: Any) -> Iterator[tuple[str, str]]:
    ended = [one for one in study.get_trials(deepcopy=False) if one.value is not None]
    yield "trials", f"{len(ended):,}; the best is number {trial.number}"
    yield f"validation {title(ground.measure)}", score(ground.measure, trial.value)
    yield from _chosen(trial)
    network = model.networks[0]
    yield "network", ", ".join(map(layer_name, network.layers))
    yield "parameters", f"{len(network.parameters):,}"


def _forget(ground: Ground, number: int) -> None:
    """Remove the models of all trials but the best, which later ones will be compared with."""
    winner = ground.model_file(number)
    for path in (ground.folder / MODELS).glob("*.safetensors"):
        if path != winner:
            path.unlink(missing_ok=True)
