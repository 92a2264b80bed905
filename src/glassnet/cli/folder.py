"""The output folder of a training: the model, the history, the pictures."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from glassnet.cli.model import Model, Part
from glassnet.errors import ArgumentError, MissingDependencyError
from glassnet.training.callbacks import Callback, Session
from glassnet.training.history import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODEL, HISTORY = "model.safetensors", "history.csv"
CURVES, MATRIX = "learning_curve.png", "confusion_matrix.png"
_DOTS_PER_INCH = 150


class Folder(Callback):
    """Is made when training begins, so that a folder that cannot be written costs nothing."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def begin(self, session: Session) -> None:
        """Make it, or raise `ArgumentError`."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.path).close()
        except OSError as error:
            raise ArgumentError(
                f"--output: the folder {str(self.path)!r} cannot be written: {error.strerror or error}"
            ) from error

    def fill(self, model: Model, history: History, part: Part) -> tuple[list[str], str]:
        """Write everything; the names of the files, and why there are no pictures, if so.

        `part` is what the confusion matrix is drawn of.
        """
        model.network.save(self.path / MODEL)
        written = [MODEL]
        if history.n_epochs == 0:
            return written, ""
        self._write_history(history)
        written.append(HISTORY)
        try:
            written += self._draw(model, history, part)
        except MissingDependencyError as error:
            return written, str(error)
        return written, ""

    def _write_history(self, history: History) -> None:
        with (self.path / HISTORY).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(history)
            writer.writerows(zip(*history.values(), strict=True))

    def _draw(self, model: Model, history: History, part: Part) -> list[str]:
        from glassnet.insight import plots
        from glassnet.insight.plots import canvas

        figure = canvas.figure(8.0, 3.2)
        for ax, column in zip(figure.subplots(1, 2), ("loss", model.head.metric), strict=True):
            plots.learning_curves(history, column, ax=ax)
        self._save(figure, CURVES)
        if not model.classifies:
            return [CURVES]
        classes = part.y if part.y.ndim == 1 or part.y.shape[1] > 1 else part.y[:, 0]
        ax = plots.confusion_matrix(classes, model.predict(part.X), class_names=model.description.class_names)
        self._save(ax.get_figure(root=True), MATRIX)
        return [CURVES, MATRIX]

    def _save(self, figure: Figure | None, name: str) -> None:
        if figure is not None:
            figure.savefig(self.path / name, dpi=_DOTS_PER_INCH)
