"""What ``glassnet tune`` tries: settings, one after the other, each judged on the validation rows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.callbacks import Callback, Session
from glassnet.cli.table import judging, learning
from glassnet.cli.table.loading import Loaded, load
from glassnet.cli.table.wishes import TableWish
from glassnet.errors import DataError, DivergenceError, EngineError
from glassnet.support.optional import require
from glassnet.tables import Table
from glassnet.tables.files import Split

LOG, MODELS = "tuning.log", ".trials"
HISTORY, SECONDS, LOSS = "history", "seconds", "loss"
_FEW = 2000  # rows up to which all may be looked at at once
_WIDTHS, _ACTIVATIONS, _BATCHES = (
    (64, 128, 256, 512),
    ("selu", "mish", "relu", "gelu", "tanh"),
    (64, 128, 256, 512),
)
AS_IT_IS = "as it is"  # the preset whose own settings a trial takes


@dataclass(frozen=True, eq=False)
class Ground:
    """A table in parts, on which settings are tried."""

    loaded: Loaded
    parts: Split
    tables: Mapping[str, Table]
    folder: Path  # where models and the log are kept
    seed: int

    @classmethod
    def prepared(
        cls, source: str, wish: TableWish, of_recipe: Mapping[str, Any], folder: Path, seed: int
    ) -> Ground:
        """The table, read and split."""
        loaded = load(source, wish)
        if not loaded.file.is_whole:
            raise DataError(
                f"{loaded.file.name} is too large to be tuned on in memory; tune on some of its rows, and train on all"
            )
        parts = loaded.split(*learning.shares(of_recipe))
        return cls(
            loaded, parts, {name: loaded.table(rows) for name, rows in parts.parts.items()}, folder, seed
        )

    @property
    def measure(self) -> str:
        """What decides: the accuracy (of classes that weigh alike, the balanced one), or the error of values."""
        if not self.loaded.classifies:
            return "root_mean_squared_error"
        return "balanced_accuracy" if self.loaded.wish.balance else "accuracy"

    @property
    def direction(self) -> str:
        """Which way is better."""
        return "maximize" if self.loaded.classifies else "minimize"

    @property
    def presets(self) -> list[str]:
        """Where settings begin; all are tried first as they are."""
        return ["tabular", "tabular-strong", *(["small"] if len(self.parts.training) <= _FEW else [])]

    def model_file(self, number: int) -> Path:
        """Where the model of a trial is kept."""
        return self.folder / MODELS / f"{number}.safetensors"

    def run(self, trial: Any, deadline: float) -> float:
        """Train by the settings of a trial, keep its model, and give its score on the validation rows."""
        optuna = require("optuna", extra="tables", purpose="looking for settings")
        settings = self.settings(trial)
        until = _Until(deadline)
        estimator = learning.estimator(
            self.loaded,
            settings,
            seed=self.seed,
            engine="auto",
            device="cpu",
            progress=False,
            callbacks=[until],
        )
        estimator.set_params(preset=settings["preset"])
        began = time.perf_counter()
        try:
            learning.fit(estimator, self.loaded, self.parts, self.tables)
        except (DivergenceError, EngineError) as error:
            raise optuna.TrialPruned(str(error)) from error
        if until.ended and trial.number > 0:
            raise optuna.TrialPruned("the budget was used up")
        scores = self._scores(estimator.model_)
        self.model_file(trial.number).parent.mkdir(exist_ok=True)
        estimator.model_.save(self.model_file(trial.number))
        trial.set_user_attr(HISTORY, {name: list(values) for name, values in estimator.history_.items()})
        trial.set_user_attr("engine", estimator.history_.engine)
        trial.set_user_attr(SECONDS, time.perf_counter() - began)
        trial.set_user_attr(LOSS, scores.get("log_loss", 0.0))
        return scores[self.measure]

    def _scores(self, model: Any) -> dict[str, float]:
        y = self.loaded.y[self.parts.validation]
        return judging.scores(model, judging.truth(model, y), judging.told(model, self.tables["validation"]))

    def settings(self, trial: Any) -> dict[str, Any]:
        """What a trial chooses."""
        from glassnet.estimators import presets

        if AS_IT_IS in trial.user_attrs:
            return {"preset": trial.user_attrs[AS_IT_IS]}
        n_rows, n_columns = len(self.parts.training), len(self.loaded.features)
        preset = trial.suggest_categorical("preset", self.presets)
        settings: dict[str, Any] = {
            "preset": preset,
            "depth": trial.suggest_int("depth", 1, 4),
            "width": trial.suggest_categorical("width", _WIDTHS),
            "activation": trial.suggest_categorical("activation", _ACTIVATIONS),
            "l2": trial.suggest_float("l2", 1e-7, 1e-1, log=True),
        }
        if preset == "small":
            return settings
        usual = presets.settings(preset, n_rows, n_columns, "classes" if self.loaded.classifies else "values")
        factor = trial.suggest_float("rate_factor", 0.1, 3.0, log=True)
        rate = usual.learning_rate
        if isinstance(rate, float):
            settings["learning_rate"] = rate * factor
        return settings | {
            "dropout": trial.suggest_float("dropout", 0.0, 0.4, step=0.05),
            "batch_size": trial.suggest_categorical("batch_size", _BATCHES),
        }


class _Until(Callback):
    """Ends a training when the time is over."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.ended = False

    def epoch_end(self, session: Session) -> None:
        if time.time() > self.deadline:
            self.ended = True
            session.stop("the end of the budget")


def storage(folder: Path) -> Any:
    """What was tried, in a file that several processes may write."""
    require("optuna", extra="tables", purpose="looking for settings")
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(folder / LOG)))


def work(
    source: str, wish: TableWish, of_recipe: Mapping[str, Any], folder: str, name: str, seed: int, worker: int,
    deadline: float, most: int | None,
) -> None:  # fmt: skip
    """Try settings until the deadline, in a process of its own."""
    with suppress(KeyboardInterrupt):  # which the process that started this one tells about
        ground = Ground.prepared(source, wish, of_recipe, Path(folder), seed)
        try_until(ground, name, worker, deadline, most)


def try_until(
    ground: Ground, name: str, worker: int, deadline: float, most: int | None, callbacks: Any = ()
) -> None:
    """Try settings until the deadline, or until there are so many trials in all."""
    optuna = require("optuna", extra="tables", purpose="looking for settings")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.load_study(study_name=name, storage=storage(ground.folder))
    # Not what was proposed before, nor what others propose.
    drawn = ground.seed + worker + 1000 * len(study.trials)
    study.sampler = optuna.samplers.TPESampler(seed=drawn)
    ends = [] if most is None else [optuna.study.MaxTrialsCallback(most, states=None)]
    study.optimize(
        lambda trial: ground.run(trial, deadline), timeout=max(deadline - time.time(), 0.1),
        callbacks=[*callbacks, *ends],
    )  # fmt: skip
