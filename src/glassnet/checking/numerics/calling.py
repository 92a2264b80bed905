"""Calling a learner's function the way it wants to be called: with arrays, single numbers, nested lists or tensors."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.arrays import as_array

Function = Callable[..., Any]
Form = Callable[[Function, tuple[Array, ...]], Any]


def with_arrays(function: Function, arguments: tuple[Array, ...]) -> Any:
    """Arrays as they are; copies, so that the function may change them."""
    return function(*(argument.copy() for argument in arguments))


def as_they_are(function: Function, arguments: tuple[Array, ...]) -> Any:
    """The arrays themselves, which the function may change."""
    return function(*arguments)


def with_lists(function: Function, arguments: tuple[Array, ...]) -> Any:
    """Nested lists, for functions that compute with Python's own numbers."""
    return function(*(argument.tolist() for argument in arguments))


def with_tensors(function: Function, arguments: tuple[Array, ...]) -> Any:
    """PyTorch's tensors; only where PyTorch has been imported already."""
    torch = sys.modules["torch"]
    return function(*(torch.tensor(argument) for argument in arguments))


def with_numbers(function: Function, arguments: tuple[Array, ...]) -> Any:
    """One number from each array at a time; a number too large for math.exp gives NaN."""
    results = [
        _or_nan(function, numbers) for numbers in zip(*(a.ravel().tolist() for a in arguments), strict=True)
    ]
    return np.asarray(results).reshape(arguments[0].shape)


def _or_nan(function: Function, numbers: tuple[float, ...]) -> Any:
    try:
        return function(*numbers)
    except (OverflowError, ZeroDivisionError):
        return np.nan


def forms() -> Iterator[Form]:
    """The ways to call a function, the commonest first."""
    yield with_arrays
    if "torch" in sys.modules:
        yield with_tensors
    yield with_lists


class Callee:
    """A learner's function, called in the first way that works.

    Parameters
    ----------
    name : str
        What it is called in messages.
    function : callable
        The function.
    ways : tuple of forms
        The ways to try.
    """

    def __init__(self, name: str, function: Function, ways: tuple[Form, ...] | None = None) -> None:
        if not callable(function):
            raise ArgumentError(f"{name} must be a function; got {function!r}")
        self.name, self.function = name, function
        self.ways = tuple(forms()) if ways is None else ways
        self.way: Form | None = None

    def raw(self, *arguments: Array) -> Any:
        """What the function returns, in its own type.

        Raises `ArgumentError` if the function fails however it is called; the message holds its own first
        error.
        """
        reasons = []
        for way in self.ways if self.way is None else (self.way,):
            try:
                result = _quiet(way, self.function, arguments)
                usable(result)
            except Exception as reason:  # whatever a learner's function raises
                reasons.append(why(reason))
                continue
            self.way = way
            return result
        raise self._refusal(arguments, reasons[0])

    def _refusal(self, arguments: tuple[Array, ...], reason: str) -> ArgumentError:
        shapes = ", ".join(str(argument.shape) for argument in arguments)
        return ArgumentError(f"{self.name} could not be called with arrays of shape {shapes}; {reason}")

    def __call__(self, *arguments: Array) -> Array:
        """The result as an array of numbers."""
        return usable(self.raw(*arguments))


def usable(result: Any) -> Array:
    """A result as an array of numbers, in its own dtype; raises TypeError where it is none."""
    array = as_array(result)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"it returns {type(result).__name__}, not numbers")
    return array


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing is printed, and nothing is warned of."""
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _quiet(way: Form, function: Function, arguments: tuple[Array, ...]) -> Any:
    with quiet():
        return way(function, arguments)


def why(reason: BaseException) -> str:
    """The kind of an error and what it says."""
    return f"{type(reason).__name__}: {reason}"


def copied_if_possible(value: Any) -> Any:
    """A copy, or the thing itself where it cannot be copied: an open file, a lock, a generator."""
    try:
        return copy.deepcopy(value)
    except Exception:  # whatever an object of a learner holds
        return value


def copied(thing: Any) -> Any:
    """A copy of a learner's object, which may be run without changing theirs."""
    try:
        return copy.deepcopy(thing)
    except Exception as reason:  # whatever an object of a learner holds
        raise ArgumentError(
            f"a check runs a copy, so that yours stays as it is, and {checks.shown(thing)} cannot be copied "
            f"({type(reason).__name__}: {reason}); pass one without open files, locks, generators and the like"
        ) from None


def changes(function: Function, values: Array) -> bool:
    """Whether a function changes the array that it is given."""
    passed = values.copy()
    try:
        _quiet(as_they_are, function, (passed,))
    except Exception:  # it takes no arrays, so that it cannot change one
        return False
    return not np.array_equal(passed, values, equal_nan=True)


class Elementwise(Callee):
    """A learner's function of one number, evaluated at many.

    Arrays are tried first, then numbers: functions with an `if` or with math.exp take only those.
    """

    def __init__(self, name: str, function: Function) -> None:
        ways = [way for way in forms() if way is not with_lists]
        super().__init__(name, function, (*ways, with_numbers, with_lists))

    def __call__(self, *arguments: Array) -> Array:
        """Values in float64 of the arguments' shape; a single number stands for all.

        Without points there is nothing to ask: many functions of learners refuse empty arrays.
        """
        if not arguments[0].size:
            return np.empty(arguments[0].shape)
        result = super().__call__(*arguments)
        if result.shape != arguments[0].shape and result.size == 1:
            result = np.broadcast_to(result.reshape(()), arguments[0].shape)
        elif result.size == arguments[0].size and arguments[0].ndim == 1:
            result = result.reshape(-1)
        if result.shape != arguments[0].shape:
            raise ArgumentError(
                f"{self.name} must give one number for each of its input's; for shape {arguments[0].shape} it gave "
                f"{result.shape}"
            )
        return result.astype(np.float64)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the arrays that it returns for float64; float64 where it returns single numbers."""
        result = as_array(self.raw(np.array([-1.5, 0.75, 2.25])))
        return result.dtype if result.ndim and self.way is not with_numbers else np.dtype(np.float64)


def n_required(function: Callable[..., Any]) -> int:
    """How many arguments a function cannot do without; 1 where that cannot be seen."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    named = sum(p.kind in positional and p.default is inspect.Parameter.empty for p in parameters)
    hides_them = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters)
    return 1 if named == 0 and hides_them else named
