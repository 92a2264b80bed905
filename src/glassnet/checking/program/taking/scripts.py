"""The check of a Python file, in the process in which it is called: the file is run."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import is_foreign, is_library
from glassnet.checking.numerics.calling import why
from glassnet.checking.program.data import Samples
from glassnet.checking.program.limits import Wish, clock
from glassnet.checking.program.taking.loading import Loaded, load, parsed
from glassnet.checking.program.taking.modules import is_network, whole_of, with_parts
from glassnet.checking.program.taking.objects import check_object
from glassnet.checking.program.taking.standing_in import are_wanted, hooks, stand_ins, with_stand_ins
from glassnet.checking.program.taking.together import with_unseen
from glassnet.checking.program.taking.turns import check_loops
from glassnet.checking.program.trying.functions import is_learners
from glassnet.checking.program.words import meanings, part_of
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError, GlassnetError
from glassnet.support.arrays import as_array

MOST_OBJECTS = 4


def check_script(path: Path, samples: Samples | None, wish: Wish) -> Report:
    """The report on a file; its classes and functions first, then what it makes when it is run as a program.

    Raises `ArgumentError` if it cannot be read, is no Python, or holds nothing that could be checked.
    """
    loaded = load(path)
    whole, others, reason = _whole(loaded.names, samples, wish)
    unseen: list[str] = []
    found = next(_wholes(path, whole, loaded, samples, wish, unseen), None)
    if found is not None:
        whole, others, loaded = found[0], [], found[1] or loaded
        unseen = []
    else:
        unseen.extend(_loose(path))
    try:
        report = with_unseen(with_parts(whole, others, loaded.names, wish), wish)
    except ArgumentError as nothing:
        lines = f" ({'; '.join(loaded.left_out[:3])})" if loaded.left_out else ""
        raise ArgumentError(f"{path.name}: {reason or nothing}{lines}") from None
    report = replace(report, not_checked=(*report.not_checked, *unseen))
    return replace(report, notes=(*report.notes, *loaded.left_out[:3]))


def _wholes(
    path: Path,
    first: Report | None,
    loaded: Loaded,
    samples: Samples | None,
    wish: Wish,
    unseen: list[str],
) -> Iterator[tuple[Report, Loaded | None]]:
    """Reports on the whole program: of its functions and classes, its loops, or what it makes as a program.

    What could not be looked at is added to `unseen`.
    """
    if first is not None and _is_whole(first):
        yield first, None
    for report in check_loops(path, samples, wish):
        if report.ok is not None:
            yield report, None
    beside = _beside(loaded)
    if beside:
        within = replace(wish, until=clock() + wish.seconds / 6)
        try:
            around = _whole({**beside, **loaded.names}, samples, within)[0]
        except Exception as reason:  # where the names of a file alone come through
            unseen.append(f"its functions together with those of its modules: {why(reason)}")
            around = None
        if around is not None and _is_whole(around):
            yield around, None
    again = load(path, as_main=True)
    for report in _seen(again, samples, replace(wish, until=clock() + wish.seconds / 12)):
        if _is_whole(report):
            yield report, again
    if are_wanted([*loaded.left_out, *again.left_out]):
        yield from _with_stand_ins(path, samples, wish)


def _with_stand_ins(
    path: Path, samples: Samples | None, wish: Wish
) -> Iterator[tuple[Report, Loaded | None]]:
    """Reports on the whole program with other samples in the place of data that are not there."""
    for given in stand_ins(parsed(path), samples):
        within = replace(wish, until=clock() + wish.seconds / 12)
        for report in check_loops(path, samples, within, given):
            if report.ok is not None and given.given:
                yield replace(report, notes=(*report.notes, given.note)), None
        made = load(path, as_main=True, tree=with_stand_ins(parsed(path)), more=hooks(given))
        for report in _seen(made, samples, within):
            if _is_whole(report) and given.given:
                yield replace(report, notes=(*report.notes, given.note)), made


def _beside(loaded: Loaded) -> dict[str, Any]:
    """The names of the learner's own modules that the file imports, or from which it imports functions."""
    values = list(loaded.names.values())
    homes = [sys.modules.get(v.__module__) for v in values if inspect.isfunction(v) and is_learners(v)]
    modules = [m for m in (*values, *homes) if isinstance(m, ModuleType) and not is_library(m.__name__)]
    names = {n: v for m in modules if vars(m) is not loaded.names for n, v in vars(m).items()}
    return {name: value for name, value in names.items() if not name.startswith("__")}


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


def _whole(
    names: dict[str, Any], samples: Samples | None, wish: Wish
) -> tuple[Report | None, list[tuple[str, Report]], str]:
    try:
        return *whole_of(names, samples, wish), ""
    except GlassnetError as reason:
        return None, [], str(reason)


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
        found, _, _ = _whole({**functions, **known}, samples, wish)
        if found is not None:
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
