"""The check of a learner's network object, or of an object of a class."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import attributes, leaves
from glassnet.checking.finding.members import BACKWARD, FORWARD, method
from glassnet.checking.finding.sources import parameters, required
from glassnet.checking.layer import check_layer
from glassnet.checking.numerics.calling import copied
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.data import Samples, drawn, given_or_drawn, own_of, variants
from glassnet.checking.program.limits import Wish
from glassnet.checking.program.taking.handing import arrays
from glassnet.checking.program.taking.making.building import objects_of
from glassnet.checking.program.taking.making.readying import made_ready
from glassnet.checking.program.taking.together import together
from glassnet.checking.program.trying.binding import RATE, by_name
from glassnet.checking.program.trying.functions import Part, is_learners, module_names, parts_of
from glassnet.checking.program.trying.judging import Judged
from glassnet.checking.program.trying.reporting import SUBJECT, report_of
from glassnet.checking.program.trying.searching import Search
from glassnet.checking.program.words import meanings, says
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError

HIDDEN = 4
# How many guesses of the sizes of a program's data are tried.
MOST_SIZES = 6
OTHER_DATA = "data of other sizes"


def meant_by(samples: Samples) -> dict[str, Any]:
    """What arguments stand for, apart from the data themselves."""
    n, k = samples.sizes
    return {
        "rate": RATE, "epochs": 1, "keep": 1.0, "zero": 0.0, "quiet": False, "train": True, "seed": 0, "step": 1,
        "n_inputs": n, "n_hidden": HIDDEN, "n_outputs": k, "hidden_sizes": [HIDDEN], "sizes": [n, HIDDEN, k],
        "n_layers": 2, "n_samples": len(samples.X), "batch_size": len(samples.X), "x": samples.X, "y": samples.Y,
    }  # fmt: skip


def check_object(
    thing: Any, samples: Samples | None, wish: Wish, names: dict[str, Any] | None = None
) -> Report:
    """The report on an object; the object itself is left as it is."""
    names = module_names(thing) if names is None else names
    origin, thing = thing, copied(thing)
    tried = list[tuple[Search, Judged | None]]()
    guesses = chain(own_of(names), islice(samples_for(thing), 2 * MOST_SIZES))
    for fitting in variants(samples) if samples is not None else guesses:
        for one in _usable(iter([copy.deepcopy(thing)]), meant_by(fitting), tried):
            search, best = searched(Bench(one, dict(names), origin), fitting, wish)
            tried.append((search, best))
            if best is not None and best.is_right:
                break
        if (best is not None and best.is_right) or wish.is_over(OTHER_DATA):
            break
    if not tried:
        raise ArgumentError(
            f"{type(thing).__name__} holds no numbers from which the sizes of its data follow; pass X and y"
        )
    found = best_of(tried)
    if found is not None:
        return report_of(*found)
    layers = list(layers_in(thing))
    if layers:
        return together([(f"{name}, {type(layer).__name__}", check_layer(layer)) for name, layer in layers])
    return nothing_found(farthest(tried), type(thing).__name__)


def searched(bench: Bench, samples: Samples, wish: Wish) -> tuple[Search, Judged | None]:
    """The search, done, and the best reading."""
    parts = parts_of(bench)
    bench.known |= _held(bench, parts) or _taken(bench, parts, samples)
    meant = {**_defaults(bench, parts), **meant_by(samples), **_own_losses(bench)}
    search = Search(bench, parts, samples, meant, wish, reasons=dict(wish.slow))
    best = search.best()
    wish.slow.update({name: why for name, why in search.reasons.items() if why.startswith("longer than")})
    return search, best


def _held(bench: Bench, parts: Sequence[Part]) -> dict[str, Any]:
    """Parameters that an object holds, and that its methods are handed again: ``cost(self, theta, X, y)``."""
    own = dict(attributes(bench.owner)) if bench.owner is not None else {}
    wanted = [p.name for part in parts if part.path for p in required(part.of(bench))]
    names = [name for name in wanted if "parameters" in meanings(name)]
    return {name: own[name] for name in names if isinstance(own.get(name), (np.ndarray, list, dict))}


def _taken(bench: Bench, parts: Sequence[Part], samples: Samples) -> dict[str, Any]:
    """Weights and biases that methods take as arguments, and nothing makes."""
    methods = {part.name: part.of(bench) for part in parts if len(part.path) == 1}
    return next(arrays(methods, samples, HIDDEN), {})


def _defaults(bench: Bench, parts: Sequence[Part]) -> dict[str, Any]:
    """What functions of the program take where nothing is said, for others whose arguments have the same name."""
    found = [p for part in parts if part.path[1:] == () for p in parameters(part.of(bench))]
    return {by_name(p.name): p.default for p in found if p.default is not None and p.default is not p.empty}


def _own_losses(bench: Bench) -> dict[str, Any]:
    """The module's loss and its derivative, for trainings that are handed them."""
    found: dict[str, Any] = {}
    for name, value in bench.names.items():
        if inspect.isfunction(value) and is_learners(value) and says(name, "loss"):
            found.setdefault("loss_derivative" if says(name, "derivative") else "loss_function", value)
    return found


def check_class(
    cls: type, samples: Samples | None, wish: Wish, names: dict[str, Any] | None = None
) -> Report:
    """The report on an object of the class: the first that can be made and has a reading."""
    tried = list[tuple[Search, Judged | None]]()
    for some in given_or_drawn(samples):
        for thing in _usable(objects_of(cls, some, meant_by(some), wish.apart), meant_by(some), tried):
            for fitting in [some] if samples is not None else [some, *islice(samples_for(thing), MOST_SIZES)]:
                bench = Bench(copied(thing), dict(names if names is not None else module_names(thing)))
                search, best = searched(bench, fitting, wish)
                tried.append((search, best))
                if best is not None and best.is_right:
                    return report_of(search, best)
                if search.works or wish.is_over(OTHER_DATA):
                    break
            if wish.is_over("other objects of the class"):
                break
    found = best_of(tried)
    return report_of(*found) if found is not None else nothing_found(farthest(tried), cls.__name__)


def _usable(
    objects: Iterator[Any], meant: dict[str, Any], tried: Sequence[tuple[Search, Judged | None]]
) -> Iterator[Any]:
    """The objects; each that gives no gradients as it was made, also made ready by its own methods."""
    for thing in objects:
        fresh, before = copied(thing), len(tried)
        yield thing
        if all(best is None for _, best in tried[before:]):
            yield from made_ready(fresh, meant)


def best_of(tried: Sequence[tuple[Search, Judged | None]]) -> tuple[Search, Judged] | None:
    """The best reading: one in which all is right, else one of the most parameters."""
    found = [(search, best) for search, best in tried if best is not None]
    return max(found, key=lambda f: (f[1].is_right, len(f[1].wanted), f[1].score), default=None)


def farthest(tried: Sequence[tuple[Search, Judged | None]]) -> Search:
    """The search that found the most."""
    return max((search for search, _ in tried), key=lambda search: len(search.works))


def samples_for(thing: Any) -> Iterator[Samples]:
    """Data at random that may fit an object's arrays: every pair of sizes that its first and its last array have."""
    shapes = [leaf.values(thing).shape for leaf in leaves(thing)]
    wide = [shape for shape in shapes if len(shape) == 2]
    if not wide:
        if (noted := _sizes_in(thing)) is not None:
            yield from (drawn(*noted, kind) for kind in ("classes", "binary"))
        if shapes:
            yield from (drawn(n, k, "binary") for n, k in ((2, 1), (3, 1), (2, 2), (1, 1)))
        return
    # A bias in a column is no matrix that reads the samples, unless there are no others; behind, it has the outputs.
    firsts = [found[0] for found in ([one for one in wide if min(one) > 1], wide) if found]
    sizes = [(n, k) for first in firsts for n in (first[1], first[0]) for k in (wide[-1][0], wide[-1][1])]
    for n, k in dict.fromkeys(sizes):
        for kind in ("classes", "binary") if k > 1 else ("binary",):
            yield drawn(n, k, kind)


def _sizes_in(thing: Any) -> tuple[int, int] | None:
    """The first and last of the sizes of layers that an object has noted."""
    for name, value in attributes(thing):
        if "sizes" in meanings(name) and isinstance(value, (list, tuple)) and len(value) > 1:
            if all(isinstance(size, int) and size > 0 for size in value):
                return value[0], value[-1]
    return None


def layers_in(thing: Any) -> Iterator[tuple[str, Any]]:
    """The layer objects that an object holds in a list or as attributes."""
    for name, value in attributes(thing):
        entries = value if isinstance(value, (list, tuple)) else [value]
        for i, entry in enumerate(entries):
            if (
                hasattr(entry, "__dict__")
                and method(entry, FORWARD) is not None
                and method(entry, BACKWARD) is not None
            ):
                yield (f"{name}[{i}]" if entries is value else name), entry


def nothing_found(search: Search, name: str) -> Report:
    """What could not be found, by name."""
    reasons = [f"{part}: {why}" for part, why in search.reasons.items()]
    if search.works:
        why = "; ".join(reasons[:4]) or "no function is called so that it could be a backward pass"
        taken = (f"taken for the forward pass: {search.works[0].part.name}",)
        what = f"the gradients of {name}: {why}; name the function with backward="
        return Report(SUBJECT, None, notes=taken, not_checked=(what,))
    why = "; ".join(reasons[:4]) or "no function is called so that it could be a forward pass"
    what = f"the forward pass of {name}: {why}; name the function with forward=, and give data that it takes as X and y"
    return Report(SUBJECT, None, not_checked=(what,))
