"""``glassnet predict``, ``evaluate`` and ``summary``: what can be done with a model file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from glassnet.cli.shown import sheets
from glassnet.cli.shown.printer import Printer
from glassnet.recipes import Model, Source, read


def predict(model_path: str, data: str, output: str | None) -> None:
    """Write a row of predictions for each sample, as CSV."""
    model = Model.load(model_path)
    rows = list(_rows(model, read(data)))
    table = sheets.csv_text(rows)
    if output is None:
        sys.stdout.write(table)
        return
    sheets.write(Path(output), table)
    Printer().fact("saved in", f"{output}: {len(rows) - 1:,} predictions")


def _rows(model: Model, source: Source) -> Iterator[list[str]]:
    names = model.description.class_names
    predictions = model.predict(source.X)
    if not names:
        wide = predictions.shape[1]
        yield ["prediction"] if wide == 1 else [f"prediction_{column}" for column in range(wide)]
        yield from (_numbers(row) for row in predictions.tolist())
        return
    probabilities = [f"probability_{name}" for name in names]
    if model.multi_label:
        yield [*(f"class_{name}" for name in names), *probabilities]
        yield from ([*(str(int(p > 0.5)) for p in row), *_numbers(row)] for row in predictions.tolist())
        return
    yield ["class", *probabilities]
    best = predictions.argmax(axis=1)
    for place, row in zip(best.tolist(), predictions.tolist(), strict=True):
        yield [names[place], *_numbers(row)]


def _numbers(row: list[float]) -> list[str]:
    return [f"{value:.6g}" for value in row]


def evaluate(model_path: str, data: str) -> None:
    """Print loss and metrics."""
    model = Model.load(model_path)
    Printer().scores(model, model.parts(read(data)))


def summary(model_path: str) -> None:
    """Print layers, parameters, and what the file says about data and training."""
    Printer().summary(Model.load(model_path))
