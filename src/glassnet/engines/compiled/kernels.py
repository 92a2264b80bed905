"""The compiled kernels of activations, losses and update rules, by what they are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np
from numba import types
from numba.core.ccallback import CFunc
from numba.core.typing.templates import signature
from numpy.typing import NDArray

from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.engines.base import DType, is_own
from glassnet.engines.compiled import own
from glassnet.errors import EngineError
from glassnet.formulas import losses as loss_formulas
from glassnet.formulas.elementary import exp, log
from glassnet.kernels import compiled_rows, scalars, store, templates
from glassnet.kernels.exponentials import scalar
from glassnet.kernels.lift import compiled, lift, lift_own, specialise
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer

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


def activate(activation: ActivationFunction, dtype: DType, *, with_bias: bool) -> Kernel:
    """Z = Z + b, A = f(Z); without bias A = f(Z)."""
    room = compiled_rows if isinstance(activation, activations.RowActivation) else templates
    template = room.activate if with_bias else room.apply
    name = _name(getattr(type(activation), "formula", None))
    return _kernel(template, activation, name, dtype, 2 + with_bias, lambda: _value(activation, dtype))


def gate(activation: ActivationFunction, dtype: DType) -> Kernel | None:
    """dZ = dA f'(Z); None where f is linear and nothing is to be done."""
    if type(activation) is activations.Linear:
        return None
    room = compiled_rows if isinstance(activation, activations.RowActivation) else templates
    name = _name(getattr(type(activation), "slope_formula", getattr(type(activation), "formula", None)))
    return _kernel(room.gate, activation, name, dtype, 3, lambda: _slope(activation, dtype))


def compare(loss: Loss, dtype: DType) -> Kernel:
    """The loss of a batch, and its gradient.

    Raises
    ------
    EngineError
        If it is a loss of the user's own that is neither elementwise nor a variant of glassnet's.
    """
    template: Any
    name = ""
    if isinstance(loss, losses.SoftmaxCrossEntropy):
        template, meanings = compiled_rows.softmax_cross_entropy, lambda: _softmax(dtype)
    elif isinstance(loss, (losses.Contrastive, losses.TripletHard, losses.TripletAll)):
        template, meanings = getattr(compiled_rows, loss.name), lambda: _embedding(dtype)
    elif isinstance(loss, losses.RowLoss):
        template, meanings = templates.compare_rows, lambda: _of_rows(loss, dtype)
        name = _name(*(getattr(type(loss), part, None) for part in ("terms", "formula", "slope_formula")))
    elif isinstance(loss, losses.Quantiles):
        template, meanings = templates.compare_levels, lambda: _formulas(loss, templates.of_two, dtype)
        name = "quantile_"
    elif isinstance(loss, losses.GaussianNLL):
        template, meanings = templates.compare_pairs, lambda: _formulas(loss, templates.of_three, dtype)
        name = "gaussian_"
    elif isinstance(loss, losses.ElementwiseLoss):
        template, meanings = templates.compare, lambda: _elementwise(loss, dtype)
        formulas = (getattr(type(loss), part, None) for part in ("formula", "slope_formula"))
        name = f"{_name(*formulas)}{loss.mean_over}_"
    else:
        raise EngineError(
            f"the loss {type(loss).__name__!r} has no compiled form: it is not elementwise. Use engine='numpy'"
        )
    return _kernel(template, loss, name, dtype, 4, meanings, result=types.float64)


def update(optimizer: Optimizer, dtype: DType) -> Kernel:
    """The optimizer's rule over the flat vectors.

    Raises
    ------
    EngineError
        If it is one of the user's own with more state vectors than there are templates for.
    """
    rule, n_coefficients = optimizer.rule, optimizer.table(np.zeros(1), 1, np.zeros(1)).shape[1]
    most = len(templates.UPDATES) - 1
    if optimizer.n_states > most:
        raise EngineError(
            f"the optimizer {type(optimizer).__name__!r} has {optimizer.n_states} state vectors; compiled code has "
            f"room for {most}. Use engine='numpy'"
        )
    template = templates.UPDATES[optimizer.n_states]

    def meanings() -> dict[str, Any]:
        return {"RULE": _lifted(optimizer, rule, dtype), "N_COEFFICIENTS": n_coefficients}

    name = f"{_name(rule)}{n_coefficients}_{dtype.name}"
    return _of(template, optimizer, name, dtype, _update(dtype), meanings)


def update_partly(dtype: DType) -> Kernel:
    """Any rule, of which each parameter takes a share."""
    name = f"update_partly_{dtype.name}"
    meanings = {"NUMBER": number(dtype)}
    return Kernel(
        name, lambda: store.function(templates.update_partly, name, _update(dtype), lambda: meanings)
    )


def _update(dtype: DType) -> Any:
    pointer = types.CPointer(number(dtype))
    return signature(types.void, pointer, pointer, pointer, types.intp, pointer, types.int64)


def _kernel(
    template: Any, thing: ActivationFunction | Loss, name: str, dtype: DType, n_arrays: int, meanings: Meanings,
    result: Any = types.void,
) -> Kernel:  # fmt: skip
    """`name` says which formulas the meanings lift: it is all that tells kernels of one template apart."""
    pointer = types.CPointer(number(dtype))
    kind = signature(result, *[pointer] * n_arrays, types.intp, types.intp, pointer)
    n_parameters = 0 if template is templates.compare_levels else len(parameters(thing, dtype))
    count = f"{n_parameters}_" if n_parameters else ""

    def all_meanings() -> dict[str, Any]:
        return {**meanings(), "N_PARAMETERS": n_parameters}

    return _of(template, thing, f"{name}{count}{template.__name__}_{dtype.name}", dtype, kind, all_meanings)


def _name(*formulas: Any) -> str:
    return "".join(f"{formula.__name__}_" for formula in formulas if isinstance(formula, FunctionType))


def parameters(thing: ActivationFunction | Loss, dtype: DType) -> NDArray[Any]:
    """What the formulas take beside arrays, as compiled code reads it.

    Raises
    ------
    EngineError
        If one of a user's own is no number.
    """
    for value in thing.parameters:
        if not isinstance(value, (int, float, np.number)):
            raise EngineError(
                f"{own.title(thing)} cannot be compiled: its formulas take {value!r}, which is no number. "
                "Use engine='numpy'"
            )
    return np.array(thing.parameters, dtype)


def _of(template: Any, thing: own.Thing, name: str, dtype: DType, kind: Any, meanings: Meanings) -> Kernel:
    if is_own(thing):
        key = own.key(template, thing, dtype)
        return Kernel(key, lambda: own.compile(key, kind, meanings))
    return Kernel(name, lambda: store.function(template, name, kind, meanings))


def _lifted(thing: own.Thing, formula: Any, dtype: DType) -> Any:
    return lift_own(formula, dtype) if is_own(thing) else lift(formula, dtype)


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


def _value(activation: ActivationFunction, dtype: DType) -> dict[str, Any]:
    if isinstance(activation, activations.RowActivation):
        return _row_bodies(activation, dtype)
    formula = (
        activation.function if isinstance(activation, activations.Function) else type(activation).formula
    )
    return {"VALUE": _adapted(templates.of_one, activation, formula, dtype)}


def _slope(activation: ActivationFunction, dtype: DType) -> dict[str, Any]:
    if isinstance(activation, activations.RowActivation):
        return _row_bodies(activation, dtype)
    if not isinstance(activation, activations.Function):
        slope = type(activation).slope_formula
        return {"SLOPE": _adapted(templates.of_two, activation, slope, dtype)}
    adapter = templates.of_two if activation.derivative_takes_output else templates.of_first
    return {"SLOPE": _adapted(adapter, activation, activation.derivative, dtype)}


def _elementwise(loss: losses.ElementwiseLoss, dtype: DType) -> dict[str, Any]:
    if isinstance(loss, losses.Function):
        value, slope = loss.function, loss.derivative
    else:
        value, slope = type(loss).formula, type(loss).slope_formula
    return {
        "VALUE": _adapted(templates.of_two, loss, value, dtype),
        "SLOPE": _adapted(templates.of_two, loss, slope, dtype),
        "SHARE_OF_ENTRY": loss.mean_over == "entries",
    }


_MEANINGS = {"formula": "VALUE", "slope_formula": "SLOPE", "variance_slope_formula": "SECOND_SLOPE"}


def _formulas(loss: losses.SeveralOutputs, adapter: Any, dtype: DType) -> dict[str, Any]:
    """The formulas of a loss by what templates call them."""
    given = {meaning: getattr(type(loss), name, None) for name, meaning in _MEANINGS.items()}
    return {
        meaning: _adapted(adapter, loss, formula, dtype)
        for meaning, formula in given.items()
        if formula is not None
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


def _adapted(adapter: Any, thing: ActivationFunction | Loss, formula: Any, dtype: DType) -> Any:
    """A formula that takes its parameters as one tuple."""
    lifted = _lifted(thing, formula, dtype)
    name = getattr(formula, "__name__", "formula")
    return scalar(specialise(adapter, f"own_{name}" if is_own(thing) else name, VALUE=lifted))
