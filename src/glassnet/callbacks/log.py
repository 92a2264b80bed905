"""A table of the training, written while it runs."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from itertools import takewhile

from glassnet.callbacks.base import Callback, Session
from glassnet.errors import ArgumentError
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.calls import explained

_NOT_SCORES = frozenset({"epoch", "learning_rate", "seconds"})


@explained
class CSVLog(Callback):
    """Writes a row for every epoch to a CSV file, which can be read while training runs.

    Columns are those of the history, epoch first. The file is the log of one network's training: a fit that goes on,
    also after a restart, appends to it; epochs that are trained once more are replaced, so a new network begins anew.

    Parameters
    ----------
    path : str or path
        Its folder must exist.

    Raises
    ------
    ArgumentError
        By fit, if the folder does not exist, or the file is something else than a log with these columns.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path, self._not_scores = checks.path("path of CSVLog", path), _NOT_SCORES

    def adjust(self, optimizer: Optimizer) -> Optimizer:
        """The optimizer as it is; one without steps has no learning rate to log."""
        self._not_scores = _NOT_SCORES if optimizer.takes_steps else _NOT_SCORES - {"learning_rate"}
        return optimizer

    def check(self, greater_is_better: Mapping[str, bool | None]) -> None:
        """The folder must exist, and a file that is there be such a log."""
        if not self.path.resolve().parent.is_dir():
            raise ArgumentError(f"the folder of CSVLog({str(self.path)!r}) does not exist; create it first")
        written = self._columns()
        columns = {*self._not_scores, *greater_is_better}
        if written and (written[0] != "epoch" or set(written) != columns):
            raise ArgumentError(
                f"{self.path} is there already and not a log of this training: its first line is not "
                f"epoch and {', '.join(sorted(columns - {'epoch'}))}. Remove it, or choose another path"
            )

    def begin(self, session: Session) -> None:
        """Forget the epochs that come again."""
        if not self._columns():
            return
        done = session.state.epoch
        with self.path.open("rb+") as file:
            header, *rows = file.readlines()
            file.truncate(len(header) + sum(map(len, takewhile(lambda row: _epoch_of(row) <= done, rows))))

    def write(self, session: Session) -> None:
        """Append a row, and before the first one the names of the columns."""
        columns = self._columns()
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns or list(session.history), lineterminator="\n")
            if not columns:
                writer.writeheader()
            writer.writerow({name: values[-1] for name, values in session.history.items()})

    def _columns(self) -> list[str]:
        """The names in the first line; none if there is no file, or nothing in it."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return []
        with self.path.open(newline="", encoding="utf-8", errors="replace") as file:
            return file.readline().rstrip("\r\n").split(",")


def _epoch_of(row: bytes) -> float:
    """The epoch of a row; infinity if it was not written to its end."""
    first = row.partition(b",")[0]
    return float(first) if first.isdigit() and row.endswith(b"\n") else float("inf")
