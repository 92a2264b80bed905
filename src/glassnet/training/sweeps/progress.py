"""The bar that a person watches while a sweep runs."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext

from glassnet.training.sweeps.run import Outcome


class Silence:
    """No bar at all."""

    def show(self, outcome: Outcome) -> None:
        """Nothing."""


class Bar:
    """A live line on standard error: runs done, solved and failed, time left."""

    def __init__(self, n_runs: int, judges: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            BarColumn(16),
            TextColumn("run {task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[counts]}", markup=False),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=Console(stderr=True),
            redirect_stdout=sys.stdout.isatty(),
        )
        self._task = self._progress.add_task("", total=n_runs, counts="")
        self._judges, self._done, self._solved, self._failed = judges, 0, 0, 0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def show(self, outcome: Outcome) -> None:
        """Count one more run."""
        self._done += 1
        self._solved += outcome.solved
        self._failed += bool(outcome.error)
        counts = [f"{self._solved / self._done:.0%} solved"] if self._judges else []
        counts += [f"{self._failed} failed"] if self._failed else []
        self._progress.update(self._task, completed=self._done, counts="  ".join(counts))


def watched(progress: bool, n_runs: int, judges: bool) -> AbstractContextManager[Bar | Silence]:
    """A bar, or silence; there is no bar where standard error is not a terminal."""
    return Bar(n_runs, judges) if progress and sys.stderr.isatty() else nullcontext(Silence())
