"""``glassnet diagnose``: why a network does not learn."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from glassnet import losses, optimizers
from glassnet.cli.results import HISTORY
from glassnet.cli.shown.printer import Printer
from glassnet.errors import DataError
from glassnet.insight.diagnosis import DiagnosisReport, Finding, diagnose
from glassnet.insight.report.numbers import listed
from glassnet.network.history import History
from glassnet.recipes import sources
from glassnet.recipes.model import Model, Subset, model_file

FOUND = 1
_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


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
        history_beside(file) if knows_it else None,
        loss=model.loss if loss is not None or model.network.loss is not None else None,
        validation_data=ready.get("validation", ready.get("test")),
        optimizer=None if optimizer is None else optimizers.get(optimizer),
        learning_rate=learning_rate,
        batch_size=batch_size,
    )
    if as_json:
        print(json.dumps(plain(diagnosis), indent=2))
    else:
        show(source.name, parts, diagnosis)
    return FOUND if any(finding.severity == "error" for finding in diagnosis.findings) else 0


def samples(model: Model, source: sources.Source) -> dict[str, Subset]:
    """As :meth:`Model.parts`; classes also for a loss that takes one value for each of them."""
    n_outputs, names = model.network.plan().n_outputs, model.description.class_names
    if model.multi_label:
        return replace(model, loss=losses.get("binary_cross_entropy")).parts(source)
    if not names or model.head.targets not in ("values", "column"):
        return model.parts(source)
    fits = losses.get("binary_cross_entropy" if n_outputs == 1 else "categorical_cross_entropy")
    return replace(model, loss=fits).parts(source)


def history_beside(path: Path) -> History | None:
    """The history that ``glassnet train`` wrote into the folder of this model; None where there is none.

    Raises
    ------
    DataError
        If the file holds something else than columns of numbers.
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


def show(source: str, parts: Mapping[str, Subset], diagnosis: DiagnosisReport) -> None:
    """Print the diagnosis for a person to read."""
    printer = Printer()
    sizes = listed([f"{len(part.X):,} {name}" for name, part in parts.items()])
    printer.line(f"{source}: {sizes}{'' if 'all samples' in parts else ' samples'}", "bold")
    for finding in diagnosis.findings:
        printer.line("")
        printer.line(finding.title, _STYLES[finding.severity])
        for name, text in _facts(finding).items():
            printer.fact(f"  {name}", text)
    printer.line(f"\n{diagnosis.verdict}")
    for what in diagnosis.not_looked_at:
        printer.line(f"not looked at: {what}")


def _facts(finding: Finding) -> dict[str, str]:
    facts = {
        "cause": finding.cause, "measured": finding.numbers,
        "remedy": finding.remedy, "read on": finding.reference,
    }  # fmt: skip
    return {name: text for name, text in facts.items() if text}


def plain(diagnosis: DiagnosisReport) -> dict[str, Any]:
    """The diagnosis as plain data, in which a number that is not finite is null."""
    return {
        "ok": diagnosis.ok,
        "not_looked_at": list(diagnosis.not_looked_at),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "layer": finding.layer,
                "evidence": {name: _finite(value) for name, value in finding.evidence.items()},
                "cause": finding.cause,
                "remedy": finding.remedy,
                "reference": finding.reference,
            }
            for finding in diagnosis.findings
        ],
    }


def _finite(value: float | str) -> float | str | None:
    if isinstance(value, str):
        return value
    return float(value) if math.isfinite(value) else None
