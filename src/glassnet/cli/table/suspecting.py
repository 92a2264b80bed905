"""What has to be known before a training: columns that give the target away, rows in both parts, rare classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote

import numpy as np

from glassnet.cli.table.loading import Loaded, sample
from glassnet.tables import Table
from glassnet.tables.files import Split, Suspect, rows_in_both, suspects

_BALANCED = 0.8  # share of one class from which on the classes are out of balance
_RARE = 0.05  # or share of a class below which they are,
_OF_EQUAL = 0.5  # if it is also below so much of what each of them would have


@dataclass(frozen=True)
class Suspicions:
    """What may make a test too easy, or a score say little."""

    target: str
    classifies: bool
    columns: Mapping[str, Suspect]  # those that tell the target alone, or nearly
    # n_repeated, n_test: rows of the test part, and those of them that stand in another part, too
    n_repeated: int
    n_test: int
    imbalance: str  # in a sentence; empty where classes are in balance

    @property
    def sentences(self) -> list[str]:
        """All of them."""
        said = [self._of_column(name, one) for name, one in self.columns.items()]
        if self.n_repeated:
            said.append(
                f"{self.n_repeated:,} of {self.n_test:,} test rows ({100 * self.n_repeated / self.n_test:.3g} %) stand "
                "in another part too, word for word, so that learning by heart is rewarded; --group keeps rows of one "
                "origin together"
            )
        return [*said, self.imbalance] if self.imbalance else said

    @property
    def giving_away(self) -> list[str]:
        """The columns beside which next to nothing is left to learn."""
        return [name for name, one in self.columns.items() if one.gives_away]

    def _of_column(self, name: str, one: Suspect) -> str:
        if self.classifies:
            missed = (
                f"errors of a guess at {self.target!r} (always naming the most frequent class is wrong in "
                f"{100 * one.guess:.3g} % of the rows, what goes with this column in {100 * one.told:.3g} %)"
            )
        else:
            missed = (
                f"squared error of a guess at {self.target!r} (root mean squared error {one.guess:.3g} of the mean, "
                f"{one.told:.3g} of what goes with this column)"
            )
        advice = (
            "is it known before the target is? If not, leave it out"
            if one.gives_away
            else "it may be a very good one; if it is known only after the target, leave it out"
        )
        share = f"{100 * one.share:.4g} %"
        return f"column {name!r} alone takes away {share} of the {missed}: {advice}: --drop {quote(name)}"


def suspicions(loaded: Loaded, parts: Split, training: Table) -> Suspicions:
    """Of the rows as they are split; `training` are those to learn from, or a sample."""
    y = loaded.y[loaded.sampled(parts.training)]
    some = sample(np.arange(len(y)))
    training, y = training.take(some), y[some]
    columns = suspects({name: training.columns[name] for name in training.names}, y, loaded.classifies)
    return Suspicions(
        loaded.target,
        loaded.classifies,
        columns,
        _repeated(loaded, parts),
        len(parts.test),
        _imbalance(loaded),
    )


def _repeated(loaded: Loaded, parts: Split) -> int:
    """Only of a table that is in memory as a whole."""
    if not loaded.file.is_whole:
        return 0
    rows = loaded.file.rows.select([*loaded.features, loaded.target])
    training, validation, test = (
        loaded.rows[part] for part in (parts.training, parts.validation, parts.test)
    )
    return rows_in_both(rows, Split(training, validation, test, parts.how))


def _imbalance(loaded: Loaded) -> str:
    if not loaded.classifies:
        return ""
    names, counts = np.unique(loaded.y.astype(str), return_counts=True)
    shares = counts / counts.sum()
    most, least = int(shares.argmax()), int(shares.argmin())
    if shares[most] < _BALANCED and shares[least] >= min(_RARE, _OF_EQUAL / len(shares)):
        return ""
    weighed = (
        "they weigh alike in training" if loaded.wish.balance else "--balance weighs them alike in training"
    )
    return (
        f"classes are out of balance: {100 * shares[most]:.3g} % of the rows are {str(names[most])!r}, "
        f"{100 * shares[least]:.3g} % {str(names[least])!r}; {weighed}"
    )
