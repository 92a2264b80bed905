"""The parameters of all estimators, and what each may be; `glassnet.NetworkClassifier` describes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Any

from glassnet import activations, losses, optimizers
from glassnet.activations import ActivationFunction
from glassnet.callbacks import Callback
from glassnet.callbacks.base import as_callbacks
from glassnet.errors import ArgumentError
from glassnet.estimators import presets
from glassnet.estimators.presets.settings import SCHEDULES
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.schedules import Schedule
from glassnet.support import checks
from glassnet.tables.settings import TableSettings

MOST_UNITS = 1_000_000
MOST_MEMBERS = 1000
ENGINES = ("auto", "numpy", "compiled", "torch")

Activation = str | ActivationFunction


@dataclass(eq=False, repr=False)
class Parameters:
    """What every estimator is given; its class is a dataclass, too, and adds its own.

    So scikit-learn finds all of them in the signature, and each stands once.
    """

    preset: str = "tabular"
    _: KW_ONLY
    hidden: int | Sequence[int] | None = None
    depth: int | None = None
    width: int | None = None
    activation: Activation | Sequence[Activation] | None = None
    loss: str | Loss | None = None
    optimizer: str | Optimizer | None = None
    learning_rate: float | Schedule | None = None
    schedule: str | None = None
    batch_size: int | None = None
    epochs: int | None = None
    shuffle: bool = True
    dropout: float | None = None
    batch_norm: bool | None = None
    l1: float | None = None
    l2: float | None = None
    early_stopping: bool | None = None
    validation_share: float | None = None
    patience: int | None = None
    callbacks: Sequence[Callback | Callable[..., Any]] = ()
    warm_start: bool = False
    engine: str = "auto"
    device: str = "cpu"
    dtype: str | None = None
    categorical: Sequence[str | int] | None = None
    categories: str | None = None
    embedding_dimension: int | None = None
    scaling: str | None = None
    clip: bool | None = None
    decimal_comma: bool | None = None
    random_state: Any = None
    verbose: bool = False


def hidden_units(name: str, hidden: Any) -> list[Any]:
    """The units of each hidden layer, of which one is written as a number."""
    listed = [hidden] if checks.is_integer(hidden) else checks.sequence(name, hidden, "(64, 32)")
    for units in listed:
        checks.integer(name, units, least=1, most=MOST_UNITS)
    return listed


def _activations(name: str, activation: Any) -> None:
    one = isinstance(activation, str) or not checks.is_list(activation)
    for each in [activation] if one else checks.sequence(name, activation, "('relu', 'tanh')"):
        activations.get(each)


def _output_activation(name: str, activation: Any) -> None:
    try:
        activations.get(activation)
    except ArgumentError as error:
        raise ArgumentError(f"{name} is none: {error}") from error


def _learning_rate(name: str, rate: Any) -> None:
    if not isinstance(rate, Schedule):
        checks.number(name, rate, above=0)


def _scorer(name: str, scorer: Any) -> None:
    if not isinstance(scorer, str):
        checks.function(name, scorer, "(estimator, X, y), or the name of a scorer of scikit-learn")


def _n_jobs(name: str, n_jobs: Any) -> None:
    if not checks.is_integer(n_jobs) or n_jobs == 0:
        raise ArgumentError(
            f"{name} must be an integer such as 2, or -1 for all cores; got {checks.shown(n_jobs)}"
        )


_positive = partial(checks.integer, least=1)
_not_negative = partial(checks.number, least=0)

# What a parameter may be, where it is not None.
_MAY_BE: dict[str, Callable[[str, Any], object]] = {
    "hidden": hidden_units,
    "depth": partial(checks.integer, least=0, most=1000),
    "width": partial(checks.integer, least=1, most=MOST_UNITS),
    "activation": _activations,
    "output_activation": _output_activation,
    "dropout": partial(checks.number, least=0, below=1),
    "batch_norm": checks.truth,
    "l1": _not_negative,
    "l2": _not_negative,
    "dtype": partial(checks.choice, known=("float32", "float64")),
    "loss": lambda name, loss: losses.get(loss),
    "optimizer": lambda name, optimizer: optimizers.get(optimizer),
    "learning_rate": _learning_rate,
    "schedule": partial(checks.choice, known=SCHEDULES),
    "epochs": _positive,
    "batch_size": _positive,
    "patience": _positive,
    "early_stopping": checks.truth,
    "validation_share": partial(checks.number, above=0, below=1),
    "scorer": _scorer,
    "scaling": partial(checks.choice, known=("robust", "standard", "none")),
    "clip": checks.truth,
    "scale_targets": checks.truth,
    "categories": partial(checks.choice, known=("one_hot", "embedding")),
    "embedding_dimension": partial(checks.integer, least=1, most=1000),
}

# The same for those that are never None.
_MUST_BE: dict[str, Callable[[str, Any], object]] = {
    "preset": lambda name, preset: checks.choice(name, preset, presets.names()),
    "engine": partial(checks.choice, known=ENGINES),
    "device": checks.text,
    "callbacks": lambda name, callbacks: as_callbacks(callbacks),
    "shuffle": checks.truth,
    "warm_start": checks.truth,
    "verbose": checks.truth,
    "ensemble": partial(checks.integer, least=1, most=MOST_MEMBERS),
    "n_jobs": _n_jobs,
}


def check(parameters: Any) -> None:
    """Raise where a parameter of an estimator has a value that it cannot have, alone or beside the others.

    Raises `ArgumentError` with the name of the parameter, what it may be, and what it is.
    """
    for name, accept in _MUST_BE.items():
        accept(name, getattr(parameters, name))
    _check_together(parameters)
    for name, accept in _MAY_BE.items():
        if (value := getattr(parameters, name)) is not None:
            accept(name, value)
    TableSettings(categorical=parameters.categorical, decimal_comma=parameters.decimal_comma)


def _check_together(parameters: Any) -> None:
    """Raise where two parameters contradict each other."""
    if parameters.hidden is not None and (parameters.depth is not None or parameters.width is not None):
        raise ArgumentError(
            "give hidden, or depth and width, which stand for depth layers of width units; not both"
        )
    if parameters.schedule is not None and isinstance(parameters.learning_rate, Schedule):
        raise ArgumentError("learning_rate is a schedule already; leave schedule out, or give a number")
    if parameters.early_stopping is False:
        for name in ("validation_share", "scorer", "patience"):
            if getattr(parameters, name) is not None:
                raise ArgumentError(
                    f"{name} belongs to early stopping, and early_stopping is False; leave one out"
                )
