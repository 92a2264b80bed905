"""What all estimators are: a fit of preprocessing and networks, and prediction by the model of both."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from glassnet.errors import ArgumentError, ShapeError
from glassnet.estimators import given
from glassnet.estimators.fitted import FittedEstimator
from glassnet.estimators.learning import heads, members
from glassnet.estimators.learning.building import Work, features_of
from glassnet.estimators.learning.inputs import table_of
from glassnet.estimators.learning.members import Member, Part
from glassnet.estimators.learning.rows import Rows, checked_weights, split
from glassnet.estimators.presets import Settings, Task
from glassnet.network.network import Network
from glassnet.tables.model import TableModel
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.table import Table
from glassnet.tables.target import Target

Array = NDArray[Any]

# So many different rows are few enough to look for equal ones among them.
MOST_MERGED = 2048
LIKE_SKLEARN = "sklearn"


class NetworkEstimator(FittedEstimator):
    """Base of the estimators; its subclasses say what y is."""

    target_: Target
    _task_: Task
    # Parameters that not all of them have.
    scale_targets: bool | None = None
    output_activation: Any = None
    scorer: Any = None
    ensemble: int = 1
    n_jobs: int = 1

    # ---- what a subclass says

    def _checked_y(self, y: Any) -> Array:
        """Targets as an array, or an error."""
        raise NotImplementedError

    def _task(self, y: Array) -> Task:
        """What such targets are."""
        raise NotImplementedError

    def _learn_target(self, y: Array) -> None:
        """Note what the target is: :attr:`target_`, of a classifier its classes."""
        raise NotImplementedError

    def _encoded(self, y: Array) -> Array:
        """Checked targets as numbers: classes counted from 0 on, or rows of scaled values."""
        raise NotImplementedError

    def _row_weights(self, y: Array, weights: Array | None) -> Array | None:
        """Weights of rows with those of their classes."""
        return weights

    @property
    def _weighs(self) -> bool:
        """Whether rows may have weights."""
        return True

    def _groups(self, encoded: Array) -> Array | None:
        """Classes that both parts of a split hold in the same shares."""
        return None

    def _head(self, settings: Settings) -> heads.NetworkEnd:
        loss, output = self.loss, self.output_activation
        return heads.head_of(
            self.target_, loss, output, settings.label_smoothing, self.preset == LIKE_SKLEARN
        )

    def _after_training(self, held: Sequence[Rows]) -> None:
        """What is learned from rows that no member was trained on."""

    # ---- fit

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any, sample_weight_val: Any, *, part: bool = False
    ) -> Self:  # fmt: skip
        """Learn from these rows; from one batch of many where it is a `part`."""
        given.check(self)
        goes_on = hasattr(self, "_members") and (part or self.warm_start)
        table = table_of(self, X, fresh=not goes_on)
        if not goes_on:
            self.column_names_ = table.names if table.named else None
        rows = self._rows(table, y, sample_weight, "sample_weight", "y")
        watched = None
        if X_val is not None or y_val is not None:
            if X_val is None or y_val is None:
                raise ArgumentError("a validation set needs both, X_val and y_val")
            if self.early_stopping is False:
                raise ArgumentError("X_val and y_val are for early stopping, and early_stopping is False")
            watched = (table_of(self, X_val, fresh=False), y_val, sample_weight_val)
        if not goes_on:
            self._task_ = self._task(rows.y)
        rows = self._merged(rows, part)
        if not goes_on:
            self._learn_table(rows)
        self._train(rows, watched, self._work(rows, part), goes_on, part)
        return self

    def _rows(self, table: Table, y: Any, weight: Any, name: str, name_y: str) -> Rows:
        """Rows that count, with their weights."""
        found = self._checked_y(y)
        if len(found) != table.n_rows:
            x_name = "X" + name_y.removeprefix("y")
            raise ShapeError(
                f"Found input variables with inconsistent numbers of samples: {x_name} has {table.n_rows} rows, "
                f"{name_y} has {len(found)}"
            )
        return Rows(table, found, checked_weights(weight, table.n_rows, name)).that_count()

    def _merged(self, rows: Rows, part: bool) -> Rows:
        """Equal rows once, where every step sees all rows and their order is nobody's wish."""
        if part or not self._weighs or not self.shuffle or self.preset == LIKE_SKLEARN:
            return rows
        merged = rows.merged(MOST_MERGED)
        size = self._settings(merged.table.n_rows, len(rows.table.names)).batch_size
        return merged if size is None or merged.table.n_rows <= size else rows

    def _settings(self, n_rows: int, n_features: int) -> Settings:
        return given.settings_of(self, n_rows, n_features, self._task_)

    def _learn_table(self, rows: Rows) -> None:
        """The target and the preprocessing, from the rows of the first fit."""
        self._learn_target(rows.y)
        names = rows.table.names
        settings = self._settings(rows.table.n_rows, len(names))
        self.preprocessing_ = Preprocessing.fit(rows.table, given.table_settings(settings, self, names))

    def _work(self, rows: Rows, part: bool) -> Work:
        self.settings_ = self._settings(rows.table.n_rows, self.preprocessing_.n_features)
        return Work(
            self.settings_, self._head(self.settings_), self.preprocessing_, tuple(self.callbacks), self.shuffle,
            self.engine, self.device, 1 if part else self.settings_.epochs, constant_rate=part,
        )  # fmt: skip

    def _part(self, rows: Rows, head: heads.NetworkEnd) -> Part:
        """Rows as the networks take them."""
        features = features_of(self.preprocessing_, rows.table, self.settings_.dtype)
        return Part(features, head.encode(self._encoded(rows.y)), self._row_weights(rows.y, rows.weights))

    def _train(self, rows: Rows, watched: Any, work: Work, goes_on: bool, part: bool) -> None:
        own = None
        if watched is not None:
            table, y, weight = watched
            own = self._rows(table, y, weight, "sample_weight_val", "y_val")
        everything = self._part(rows, work.head)
        given_held = None if own is None else self._part(own, work.head)
        seeds = check_random_state(self.random_state).randint(2**31 - 1, size=self.ensemble)
        if goes_on:
            self._go_on(work)
        else:
            self._members = [Member(work.network(self._seed(int(seed)))) for seed in seeds]
        jobs, out = [], []
        works = members.own_callbacks(work, self.ensemble)
        for member, seed, its in zip(self._members, seeds.tolist(), works, strict=True):
            train, held, held_rows = everything, given_held, own
            if own is None and not part and its.settings.validation_share:
                groups = self._groups(self._encoded(rows.y))
                random = np.random.default_rng([seed, 1])
                kept, member.held = split(rows.table.n_rows, its.settings.validation_share, groups, random)
                if len(member.held):
                    train, held, held_rows = (
                        everything.take(kept),
                        everything.take(member.held),
                        rows.take(member.held),
                    )
            score = None if held_rows is None or self.scorer is None else self._scoring(held_rows)
            jobs.append(
                partial(members.train, member, its, train, held, score, self.verbose and self.ensemble == 1)
            )
            out.append(held_rows)
        try:
            members.side_by_side(jobs, self.n_jobs)
        finally:
            self._finish()
        self._after_training([found for found in out if found is not None])

    def _seed(self, seed: int) -> Any:
        """Where first weights come from; like scikit-learn from the very generator, so that they are its own."""
        if self.preset != LIKE_SKLEARN or self.ensemble > 1:
            return seed
        return copy.deepcopy(check_random_state(self.random_state))

    def _go_on(self, work: Work) -> None:
        """Take up the networks of the last fit."""
        fresh = work.network(0)
        for member in self._members:
            if member.network != fresh:
                raise ArgumentError(
                    f"this fit goes on with {member.network!r}, and the parameters now ask for {fresh!r}; leave the "
                    "layers as they were, or set warm_start=False"
                )
            if not work.constant_rate and work.settings.schedule != "constant":
                member.network.state = None  # a schedule begins anew
        if len(self._members) != self.ensemble:
            raise ArgumentError(
                f"this fit goes on with {len(self._members)} networks, and ensemble is {self.ensemble} now; leave it "
                "as it was, or set warm_start=False"
            )

    def _scoring(self, held: Rows) -> Callable[[Network], float]:
        """A function that gives the score of a network on these rows."""
        from sklearn.metrics import check_scoring

        view = copy.copy(self)
        scorer = check_scoring(view, scoring=self.scorer)

        def score(network: Network) -> float:
            view.model_ = TableModel(self.preprocessing_, [network], self.target_)
            return float(scorer(view, held.table, held.y))

        return score

    def _finish(self, temperature: float | None = None) -> None:
        """The model of what was learned."""
        self.networks_ = [member.network for member in self._members]
        description = {"preset": self.preset, "estimator": type(self).__name__}
        self.model_ = TableModel(
            self.preprocessing_,
            self.networks_,
            self.target_,
            temperature=temperature,
            description=description,
        )
