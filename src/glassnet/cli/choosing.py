"""Whether a command is about a table, or about a data set or arrays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from glassnet.bridges.container import TABLE_MODEL, kind_of
from glassnet.recipes.model import MODEL
from glassnet.tables.files import formats


def is_table(source: str, target: str | None) -> bool:
    """Whether the name is one of a table; with a target, any file or folder that is there but arrays."""
    is_there = target is not None and Path(source).exists() and Path(source).suffix != ".npz"
    return is_there or formats.is_table(source)


def is_model_of_table(path: str) -> bool:
    """Whether a file, or the one in a folder of a training, holds a model of a table."""
    place = Path(path)
    return kind_of(place / MODEL if place.is_dir() else place) == TABLE_MODEL


def diagnosis_of(path: str) -> Callable[..., int]:
    """What diagnoses such a model, of a table or of arrays."""
    if is_model_of_table(path):
        from glassnet.cli.table import diagnosing

        return diagnosing.run
    from glassnet.cli import diagnose

    return diagnose.run
