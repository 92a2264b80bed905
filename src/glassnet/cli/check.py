"""``glassnet check``: the gradients of a learner's own program."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from rich.console import Console

from glassnet import losses
from glassnet.checking.program.files import check_file, plain
from glassnet.cli.shown.voices import in_command
from glassnet.errors import DataError
from glassnet.recipes import sources

RIGHT, WRONG, NOT_CHECKED = 0, 1, 2


def run(
    file: str,
    data: str | None,
    loss: str | None,
    forward: str | None,
    backward: str | None,
    seconds: float,
    as_json: bool,
) -> int:
    """Print the report; the exit code: 0 where all is right, 1 where something is wrong, else 2."""
    if loss is not None:
        losses.get(loss)
    X, y = (None, None) if data is None else _read(data)
    report = check_file(file, X, y, loss=loss, forward=forward, backward=backward, seconds=seconds)
    report = replace(report, not_checked=tuple(map(in_command, report.not_checked)))
    if as_json:
        print(json.dumps(plain(report), indent=2))
    else:
        Console(highlight=False, soft_wrap=True).print(report)
    return NOT_CHECKED if report.ok is None else RIGHT if report.ok else WRONG


def _read(data: str) -> tuple[Any, Any]:
    """X and y of a data set or a file: classes by name or number, or values."""
    source = sources.read(data)
    if source.task == "classification" and source.labels is not None:
        numbers = {name: number for number, name in enumerate(source.class_names)}
        return source.X, [numbers[str(label)] for label in source.labels]
    if source.values is None:
        raise DataError(f"{data} must hold y for a check of gradients")
    return source.X, source.values
