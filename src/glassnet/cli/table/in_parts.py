"""Training on a table that does not fit into memory: its features are written to files, and read from there."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.cli.table.loading import Loaded
from glassnet.tables import Preprocessing, Table
from glassnet.tables.files import Split

Array = NDArray[Any]
_ROWS = 20_000  # that are made features at once
MOST_WATCHED = 100_000  # rows of the validation part, which is looked at after every epoch
TRAINING, VALIDATION = "training", "validation"


class OnDisk:
    """The features of the rows to learn from and of those to watch, in files that are gone when training has ended.

    Attributes
    ----------
    tables : mapping of str to Table
        A sample of each part.
    stands_for : mapping of str to Table
        Tables without columns, of as many rows as the parts have.
    """

    def __init__(self, loaded: Loaded, parts: Split, tables: Mapping[str, Table], folder: Path) -> None:
        self.loaded, self.parts, self.tables = loaded, parts, tables
        self.stands_for = {
            name: Table(loaded.features, {}, len(rows))
            for name, rows in parts.parts.items()
            if name in (TRAINING, VALIDATION)
        }
        self._place = folder
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._written: dict[str, Array] = {}

    def features(self, table: Table, preprocessing: Preprocessing, dtype: str) -> Array:
        """Of the part that this table stands for."""
        if not self._written:
            self._write(preprocessing, np.dtype(dtype))
        name = next(name for name, one in self.stands_for.items() if one is table)
        return self._written[name]

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
            made = preprocessing.transform(table, dtype)
            for place, name in enumerate(names):
                chosen = made[of == place]
                self._written[name][filled[place] : filled[place] + len(chosen)] = chosen
                filled[place] += len(chosen)

    def close(self) -> None:
        """Remove the files."""
        self._written.clear()
        if self._folder is not None:
            self._folder.cleanup()


def from_disk(estimator: Any, disk: OnDisk) -> Any:
    """The estimator, which takes features from files and the numbers of its preprocessing from a sample."""
    from glassnet.estimators.learning.members import Part
    from glassnet.estimators.learning.rows import Rows

    kind = type(estimator)

    class FromDisk(kind):  # type: ignore[misc, valid-type]
        """The same, of a table that is read in parts."""

        def _merged(self, rows: Rows) -> Rows:
            return rows

        def _learn_table(self, rows: Rows, part: bool) -> None:
            super()._learn_table(Rows(disk.tables[TRAINING], rows.y), part)
            self._n_rows = rows.table.n_rows

        def _part(self, rows: Rows, head: Any) -> Part:
            features = disk.features(rows.table, self.preprocessing_, self.settings_.dtype)
            return Part(features, head.encode(self._encoded(rows.y)), self._row_weights(rows.y, rows.weights))

        def _after_training(self, held: Any) -> None:
            if VALIDATION in disk.tables:
                places = disk.loaded.sampled(disk.parts.parts[VALIDATION])
                rows = Rows(disk.tables[VALIDATION], disk.loaded.y[places])
                held = [(network, rows) for network, _ in held]
            super()._after_training(held)

    return FromDisk(**estimator.get_params(deep=False))
