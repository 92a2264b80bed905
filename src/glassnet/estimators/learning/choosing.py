"""How training goes and where it ends: by what is best for rows that were held back.

Each part of the rows is held back once. A network of its own is trained on the others through all cycles of learning
rates, and at the end of each, where the rate is 0, asked for what it has not seen; so is one for every weight decay,
and each of these for one penalty after the other. The network that is kept is then trained on all rows, by the best of
them up to the best end, or is made of these networks (:mod:`glassnet.estimators.learning.joining`): no row is lost to
validation, and all have a say in the choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from glassnet.estimators.learning import training
from glassnet.estimators.learning.members import Member, Part
from glassnet.estimators.learning.rows import Portion, portions, split
from glassnet.estimators.learning.work import Work
from glassnet.layers import Dense
from glassnet.network.network import Network

Array = NDArray[np.float64]
Places = NDArray[np.int64]

# What the cross-entropy counts beside the share of errors, which it tells apart where few rows are held back.
OF_ENTROPY = 0.5


@dataclass(frozen=True)
class Choice:
    """What was found."""

    work: Work  # with the epochs after which training ends, the decay and the penalty
    # Networks that were trained like that, and the rows that each of them has not seen
    unseen: list[tuple[Member, Portion]]


@dataclass
class _Candidate:
    """A way to train, what its networks missed in the rows that each of them had not seen, and these networks."""

    work: Work
    missed: float = 0.0
    states: list[tuple[Member, Array, Array]] = field(default_factory=list)


def choose(work: Work, rows: Part, copies: Places, groups: Places | None, seed: int) -> Choice:
    """Try every decay and every end of the settings on parts that are held back.

    Parameters
    ----------
    work : Work
    rows : Part
        All rows.
    copies : ndarray of int
        How many equal rows each of them stands for.
    groups : ndarray of int, optional
        Classes that all parts hold in the same shares.
    seed : int
        Of the parts, and of the networks trained for this.
    """
    parts, seeds = _drawn(work, copies, groups, seed)
    if not parts:
        return Choice(work, [])
    paths = _paths(work)
    epochs = work.settings.epochs * sum(len(path) for path in paths)
    foreseen = work.settings.epochs + len(parts) * epochs
    candidates = [
        candidate
        for path in paths
        for candidate in _tried([replace(one, foreseen=foreseen) for one in path], rows, parts, seeds)
    ]
    best = min(candidates, key=lambda candidate: (candidate.missed, -candidate.work.settings.l2))
    unseen = []
    for (member, parameters, statistics), (_, held) in zip(best.states, parts, strict=True):
        network = member.network
        network.parameters, network.running_statistics[...] = parameters, statistics
        _punish(network, best.work.settings.l2)
        unseen.append((member, held))
    return Choice(best.work, unseen)


def unseen(work: Work, rows: Part, copies: Places, groups: Places | None, seed: int) -> list[Member]:
    """Networks by a work that is chosen, each of which has not seen one part of the rows.

    They go the way of those that chose, from penalty to penalty up to the one that is chosen.
    """
    parts, seeds = _drawn(work, copies, groups, seed)
    members = [Member(work.network(each)) for each in seeds]
    for member, (train, _) in zip(members, parts, strict=True):
        part = train.of(rows)
        for l2 in _up_to(work.settings.l2, work.settings.penalties):
            _punish(member.network, l2)
            training.train(member, replace(work, callbacks=()), part, None, None, progress=False)
    return members


def _up_to(l2: float, penalties: tuple[float, ...]) -> tuple[float, ...]:
    """The penalties that come before this one, and itself."""
    return (*takewhile(lambda penalty: penalty != l2, penalties), l2)


def _drawn(
    work: Work, copies: Places, groups: Places | None, seed: int
) -> tuple[list[tuple[Portion, Portion]], list[int]]:
    """Parts of the rows, and the seed of a network for each."""
    random = np.random.default_rng([seed, 2])
    parts = _parts(work, copies, groups, random)
    return parts, random.integers(2**31 - 1, size=len(parts)).tolist()


def _paths(work: Work) -> list[list[Work]]:
    """A path for each decay of the settings, along their penalties."""
    settings = work.settings
    decayed = [
        replace(settings, optimizer=replace(settings.optimizer, weight_decay=decay))
        for decay in settings.decays
    ] or [settings]
    return [
        [replace(work, settings=replace(one, l2=penalty)) for penalty in settings.penalties or (one.l2,)]
        for one in decayed
    ]


def _tried(
    path: list[Work], rows: Part, parts: list[tuple[Portion, Portion]], seeds: list[int]
) -> list[_Candidate]:
    """The ends of every work of a path, each asked on all parts: the networks go from end to end, and on."""
    steps = [
        (work, begin, end)
        for work in path
        for begin, end in zip((0, *work.settings.ends), work.settings.ends, strict=False)
    ]
    candidates = [_Candidate(replace(work, epochs=end)) for work, _, end in steps]
    for (train, held), seed in zip(parts, seeds, strict=True):
        member = Member(path[0].network(seed))
        network, part, unseen = member.network, train.of(rows), held.of(rows)
        for candidate, (work, begin, end) in zip(candidates, steps, strict=True):
            _punish(network, work.settings.l2)
            step = replace(work, epochs=end - begin, callbacks=())
            training.train(member, step, part, None, None, progress=False)
            candidate.missed += len(held) * _missed(work, network, unseen)
            candidate.states.append((member, network.parameters.copy(), network.running_statistics.copy()))
    return candidates


def _punish(network: Network, l2: float) -> None:
    """Let large weights cost this much from now on."""
    for layer in network.layers:
        if isinstance(layer, Dense):
            layer.l2 = l2


def _parts(
    work: Work, copies: Places, groups: Places | None, random: np.random.Generator
) -> list[tuple[Portion, Portion]]:
    """Rows to train on and rows held back; every row is held back once, or the share of the settings."""
    n_parts = work.settings.folds
    if n_parts == 1:
        train, held = split(len(copies), work.settings.validation_share, groups, random)
        return [(Portion(train), Portion(held))] if len(held) else []
    return portions(copies, n_parts, groups, random)


def _missed(work: Work, network: Network, held: Part) -> float:
    """The loss for rows that were held back; of classes half of it, and the share of errors."""
    scores = network.evaluate(held.X, held.y, loss=work.head.loss, sample_weight=held.weights)
    if "accuracy" not in scores:
        return scores["loss"]
    return OF_ENTROPY * scores["loss"] + 1 - scores["accuracy"]
