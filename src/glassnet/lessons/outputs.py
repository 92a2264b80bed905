"""What a learner's answer gives, as plain data: named arrays of numbers, or texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.support.text import one

Plain: TypeAlias = NDArray[np.float64] | str
Outputs: TypeAlias = dict[str, Plain]


TOLERANCE_OF_32_BITS = 1e-6
LONGEST_SHOWN = 100


class NoOutput(Exception):
    """An answer that is nothing to compare: None, an object, rows of different lengths."""


def outputs_of(result: Any) -> Outputs:
    """A result by name: "" for a single one, "[0]", "[1]" … for those of a tuple, keys for those of a dictionary."""
    if isinstance(result, Mapping):
        return {f"[{key!r}]": _plain(value) for key, value in result.items()}
    if isinstance(result, tuple) or _is_row_of_results(result):
        return {f"[{i}]": _plain(value) for i, value in enumerate(result)}
    return {"": _plain(result)}


def _is_row_of_results(result: Any) -> bool:
    """Whether a list holds results rather than numbers: texts, or arrays."""
    return isinstance(result, list) and any(isinstance(item, str | np.ndarray) for item in result)


def _plain(value: Any) -> Plain:
    if isinstance(value, str):
        return value
    if value is None or value is Ellipsis:
        raise NoOutput(
            "it gives None; what a function gives back stands after return, and print only shows it"
        )
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise ValueError
    except RuntimeError as reason:  # a tensor that autograd holds on to
        raise NoOutput(f"what it gives is no array yet: {str(reason).rstrip('.')}") from None
    except ValueError:
        raise NoOutput(f"it gives {_kind(value)}, where numbers are expected") from None
    return array.astype(np.float64)


def _kind(value: Any) -> str:
    if isinstance(value, Sequence):
        return "a list that is no array of numbers"
    return one(type(value).__name__)


def aligned(ours: Outputs, expected: Outputs) -> Outputs:
    """Rows or numbers in a row as one array, one array as several results, where the shapes are right."""
    if expected.keys() == {""} and ours.keys() != {""}:
        rows = [value for value in ours.values() if isinstance(value, np.ndarray)]
        is_row_after_row = list(ours) == [f"[{i}]" for i in range(len(rows))]
        if is_row_after_row and len({row.shape for row in rows}) == 1:
            return _if_shaped({"": np.stack(rows)}, expected) or ours
    whole = ours.get("")
    if isinstance(whole, np.ndarray) and whole.ndim and "" not in expected:
        return _if_shaped({f"[{i}]": np.array(value) for i, value in enumerate(whole)}, expected) or ours
    return ours


def _if_shaped(ours: Outputs, expected: Outputs) -> Outputs | None:
    shapes = [{name: np.shape(value) for name, value in one.items()} for one in (ours, expected)]
    return ours if shapes[0] == shapes[1] else None


def equal(ours: Outputs, others: Outputs, tolerance: float) -> bool:
    """Whether two results are the same: names, shapes, and numbers up to ``tolerance`` of each array's largest."""
    return ours.keys() == others.keys() and all(_same(ours[name], others[name], tolerance) for name in ours)


def _same(one: Plain, other: Plain, tolerance: float) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and _words(one) == _words(other)
    if other.shape == () and one.size == 1:
        one = one.reshape(())
    if one.shape != other.shape:
        return False
    if _is_of_32_bits(one):
        tolerance = max(tolerance, TOLERANCE_OF_32_BITS)
    scale = max(float(np.abs(other[np.isfinite(other)]).max(initial=0.0)), 1e-300)
    return bool(np.allclose(one, other, rtol=0, atol=tolerance * scale, equal_nan=True))


def _is_of_32_bits(numbers: NDArray[np.float64]) -> bool:
    """Whether numbers are as they come from 32 bits; whole and simple ones are, too, and lie far apart."""
    with np.errstate(over="ignore"):
        return bool((numbers.astype(np.float32) == numbers).all())


def _words(text: str) -> str:
    """A text without what is no part of an answer: capitals, and how its words are joined."""
    return text.strip().lower().replace("_", " ")


def show(value: Any) -> str:
    """A value in one short line; a text in quotation marks, its beginning where it is long."""
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST_SHOWN else f"{value[: LONGEST_SHOWN - 2]} …")
    if callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    try:
        array = np.asarray(value)
    except ValueError:  # a list of unlike things
        return f"a list of {len(value)}"
    if array.dtype.kind == "U" and array.size <= 9:
        return repr(array.tolist())
    if array.dtype.kind not in "biuf":
        return type(value).__name__
    if array.size > 8:
        return f"an array of shape {array.shape}"
    return str(np.array2string(array, precision=6, separator=", ")).replace("\n", "")
