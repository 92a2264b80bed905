"""``glassnet diagnose`` on a model of a table: the network behind the preprocessing, on the rows as it gets them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import optimizers
from glassnet.cli.results import history_beside
from glassnet.cli.shown.diagnosis import ALL, exit_code, told
from glassnet.cli.shown.printer import Printer
from glassnet.cli.table import judging, using
from glassnet.cli.table.loading import sample
from glassnet.cli.table.printing import TablePrinter
from glassnet.cli.table.study import Study
from glassnet.errors import GlassnetError
from glassnet.insight.diagnosis import DiagnosisReport, diagnose
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.recipes.model import model_file
from glassnet.tables import Table, TableModel

Array = NDArray[Any]

_MOST_ROWS = 5000  # of each part, of which the diagnosis looks at 2000


def run(
    model_path: str, source: str, loss: str | None, optimizer: str | None, learning_rate: float | None,
    batch_size: int | None, as_json: bool,
) -> int:  # fmt: skip
    """Print the diagnosis; the exit code: 1 if there is an error among the findings, otherwise 0."""
    used = using.Used.load(model_path)
    file = used.read(source)
    if not file.is_whole:
        file = replace(file, lazy=None, n_rows=file.rows.height)
    places, true, _ = using.judged(used, file, TablePrinter(quiet=as_json))
    parts = using.parts_of(used, file, places, true)
    knows_it = using.NOW not in parts
    table = Table.of(file.rows.select(used.columns))
    ready = {
        name: as_trained(used.model, table.take(places[rows]), true[rows], loss)
        for name, rows in parts.items()
    }
    diagnosis = diagnose(
        _with_names(used.model),
        *ready["training" if knows_it else using.NOW],
        history_beside(model_file(model_path)) if knows_it else None,
        loss=loss,
        validation_data=ready.get("validation", ready.get("test")),
        optimizer=None if optimizer is None else optimizers.get(optimizer),
        learning_rate=learning_rate,
        batch_size=batch_size,
    )
    sizes = {name if knows_it else ALL: len(rows) for name, rows in parts.items()}
    told(file.name, sizes, diagnosis, as_json)
    if len(used.model.networks) > 1 and not as_json:
        Printer().line(f"not looked at: the other {len(used.model.networks) - 1} networks of the ensemble")
    return exit_code(diagnosis)


def _with_names(model: TableModel) -> Network:
    """The first network, which says how its features and classes are called."""
    network = model.networks[0].copy()
    network.metadata["feature_names"] = list(model.preprocessing.feature_names)
    if model.target.classifies:
        network.metadata["class_names"] = judging.class_names(model)
    return network


def as_trained(
    model: TableModel, table: Table, true: Array, loss: str | Loss | None = None
) -> tuple[Array, Array]:
    """Features, and targets in the form that the loss of the network takes; of many rows a sample."""
    from glassnet.estimators.learning.heads import head_of

    rows = sample(np.arange(table.n_rows), _MOST_ROWS)
    objective = model.networks[0].loss if loss is None else loss
    one_output = model.networks[0].plan().n_outputs == 1
    head = head_of(model.target, objective, None, 0.0, one_output)
    encoded = true[rows] if model.target.classifies else model.target.encode(true[rows])
    return model.preprocessing.transform(table.take(rows)), head.encode(encoded)


def of_study(study: Study) -> tuple[DiagnosisReport, str]:
    """The diagnosis of what was just trained, and why there is none where it cannot be made."""
    pieces = study.pieces
    try:
        ready = {name: as_trained(study.model, piece.table, piece.true) for name, piece in pieces.items()}
        held = ready.get("validation", ready.get("test"))
        X, y = ready["training"]
        return diagnose(_with_names(study.model), X, y, study.history, validation_data=held), ""
    except GlassnetError as error:
        return DiagnosisReport(), str(error)
