"""The check of a Python file, in the process in which it is called: the file is run."""

from __future__ import annotations

import ast
import inspect
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import is_foreign
from glassnet.checking.numerics.arrays import as_array
from glassnet.checking.program.data import Samples
from glassnet.checking.program.taking.loading import Loaded, load
from glassnet.checking.program.taking.modules import check_module, is_network
from glassnet.checking.program.taking.objects import check_object
from glassnet.checking.program.taking.turns import check_loops
from glassnet.checking.program.trying.searching import Wish
from glassnet.checking.program.words import meanings, part_of
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError, GlassnetError

MOST_OBJECTS = 4
# How long what is seen in a run as a program may be looked at.
MAIN_SECONDS = 10.0


def check_script(path: Path, samples: Samples | None, wish: Wish) -> Report:
    """The report on a file; its classes and functions first, then what it makes when it is run as a program.

    Raises
    ------
    ArgumentError
        If it cannot be read, is no Python, or holds nothing that could be checked.
    """
    loaded = load(path)
    first = _or_reason(loaded.names, samples, wish)
    if isinstance(first, Report) and _is_whole(first):
        return _with_lines(first, loaded)
    for report in check_loops(path, samples, wish):
        if report.ok is not None:
            return _with_lines(report, loaded)
    again = load(path, as_main=True)
    for report in _seen(again, samples, replace(wish, until=time.monotonic() + MAIN_SECONDS)):
        if _is_whole(report):
            return _with_lines(report, again)
    if isinstance(first, Report):
        return _with_lines(
            replace(first, ok=first.ok, not_checked=(*first.not_checked, *_loose(path))), loaded
        )
    lines = f" ({'; '.join(loaded.left_out[:3])})" if loaded.left_out else ""
    raise ArgumentError(f"{path.name}: {first}{lines}")


def _loose(path: Path) -> tuple[str, ...]:
    """Loops that change numbers and stand in no function: nothing can call them."""
    tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
    loops = [node for node in tree.body if isinstance(node, (ast.For, ast.While))]
    changing = [
        loop.lineno for loop in loops if any(isinstance(node, ast.AugAssign) for node in ast.walk(loop))
    ]
    return tuple(
        f"the loop in line {line}, which stands in no function; put what it computes into functions"
        for line in changing
    )


def _is_whole(report: Report) -> bool:
    """Whether a whole program was looked at, and all of its gradients."""
    return report.ok is not None and any(
        note.startswith("taken for the forward pass") for note in report.notes
    )


def _or_reason(names: dict[str, Any], samples: Samples | None, wish: Wish) -> Report | str:
    try:
        return check_module(names, samples, wish)
    except GlassnetError as reason:
        return str(reason)


def _seen(loaded: Loaded, samples: Samples | None, wish: Wish) -> Iterator[Report]:
    """Reports on the objects whose methods were called, and on the functions with the parameters that they got."""
    networks = [
        thing for thing in loaded.witness.objects if is_network(type(thing)) and not is_foreign(thing)
    ]
    for thing in networks[:MOST_OBJECTS]:
        try:
            yield check_object(thing, samples, wish, loaded.names)
        except GlassnetError:
            continue
    known = _parameters(loaded)
    if known:
        functions = {
            n: v for n, v in loaded.names.items() if not inspect.isclass(v) and not is_network(type(v))
        }
        found = _or_reason({**functions, **known}, samples, wish)
        if isinstance(found, Report):
            yield found


def _parameters(loaded: Loaded) -> dict[str, Any]:
    """The arrays that functions got besides the data: W1, b1 …, or what holds them."""
    known: dict[str, Any] = {}
    ranked = sorted(loaded.witness.arguments.items(), key=lambda item: part_of(item[0]) != "forward")
    for name, arguments in ranked:
        if part_of(name) not in ("forward", "backward", "loss", "train", "derivative"):
            continue
        for key, value in arguments.items():
            if key not in known and _is_parameter(key, value):
                known[key] = value
    return known


def _is_parameter(name: str, value: Any) -> bool:
    means = meanings(name)
    if means and means[0] in ("x", "y", "output", "error", "gradients", "pairs", "cache"):
        return False
    if isinstance(value, (dict, list)) and value:
        return True
    array = as_array(value) if isinstance(value, (np.ndarray, float)) else None
    return array is not None and array.dtype.kind == "f"


def _with_lines(report: Report, loaded: Loaded) -> Report:
    """The report, with the statements that were left out."""
    return replace(report, notes=(*report.notes, *loaded.left_out[:3])) if loaded.left_out else report
