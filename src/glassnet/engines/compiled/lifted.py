"""What the open names of templates mean for an activation, a loss, an optimizer, and in the loop. Loads Numba."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numba import types

from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.engines import loop
from glassnet.engines.base import DType, is_own
from glassnet.engines.compiled import own
from glassnet.errors import EngineError
from glassnet.formulas import losses as loss_formulas
from glassnet.formulas.elementary import exp, log
from glassnet.kernels import compiled_rows, scalars, templates
from glassnet.kernels.compiled import TRAVERSALS
from glassnet.kernels.exponentials import scalar
from glassnet.kernels.lift import compiled, lift, lift_own, specialise, whole
from glassnet.losses import Loss


def number(dtype: DType) -> Any:
    """Numba's name for `dtype`."""
    return types.float32 if dtype == np.float32 else types.float64


def entry(dtype: DType, kinds: Mapping[str, int]) -> dict[str, Any]:
    """Of the entries into the loop, in which these numbers stand for kinds of rows."""
    made = _loop(tuple(kinds.items()))
    return {"NUMBER": number(dtype), "TRAIN": made["train"], "FORWARD": made["forward"]}


@cache
def _loop(kinds: tuple[tuple[str, int], ...]) -> dict[str, Any]:
    """The functions of the loop over compiled traversals."""
    made: dict[str, Any] = {**TRAVERSALS, **{kind.upper(): number for kind, number in kinds}}
    for function in (loop.forward, loop.backward, loop.train):
        made[function.__name__] = whole(specialise(function, function.__name__, **made))
    return made


def layer(module: str, dtype: DType) -> dict[str, Any]:
    """Of the formulas that are open in a file of compiled bodies of a layer."""
    formulas = getattr(import_module(module), "FORMULAS", {})
    return {meaning: lift(function, dtype) for meaning, function in formulas.items()}


def formula(thing: own.Thing, function: Any, dtype: DType) -> Any:
    """A formula of `thing`, compiled for scalars."""
    return lift_own(function, dtype) if is_own(thing) else lift(function, dtype)


def _softmax(dtype: DType) -> dict[str, Any]:
    steps = {
        "SHIFT": compiled(compiled_rows.shift),
        "EXPONENTIATE": compiled(
            specialise(compiled_rows.exponentiate, "exponentiate", EXP=scalars.form(exp, dtype))
        ),
    }
    return {**steps, "LOG": scalars.form(log, dtype)}


# How rows are taken forward and back.
_ROWS: dict[type[ActivationFunction], tuple[Any, Any]] = {
    activations.Softmax: (compiled_rows.softmax, compiled_rows.softmax_backward),
    activations.LogSoftmax: (compiled_rows.log_softmax, compiled_rows.log_softmax_backward),
}


def _row_bodies(activation: activations.RowActivation, dtype: DType) -> dict[str, Any]:
    bodies = next((both for kind, both in _ROWS.items() if isinstance(activation, kind)), None)
    if bodies is None:
        raise EngineError(
            f"{own.title(activation)} has no compiled form: it is of whole rows. Use engine='numpy'"
        )
    meanings = {**_softmax(dtype), "EXP": scalars.form(exp, dtype)}
    forward, backward = (compiled(specialise(body, body.__name__, **meanings)) for body in bodies)
    return {"FORWARD": forward, "BACKWARD": backward}


def value(activation: ActivationFunction, dtype: DType) -> dict[str, Any]:
    """Of an activation's output."""
    if isinstance(activation, activations.RowActivation):
        return _row_bodies(activation, dtype)
    function = (
        activation.function if isinstance(activation, activations.Function) else type(activation).formula
    )
    return {"VALUE": _adapted(templates.of_one, activation, function, dtype)}


def slope(activation: ActivationFunction, dtype: DType) -> dict[str, Any]:
    """Of an activation's slope."""
    if isinstance(activation, activations.RowActivation):
        return _row_bodies(activation, dtype)
    if not isinstance(activation, activations.Function):
        function = type(activation).slope_formula
        return {"SLOPE": _adapted(templates.of_two, activation, function, dtype)}
    adapter = templates.of_two if activation.derivative_takes_output else templates.of_first
    return {"SLOPE": _adapted(adapter, activation, activation.derivative, dtype)}


def _elementwise(loss: losses.ElementwiseLoss, dtype: DType) -> dict[str, Any]:
    if isinstance(loss, losses.Function):
        function, derivative = loss.function, loss.derivative
    else:
        function, derivative = type(loss).formula, type(loss).slope_formula
    return {
        "VALUE": _adapted(templates.of_two, loss, function, dtype),
        "SLOPE": _adapted(templates.of_two, loss, derivative, dtype),
        "SHARE_OF_ENTRY": loss.mean_over == "entries",
    }


_MEANINGS = {"formula": "VALUE", "slope_formula": "SLOPE", "variance_slope_formula": "SECOND_SLOPE"}


def _formulas(loss: losses.SeveralOutputs, adapter: Any, dtype: DType) -> dict[str, Any]:
    """The formulas of a loss by what templates call them."""
    given = {meaning: getattr(type(loss), name, None) for name, meaning in _MEANINGS.items()}
    return {
        meaning: _adapted(adapter, loss, function, dtype)
        for meaning, function in given.items()
        if function is not None
    }


def _of_rows(loss: losses.RowLoss, dtype: DType) -> dict[str, Any]:
    """The three formulas of a loss of whole rows, and how many members, sums and targets a sample has."""
    kind, k, fields = type(loss), loss.rows_per_sample, loss.parameters
    of_value = templates.of_target_and_sums if loss.members else templates.of_sums
    entries = np.ones(1 + k, dtype)
    return {
        "TERMS": _adapted(templates.of_members, loss, kind.terms, dtype),
        "VALUE": _adapted(of_value, loss, kind.formula, dtype),
        "SLOPE": _adapted(templates.of_members_and_sums, loss, kind.slope_formula, dtype),
        "N_MEMBERS": k,
        "N_SUMS": len(kind.terms(*entries, *fields)),
        "N_TARGETS": 0 if loss.targets == "values" else 1,
    }


def _embedding(dtype: DType) -> dict[str, Any]:
    return {
        "DISTANCE": compiled(compiled_rows.distance),
        "PULL": compiled(compiled_rows.pull),
        "PAIR": lift(loss_formulas.contrastive_pair, dtype),
        "PAIR_SLOPE": lift(loss_formulas.contrastive_pair_slope, dtype),
    }


# Of a loss, by what it is of.
LOSSES: dict[str, Callable[[Any, DType], dict[str, Any]]] = {
    "softmax": lambda loss, dtype: _softmax(dtype),
    "embedding": lambda loss, dtype: _embedding(dtype),
    "rows": _of_rows,
    "two": lambda loss, dtype: _formulas(loss, templates.of_two, dtype),
    "three": lambda loss, dtype: _formulas(loss, templates.of_three, dtype),
    "entries": _elementwise,
}


def _adapted(adapter: Any, thing: ActivationFunction | Loss, function: Any, dtype: DType) -> Any:
    """A formula that takes its parameters as one tuple."""
    made = formula(thing, function, dtype)
    name = getattr(function, "__name__", "formula")
    return scalar(specialise(adapter, f"own_{name}" if is_own(thing) else name, VALUE=made))
