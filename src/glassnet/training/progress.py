"""The bar that a person watches."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from glassnet.metrics import is_share
from glassnet.text import plain

_WIDE = 76


class Silence:
    """No bar at all."""

    def show(self, epoch: float, values: Mapping[str, float]) -> None:
        """Nothing."""


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

    def show(self, epoch: float, values: Mapping[str, float]) -> None:
        """Epochs done, a fraction while one is under way, and the newest numbers."""
        self._progress.update(self._task, completed=epoch, epoch=int(epoch), values=self._line(values))

    def _line(self, values: Mapping[str, float]) -> str:
        """The loss, and the validation metric, or the validation loss if there is no metric."""
        held = [name for name in values if name.startswith("validation_")]
        shown = ["loss", *held[-1:]][-self._most_values :]
        return "  ".join(f"{_label(name)} {_number(name, values[name])}" for name in shown)


def _label(name: str) -> str:
    return name.replace("_", " ").replace("r2", "R²")


def _number(name: str, value: float) -> str:
    return f"{100 * value:.1f} %" if is_share(name) else f"{value:.3g}"


def watched(progress: bool, epochs: int) -> AbstractContextManager[Bar | Silence]:
    """A bar, or silence; there is no bar where standard error is not a terminal."""
    return Bar(epochs) if progress and sys.stderr.isatty() else nullcontext(Silence())


def announce(message: str) -> None:
    """Tell a person what takes long, on standard error."""
    print(f"glassnet: {plain(message)}", file=sys.stderr)
