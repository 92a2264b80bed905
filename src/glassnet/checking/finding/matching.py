"""Which of many arrays is the gradient of which parameter: by its numbers first, then by its name and its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import flatten
from glassnet.checking.finding.sources import returned_names
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.report import squeezed
from glassnet.support.arrays import as_array

# How far a gradient may be from differences, in parts of its largest entry, of functions in double and in single.
SAME, COARSE = 1e-6, 1e-2
_DECORATION = re.compile(
    r"gradients?|grads?|nabla|deltas?|derivatives?|errors?|adjust(ments?)?|changes?|updates?|loss"
)


@dataclass(frozen=True)
class Found:
    """An array that may be a gradient, with the name under which it was found."""

    name: str
    array: Array


def returned(result: Any, function: Callable[..., Any] | None) -> Iterator[Found]:
    """The arrays in the result; by the names that stand behind ``return``, or by that of the function."""
    names = () if function is None else returned_names(function)
    own = getattr(function, "__name__", "")
    for place, values in flatten(result):
        array = np.asarray(as_array(values))
        if array.dtype.kind not in "fiu":
            continue
        head, _, tail = place[1:].partition("]")
        known = (
            names[int(head)]
            if head.isdigit() and len(names) > int(head) and isinstance(result, tuple)
            else ""
        )
        if place == "":
            known, tail = (names[0] if names and "".join(names) and _says(names[0]) else own), ""
        yield Found(f"{known}{tail}" if known else place, array.astype(np.float64))


def _says(name: str) -> bool:
    """Whether a returned name says more than ``result`` or ``ret2``."""
    return not name.lower().startswith(("ret", "res", "out", "tmp", "temp"))


@dataclass(frozen=True)
class Wanted:
    """A parameter, with its gradient as it should be; entries that were not measured are NaN."""

    name: str
    right: Array


def have_one_size(steps: Sequence[Array]) -> bool:
    """Whether steps are equally long whatever the gradient, as first steps of Adam and RMSprop are."""
    sizes = np.abs(np.concatenate([np.zeros(0), *(step.reshape(-1) for step in steps)]))
    sizes = sizes[sizes != 0]
    return bool(sizes.size > 3 and np.ptp(sizes) <= 1e-2 * sizes.max())


def fits(array: Array, right: Array) -> bool:
    """Whether the shapes are the same up to axes of length 1."""
    return squeezed(array) == squeezed(right)


def factor(array: Array, right: Array, tolerance: float = SAME) -> float | None:
    """The number c with array = c · right where right was measured; None where there is none."""
    g, r, _ = _measured(array, right)
    size = float(r @ r)
    if size == 0 or not np.isfinite(g).all():
        return None
    c = float(g @ r) / size
    return c if c != 0 and np.abs(g - c * r).max() <= tolerance * abs(c) * np.abs(r).max() else None


def is_right(array: Array, right: Array, c: float = 1.0, tolerance: float = SAME) -> bool:
    """Whether array = c · right where right was measured, to the precision of differences."""
    if not fits(array, right):
        return False
    g, r, scale = _measured(array, right)
    return bool(
        np.isfinite(g).all() and np.abs(g - c * r).max(initial=0.0) <= tolerance * (abs(c) * scale + 1e-6)
    )


def _measured(array: Array, right: Array) -> tuple[Array, Array, float]:
    r = right.reshape(-1)
    known = np.isfinite(r)
    return array.reshape(-1)[known], r[known], float(np.abs(r[known]).max(initial=0.0))


def affinity(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1, without the words that say gradient, and with the same numbers in them."""
    a, b = _core(one), _core(other)
    alike = 1.0 if a & b else 0.5 if any(x and y and (x in y or y in x) for x in a for y in b) else 0.0
    numbers_a, numbers_b = re.findall(r"\d+", one), re.findall(r"\d+", other)
    return alike * (1.0 if numbers_a == numbers_b else 0.5)


def _core(name: str) -> set[str]:
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name.lower()) if word and not word.isdigit()]
    plain = re.sub(r"\d+", "", _DECORATION.sub("", words[-1] if words else ""))
    joined = re.sub(r"\d+", "", _DECORATION.sub("", "".join(words)))
    both = {
        plain,
        joined,
        plain.removeprefix("d"),
        joined.removeprefix("d"),
        plain.rstrip("s"),
        _letters(plain),
    }
    return {core for core in both if core}


def _letters(name: str) -> str:
    """The usual letter for a usual name."""
    core = name.removeprefix("d")
    if core.startswith(("weight", "kernel")) or core in ("w", "theta"):
        return "w"
    return "b" if core.startswith("bias") or core == "b" else core


def match(
    wanted: Sequence[Wanted], pool: Sequence[Found], c: float = 1.0, tolerance: float = SAME
) -> list[Found | None]:
    """For each parameter the array that is its gradient, or that should be; None where there is no such array.

    An array that is c times the right gradient belongs to its parameter whatever it is called; among the others of
    the same shape the name decides, then the order.
    """
    chosen: dict[int, Found] = {}
    free = list(pool)
    for index, parameter in enumerate(wanted):
        right = [one for one in free if is_right(one.array, parameter.right, c, tolerance)]
        if right and _size(parameter.right) > 0:
            best = max(right, key=partial(_closeness, parameter.name))
            chosen[index] = best
            free = [one for one in free if one is not best]
    _by_name(wanted, free, chosen, _fits_either_way)
    _by_name(wanted, free, chosen, _is_called_so)
    return [chosen.get(index) for index in range(len(wanted))]


def _closeness(name: str, candidate: Found) -> float:
    return affinity(candidate.name, name)


def _size(right: Array) -> float:
    known = right[np.isfinite(right)]
    return float(np.abs(known).max(initial=0.0))


def _fits_either_way(candidate: Found, parameter: Wanted) -> bool:
    right = parameter.right
    return fits(candidate.array, right) or (candidate.array.size > 1 and fits(candidate.array.T, right))


def _is_called_so(candidate: Found, parameter: Wanted) -> bool:
    """Whether the name says which gradient it is, whatever its shape."""
    return affinity(candidate.name, parameter.name) == 1.0


def _by_name(
    wanted: Sequence[Wanted],
    free: list[Found],
    chosen: dict[int, Found],
    suits: Callable[[Found, Wanted], bool],
) -> None:
    """Give each parameter without an array the likeliest that suits: by shape, then by name, then in order."""
    pairs = [
        (not fits(one.array, parameter.right), -affinity(one.name, parameter.name), index, place)
        for index, parameter in enumerate(wanted)
        for place, one in enumerate(free)
        if index not in chosen and suits(one, parameter)
    ]
    places: set[int] = set()
    for _, _, index, place in sorted(pairs):
        if index not in chosen and place not in places:
            chosen[index] = free[place]
            places.add(place)
    free[:] = [one for place, one in enumerate(free) if place not in places]
