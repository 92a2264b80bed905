"""Training on a table that does not fit into memory: its features are written to files, and read from there."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.cli.table.loading import Loaded
from glassnet.estimators.learning.features import Reading
from glassnet.estimators.learning.rows import Rows
from glassnet.network.network import Network
from glassnet.support.arrays import Array
from glassnet.tables import Preprocessing, Table
from glassnet.tables.files import Split

_ROWS = 20_000  # that are made features at once
MOST_WATCHED = 100_000  # rows of the validation part, which is looked at after every epoch
TRAINING, VALIDATION = "training", "validation"


class OnDisk(Reading):
    """The features of the rows to learn from and of those to watch, in files that are gone when training has ended.

    Attributes
    ----------
    keep : sequence of str
        Columns that are read however they look.
    tables : mapping of str to Table
        A sample of each part.
    stands_for : mapping of str to Table
        Tables without columns, of as many rows as the parts have.
    """

    def __init__(self, loaded: Loaded, parts: Split, tables: Mapping[str, Table], folder: Path) -> None:
        super().__init__(loaded.wish.keep)
        self.loaded, self.parts, self.tables = loaded, parts, tables
        self.stands_for = {
            name: Table(loaded.features, {}, len(rows))
            for name, rows in parts.parts.items()
            if name in (TRAINING, VALIDATION)
        }
        self._place = folder
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._written: dict[str, Array] = {}

    @property
    def merges(self) -> bool:
        """Equal rows stay as they are: they are not here to be compared."""
        return False

    def shown(self, table: Table) -> Table:
        """The sample of the training part."""
        return self.tables[TRAINING]

    def features(self, preprocessing: Preprocessing, table: Table, dtype: str) -> Array:
        """Of the part that this table stands for."""
        if not self._written:
            self._write(preprocessing, np.dtype(dtype))
        name = next(name for name, one in self.stands_for.items() if one is table)
        return self._written[name]

    def asked(self, held: Sequence[tuple[Network, Rows]]) -> Sequence[tuple[Network, Rows]]:
        """The sample of the validation part."""
        if VALIDATION not in self.tables:
            return held
        places = self.loaded.sampled(self.parts.parts[VALIDATION])
        rows = Rows(self.tables[VALIDATION], self.loaded.y[places])
        return [(network, rows) for network, _ in held]

    def _write(self, preprocessing: Preprocessing, dtype: np.dtype[Any]) -> None:
        self._place.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix=".features-", dir=self._place)
        n_rows, n_features = len(self.loaded.y), preprocessing.n_features
        belongs = np.full(n_rows, -1, np.int8)
        names = list(self.stands_for)
        for place, name in enumerate(names):
            rows = self.parts.parts[name]
            belongs[rows] = place
            path = Path(self._folder.name) / f"{name}.npy"
            shape = (len(rows), n_features)
            self._written[name] = np.lib.format.open_memmap(path, "w+", dtype, shape)
        filled = [0] * len(names)
        for first, table in self.loaded.slices(_ROWS):
            of = belongs[first : first + table.n_rows]
            features = preprocessing.transform(table, dtype)
            for place, name in enumerate(names):
                members = features[of == place]
                self._written[name][filled[place] : filled[place] + len(members)] = members
                filled[place] += len(members)

    def close(self) -> None:
        """Remove the files."""
        self._written.clear()
        if self._folder is not None:
            self._folder.cleanup()
