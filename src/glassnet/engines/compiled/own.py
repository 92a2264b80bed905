"""A user's own formulas: compiled for themselves, and used only where they agree with NumPy.

Compiled code sees one number at a time. A function that looks at several, draws random ones or asks for the type of
its argument may compile and mean something else; a trial on a few numbers finds that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.engines.base import DType
from glassnet.errors import EngineError
from glassnet.kernels import arrays, store
from glassnet.kernels.native.bytecode import captured
from glassnet.kernels.store import CFunction, Meanings, Template
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer

Array = NDArray[Any]
Thing = ActivationFunction | Loss | Optimizer
Pairs = Iterator[tuple[Any, Any]]

# Largest difference from NumPy, as a share of the number itself or of a hundredth of the largest one.
TOLERANCES = {"float32": 1e-4, "float64": 1e-10}


@dataclass(frozen=True)
class Key:
    """What a compiled function is made of: the same key, the same function."""

    template: Template
    thing: Thing
    dtype: DType
    held: tuple[Any, ...]


def key(template: Template, thing: Thing, dtype: DType) -> Key:
    """For `template` around a formula of `thing`, as the numbers that the formula holds are now."""
    return Key(template, thing, dtype, tuple(map(captured, _formulas(thing))))


def compile(key: Key, kind: Any, meanings: Meanings) -> CFunction:
    """The compiled function, which agrees with NumPy.

    Raises
    ------
    EngineError
        If it cannot be compiled, or gives other numbers than NumPy; the message names it and says why.
    ArgumentError
        If NumPy cannot use what it returns either.
    """
    try:
        return store.own_function(key, key.template, kind, meanings, lambda function: _try_out(function, key))
    except EngineError:
        raise
    except Exception as error:  # Numba raises errors of all kinds for what it does not know
        _by_numpy(key)
        raise EngineError(
            f"{title(key.thing)} cannot be compiled: {reason_of(error)}. Write it with arithmetic and NumPy's "
            "elementary functions, entry by entry, or use engine='numpy'"
        ) from None


def _formulas(thing: Thing) -> tuple[Any, ...]:
    if isinstance(thing, Optimizer):
        return (thing.rule,)
    if isinstance(thing, (activations.Function, losses.Function)):
        return thing.function, thing.derivative
    return tuple(getattr(type(thing), name, None) for name in ("terms", "formula", "slope_formula"))


def title(thing: Thing) -> str:
    """What errors call it."""
    kind = (
        "activation"
        if isinstance(thing, ActivationFunction)
        else "loss"
        if isinstance(thing, Loss)
        else "optimizer"
    )
    return f"the {kind} {getattr(thing, 'registered_name', type(thing).__name__)!r}"


def reason_of(error: Exception) -> str:
    """The line of Numba's message that says something."""
    lines = [line.strip() for line in str(error).splitlines()]
    telling = [line for line in lines if line and not line.startswith("Failed in")] or [type(error).__name__]
    if telling[0].endswith("found for signature:"):
        telling[0] = "Numba does not know " + telling[1].removeprefix(">>> ")
    return re.sub(r" (from '[^']*'|at 0x[0-9a-f]+)", "", telling[0]).rstrip(".")


def _try_out(function: CFunction, key: Key) -> None:
    """Raise `EngineError` if the compiled function and NumPy do not agree."""
    thing, dtype, trial = key.thing, key.dtype, _TRIALS[key.template.name]

    def call(*arguments: Any) -> Any:
        kinds: Any = function.ctypes.argtypes
        passed = [
            argument.ctypes.data_as(kind) if isinstance(argument, np.ndarray) else argument
            for argument, kind in zip(arguments, kinds, strict=True)
        ]
        return function.ctypes(*passed)

    with np.errstate(all="ignore"):
        for wanted, result in trial(thing, dtype, call):
            expected, got = np.atleast_1d(wanted), np.atleast_1d(result)
            largest = np.abs(expected[np.isfinite(expected)]).max(initial=0)
            near = np.abs(got - expected) <= TOLERANCES[dtype.name] * (np.abs(expected) + 0.01 * largest)
            wrong = ~(near | (got == expected) | (np.isnan(got) & np.isnan(expected)))
            if wrong.any():
                raise EngineError(
                    f"{title(thing)} cannot be compiled: it would give {got[wrong][0]:g} where NumPy gives "
                    f"{expected[wrong][0]:g}. Write it entry by entry, without random numbers, or use engine='numpy'"
                )


def _by_numpy(key: Key) -> None:
    """Call what a user wrote as NumPy's engine would, which refuses another shape or numbers that are not real."""
    z = _numbers(key.dtype)
    with np.errstate(all="ignore"):
        if isinstance(key.thing, activations.Function):
            key.thing.slope(z, key.thing.value(z.copy()))
        elif isinstance(key.thing, losses.Function):
            key.thing.compare(np.ones_like(z), z, None)


def _numbers(dtype: DType) -> Array:
    """Twelve rows of numbers on both sides of 0, at 0, and close to it."""
    close = [1e-3, -1e-3, 1e-6, -1e-6, 0.5, -0.5, 11, -11, 17, -17, 1]
    return np.concatenate([np.linspace(-6, 6, 37), close]).reshape(12, 4).astype(dtype)


def _parameters(thing: ActivationFunction | Loss, dtype: DType) -> Array:
    return np.array(thing.parameters, dtype)


def _try_activate(thing: ActivationFunction, dtype: DType, call: Callable[..., Any]) -> Pairs:
    z, bias = _numbers(dtype), np.linspace(-0.1, 0.1, 4, dtype=dtype)
    sums, expected, got = z.copy(), np.empty_like(z), np.empty_like(z)
    arrays.activate(SimpleNamespace(activation=thing), sums, bias, expected)
    call(z, bias, got, *z.shape, _parameters(thing, dtype))
    yield expected, got


def _try_apply(thing: ActivationFunction, dtype: DType, call: Callable[..., Any]) -> Pairs:
    z = _numbers(dtype)
    expected, got = np.empty_like(z), np.empty_like(z)
    arrays.apply(SimpleNamespace(activation=thing), z, expected)
    call(z, got, *z.shape, _parameters(thing, dtype))
    yield expected, got


def _try_gate(thing: ActivationFunction, dtype: DType, call: Callable[..., Any]) -> Pairs:
    z = _numbers(dtype)
    a, expected = np.empty_like(z), np.linspace(1, 2, z.size, dtype=dtype).reshape(z.shape)
    got = expected.copy()
    arrays.apply(SimpleNamespace(activation=thing), z, a)
    arrays.gate(SimpleNamespace(activation=thing), z, a, expected)
    call(z, a, got, *z.shape, _parameters(thing, dtype))
    yield expected, got


def _try_compare(thing: Loss, dtype: DType, call: Callable[..., Any]) -> Pairs:
    random, shape = np.random.default_rng(0), (12, max(4, 2 * thing.outputs_per_target))
    labels = (np.arange(12.0) % 3)[:, None].astype(dtype)
    weights = (np.ones(12) if thing.targets == "labels" else np.linspace(0.5, 1.5, 12)).astype(dtype)
    shares, numbers = random.uniform(0.05, 0.95, (2, *shape)), random.normal(scale=3, size=(2, *shape))
    for y, p in (shares.astype(dtype), numbers.astype(dtype)):
        targets = labels if thing.targets == "labels" else y
        expected, got = np.empty_like(p), np.empty_like(p)
        value = arrays.compare(thing, targets, p, weights, expected)
        yield value, call(p, targets, weights, got, *shape, _parameters(thing, dtype))
        yield expected, got


def _try_update(thing: Optimizer, dtype: DType, call: Callable[..., Any]) -> Pairs:
    random, n = np.random.default_rng(0), 30
    w, g = random.normal(size=(2, n)).astype(dtype)
    states = random.uniform(0.1, 1, (thing.n_states, n)).astype(dtype)
    coefficients = thing.table(np.array([0.01]), 3, np.zeros(1))[0]
    expected, expected_states = w.copy(), states.copy()
    arrays.update(
        thing.rule,
        arrays.Views(expected),
        arrays.Views(g),
        expected_states,
        tuple(coefficients.tolist()),
        np.empty(0),
    )
    call(w, g, states, n, coefficients.astype(dtype), 0)
    yield expected, w
    yield expected_states, states


_TRIALS: dict[str, Callable[[Any, DType, Callable[..., Any]], Pairs]] = {
    "activate": _try_activate,
    "apply": _try_apply,
    "gate": _try_gate,
    **dict.fromkeys(
        (
            "compare",
            "compare_rows",
            "compare_levels",
            "compare_pairs",
            "softmax_cross_entropy",
            "contrastive",
            "triplet_hard",
            "triplet_all",
        ),
        _try_compare,
    ),
    **dict.fromkeys(("update_0", "update_1", "update_2", "update_3", "update_4"), _try_update),
}
