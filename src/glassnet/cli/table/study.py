"""A model of a table with everything that is known about it: its parts, its history, what it promises."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.cli.table import judging
from glassnet.cli.table.loading import Loaded
from glassnet.cli.table.suspecting import Suspicions
from glassnet.network.history import History
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property
from glassnet.tables import Table, TableModel
from glassnet.tables.explain import ColumnSummary, summaries
from glassnet.tables.files import Split, TableFile

DESCRIPTION_VERSION = 1


@dataclass(frozen=True, eq=False)
class Piece:
    """One part of the rows, as it is judged: all of it, or a sample of a large one."""

    name: str
    n_rows: int  # of the whole part
    rows: NDArray[np.int64]  # their numbers in the file, counted from 1
    table: Table
    true: Array
    said: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Study:
    """A model and the table that it was made from."""

    loaded: Loaded
    split: Split
    tables: Mapping[str, Table]  # of each part; of a large one a sample
    places: Mapping[str, NDArray[np.int64]]  # the rows of these tables, among those of `loaded`
    model: TableModel
    history: History | None
    suspicions: Suspicions
    facts: Sequence[tuple[str, str]]  # about the training

    @cached_property
    def pieces(self) -> dict[str, Piece]:
        """The parts, with what the model says about them."""
        pieces = {}
        for name, rows in self.split.parts.items():
            table, places = self.tables[name], self.places[name]
            true = judging.truth(self.model, self.loaded.y[places])
            numbers = self.loaded.rows[places] + 1
            pieces[name] = Piece(name, len(rows), numbers, table, true, judging.told(self.model, table))
        return pieces

    @cached_property
    def scores(self) -> dict[str, dict[str, float]]:
        """Of each part."""
        return {name: judging.scores(self.model, one.true, one.said) for name, one in self.pieces.items()}

    @property
    def judged(self) -> Piece:
        """The part that tells how good the model is: the one that it has seen least of."""
        return list(self.pieces.values())[-1]

    def described(self) -> TableModel:
        """The model with what its file says beside: how columns are read, what was promised, where columns lie."""
        return with_description(self.model, self.description)

    @cached_property
    def description(self) -> dict[str, Any]:
        """Plain data for the model's file."""
        judged, wish = self.judged, self.loaded.wish
        kinds = {kind.name: kind for kind in self.loaded.file.kinds}
        others = [name for name in (self.loaded.target, wish.group, wish.time) if name is not None]
        columns = list(dict.fromkeys([*self.model.preprocessing.columns, *others]))
        of_training = summaries(self.tables["training"])
        return {
            **self.model.description,
            "version": DESCRIPTION_VERSION,
            "source": self.loaded.file.name,
            "target": self.loaded.target,
            "header": wish.header,
            "kinds": [kinds[name].to_data() for name in columns],
            "summaries": {name: of_training[name].to_data() for name in self.model.preprocessing.columns},
            "rows": {name: len(rows) for name, rows in self.split.parts.items()},
            "split": {
                "how": self.split.how,
                "group": wish.group,
                "time": wish.time,
                "shares": list(self.split.shares),
            },
            "columns": [kind.name for kind in self.loaded.file.kinds],
            "fingerprint": fingerprint(self.loaded.file, columns),
            "promised": {
                "part": judged.name,
                "rows": len(judged.true),
                "scores": self.scores[judged.name],
                "errors": judging.uncertainties(self.model, judged.true, judged.said),
            },
        }


def with_description(model: TableModel, description: Mapping[str, Any]) -> TableModel:
    """The same model with another description."""
    described = copy.copy(model)
    described.description = dict(description)
    return described


def fingerprint(file: TableFile, names: Sequence[str]) -> str:
    """The same for the same rows in these columns, and in all likelihood for no others; empty for a part of a table."""
    if not file.is_whole:
        return ""
    hashes = file.rows.select(names).hash_rows(seed=0).to_numpy()
    return f"{file.n_rows}-{int(hashes.sum(dtype=np.uint64)):016x}"


def summaries_of(description: Mapping[str, Any]) -> dict[str, ColumnSummary]:
    """Where the columns of the training part lie."""
    return {name: ColumnSummary.from_data(data) for name, data in description.get("summaries", {}).items()}
