"""Values of all kinds, and what an annotation takes of them."""

from __future__ import annotations

import datetime
import re
import types
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

_ARRAY = np.arange(12.0).reshape(4, 3)

# By kind, each as a function, since some of them are used up.
POOL: dict[str, list[Callable[[], Any]]] = {
    "none": [lambda: None],
    "bool": [lambda: True, lambda: False, lambda: np.True_],
    "int": [
        lambda: 0,
        lambda: -1,
        lambda: 3,
        lambda: 2**31,
        lambda: 2**63,
        lambda: 10**30,
        lambda: 10**400,
        lambda: np.int64(2),
    ],
    "float": [lambda: 0.5, lambda: -1.5, lambda: 1e-300, lambda: 1e300, lambda: np.float32(0.1)],
    "no number": [
        lambda: float("nan"),
        lambda: float("inf"),
        lambda: -np.inf,
        lambda: np.float64("nan"),
    ],
    "text": [
        lambda: "abc",
        lambda: "",
        lambda: "0.1",
        lambda: "relu",
        lambda: "no",
        lambda: np.str_("adam"),
        lambda: "\0",
    ],
    "bytes": [lambda: b"abc", lambda: bytearray(b"a"), lambda: memoryview(b"abc")],
    "complex": [lambda: 1j, lambda: complex("nan"), lambda: np.complex64(1)],
    "list": [list, lambda: [1], lambda: [1, 2.5], lambda: (1, 2), lambda: range(3)],
    "list of other": [
        lambda: ["a", 1, None],
        lambda: [None],
        lambda: [[1, 2], [3]],
        lambda: [object()],
        lambda: [{}],
    ],
    "dict": [dict, lambda: {"a": 1}, lambda: {0: 1.0}, lambda: {None: None}],
    "set": [set, lambda: {1, 2}, frozenset],
    "iterator": [lambda: iter([]), lambda: (x for x in _ARRAY), lambda: iter([None])],
    "array": [
        lambda: np.array(3),
        lambda: np.arange(4),
        lambda: _ARRAY.copy(),
        lambda: np.zeros((0, 3)),
        lambda: np.ones((2, 2, 2)),
        lambda: np.full((4, 3), np.nan),
        lambda: np.full((4, 3), 1e300),
        lambda: _ARRAY > 3,
    ],
    "array of other": [
        lambda: np.full((4, 3), "a"),
        lambda: np.full(4, None),
        lambda: _ARRAY + 1j,
        lambda: np.array(["2020"] * 4, "M8[Y]"),
        lambda: np.ma.masked_array(_ARRAY, mask=_ARRAY > 5),
        lambda: np.zeros(4, [("a", "f8")]),
        lambda: np.array([b"a"]),
    ],
    "frame": [lambda: pd.DataFrame(_ARRAY), lambda: pd.Series(["x", "y"]), lambda: pd.NA, lambda: pd.NaT],
    "function": [lambda: len, lambda: lambda: 1, lambda: lambda *args, **named: "text"],
    "class": [lambda: int, lambda: np.ndarray, lambda: Exception],
    "path": [lambda: Path("no such folder") / "x", lambda: Path()],
    "object": [
        object,
        lambda: ...,
        lambda: NotImplemented,
        lambda: slice(1),
        lambda: types,
        lambda: re.compile("x"),
    ],
    "date": [
        lambda: datetime.date(2020, 1, 1),
        lambda: np.datetime64("2020"),
        lambda: np.timedelta64(1, "s"),
    ],
    "exact": [lambda: Fraction(1, 3), lambda: Decimal("0.1")],
    "random": [lambda: np.random.default_rng(0), lambda: np.random.RandomState(0)],
}

_NUMBERS = {
    "bytes",
    "int",
    "float",
    "no number",
    "bool",
    "list",
    "array",
    "frame",
    "exact",
    "array of other",
    "list of other",
}
_TAKES = {
    "None": {"none"},
    "bool": {"bool"},
    "int": {"int"},
    "float": {"int", "float", "exact"},
    "str": {"text"},
    "PathLike": {"path"},
    "Callable": {"function"},
    "Formula": {"function"},
    "Goal": {"function"},
    "Function": {"function"},
    "ArrayLike": _NUMBERS,
    "NDArray": _NUMBERS,
    "Array": _NUMBERS,
    "Weight": _NUMBERS | {"none"},
    "Sequence": {"list", "array", "list of other", "frame"},
    "Iterable": {"list", "array", "iterator", "set", "dict"},
    "Mapping": {"dict"},
    "dict": {"dict"},
    "list": {"list"},
    "tuple": {"list"},
    "Span": {"list"},
    "Seed": {"int", "none", "random"},
    "Random": {"random"},
    "Any": set(POOL),
    "object": set(POOL),
}


def taken(annotation: Any) -> set[str]:
    """The kinds of which an argument with this annotation may take some values: those of no other are nonsense."""
    words = re.findall(r"\w+", re.sub(r"\[.*\]", "", _outermost(str(annotation))))
    return {kind for word in words for kind in _TAKES.get(word, ())}


def _outermost(annotation: str) -> str:
    """The annotation without what stands in brackets."""
    while "[" in annotation:
        annotation, before = re.sub(r"\[[^\[\]]*\]", "", annotation), annotation
        if annotation == before:
            break
    return annotation
