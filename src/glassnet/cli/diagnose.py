"""``glassnet diagnose``: why a network does not learn."""

from __future__ import annotations

from dataclasses import replace

from glassnet import losses, optimizers
from glassnet.cli import results
from glassnet.cli.shown.diagnosis import exit_code, told
from glassnet.insight.diagnosis import diagnose
from glassnet.recipes import sources
from glassnet.recipes.model import Model, Subset, model_file


def run(
    model_path: str,
    data: str,
    loss: str | None,
    optimizer: str | None,
    learning_rate: float | None,
    batch_size: int | None,
    as_json: bool,
) -> int:
    """Print the diagnosis; the exit code: 1 if there is an error among the findings, otherwise 0."""
    file = model_file(model_path)
    model, source = Model.load_as_trained(model_path, loss), sources.read(data)
    parts = samples(model, source)
    ready = {name: model.prepared(part) for name, part in parts.items()}
    knows_it = "all samples" not in parts
    diagnosis = diagnose(
        model.network,
        *ready["training" if knows_it else "all samples"],
        results.history_beside(file) if knows_it else None,
        loss=model.loss if loss is not None or model.network.loss is not None else None,
        validation_data=ready.get("validation", ready.get("test")),
        optimizer=None if optimizer is None else optimizers.get(optimizer),
        learning_rate=learning_rate,
        batch_size=batch_size,
    )
    told(source.name, {name: len(part.X) for name, part in parts.items()}, diagnosis, as_json)
    return exit_code(diagnosis)


def samples(model: Model, source: sources.Source) -> dict[str, Subset]:
    """As :meth:`Model.parts`; classes also for a loss that takes one value for each of them."""
    n_outputs, names = model.network.plan().n_outputs, model.description.class_names
    if model.multi_label:
        return replace(model, loss=losses.get("binary_cross_entropy")).parts(source)
    if not names or model.head.targets not in ("values", "column"):
        return model.parts(source)
    fits = losses.get("binary_cross_entropy" if n_outputs == 1 else "categorical_cross_entropy")
    return replace(model, loss=fits).parts(source)
