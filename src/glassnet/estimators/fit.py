"""One call of fit, once it is known what the rows hold: members, the rows of each, and their training."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from glassnet.errors import ArgumentError
from glassnet.estimators.learning import choosing, joining, training
from glassnet.estimators.learning.members import Member, Part
from glassnet.estimators.learning.rows import Rows, split
from glassnet.estimators.learning.work import Work
from glassnet.estimators.like_sklearn.work import SklearnWork
from glassnet.estimators.presets import Settings
from glassnet.network.network import Network


class Fit:
    """Training of all members of an estimator.

    Attributes
    ----------
    held : list of (Network, Rows)
        Networks, and rows that each of them was not trained on: the members, or those that chose the epochs.
    """

    def __init__(self, estimator: Any, rows: Rows, watched: Rows | None, work: Work, part: bool) -> None:
        self.estimator, self.rows, self.watched, self.part = estimator, rows, watched, part
        self.random = check_random_state(estimator.random_state)
        # Like scikit-learn: weights, then orders of batches, by the very generator.
        self.alone = isinstance(work, SklearnWork) and estimator.ensemble == 1
        self.work = (
            replace(work, random=self.random) if isinstance(work, SklearnWork) and self.alone else work
        )
        drawn = copy.deepcopy(self.random) if self.alone else self.random
        self.seeds: list[int] = drawn.randint(2**31 - 1, size=estimator.ensemble).tolist()
        self.goes_on = False
        self.held: list[tuple[Network, Rows]] = []
        self.chooses = bool(work.settings.folds) and not part and watched is None

    @property
    def holds(self) -> bool:
        """Whether rows will be held back."""
        share = 0 if self.part else self.work.settings.validation_share
        return self.chooses or self.watched is not None or share > 0

    def members(self) -> list[Member]:
        """New networks, one for each seed."""
        seeds = [self.random] if self.alone else self.seeds
        n_rows = self.rows.table.n_rows
        return [Member(self.work.begun(self.work.network(seed), n_rows)) for seed in seeds]

    def go_on(self) -> None:
        """Make sure that the networks of the last fit are those that the parameters ask for."""
        self.goes_on = True
        members = self.estimator._members = [one for one in self.estimator._members if not one.is_beside]
        if len(members) != self.estimator.ensemble:
            raise ArgumentError(
                f"this fit goes on with {len(members)} networks, and ensemble is {self.estimator.ensemble} now; "
                "leave it as it was, or set warm_start=False"
            )
        fresh = self.work.network(0)
        for member in members:
            if _skeleton(member.network) != _skeleton(fresh):
                raise ArgumentError(
                    f"this fit goes on with {member.network!r}, and the parameters now ask for {fresh!r}; leave the "
                    "layers as they were, or set warm_start=False"
                )
            _take_over(member.network, fresh, self.estimator)
            if not self.part and self.work.settings.schedule != "constant":
                member.network.state = None  # a schedule begins anew

    def run(self) -> None:
        """Train all members, and what predicts beside them."""
        self._train()
        settings = self.work.settings.beside
        if settings is not None and not self.goes_on and not self.part:
            self._train_beside(settings)

    def _train_beside(self, settings: Settings) -> None:
        """Train members by other settings, on the same features."""
        estimator = self.estimator
        members, chosen, trained = estimator._members, estimator.settings_, []
        work = replace(
            self.work, settings=settings, head=estimator._head(settings), epochs=settings.epochs, foreseen=0,
            cut_off=None,
        )  # fmt: skip
        other = Fit(estimator, self.rows, None, work, part=False)
        estimator._members = other.members()
        try:
            other.run()
            trained = [replace(member, is_beside=True) for member in estimator._members]
        finally:
            estimator._members, estimator.settings_ = [*members, *trained], chosen

    def _train(self) -> None:
        """Train all members, side by side where there are several."""
        estimator = self.estimator
        everything = estimator._part(self.rows, self.work.head)
        if self.chooses and self._choose(everything):
            return
        validation = None if self.watched is None else estimator._part(self.watched, self.work.head)
        works = training.own_callbacks(self.work, estimator.ensemble)
        progress, jobs = estimator.verbose and estimator.ensemble == 1, []
        for member, seed, work in zip(estimator._members, self.seeds, works, strict=True):
            train, held = everything, validation
            places = self._places(seed)
            if places is not None:
                train, held = everything.take(places[0]), everything.take(places[1])
            rows = self.watched if places is None else self.rows.take(places[1])
            if rows is not None:
                self.held.append((member.network, rows))
            score = None if rows is None or estimator.scorer is None else estimator._scoring(rows)
            jobs.append(partial(training.train, member, work, train, held, score, progress))
        training.side_by_side(jobs, estimator.n_jobs)

    def _choose(self, everything: Part) -> bool:
        """Find how networks of parts of the rows do best on the others; whether the members are made of these."""
        groups = self._groups()
        choice = choosing.choose(self.work, everything, self._copies, groups, self.seeds[0])
        self.work, self.estimator.settings_ = choice.work, choice.work.settings
        self.held = [(member.network, held.of(self.rows)) for member, held in choice.unseen]
        joins = self.work.settings.joins and len(choice.unseen) > 0
        if joins:
            self._join([member for member, _ in choice.unseen], everything, groups)
        elif not self.goes_on:
            self.estimator._members = self.members()  # their penalties belong to their layers
        return joins

    def _join(self, first: list[Member], everything: Part, groups: NDArray[np.int64] | None) -> None:
        """Make every member of networks that have not seen one part of the rows each, the first of those that chose."""
        by_place = {0: first}

        def train(place: int) -> None:
            by_place[place] = choosing.unseen(self.work, everything, self._copies, groups, self.seeds[place])

        others = [partial(train, place) for place in range(1, self.estimator.ensemble)]
        training.side_by_side(others, self.estimator.n_jobs)
        self.estimator._members = [joining.joined(by_place[place], self.work) for place in sorted(by_place)]
        self.estimator.settings_ = replace(self.work.settings, hidden=joining.hidden(first))

    @property
    def _copies(self) -> NDArray[np.int64]:
        copies = self.rows.copies
        return np.ones(self.rows.table.n_rows, np.int64) if copies is None else copies

    def _groups(self) -> NDArray[np.int64] | None:
        groups: NDArray[np.int64] | None = self.estimator._groups(self.estimator._encoded(self.rows.y))
        return groups

    def _places(self, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """The rows that a member is trained on and those that it is not; None where that is not for it to choose."""
        share = self.work.settings.validation_share
        if self.part or self.chooses or self.watched is not None or not share:
            return None
        trained, held = split(self.rows.table.n_rows, share, self._groups(), np.random.default_rng([seed, 1]))
        return (trained, held) if len(held) else None


def _skeleton(network: Network) -> list[tuple[Any, ...]]:
    """What a network cannot change while it learns; penalties and dropout it can."""
    layers = [
        (type(layer), getattr(layer, "units", None), getattr(layer, "activation", None))
        for layer in network.layers
    ]
    return [(network.dtype, network.input_shape), *layers]


def _take_over(network: Network, fresh: Network, estimator: Any) -> None:
    """Penalties and dropout that were given, into a network that goes on."""
    overrides = {
        "l1": estimator.l1 is not None, "l2": estimator.l2 is not None, "rate": estimator.dropout is not None,
    }  # fmt: skip
    for mine, theirs in zip(network.layers, fresh.layers, strict=True):
        for name, is_given in overrides.items():
            if is_given and hasattr(theirs, name):
                setattr(mine, name, getattr(theirs, name))
