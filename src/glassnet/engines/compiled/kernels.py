"""The compiled kernels of activations, losses and update rules, by what they are for. Numba is not loaded here."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, c_double, c_float, c_int64, c_ssize_t
from dataclasses import dataclass
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.engines.base import DType, is_own
from glassnet.engines.compiled import own
from glassnet.errors import EngineError
from glassnet.kernels import store
from glassnet.kernels.store import CFunction, Meanings, Template
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer

TEMPLATES, ROWS = "glassnet.kernels.templates", "glassnet.kernels.compiled_rows"
# There is a template for updates with each number of state vectors up to this.
MOST_STATES = 4


@dataclass(frozen=True)
class Kernel:
    """A C function, compiled at first use."""

    key: Any
    make: Callable[[], CFunction]

    @property
    def address(self) -> int:
        """Where the function begins; compiles it where needed."""
        return self.make().address

    @property
    def is_ready(self) -> bool:
        """Whether nothing is to be compiled."""
        return store.is_ready(self.key)

    @property
    def is_carried(self) -> bool:
        """Whether it comes with the package, and is only to be fitted to this processor."""
        return store.is_carried(self.key)


@dataclass(frozen=True)
class BuiltIn(Kernel):
    """A kernel of formulas that are part of glassnet: its template, and what makes its code before it is fitted."""

    template: Template
    portable: Callable[[], bytes]


def built_in(template: Template, name: str, kind: Any, meanings: Meanings) -> BuiltIn:
    """The kernel called `name`."""
    return BuiltIn(
        name,
        lambda: store.function(template, name, kind, meanings),
        template,
        lambda: store.compile(template, name, kind, meanings),
    )


@cache
def precision(dtype: DType) -> str:
    """The name of a dtype, which NumPy puts together anew each time it is asked."""
    return str(dtype.name)


def pointer(dtype: DType) -> Any:
    """To an array of `dtype`, in C."""
    return POINTER(c_float if dtype == np.float32 else c_double)


def lifted() -> ModuleType:
    """What open names mean; loads Numba."""
    from glassnet.engines.compiled import lifted

    return lifted


def activate(activation: ActivationFunction, dtype: DType, *, with_bias: bool) -> Kernel:
    """Z = Z + b, A = f(Z); without bias A = f(Z)."""
    template = Template(_room(activation), "activate" if with_bias else "apply")
    name = _name(getattr(type(activation), "formula", None))
    return _kernel(
        template, activation, name, dtype, 2 + with_bias, lambda: lifted().value(activation, dtype)
    )


def gate(activation: ActivationFunction, dtype: DType) -> Kernel | None:
    """dZ = dA f'(Z); None where f is linear and nothing is to be done."""
    if type(activation) is activations.Linear:
        return None
    name = _name(getattr(type(activation), "slope_formula", getattr(type(activation), "formula", None)))
    template = Template(_room(activation), "gate")
    return _kernel(template, activation, name, dtype, 3, lambda: lifted().slope(activation, dtype))


def _room(activation: ActivationFunction) -> str:
    return ROWS if isinstance(activation, activations.RowActivation) else TEMPLATES


def compare(loss: Loss, dtype: DType) -> Kernel:
    """The loss of a batch, and its gradient.

    Raises
    ------
    EngineError
        If it is a loss of the user's own that is neither elementwise nor a variant of glassnet's.
    """
    name = ""
    if isinstance(loss, losses.SoftmaxCrossEntropy):
        template, of_what = Template(ROWS, "softmax_cross_entropy"), "softmax"
    elif isinstance(loss, (losses.Contrastive, losses.TripletHard, losses.TripletAll)):
        template, of_what = Template(ROWS, loss.name), "embedding"
    elif isinstance(loss, losses.RowLoss):
        template, of_what = Template(TEMPLATES, "compare_rows"), "rows"
        name = _name(*(getattr(type(loss), part, None) for part in ("terms", "formula", "slope_formula")))
    elif isinstance(loss, losses.Quantiles):
        template, of_what, name = Template(TEMPLATES, "compare_levels"), "two", "quantile_"
    elif isinstance(loss, losses.GaussianNLL):
        template, of_what, name = Template(TEMPLATES, "compare_pairs"), "three", "gaussian_"
    elif isinstance(loss, losses.ElementwiseLoss):
        template, of_what = Template(TEMPLATES, "compare"), "entries"
        formulas = (getattr(type(loss), part, None) for part in ("formula", "slope_formula"))
        name = f"{_name(*formulas)}{loss.mean_over}_"
    else:
        raise EngineError(
            f"the loss {type(loss).__name__!r} has no compiled form: it is not elementwise. Use engine='numpy'"
        )
    return _kernel(
        template, loss, name, dtype, 4, lambda: lifted().LOSSES[of_what](loss, dtype), result=c_double
    )


def update(optimizer: Optimizer, dtype: DType) -> Kernel:
    """The optimizer's rule over the flat vectors.

    Raises
    ------
    EngineError
        If it is one of the user's own with more state vectors than there are templates for.
    """
    rule, n_coefficients = optimizer.rule, optimizer.n_coefficients
    if optimizer.n_states > MOST_STATES:
        raise EngineError(
            f"the optimizer {type(optimizer).__name__!r} has {optimizer.n_states} state vectors; compiled code has "
            f"room for {MOST_STATES}. Use engine='numpy'"
        )

    def meanings() -> dict[str, Any]:
        return {"RULE": lifted().formula(optimizer, rule, dtype), "N_COEFFICIENTS": n_coefficients}

    template = Template(TEMPLATES, f"update_{optimizer.n_states}")
    name = f"{_name(rule)}{n_coefficients}_{precision(dtype)}"
    return _of(template, optimizer, name, dtype, _update(dtype), meanings)


def update_partly(dtype: DType) -> Kernel:
    """Any rule, of which each parameter takes a share."""
    template, name = Template(TEMPLATES, "update_partly"), f"update_partly_{precision(dtype)}"
    return built_in(template, name, _update(dtype), lambda: {"NUMBER": lifted().number(dtype)})


def _update(dtype: DType) -> Any:
    array = pointer(dtype)
    return CFUNCTYPE(None, array, array, array, c_ssize_t, array, c_int64)


def _kernel(
    template: Template, thing: ActivationFunction | Loss, name: str, dtype: DType, n_arrays: int,
    meanings: Meanings, result: Any = None,
) -> Kernel:  # fmt: skip
    """`name` says which formulas the meanings lift: it is all that tells kernels of one template apart."""
    array = pointer(dtype)
    kind = CFUNCTYPE(result, *[array] * n_arrays, c_ssize_t, c_ssize_t, array)
    n_parameters = 0 if template.name == "compare_levels" else len(parameters(thing, dtype))
    count = f"{n_parameters}_" if n_parameters else ""

    def all_meanings() -> dict[str, Any]:
        return {**meanings(), "N_PARAMETERS": n_parameters}

    return _of(template, thing, f"{name}{count}{template.name}_{precision(dtype)}", dtype, kind, all_meanings)


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


def _of(
    template: Template, thing: own.Thing, name: str, dtype: DType, kind: Any, meanings: Meanings
) -> Kernel:
    if is_own(thing):
        key = own.key(template, thing, dtype)
        return Kernel(key, lambda: own.compile(key, kind, meanings))
    return built_in(template, name, kind, meanings)
