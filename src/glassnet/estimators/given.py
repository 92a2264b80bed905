"""The parameters of an estimator: checked before anything is done, and put into the settings of its preset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from glassnet import activations, losses, optimizers
from glassnet.callbacks.base import chosen
from glassnet.errors import ArgumentError
from glassnet.estimators import presets
from glassnet.estimators.presets import Settings, Task, like_sklearn
from glassnet.estimators.presets.settings import SCHEDULES
from glassnet.optimizers import Optimizer
from glassnet.schedules import Schedule
from glassnet.support import checks
from glassnet.tables.settings import TableSettings

MOST_UNITS = 1_000_000
MOST_MEMBERS = 1000
ENGINES = ("auto", "numpy", "compiled", "torch")
PATIENCE, SHARE = 20, 0.2

# Parameters that are called as the field of the settings whose place they take.
_AS_NAMED = (
    "batch_size", "epochs", "dropout", "batch_norm", "l1", "l2", "scaling", "clip", "embedding_dimension",
    "scale_targets", "dtype",
)  # fmt: skip


# What belongs to steps over batches, and to no search along lines.
_OF_STEPS = ("batch_size", "batch_norm", "dropout", "epochs", "l1", "learning_rate", "schedule")


def check(given: Any) -> None:
    """Raise where a parameter of the estimator `given` has a value that it cannot have, alone or beside the others.

    Raises
    ------
    ArgumentError
        With the name of the parameter, what it may be, and what it is.
    """
    checks.choice("preset", given.preset, presets.names())
    _check_layers(given)
    _check_training(given)
    _check_stopping(given)
    _check_preprocessing(given)
    for name in ("shuffle", "warm_start", "verbose"):
        checks.truth(name, getattr(given, name))
    checks.integer("ensemble", given.ensemble, least=1, most=MOST_MEMBERS)
    if not checks.is_integer(given.n_jobs) or given.n_jobs == 0:
        raise ArgumentError(
            f"n_jobs must be an integer such as 2, or -1 for all cores; got {checks.shown(given.n_jobs)}"
        )


def _check_layers(given: Any) -> None:
    if given.hidden is not None and (given.depth is not None or given.width is not None):
        raise ArgumentError(
            "give hidden, or depth and width, which stand for depth layers of width units; not both"
        )
    if given.hidden is not None:
        for units in _hidden(given.hidden):
            checks.integer("hidden", units, least=1, most=MOST_UNITS)
    if given.depth is not None:
        checks.integer("depth", given.depth, least=0, most=1000)
    if given.width is not None:
        checks.integer("width", given.width, least=1, most=MOST_UNITS)
    if given.activation is not None:
        for activation in _listed(given.activation):
            activations.get(activation)
    if given.output_activation is not None:
        try:
            activations.get(given.output_activation)
        except ArgumentError as error:
            raise ArgumentError(f"output_activation is none: {error}") from error
    if given.dropout is not None:
        checks.number("dropout", given.dropout, least=0, below=1)
    if given.batch_norm is not None:
        checks.truth("batch_norm", given.batch_norm)
    for name in ("l1", "l2"):
        if getattr(given, name) is not None:
            checks.number(name, getattr(given, name), least=0)
    if given.dtype is not None:
        checks.choice("dtype", given.dtype, ("float32", "float64"))


def _check_training(given: Any) -> None:
    if given.loss is not None:
        losses.get(given.loss)
    if given.optimizer is not None:
        optimizers.get(given.optimizer)
    if given.learning_rate is not None and not isinstance(given.learning_rate, Schedule):
        checks.number("learning_rate", given.learning_rate, above=0)
    if given.schedule is not None:
        checks.choice("schedule", given.schedule, SCHEDULES)
        if isinstance(given.learning_rate, Schedule):
            raise ArgumentError("learning_rate is a schedule already; leave schedule out, or give a number")
    for name in ("epochs", "batch_size", "patience"):
        if getattr(given, name) is not None:
            checks.integer(name, getattr(given, name), least=1)
    checks.choice("engine", given.engine, ENGINES)
    checks.text("device", given.device)
    chosen(given.callbacks)


def _check_stopping(given: Any) -> None:
    if given.early_stopping is not None:
        checks.truth("early_stopping", given.early_stopping)
    if given.validation_share is not None:
        checks.number("validation_share", given.validation_share, above=0, below=1)
    if given.scorer is not None and not isinstance(given.scorer, str):
        checks.function("scorer", given.scorer, "(estimator, X, y), or the name of a scorer of scikit-learn")
    if given.early_stopping is False:
        for name in ("validation_share", "scorer", "patience"):
            if getattr(given, name) is not None:
                raise ArgumentError(
                    f"{name} belongs to early stopping, and early_stopping is False; leave one out"
                )


def _check_preprocessing(given: Any) -> None:
    if given.scaling is not None:
        checks.choice("scaling", given.scaling, ("robust", "standard", "none"))
    for name in ("clip", "scale_targets"):
        if getattr(given, name) is not None:
            checks.truth(name, getattr(given, name))
    if given.categories is not None:
        checks.choice("categories", given.categories, ("one_hot", "embedding"))
    if given.embedding_dimension is not None:
        checks.integer("embedding_dimension", given.embedding_dimension, least=1, most=1000)
    TableSettings(categorical=given.categorical, decimal_comma=given.decimal_comma)


def settings_of(given: Any, n_rows: int, n_features: int, task: Task, in_parts: bool) -> Settings:
    """The preset's settings for a table, with what was given in the place of what the preset says.

    Where the rows come in parts, or something is given that belongs to steps over batches, it is learned in steps.
    """
    in_steps = in_parts or any(getattr(given, name) is not None for name in _OF_STEPS)
    settings = presets.settings(given.preset, n_rows, n_features, task, in_steps=in_steps)
    settings = replace(settings, **{n: v for n in _AS_NAMED if (v := getattr(given, n)) is not None})
    if given.l2 is not None:
        settings = replace(settings, penalties=())
    if not given._joins or given.callbacks or given.categories == "embedding":
        settings = replace(settings, joins=False)
    settings = _with_layers(settings, given)
    settings = _with_optimizer(settings, given)
    if given.categories is not None:
        settings = replace(settings, embed_from=2 if given.categories == "embedding" else None)
    return _with_stopping(settings, given)


def _with_layers(settings: Settings, given: Any) -> Settings:
    hidden = settings.hidden
    if given.hidden is not None:
        hidden = tuple(_hidden(given.hidden))
    elif given.depth is not None or given.width is not None:
        depth = len(hidden) if given.depth is None else given.depth
        width = max(hidden, default=1) if given.width is None else given.width
        hidden = (width,) * depth
    joins = settings.joins and given.hidden is given.depth is given.width is None
    settings = replace(settings, hidden=hidden, joins=joins)
    if given.activation is None:
        return (
            settings
            if len(settings.activations) == len(hidden)
            else replace(settings, activation=_first(settings))
        )
    settings = replace(settings, share_rate_factor=None)
    if isinstance(given.activation, str) or not isinstance(given.activation, Sequence):
        return replace(settings, activation=given.activation)
    listed = tuple(given.activation)
    if len(listed) != len(hidden):
        raise ArgumentError(
            f"activation must be one, or one for each of {len(hidden)} hidden layers; got {len(listed)} for "
            f"hidden={hidden}"
        )
    return replace(settings, activation=listed)


def _first(settings: Settings) -> Any:
    return settings.activation[0] if isinstance(settings.activation, tuple) else settings.activation


def _with_optimizer(settings: Settings, given: Any) -> Settings:
    """The optimizer that was given brings its own rates: those of the preset are tuned for the preset's."""
    if given.optimizer is not None:
        optimizer = _chosen(given)
        if type(optimizer) is not type(settings.optimizer) or isinstance(given.optimizer, Optimizer):
            settings = _plain(settings, optimizer)
        if not optimizer.takes_steps:
            return _minimised(settings, given)
    if given.learning_rate is not None:
        settings = replace(settings, learning_rate=given.learning_rate)
    if given.schedule is not None:
        settings = replace(settings, schedule=given.schedule, folds=0)
    elif isinstance(settings.learning_rate, Schedule):
        settings = replace(settings, schedule="constant", folds=0)
    return settings


def _chosen(given: Any) -> Optimizer:
    """The optimizer that was named; of scikit-learn's names as scikit-learn has it."""
    if given.preset == "sklearn" and given.optimizer in like_sklearn.OPTIMIZERS:
        return like_sklearn.OPTIMIZERS[given.optimizer]
    return optimizers.get(given.optimizer)


def _plain(settings: Settings, optimizer: Optimizer) -> Settings:
    """Without what the preset's optimizer and its rates were tuned with."""
    rate: Any = optimizer.learning_rate if optimizer.takes_steps else settings.learning_rate
    front = None if settings.front_scale is None or not optimizer.takes_steps else 1.0
    return replace(
        settings, optimizer=optimizer, learning_rate=rate, schedule="constant", rates_by_inputs=False, folds=0,
        bias_rate_factor=1.0, front_scale=front,
    )  # fmt: skip


def _minimised(settings: Settings, given: Any) -> Settings:
    """For an optimizer that looks at all rows at once."""
    for name, reason in (
        ("learning_rate", "it searches along lines, and has no rates"),
        ("schedule", "it searches along lines, and has no rates"),
        ("batch_size", "it looks at all rows in every step"),
        ("dropout", "dropout makes another loss of every look"),
        ("l1", "it needs a loss that is smooth; use l2"),
    ):
        if getattr(given, name):
            raise ArgumentError(
                f"{type(settings.optimizer).__name__} takes no {name}: {reason}; leave it out"
            )
    return replace(settings, batch_size=None, dropout=0.0, l1=0.0)


def _with_stopping(settings: Settings, given: Any) -> Settings:
    wanted = given.early_stopping or given.scorer is not None or given.validation_share is not None
    length = given.patience is not None or (given.epochs is not None and settings.optimizer.takes_steps)
    if wanted or length or given.early_stopping is False:
        settings = replace(settings, folds=0)
    if given.early_stopping is False:
        return replace(settings, validation_share=0.0, patience=None, restore_best=False)
    if given.validation_share is not None:
        settings = replace(settings, validation_share=given.validation_share)
    if wanted and not (settings.validation_share and settings.restore_best):
        monitor = settings.monitor if settings.monitor.startswith("validation_") else "validation_loss"
        share = settings.validation_share or SHARE
        settings = replace(settings, validation_share=share, monitor=monitor, restore_best=True)
    if given.patience is not None:
        return replace(settings, patience=given.patience)
    return (
        replace(settings, patience=PATIENCE)
        if given.early_stopping and settings.patience is None
        else settings
    )


def table_settings(
    settings: Settings, given: Any, names: Sequence[str], kept: Sequence[str]
) -> TableSettings:
    """What the preprocessing of a table with these columns is told; those that are `kept` are not dropped."""
    most = None if settings.embed_from is None else settings.embed_from - 1
    keep = names if settings.scaling == "none" else [name for name in kept if name in names]
    return TableSettings(
        numbers=settings.scaling, smooth_clip=settings.clip, one_hot_most=most, categorical=given.categorical,
        scale_categories=settings.scaling != "none", keep=keep, decimal_comma=given.decimal_comma,
    )  # fmt: skip


def _hidden(hidden: Any) -> list[Any]:
    return [hidden] if checks.is_integer(hidden) else checks.sequence("hidden", hidden, "(64, 32)")


def _listed(activation: Any) -> list[Any]:
    one = isinstance(activation, str) or not checks.is_list(activation)
    return [activation] if one else checks.sequence("activation", activation, "('relu', 'tanh')")
