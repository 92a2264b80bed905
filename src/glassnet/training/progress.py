"""The bar that a person watches."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from glassnet.optional import require


class Silence:
    """No bar at all."""

    def show(self, epoch: float, values: Mapping[str, float]) -> None:
        """Nothing."""


class Bar:
    """A live line: epochs, loss, validation accuracy where there is one, time left."""

    def __init__(self, epochs: int) -> None:
        rich = require("rich.progress", extra="all", purpose="the progress bar")
        self._progress = rich.Progress(
            rich.TextColumn("[bold]training"), rich.BarColumn(bar_width=24),
            rich.TextColumn("epoch {task.fields[epoch]}/{task.total:.0f}"),
            rich.TextColumn("{task.fields[values]}"), rich.TimeElapsedColumn(), rich.TimeRemainingColumn(compact=True),
        )  # fmt: skip
        self._task = self._progress.add_task("training", total=epochs, epoch=0, values="")

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._progress.stop()

    def show(self, epoch: float, values: Mapping[str, float]) -> None:
        """Epochs done, a fraction while one is under way, and the newest numbers."""
        line = "  ".join(f"{_label(name)} {value:.4g}" for name, value in values.items() if name in _SHOWN)
        self._progress.update(self._task, completed=epoch, epoch=int(epoch), values=line)


_SHOWN = ("loss", "validation_loss", "accuracy", "validation_accuracy", "validation_r2")


def _label(name: str) -> str:
    return name.replace("_", " ")


def watched(progress: bool, epochs: int) -> AbstractContextManager[Bar | Silence]:
    """A bar, or silence."""
    return Bar(epochs) if progress else nullcontext(Silence())
