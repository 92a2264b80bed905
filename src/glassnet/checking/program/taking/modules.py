"""The check of a module: of its network objects and classes, of its functions, or of its layers and parts."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice, product
from typing import Any

from glassnet.checking.finding.leaves import is_foreign
from glassnet.checking.finding.sources import parameters, returned_names, tree_of
from glassnet.checking.program.bench import Bench, is_data
from glassnet.checking.program.data import Samples, given_or_drawn, own_of
from glassnet.checking.program.limits import Wish
from glassnet.checking.program.taking.handing import arrays, functions_wanted, is_cost, lent, vectors
from glassnet.checking.program.taking.making.readying import SIZES
from glassnet.checking.program.taking.objects import (
    HIDDEN,
    OTHER_DATA,
    best_of,
    check_class,
    check_object,
    farthest,
    meant_by,
    nothing_found,
    samples_for,
    searched,
)
from glassnet.checking.program.taking.parts import pair_names, part_reports
from glassnet.checking.program.taking.together import together
from glassnet.checking.program.trying.binding import Context, call
from glassnet.checking.program.trying.functions import Part, is_learners, parts_of, playing
from glassnet.checking.program.trying.judging import Judged
from glassnet.checking.program.trying.reporting import report_of
from glassnet.checking.program.trying.searching import Search
from glassnet.checking.program.words import meanings, says
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError, GlassnetError


def check_module(names: dict[str, Any], samples: Samples | None, wish: Wish) -> Report:
    """The report on a module's names: on the whole program, and on the parts that did not run in it.

    Raises `ArgumentError` if it holds no function and no class of the learner's, or nothing that could be
    checked.
    """
    return with_parts(*whole_of(names, samples, wish), names, wish)


def whole_of(
    names: dict[str, Any], samples: Samples | None, wish: Wish
) -> tuple[Report | None, list[tuple[str, Report]]]:
    """The report on the whole program, where there is one that says something; else those that say nothing.

    Raises `ArgumentError` if there is no function and no class of the learner's.
    """
    if not any(
        is_learners(value) for value in names.values() if inspect.isfunction(value) or inspect.isclass(value)
    ):
        raise ArgumentError("check needs functions or classes of your own; the module has none")
    others: list[tuple[str, Report]] = []
    for name, report in _wholes(names, samples, wish):
        if report.ok is not None or report.slips:
            return report, []
        others.append((name, report))
    return None, others


def with_parts(
    whole: Report | None, others: list[tuple[str, Report]], names: dict[str, Any], wish: Wish
) -> Report:
    """One report on the whole program, or what comes nearest to it, and on its parts.

    Raises `ArgumentError` if there is neither.
    """
    if whole is not None and whole.ok:
        wish.left.clear()  # what was left is no longer looked for
    taken = {name for name, report in others if report.notes}
    if whole is not None:
        own = names.get("__name__")
        taken |= {
            name for name, value in names.items()
            if (is_network(value) and not (whole.ok and _is_a_layer(value))) or _comes_from_elsewhere(value, own)
        }  # fmt: skip
    rest = {name: value for name, value in names.items() if name not in taken}
    parts = part_reports(rest, wish)
    if whole is not None:
        return together([("", whole), *parts])
    if parts or others:
        return together([*parts, *_most_telling(others)])
    raise ArgumentError(
        "no network, layer, activation or loss was found: check needs a class or functions with a forward pass and a "
        "backward pass or a training; pass the object that you train"
    )


def _comes_from_elsewhere(value: Any, module: Any) -> bool:
    """Whether a function or class is imported: it is checked where it stands."""
    return module is not None and getattr(value, "__module__", module) != module


def _most_telling(reports: list[tuple[str, Report]]) -> list[tuple[str, Report]]:
    """The report that got farthest: one with a forward pass before one without."""
    return sorted(reports, key=lambda named: -len(named[1].notes))[:1]


def _wholes(names: dict[str, Any], samples: Samples | None, wish: Wish) -> Iterator[tuple[str, Report]]:
    """Reports on what may be the whole program, the likeliest first."""
    for name, thing in names.items():
        if (
            is_network(type(thing))
            and not inspect.isclass(thing)
            and not is_foreign(thing)
            and not name.startswith("__")
        ):
            yield name, _or_why(name, lambda thing=thing: check_object(thing, samples, wish, names))  # type: ignore[misc]
    functions = parts_of(Bench(None, names))
    given = callable(wish.backward) or wish.backward in names
    costs = any(is_cost(part.function) for part in functions if part.function is not None)
    if given or costs or playing(functions, "backward") or playing(functions, "train"):
        report = check_functions(names, samples, wish)
        if report.notes or not _are_parts(functions, names):
            yield "its functions", report
    classes = [(name, cls) for name, cls in names.items() if is_network(cls) and not name.startswith("__")]
    for name, cls in sorted(classes, key=lambda named: not _is_of_layers(named[1])):
        yield name, _or_why(name, lambda cls=cls: check_class(cls, samples, wish, names))  # type: ignore[misc]


def _or_why(name: str, check: Callable[[], Report]) -> Report:
    try:
        return check()
    except GlassnetError as reason:
        return Report("check", None, not_checked=(f"{name}: {reason}",))


def _are_parts(functions: list[Part], names: dict[str, Any]) -> bool:
    """Whether all backward functions belong to pairs that are checked by themselves, and there is no training."""
    paired = " and ".join(pair_names(names)).split(" and ")
    return not playing(functions, "train") and all(p.name in paired for p in playing(functions, "backward"))


def is_network(cls: Any) -> bool:
    """Whether a class of the learner's may be a network: with a forward pass, and training or a whole backward pass."""
    if not (inspect.isclass(cls) and is_learners(cls)):
        return False
    methods = [name for name in dir(cls) if not name.startswith("__") or name == "__call__"]
    forward = any(says(name, "forward") for name in methods)
    trains = any(says(name, "train") for name in methods)
    if says(cls.__name__, "loss") and not trains:
        return False
    found = [getattr(cls, name, None) for name in methods if says(name, "backward")]
    passes = [method for method in found if callable(method)]
    goes_back = any(not _takes_error(method) or _goes_through_layers(method) for method in passes)
    loses = any(name in ("loss", "forward_backward") for name in methods)
    costs = any(is_cost(method) for name in methods if inspect.isfunction(method := getattr(cls, name, None)))
    return costs or (forward and (trains or goes_back)) or (trains and goes_back) or (loses and trains)


def _is_a_layer(cls: type) -> bool:
    """Whether what might be a network may as well be one of its layers: its ways back take the error alone."""
    ways = [
        method for name, method in vars(cls).items() if inspect.isfunction(method) and says(name, "backward")
    ]
    return bool(ways) and all(map(_takes_error, ways)) and not _is_of_layers(cls)


def _is_of_layers(cls: type) -> bool:
    """Whether a class is made of layers, and is the whole of which other classes are parts."""
    return any(_goes_through_layers(method) for method in vars(cls).values() if inspect.isfunction(method))


def _takes_error(function: Any) -> bool:
    """Whether a backward pass is that of a layer: it takes something, and neither targets nor what was kept for it."""
    means = [meanings(p.name) for p in parameters(function) if p.name != "self"]
    wholes = {"y", "cache", "pairs", "gradients"}
    return bool(means) and not any(wholes & set(m) and "error" not in m for m in means)


def _goes_through_layers(function: Any) -> bool:
    """Whether a pass has a loop over layers, so that its class is made of them."""
    nodes = ast.walk(tree_of(function) or ast.Pass())
    loops = [node for node in nodes if isinstance(node, ast.For)]
    return any(re.search(r"(layers?|modules)\b", ast.unparse(loop.iter)) is not None for loop in loops)


def check_functions(names: dict[str, Any], samples: Samples | None, wish: Wish) -> Report:
    """The report on a program of functions, whose parameters another function makes, or stand in its module."""
    with lent(names) as mine:
        return _of_functions(mine, samples, wish)


def _of_functions(names: dict[str, Any], samples: Samples | None, wish: Wish) -> Report:
    tried: list[tuple[Search, Judged | None]] = []
    said: dict[int, tuple[str, ...]] = {}
    own = own_of(names) if samples is None else []
    for some in [*own, *given_or_drawn(samples)]:
        for known, note in _ready(names, some):
            for fitting in _fitting(known, names, some, is_given=samples is not None):
                bench = Bench(None, names, names)
                bench.known = known
                search, best = searched(bench, fitting, wish)
                tried.append((search, best))
                said[id(search)] = note
                if best is not None and best.is_right:
                    return _with_notes(report_of(search, best), note)
                if (best is not None and all(best.given)) or wish.is_over(OTHER_DATA):
                    break
    found = best_of(tried)
    if found is None:
        return nothing_found(farthest(tried), "the module")
    return _with_notes(report_of(*found), said[id(found[0])])


def _with_notes(report: Report, notes: tuple[str, ...]) -> Report:
    return replace(report, notes=(*report.notes, *notes))


def _ready(names: dict[str, Any], some: Samples) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Parameters that the module makes, or one vector of them all, with what its functions are handed besides."""
    pairs = [pair.partition(" and ")[::2] for pair in pair_names(names)]
    for handed, note in functions_wanted(names, [(f, df) for f, df in pairs if f in names and df in names]):
        for known in chain(initial(names, some), vectors(names, some, HIDDEN), arrays(names, some, HIDDEN)):
            yield {**handed, **known}, note


def _fitting(
    known: dict[str, Any], names: dict[str, Any], some: Samples, is_given: bool
) -> Iterator[Samples]:
    """The samples, or where they are drawn, others that fit the parameters' sizes."""
    yield some
    if not is_given:
        data = known or {name: value for name, value in names.items() if is_data(name, value)}
        yield from islice(samples_for(data), 6)


def initial(names: dict[str, Any], samples: Samples) -> Iterator[dict[str, Any]]:
    """What the functions that make parameters give, by name; last the module's own data alone."""
    meant = meant_by(samples)
    bench = Bench(None, dict(names))
    for part in playing(parts_of(bench), "init"):
        function = part.of(bench)
        only_sizes = {key: value for key, value in meant.items() if key not in ("x", "y", "output")}
        n, h, k = meant["sizes"]
        bare = {"inputs": n, "input": n, "hidden": h, "outputs": k, "output": k}
        for sizes, usual in product(_sizes(names, meant), (meant, only_sizes)):
            bench.seed()
            known = sizes if usual is meant else {**bare, **sizes}
            try:
                result = call(function, Context(known, usual, bench.names), given=SIZES)
            except Exception:  # it wants something else
                continue
            known = _known(function, result)
            if known:
                yield {**sizes, **known}
                break
    yield {}


def _sizes(names: dict[str, Any], meant: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Names of sizes: those of the module, where it has its own architecture; else none."""
    n, h, k = meant["sizes"]
    yield {}
    own = {
        key.lower(): value
        for key, value in names.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    for key, described in own.items():
        yield {key: _described(described, n, h, k)}


def _described(layers: list[dict[str, Any]], n: int, h: int, k: int) -> list[dict[str, Any]]:
    """An architecture as a list of dictionaries, with the sizes of the samples."""
    described = []
    for i, layer in enumerate(layers):
        n_inputs, n_outputs = n if i == 0 else h, k if i == len(layers) - 1 else h
        sizes = {
            key: n_inputs if "in" in key.lower().split("_")[0] else n_outputs
            for key, value in layer.items() if isinstance(value, int)
        }  # fmt: skip
        described.append(layer | sizes)
    return described


def _known(function: Any, result: Any) -> dict[str, Any]:
    names = returned_names(function)
    if isinstance(result, tuple) and len(names) == len(result) and all(names):
        return dict(zip(names, result, strict=True))
    if isinstance(result, dict) and result:
        name = names[0] if names and names[0] else "parameters"
        named = {str(key): value for key, value in result.items()}
        return named | {name: result, "parameters": result, "params": result}
    if isinstance(result, (list, tuple)) and result:
        return {names[0] if names and names[0] else "parameters": result, "parameters": result}
    if hasattr(result, "__dict__") and not is_foreign(result):
        return {names[0] if names and names[0] else "model": result, "model": result}
    return {}
