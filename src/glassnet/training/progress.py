"""The bar that a person watches: in a terminal, or below the cell of a notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext

from glassnet.metrics import is_share, title
from glassnet.support import notebook
from glassnet.support.text import markup, plain

_WIDE = 76
_EACH = 0.1  # seconds from one change of the line in a notebook to the next


class Silence:
    """No bar at all."""

    def show(self, *newest: object) -> None:
        """Show nothing, whatever is new."""


class Bar:
    """A live line on standard error: epochs, loss, the newest number on validation data, time left."""

    def __init__(self, epochs: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        columns: list[ProgressColumn] = [
            TextColumn("epoch {task.fields[epoch]}/{task.total:.0f}"),
            TextColumn("{task.fields[values]}", markup=False),
        ]
        self._most_values = 1
        if console.width >= _WIDE:
            columns = [BarColumn(16), *columns, TimeRemainingColumn(compact=True, elapsed_when_finished=True)]
            self._most_values = 2
        # Prints of a callback go above the bar, unless they go elsewhere.
        self._progress = Progress(*columns, console=console, redirect_stdout=sys.stdout.isatty())
        self._task = self._progress.add_task("", total=epochs, epoch=0, values="")

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def show(self, epoch: float, values: Mapping[str, float], shares: Collection[str] = ()) -> None:
        """Epochs done, a fraction while one is under way, and the newest numbers."""
        shown = "  ".join(_told(values, self._most_values, shares))
        self._progress.update(self._task, completed=epoch, epoch=int(epoch), values=shown)


class NotebookBar:
    """The same as a line below the cell of a notebook, which stays there when training has ended."""

    def __init__(self, total: int, what: str = "epoch") -> None:
        self._total, self._what, self._line = total, what, notebook.Line()
        self._began, self._written = time.perf_counter(), 0.0
        self._done, self._told = 0.0, [""]

    def __enter__(self) -> NotebookBar:
        self._write(ended=False)
        return self

    def __exit__(self, *exception: object) -> None:
        self._write(ended=True)

    def show(self, epoch: float, values: Mapping[str, float], shares: Collection[str] = ()) -> None:
        """Epochs done, a fraction while one is under way, and the newest numbers."""
        self.tell(epoch, _told(values, 2, shares))

    def tell(self, done: float, words: list[str]) -> None:
        """How many are done, and what there is to say."""
        self._done, self._told = done, words
        if time.perf_counter() - self._written >= _EACH:
            self._write(ended=False)

    def _write(self, *, ended: bool) -> None:
        self._written = time.perf_counter()
        parts = [
            f"{self._what} {int(self._done)}/{self._total}",
            *filter(None, self._told),
            self._time(ended),
        ]
        shown = "  ".join(filter(None, parts))
        bar = f'<progress value="{self._done:.4g}" max="{self._total}" style="width: 12em"></progress>'
        self._line.show(shown, f"<div>{bar}&ensp;{markup(shown).replace('  ', '&ensp;')}</div>")

    def _time(self, ended: bool) -> str:
        passed = time.perf_counter() - self._began
        if ended:
            return f"{passed:.1f} s"
        return f"{passed / self._done * (self._total - self._done):.0f} s left" if self._done else ""


def _told(values: Mapping[str, float], most: int, shares: Collection[str]) -> list[str]:
    """The loss, and the validation metric, or the validation loss if there is no metric."""
    held = [name for name in values if name.startswith("validation_")]
    shown = [name for name in ["loss", *held[-1:]] if name in values][-most:]
    return [f"{title(name)} {_number(values[name], name in shares or is_share(name))}" for name in shown]


def _number(value: float, share: bool) -> str:
    return f"{100 * value:.1f} %" if share else f"{value:.3g}"


Shown = Bar | NotebookBar | Silence


def watched(progress: bool, epochs: int) -> AbstractContextManager[Shown]:
    """A bar, or silence; there is no bar where standard error is neither a terminal nor that of a notebook."""
    if progress and notebook.shell() is not None:
        return NotebookBar(epochs)
    return Bar(epochs) if progress and sys.stderr.isatty() else nullcontext(Silence())


def announce(message: str) -> None:
    """Tell a person what takes long, on standard error."""
    print(f"glassnet: {plain(message)}", file=sys.stderr)
