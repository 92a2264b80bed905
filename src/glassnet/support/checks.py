"""Checks of single arguments; each returns the value that it accepted."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, DataError, ShapeError, UnknownNameError

Kind = TypeVar("Kind")

# What Python or NumPy count among the integers.
_NO_NUMBERS = (bool, np.timedelta64)

LONGEST = 200  # characters of a value in an error


def number(
    name: str,
    value: Any,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
) -> float:
    """A finite real number with `above < value < below` and `least <= value <= most`."""
    as_float = _real(value)
    if not (math.isfinite(as_float) and above < as_float < below and least <= as_float <= most):
        bounds = [
            text
            for text, limit in (
                (f"> {above:g}", above),
                (f">= {least:g}", least),
                (f"< {below:g}", below),
                (f"<= {most:g}", most),
            )
            if math.isfinite(limit)
        ]
        kind = " and ".join(["a finite number", *bounds])
        raise ArgumentError(f"{name} must be {kind}; got {shown(value)}")
    return as_float


def text(name: str, value: Any, *, least: int = 1) -> str:
    """Text of at least so many letters."""
    if not isinstance(value, str) or len(value) < least:
        raise ArgumentError(f"{name} must be text, in quotes; got {shown(value)}")
    return str(value)


def choice(name: str, value: Any, known: Iterable[str]) -> str:
    """One of the names that are known.

    Raises `ArgumentError` or `UnknownNameError` if it is no text, or another; the message lists the nearest, or
    all.
    """
    known = list(known)
    one = " or ".join(map(repr, known)) if len(known) == 2 else f"one of {', '.join(map(repr, known))}"
    if not isinstance(value, str):
        raise ArgumentError(f"{name} must be {one}; got {shown(value)}")
    if value not in known:
        near = get_close_matches(value, known, n=1, cutoff=0.5) if len(known) > 2 else []
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(f"{name} must be {one}; got {shown(value)}{hint}")
    return str(value)


def function(name: str, value: Any, arguments: str = "") -> Any:
    """A function, or another object that can be called with what `arguments` shows; a class is none."""
    if not callable(value) or isinstance(value, type):
        raise ArgumentError(f"{name} must be callable{arguments and ' with '}{arguments}; got {shown(value)}")
    return value


def function_of(name: str, value: Any, *arguments: str) -> Any:
    """A function that takes these arguments by position, as far as it tells what it takes."""
    call = f"({', '.join(arguments)})"
    called = function(name, value, call)
    try:
        signature = inspect.signature(called)
    except ValueError:  # a function written in C need not say what it takes
        return called
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise ArgumentError(f"{name} must be callable with {call}; {error}") from error
    return called


def instance(name: str, value: Any, kind: type[Kind], example: str = "") -> Kind:
    """An object of this kind."""
    if not isinstance(value, kind):
        of = kind.__name__
        article = "an" if of[0] in "AEIOU" else "a"
        raise ArgumentError(
            f"{name} must be {article} {of}{example and ', such as '}{example}; got {shown(value)}"
        )
    return value


def network(name: str, value: Any) -> Any:
    """A network of glassnet, known by how it is trained, since its class stands above the parts that ask for one."""
    if isinstance(value, type) or not hasattr(value, "training_state"):
        raise ArgumentError(f"{name} must be a glassnet Network; got {shown(value)}")
    return value


def path(name: str, value: Any) -> Path:
    """A file's or a folder's name."""
    if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        raise ArgumentError(f"{name} must be the name of a file, as text or as a Path; got {shown(value)}")
    written = os.fspath(value)
    if not isinstance(written, str) or "\0" in written:
        raise ArgumentError(f"{name} must be the name of a file, as text or as a Path; got {shown(value)}")
    return Path(written)


def is_list(value: Any) -> bool:
    """Whether it is a list, a tuple, an array of one axis or a column of a table; text is none."""
    if isinstance(value, (str, bytes, bytearray, memoryview, type)):
        return False
    of_one_axis = getattr(value, "ndim", None) == 1 and hasattr(value, "tolist")
    return of_one_axis or isinstance(value, Sequence)


def sequence(name: str, value: Any, example: str) -> list[Any]:
    """The parts of a list."""
    if not is_list(value):
        raise ArgumentError(f"{name} must be a list, such as {example}; got {shown(value)}")
    return list(value)


def pair(name: str, value: Any, example: str) -> tuple[Any, Any]:
    """Two things, in a tuple or a list."""
    parts = sequence(name, value, example)
    if len(parts) != 2:
        raise ArgumentError(f"{name} must be a pair, such as {example}; got {len(parts)}")
    return parts[0], parts[1]


def names(name: str, value: Any) -> list[str]:
    """What things are called: a list of text, or of numbers that serve as names."""
    listed = sequence(name, value, "['red', 'blue']")
    for place, one in enumerate(listed):
        if not isinstance(one, (str, Real, np.bool_)):
            raise ArgumentError(f"{name} must hold text; in place {place} it holds {shown(one)}")
    return list(map(str, listed))


def same_shape(name: str, one: NDArray[Any], of: str, other: NDArray[Any]) -> None:
    """Raise `ShapeError` where two arrays belong together, entry by entry, and cannot."""
    if one.shape != other.shape:
        raise ShapeError(f"{name} must have the shape of {of}, {other.shape}; it has {one.shape}")


def shown(value: Any) -> str:
    """`value` as an error shows it: a class by its name, and nothing longer than a line."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, np.ndarray) and value.ndim > 0:
        return f"an array of shape {value.shape}"
    try:
        written = repr(value)
    except Exception:
        return f"an object of {type(value).__name__}"
    line = written.partition("\n")[0]
    return line if line == written and len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _real(value: Any) -> float:
    """`value` as a float; NaN for what is no real number, infinity for what is too large."""
    if not isinstance(value, Real) or isinstance(value, _NO_NUMBERS):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def is_integer(value: Any) -> bool:
    """Whether it is an integer of any kind; True and a duration are none."""
    return isinstance(value, Integral) and not isinstance(value, _NO_NUMBERS)


def integer(name: str, value: Any, *, least: int, most: int | None = None) -> int:
    """An integer of any kind, NumPy's too, with `least <= value <= most`."""
    if not is_integer(value) or value < least:
        raise ArgumentError(f"{name} must be an integer >= {least}; got {shown(value)}")
    if most is not None and int(value) > most:
        raise ArgumentError(f"{name} must be an integer <= {most}; got {shown(value)}")
    return int(value)


def truth(name: str, value: Any) -> bool:
    """True or False; a word such as "no", which Python counts as true, is neither."""
    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentError(f"{name} must be True or False; got {shown(value)}")
    return bool(value)


_ADVICE = {
    "c": "give real and imaginary parts as features of their own",
    "M": "give times as numbers, such as days since a date",
    "m": "give durations as numbers, such as seconds",
}


def array(name: str, values: Any) -> NDArray[Any]:
    """`values` as an array of any dtype, whole: what a mask hides or a sparse matrix leaves out is never guessed."""
    if values is None:
        raise ArgumentError(f"{name} is missing; it must be an array of numbers with one row per sample")
    if hasattr(values, "toarray"):
        raise DataError(f"{name} is a sparse matrix ({type(values).__name__}); pass its .toarray()")
    if str(getattr(values, "layout", "")).startswith("torch.sparse"):
        raise DataError(f"{name} is a sparse tensor; pass its .to_dense()")
    if np.ma.is_masked(values) or (isinstance(values, (list, tuple)) and any(map(np.ma.is_masked, values))):
        raise DataError(f"{name} has masked entries; fill or remove them first")
    try:
        return np.asarray(_of_torch(values) if hasattr(values, "detach") else values)
    except OverflowError:
        raise DataError(f"{name} holds a number that is too large") from None
    except ValueError:
        raise DataError(f"{name} must have rows of equal length that hold numbers; its rows differ") from None


def elementwise(title: str, result: Any, inputs: NDArray[Any], kinds: str = "f") -> NDArray[Any]:
    """What a user's own `title` returned for the array `inputs`: numbers of its shape; a constant stands for all.

    `kinds` are the dtypes that it may have, as NumPy abbreviates them.
    """
    if isinstance(result, (int, float)) and not isinstance(result, np.generic):
        return np.full_like(inputs, result)
    values = np.asarray(result)
    if values.shape != inputs.shape:
        shape = f"shape {values.shape}" if values.ndim else "a single number"
        raise ArgumentError(
            f"{title} must return a number for each that it is given, shape {inputs.shape}; it returned {shape}"
        )
    if values.dtype.kind not in kinds:
        raise ArgumentError(
            f"{title} must return real floating-point numbers; it returned {values.dtype}"
            + (
                "; numpy.where(z > 0, 1.0, 0.0) makes some of a condition"
                if values.dtype.kind in "iub"
                else ""
            )
        )
    return values


def _of_torch(tensor: Any) -> Any:
    """A tensor of PyTorch as NumPy can read it: without its gradient, and not in half of a float."""
    on_cpu = tensor.detach().cpu()
    return on_cpu.float() if str(on_cpu.dtype) == "torch.bfloat16" else on_cpu


def _unpacked(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers out of an array of objects, such as a table of columns of floats and of True and False."""
    if values.dtype != object or not all(isinstance(entry, (Real, np.bool_)) for entry in values.flat):
        return values
    try:
        return values.astype(np.float64)
    except OverflowError:
        return values


def real(name: str, values: Any) -> NDArray[Any]:
    """`values` as an array of real numbers: no text, no complex numbers, no dates."""
    numbers = _unpacked(array(name, values))
    if numbers.dtype.kind not in "fiub":
        raise DataError(f"{name} must hold real numbers; its dtype is {numbers.dtype}; {_advice(numbers)}")
    return numbers


def _advice(values: NDArray[Any]) -> str:
    """What helps, and of objects the first that is no number."""
    general = "encode text as numbers, fill missing entries, and convert to float"
    strange = [place for place, entry in np.ndenumerate(values) if not isinstance(entry, (Real, np.bool_))]
    if values.dtype != object or not strange:
        return _ADVICE.get(values.dtype.kind, general)
    entry = values[strange[0]]
    times = (date, timedelta, np.datetime64, np.timedelta64)
    advice = _ADVICE["M"] if isinstance(entry, times) else general
    place = ", ".join(f"{axis} {number}" for axis, number in zip(("row", "column"), strange[0], strict=False))
    return f"{advice}; it holds {shown(entry)} in {place}"
