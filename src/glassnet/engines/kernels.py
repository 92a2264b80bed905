"""The compiled kernels of activations, losses and update rules, by what they are for.

Each function returns the address of a C function, compiled at first use.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
from numba import types
from numba.core.errors import NumbaError
from numba.core.typing import signature

from glassnet import activations, losses
from glassnet.activations import Activation
from glassnet.errors import EngineError
from glassnet.formulas import losses as loss_formulas
from glassnet.formulas.elementary import exp
from glassnet.kernels import compiled_rows, store, templates
from glassnet.kernels.lift import FLOAT32, FLOAT64, compiled, lift, specialise
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer

DType = np.dtype[Any]
Meanings = Callable[[], dict[str, Any]]


def activate(activation: Activation, dtype: DType, *, with_bias: bool) -> int:
    """Z = Z + b, A = f(Z); without bias A = f(Z)."""
    room = compiled_rows if isinstance(activation, activations.Softmax) else templates
    template = room.activate if with_bias else room.apply
    return _kernel(template, activation, dtype, 2 + with_bias, lambda: _value(activation, dtype))


def gate(activation: Activation, dtype: DType) -> int:
    """dZ = dA f'(Z); 0 where f is linear and nothing is to be done."""
    if isinstance(activation, activations.Linear):
        return 0
    room = compiled_rows if isinstance(activation, activations.Softmax) else templates
    return _kernel(room.gate, activation, dtype, 3, lambda: _slope(activation, dtype))


def compare(loss: Loss, dtype: DType) -> int:
    """The loss of a batch, and its gradient."""
    if isinstance(loss, losses.SoftmaxCrossEntropy):
        template, meanings = compiled_rows.softmax_cross_entropy, lambda: _softmax(dtype)
    elif isinstance(loss, losses.EmbeddingLoss):
        template, meanings = getattr(compiled_rows, type(loss).formula.__name__), lambda: _embedding(dtype)
    elif isinstance(loss, losses.ElementwiseLoss):
        template, meanings = templates.compare, lambda: _elementwise(loss, dtype)
    else:
        raise EngineError(f"{loss!r} has no compiled kernel; use engine='numpy'")
    return _kernel(template, loss, dtype, 4, meanings, result=types.float64)


def update(optimizer: Optimizer, dtype: DType) -> int:
    """The optimizer's rule over the flat vectors."""
    rule, n_coefficients = optimizer.rule, optimizer.table(np.zeros(1), 1).shape[1]
    template = (templates.update_0, templates.update_1, templates.update_2)[optimizer.n_states]
    pointer = types.CPointer(_number(dtype))
    kind = signature(types.void, pointer, pointer, pointer, types.intp, pointer)

    def meanings() -> dict[str, Any]:
        return {"RULE": lift(rule, dtype), "N_COEFFICIENTS": n_coefficients}

    return int(store.function(template, f"{rule.__name__}_{dtype.name}", kind, meanings).address)


def normalise(function: Callable[..., Any], dtype: DType) -> int:
    """One of the functions of :mod:`glassnet.kernels.normalisation`."""
    parameters = list(inspect.signature(function).parameters)
    kinds = {"n": types.intp, "m": types.intp, "momentum": types.float64, "epsilon": types.float64}
    pointer = types.CPointer(_number(dtype))
    kind = signature(types.void, *[kinds.get(name, pointer) for name in parameters])
    return int(store.function(function, f"{function.__name__}_{dtype.name}", kind, dict).address)


def names(activation: Activation, dtype: DType) -> list[str]:
    """Names of the kernels of an activation, for asking whether they are compiled."""
    return [_name(part, activation, dtype) for part in (templates.activate, templates.apply, templates.gate)]


def _kernel(
    template: Any, thing: Activation | Loss, dtype: DType, n_arrays: int, meanings: Meanings, result: Any = types.void
) -> int:
    number = _number(dtype)
    kind = signature(result, *[types.CPointer(number)] * n_arrays, types.intp, types.intp, number)
    name = _name(template, thing, dtype)
    if not _is_own(thing):
        return int(store.function(template, name, kind, meanings).address)
    try:
        return int(store.own_function(template, thing, dtype, kind, meanings).address)
    except (NumbaError, TypeError) as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        raise EngineError(
            f"{thing.registered_name!r} cannot be compiled: {reason}. Write it with arithmetic and NumPy's "
            "elementary functions on a single number, or use engine='numpy'"
        ) from None


def _is_own(thing: Any) -> bool:
    return isinstance(thing, (activations.Function, losses.Function))


def _name(template: Any, thing: Activation | Loss, dtype: DType) -> str:
    formula = getattr(type(thing), "formula", None)
    about = formula.__name__ if isinstance(formula, FunctionType) else type(thing).__name__
    return f"{about}_{template.__name__}_{dtype.name}"


def _number(dtype: DType) -> Any:
    return types.float32 if dtype == np.float32 else types.float64


def _scalar_exp(dtype: DType) -> Any:
    return (FLOAT32 if dtype == np.float32 else FLOAT64)[exp]


def _softmax(dtype: DType) -> dict[str, Any]:
    row = compiled(specialise(compiled_rows.softmax_row, "softmax_row", EXP=_scalar_exp(dtype)))
    return {"SOFTMAX_ROW": row}


def _value(activation: Activation, dtype: DType) -> dict[str, Any]:
    if isinstance(activation, activations.Softmax):
        return _softmax(dtype)
    if isinstance(activation, activations.Function):
        return {"VALUE": _adapted(templates.with_parameter, activation.function, dtype)}
    formula = type(activation).formula
    return {"VALUE": lift(formula, dtype) if activation.parameters else _adapted(templates.with_parameter, formula, dtype)}


def _slope(activation: Activation, dtype: DType) -> dict[str, Any]:
    if isinstance(activation, activations.Softmax):
        return {}
    if isinstance(activation, activations.Function):
        adapter = templates.with_parameters if activation.derivative_takes_output else templates.with_output_and_parameter
        return {"SLOPE": _adapted(adapter, activation.derivative, dtype)}
    formula = type(activation).slope_formula
    return {"SLOPE": lift(formula, dtype) if activation.parameters else _adapted(templates.with_parameters, formula, dtype)}


def _elementwise(loss: losses.ElementwiseLoss, dtype: DType) -> dict[str, Any]:
    if isinstance(loss, losses.Function):
        value, slope = loss.function, loss.derivative
    else:
        value, slope = type(loss).formula, type(loss).slope_formula
    pair = [lift(f, dtype) if loss.parameters else _adapted(templates.with_parameters, f, dtype) for f in (value, slope)]
    return {"VALUE": pair[0], "SLOPE": pair[1], "SHARE_OF_ENTRY": loss.mean_over == "entries"}


def _embedding(dtype: DType) -> dict[str, Any]:
    return {
        "DISTANCE": compiled(compiled_rows.distance),
        "PULL": compiled(compiled_rows.pull),
        "PAIR": lift(loss_formulas.contrastive_pair, dtype),
        "PAIR_SLOPE": lift(loss_formulas.contrastive_pair_slope, dtype),
    }


def _adapted(adapter: Any, formula: Callable[..., Any], dtype: DType) -> Any:
    """A formula that is also given arguments that it does not take."""
    return compiled(specialise(adapter, formula.__name__, VALUE=lift(formula, dtype)))
