"""The bar that a person watches while a sweep runs."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext

from glassnet.support import notebook
from glassnet.sweeps.run import Outcome
from glassnet.training.progress import NotebookBar, Silence


class Tally:
    """How many runs are done, solved and failed."""

    def __init__(self, judges: bool) -> None:
        self._judges, self._done, self._solved, self._failed = judges, 0, 0, 0

    def add(self, outcome: Outcome) -> tuple[int, list[str]]:
        """Count one more; how many are done, and what there is to say."""
        self._done += 1
        self._solved += outcome.solved
        self._failed += bool(outcome.error)
        counts = [f"{self._solved / self._done:.0%} solved"] if self._judges else []
        return self._done, counts + ([f"{self._failed} failed"] if self._failed else [])


class SweepBar:
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
        self._tally = Tally(judges)

    def __enter__(self) -> SweepBar:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def show(self, outcome: Outcome) -> None:
        """Count one more run."""
        done, counts = self._tally.add(outcome)
        self._progress.update(self._task, completed=done, counts="  ".join(counts))


class SweepLine:
    """The same as a line below the cell of a notebook."""

    def __init__(self, n_runs: int, judges: bool) -> None:
        self._bar, self._tally = NotebookBar(n_runs, "run"), Tally(judges)

    def __enter__(self) -> SweepLine:
        self._bar.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.__exit__(*exception)

    def show(self, outcome: Outcome) -> None:
        """Count one more run."""
        self._bar.tell(*self._tally.add(outcome))


def watched(
    progress: bool, n_runs: int, judges: bool
) -> AbstractContextManager[SweepBar | SweepLine | Silence]:
    """A bar, or silence; there is no bar where standard error is neither a terminal nor that of a notebook."""
    if progress and notebook.shell() is not None:
        return SweepLine(n_runs, judges)
    return SweepBar(n_runs, judges) if progress and sys.stderr.isatty() else nullcontext(Silence())
