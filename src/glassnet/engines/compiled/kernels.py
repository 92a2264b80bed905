"""The compiled kernels of activations, losses and update rules, by what they are for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np
from numba import types
from numba.core.ccallback import CFunc
from numba.core.typing.templates import signature

from glassnet import activations, losses
from glassnet.activations import Activation
from glassnet.engines.compiled import own
from glassnet.errors import EngineError
from glassnet.formulas import losses as loss_formulas
from glassnet.formulas.elementary import exp, log
from glassnet.kernels import compiled_rows, scalars, store, templates
from glassnet.kernels.exponentials import scalar
from glassnet.kernels.lift import compiled, lift, lift_own, specialise
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer

DType = np.dtype[Any]
Meanings = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Kernel:
    """A C function, compiled at first use."""

    key: Any
    make: Callable[[], CFunc]

    @property
    def address(self) -> int:
        """Where the function begins; compiles it where needed."""
        return self.make().address or 0

    @property
    def is_ready(self) -> bool:
        """Whether nothing is to be compiled."""
        return store.is_ready(self.key)


def number(dtype: DType) -> Any:
    """Numba's name for `dtype`."""
    return types.float32 if dtype == np.float32 else types.float64


def activate(activation: Activation, dtype: DType, *, with_bias: bool) -> Kernel:
    """Z = Z + b, A = f(Z); without bias A = f(Z)."""
    room = compiled_rows if isinstance(activation, activations.Softmax) else templates
    template = room.activate if with_bias else room.apply
    return _kernel(template, activation, dtype, 2 + with_bias, lambda: _value(activation, dtype))


def gate(activation: Activation, dtype: DType) -> Kernel | None:
    """dZ = dA f'(Z); None where f is linear and nothing is to be done."""
    if type(activation) is activations.Linear:
        return None
    room = compiled_rows if isinstance(activation, activations.Softmax) else templates
    return _kernel(room.gate, activation, dtype, 3, lambda: _slope(activation, dtype))


def compare(loss: Loss, dtype: DType) -> Kernel:
    """The loss of a batch, and its gradient.

    Raises
    ------
    EngineError
        If it is a loss of the user's own that is neither elementwise nor a variant of glassnet's.
    """
    template: Any
    if isinstance(loss, losses.SoftmaxCrossEntropy):
        template, meanings = compiled_rows.softmax_cross_entropy, lambda: _softmax(dtype)
    elif isinstance(loss, (losses.Contrastive, losses.TripletHard, losses.TripletAll)):
        template, meanings = getattr(compiled_rows, loss.name), lambda: _embedding(dtype)
    elif isinstance(loss, losses.ElementwiseLoss):
        template, meanings = templates.compare, lambda: _elementwise(loss, dtype)
    else:
        raise EngineError(
            f"the loss {type(loss).__name__!r} has no compiled form: it is not elementwise. Use engine='numpy'"
        )
    return _kernel(template, loss, dtype, 4, meanings, result=types.float64)


def update(optimizer: Optimizer, dtype: DType) -> Kernel:
    """The optimizer's rule over the flat vectors.

    Raises
    ------
    EngineError
        If it is one of the user's own with more than two state vectors.
    """
    rule, n_coefficients = optimizer.rule, optimizer.table(np.zeros(1), 1).shape[1]
    if optimizer.n_states > 2:
        raise EngineError(
            f"the optimizer {type(optimizer).__name__!r} has {optimizer.n_states} state vectors; compiled code has "
            "room for 2. Use engine='numpy'"
        )
    template = (templates.update_0, templates.update_1, templates.update_2)[optimizer.n_states]
    pointer = types.CPointer(number(dtype))
    kind = signature(types.void, pointer, pointer, pointer, types.intp, pointer)

    def meanings() -> dict[str, Any]:
        return {"RULE": _lifted(optimizer, rule, dtype), "N_COEFFICIENTS": n_coefficients}

    return _of(template, optimizer, f"{rule.__name__}_{dtype.name}", dtype, kind, meanings)


def normalise(function: Callable[..., Any], dtype: DType) -> Kernel:
    """One of the functions of :mod:`glassnet.kernels.normalisation`."""
    kinds = {"n": types.intp, "m": types.intp, "momentum": types.float64, "epsilon": types.float64}
    pointer = types.CPointer(number(dtype))
    kind = signature(
        types.void, *[kinds.get(name, pointer) for name in inspect.signature(function).parameters]
    )
    name = f"{function.__name__}_{dtype.name}"
    return Kernel(name, lambda: store.function(function, name, kind, dict))


def _kernel(
    template: Any, thing: Activation | Loss, dtype: DType, n_arrays: int, meanings: Meanings,
    result: Any = types.void,
) -> Kernel:  # fmt: skip
    pointers = [types.CPointer(number(dtype))] * n_arrays
    kind = signature(result, *pointers, types.intp, types.intp, number(dtype))
    formula = getattr(type(thing), "formula", None)
    about = f"{formula.__name__}_" if isinstance(formula, FunctionType) else ""
    return _of(template, thing, f"{about}{template.__name__}_{dtype.name}", dtype, kind, meanings)


def _of(template: Any, thing: own.Thing, name: str, dtype: DType, kind: Any, meanings: Meanings) -> Kernel:
    if own.is_own(thing):
        key = own.key(template, thing, dtype)
        return Kernel(key, lambda: own.compile(key, kind, meanings))
    return Kernel(name, lambda: store.function(template, name, kind, meanings))


def _lifted(thing: own.Thing, formula: Any, dtype: DType) -> Any:
    return lift_own(formula, dtype) if own.is_own(thing) else lift(formula, dtype)


def _softmax(dtype: DType) -> dict[str, Any]:
    steps = {
        "SHIFT": compiled(compiled_rows.shift),
        "EXPONENTIATE": compiled(
            specialise(compiled_rows.exponentiate, "exponentiate", EXP=scalars.form(exp, dtype))
        ),
    }
    softmax = compiled(specialise(compiled_rows.softmax, "softmax", **steps))
    return {**steps, "SOFTMAX": softmax, "LOG": scalars.form(log, dtype)}


def _value(activation: Activation, dtype: DType) -> dict[str, Any]:
    if isinstance(activation, activations.Softmax):
        return _softmax(dtype)
    formula = (
        activation.function if isinstance(activation, activations.Function) else type(activation).formula
    )
    return {"VALUE": _adapted(templates.with_parameter, activation, formula, dtype)}


def _slope(activation: Activation, dtype: DType) -> dict[str, Any]:
    if isinstance(activation, activations.Softmax):
        return {}
    if not isinstance(activation, activations.Function):
        slope = type(activation).slope_formula
        return {"SLOPE": _adapted(templates.with_parameters, activation, slope, dtype)}
    takes_output = activation.derivative_takes_output
    adapter = templates.with_parameters if takes_output else templates.with_output_and_parameter
    return {"SLOPE": _adapted(adapter, activation, activation.derivative, dtype)}


def _elementwise(loss: losses.ElementwiseLoss, dtype: DType) -> dict[str, Any]:
    if isinstance(loss, losses.Function):
        value, slope = loss.function, loss.derivative
    else:
        value, slope = type(loss).formula, type(loss).slope_formula
    return {
        "VALUE": _adapted(templates.with_parameters, loss, value, dtype),
        "SLOPE": _adapted(templates.with_parameters, loss, slope, dtype),
        "SHARE_OF_ENTRY": loss.mean_over == "entries",
    }


def _embedding(dtype: DType) -> dict[str, Any]:
    return {
        "DISTANCE": compiled(compiled_rows.distance),
        "PULL": compiled(compiled_rows.pull),
        "PAIR": lift(loss_formulas.contrastive_pair, dtype),
        "PAIR_SLOPE": lift(loss_formulas.contrastive_pair_slope, dtype),
    }


def _adapted(adapter: Any, thing: Activation | Loss, formula: Any, dtype: DType) -> Any:
    """A formula, made to ignore the arguments that it does not take."""
    lifted = _lifted(thing, formula, dtype)
    if thing.parameters:
        return lifted
    name = getattr(formula, "__name__", "formula")
    return scalar(specialise(adapter, f"own_{name}" if own.is_own(thing) else name, VALUE=lifted))
