"""What a training leaves behind beside its page: the model, the history, the pictures."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from glassnet.cli.shown import sheets
from glassnet.errors import DataError, MissingDependencyError
from glassnet.network.history import History
from glassnet.recipes.model import Model, Subset

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODEL, HISTORY = "model.safetensors", "history.csv"
CURVES, MATRIX = "learning_curve.png", "confusion_matrix.png"
_DOTS_PER_INCH = 150


def write(folder: Path, model: Model, history: History, part: Subset) -> tuple[list[str], str]:
    """Write everything; the names of the files, and why there are no pictures, if so.

    `part` is what the confusion matrix is drawn of.
    """
    model.network.save(folder / MODEL)
    written = [MODEL]
    if history.n_epochs == 0:
        return written, ""
    rows = [list(history), *zip(*history.values(), strict=True)]
    sheets.write(folder / HISTORY, sheets.csv_text(rows))
    written.append(HISTORY)
    try:
        written += _draw(folder, model, history, part)
    except MissingDependencyError as error:
        return written, str(error)
    return written, ""


def _draw(folder: Path, model: Model, history: History, part: Subset) -> list[str]:
    from glassnet import plots
    from glassnet.plots.drawing import canvas

    figure = canvas.figure(8.0, 3.2)
    for ax, column in zip(figure.subplots(1, 2), ("loss", model.head.metric), strict=True):
        plots.learning_curves(history, column, ax=ax)
    _save(figure, folder / CURVES)
    if not model.classifies or model.multi_label:
        return [CURVES]
    classes = part.y if part.y.ndim == 1 or part.y.shape[1] > 1 else part.y[:, 0]
    ax = plots.confusion_matrix(classes, model.predict(part.X), class_names=model.description.class_names)
    _save(ax.get_figure(root=True), folder / MATRIX)
    return [CURVES, MATRIX]


def _save(figure: Figure | None, path: Path) -> None:
    if figure is not None:
        figure.savefig(path, dpi=_DOTS_PER_INCH)


def history_beside(path: Path) -> History | None:
    """The history that ``glassnet train`` wrote into the folder of this model; None where there is none.

    Raises `DataError` if the file holds something else than columns of numbers.
    """
    file = path.with_name(HISTORY)
    if not file.exists():
        return None
    try:
        with file.open(newline="", encoding="utf-8") as text:
            names, *rows = list(csv.reader(text))
            columns = [list(map(float, column)) for column in zip(*rows, strict=True)]
            history = History()
            history.extend(dict(zip(names, columns, strict=True)))
    except ValueError as error:
        raise DataError(
            f"{file} is not a history as glassnet train writes it ({error}); move it away, or train again"
        ) from error
    return history
