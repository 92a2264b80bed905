"""The parameters of an estimator in the place of what its preset says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from glassnet import optimizers
from glassnet.errors import ArgumentError
from glassnet.estimators import presets
from glassnet.estimators.parameters import hidden_units
from glassnet.estimators.presets import Settings, Task, like_sklearn
from glassnet.optimizers import Optimizer
from glassnet.schedules import Schedule
from glassnet.tables.settings import TableSettings

PATIENCE, SHARE = 20, 0.2

# Parameters that are called as the field of the settings whose place they take.
_AS_NAMED = (
    "batch_size", "epochs", "dropout", "batch_norm", "l1", "l2", "scaling", "clip", "embedding_dimension",
    "scale_targets", "dtype",
)  # fmt: skip


# What is told of one network, and of no second one beside it.
_OF_ONE = (
    "hidden", "depth", "width", "activation", "optimizer", "l2", "early_stopping", "validation_share", "scorer",
    "patience", "dtype",
)  # fmt: skip

# What belongs to steps over batches, and to no search along lines.
_OF_STEPS = ("batch_size", "batch_norm", "dropout", "epochs", "l1", "learning_rate", "schedule")


def settings_of(parameters: Any, n_rows: int, n_features: int, task: Task, in_parts: bool) -> Settings:
    """The preset's settings for a table, with what was given in the place of what the preset says.

    Where the rows come in parts, or something is given that belongs to steps over batches, it is learned in steps.
    """
    in_steps = in_parts or any(getattr(parameters, name) is not None for name in _OF_STEPS)
    settings = presets.settings(parameters.preset, n_rows, n_features, task, in_steps=in_steps)
    settings = replace(settings, **{n: v for n in _AS_NAMED if (v := getattr(parameters, n)) is not None})
    if parameters.l2 is not None:
        settings = replace(settings, penalties=())
    if not parameters._joins or parameters.callbacks or parameters.categories == "embedding":
        settings = replace(settings, joins=False, beside=None)
    if any(getattr(parameters, name) is not None for name in _OF_ONE):
        settings = replace(settings, beside=None)
    settings = _with_layers(settings, parameters)
    settings = _with_optimizer(settings, parameters)
    if parameters.categories is not None:
        settings = replace(settings, embed_from=2 if parameters.categories == "embedding" else None)
    return _with_stopping(settings, parameters)


def _with_layers(settings: Settings, parameters: Any) -> Settings:
    hidden = settings.hidden
    if parameters.hidden is not None:
        hidden = tuple(hidden_units("hidden", parameters.hidden))
    elif parameters.depth is not None or parameters.width is not None:
        depth = len(hidden) if parameters.depth is None else parameters.depth
        width = max(hidden, default=1) if parameters.width is None else parameters.width
        hidden = (width,) * depth
    joins = settings.joins and parameters.hidden is parameters.depth is parameters.width is None
    settings = replace(settings, hidden=hidden, joins=joins)
    if parameters.activation is None:
        return (
            settings
            if len(settings.activations) == len(hidden)
            else replace(settings, activation=_first(settings))
        )
    settings = replace(settings, share_rate_factor=None)
    if isinstance(parameters.activation, str) or not isinstance(parameters.activation, Sequence):
        return replace(settings, activation=parameters.activation)
    listed = tuple(parameters.activation)
    if len(listed) != len(hidden):
        raise ArgumentError(
            f"activation must be one, or one for each of {len(hidden)} hidden layers; got {len(listed)} for "
            f"hidden={hidden}"
        )
    return replace(settings, activation=listed)


def _first(settings: Settings) -> Any:
    return settings.activation[0] if isinstance(settings.activation, tuple) else settings.activation


def _with_optimizer(settings: Settings, parameters: Any) -> Settings:
    """The optimizer that was given brings its own rates: those of the preset are tuned for the preset's."""
    if parameters.optimizer is not None:
        optimizer = _chosen(parameters)
        if type(optimizer) is not type(settings.optimizer) or isinstance(parameters.optimizer, Optimizer):
            settings = _plain(settings, optimizer)
        if not optimizer.takes_steps:
            return _minimised(settings, parameters)
    if parameters.learning_rate is not None:
        settings = replace(settings, learning_rate=parameters.learning_rate)
    if parameters.schedule is not None:
        settings = replace(settings, schedule=parameters.schedule, folds=0)
    elif isinstance(settings.learning_rate, Schedule):
        settings = replace(settings, schedule="constant", folds=0)
    return settings


def _chosen(parameters: Any) -> Optimizer:
    """The optimizer that was named; of scikit-learn's names as scikit-learn has it."""
    if parameters.preset == "sklearn" and parameters.optimizer in like_sklearn.OPTIMIZERS:
        return like_sklearn.OPTIMIZERS[parameters.optimizer]
    return optimizers.get(parameters.optimizer)


def _plain(settings: Settings, optimizer: Optimizer) -> Settings:
    """Without what the preset's optimizer and its rates were tuned with."""
    rate: Any = optimizer.learning_rate if optimizer.takes_steps else settings.learning_rate
    front = None if settings.front_scale is None or not optimizer.takes_steps else 1.0
    return replace(
        settings, optimizer=optimizer, learning_rate=rate, schedule="constant", rates_by_inputs=False, folds=0,
        bias_rate_factor=1.0, front_scale=front,
    )  # fmt: skip


def _minimised(settings: Settings, parameters: Any) -> Settings:
    """For an optimizer that looks at all rows at once."""
    for name, reason in (
        ("learning_rate", "it searches along lines, and has no rates"),
        ("schedule", "it searches along lines, and has no rates"),
        ("batch_size", "it looks at all rows in every step"),
        ("dropout", "dropout makes another loss of every look"),
        ("l1", "it needs a loss that is smooth; use l2"),
    ):
        if getattr(parameters, name):
            raise ArgumentError(
                f"{type(settings.optimizer).__name__} takes no {name}: {reason}; leave it out"
            )
    return replace(settings, batch_size=None, dropout=0.0, l1=0.0)


def _with_stopping(settings: Settings, parameters: Any) -> Settings:
    stops_early = (
        parameters.early_stopping or parameters.scorer is not None or parameters.validation_share is not None
    )
    sets_length = parameters.patience is not None or (
        parameters.epochs is not None and settings.optimizer.takes_steps
    )
    if stops_early or sets_length or parameters.early_stopping is False:
        settings = replace(settings, folds=0)
    if parameters.early_stopping is False:
        return replace(settings, validation_share=0.0, patience=None, restore_best=False)
    if parameters.validation_share is not None:
        settings = replace(settings, validation_share=parameters.validation_share)
    if stops_early and not (settings.validation_share and settings.restore_best):
        monitor = settings.monitor if settings.monitor.startswith("validation_") else "validation_loss"
        share = settings.validation_share or SHARE
        settings = replace(settings, validation_share=share, monitor=monitor, restore_best=True)
    if parameters.patience is not None:
        return replace(settings, patience=parameters.patience)
    return (
        replace(settings, patience=PATIENCE)
        if parameters.early_stopping and settings.patience is None
        else settings
    )


def table_settings(
    settings: Settings, parameters: Any, names: Sequence[str], never_dropped: Sequence[str]
) -> TableSettings:
    """What the preprocessing of a table with these columns is told; those that are `never_dropped` stay."""
    most = None if settings.embed_from is None else settings.embed_from - 1
    keep = names if settings.scaling == "none" else [name for name in never_dropped if name in names]
    return TableSettings(
        numbers=settings.scaling, smooth_clip=settings.clip, number_pieces=settings.number_pieces, one_hot_most=most,
        categorical=parameters.categorical, scale_categories=settings.scaling != "none", keep=keep,
        decimal_comma=parameters.decimal_comma,
    )  # fmt: skip
