"""Calls that do not fit a signature are answered by what was meant."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from glassnet.errors import CallError

Called = TypeVar("Called", bound=Callable[..., Any])

# What arguments are called in other libraries and texts, and what they are called here.
_ELSEWHERE = {
    "lr": ("learning_rate",), "eta": ("learning_rate",), "step_size": ("learning_rate",), "decay": ("weight_decay",),
    "beta_1": ("beta1",), "beta_2": ("beta2",), "betas": ("beta1",), "rho": ("alpha",), "eps": ("epsilon",),
    "verbose": ("progress",), "disp": ("progress",), "n_epochs": ("epochs",), "num_epochs": ("epochs",),
    "nb_epoch": ("epochs",), "max_iter": ("epochs",), "n_iter": ("epochs",), "iterations": ("epochs",),
    "bs": ("batch_size",), "criterion": ("loss",), "loss_fn": ("loss",), "loss_function": ("loss",),
    "objective": ("loss",), "cost": ("loss",), "solver": ("optimizer",), "optim": ("optimizer",),
    "val_data": ("validation_data",), "eval_set": ("validation_data",), "val_split": ("validation_split",),
    "validation_fraction": ("validation_split",), "random_state": ("seed",), "rng": ("seed",),
    "n_jobs": ("jobs", "threads"), "num_workers": ("jobs", "threads"), "workers": ("jobs", "threads"),
    "n_units": ("units",), "neurons": ("units",), "size": ("units",), "out_features": ("units",),
    "output_dim": ("units",),
    "kernel_initializer": ("initializer",), "init": ("initializer",), "kernel_regularizer": ("l2",),
    "bias": ("use_bias",), "nonlinearity": ("activation",), "p": ("rate",), "prob": ("rate",),
    "negative_slope": ("slope_below",), "gamma": ("factor",), "step": ("every",), "t_max": ("epochs",),
    "monitor": ("metric",), "min_delta": ("minimum_change",), "save_best_only": ("best_only",),
    "filepath": ("path",), "filename": ("path",), "file": ("path",), "min_lr": ("minimum",),
    "test_fraction": ("test_size",), "test_ratio": ("test_size",), "n_samples": ("n_per_class",),
    "data": ("X",), "inputs": ("X",), "target": ("y",), "targets": ("y",), "classes": ("n_classes",),
    "tau": ("level",), "quantile": ("level",),
}  # fmt: skip

# Arguments that stand somewhere else.
_OF_THE_OPTIMIZER = "it belongs to the optimizer, such as optimizer=gn.SGD({}=0.1)"
_BELONGS = {
    "learning_rate": _OF_THE_OPTIMIZER.format("learning_rate"),
    "momentum": "it belongs to the optimizer, such as optimizer=gn.SGD(0.1, momentum=0.9)",
    "weight_decay": "it belongs to the optimizer, such as optimizer=gn.AdamW(weight_decay=0.01)",
    "clip_norm": "it belongs to the optimizer, such as optimizer=gn.Adam(clip_norm=1.0)",
    "patience": "it belongs to a callback, such as callbacks=[gn.callbacks.EarlyStopping(patience=10)]",
    "dropout": "it is a layer of its own, gn.Dropout(0.5)",
    "input_shape": "it belongs to the network: gn.Network([...], input_shape=...)",
}
for _name, _elsewhere in (
    ("input_dim", "input_shape"),
    ("in_features", "input_shape"),
    ("lr", "learning_rate"),
):
    _BELONGS[_name] = _BELONGS[_elsewhere]

_EXAMPLES = {"loss": "loss='mean_squared_error'", "learning_rate": "learning_rate=0.1"}


def explained(called: Called) -> Called:
    """Decorator of a function or a class: a call that does not fit its signature is a `CallError` that says more."""
    if isinstance(called, type):
        called.__init__ = explained(called.__init__)  # type: ignore[misc]
        return called

    @functools.wraps(called)
    def call(*args: Any, **named: Any) -> Any:
        try:
            return called(*args, **named)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise  # since it comes from within
        raise CallError(_explanation(called, args, named))

    return call  # type: ignore[return-value]


def hint(name: str, known: Iterable[str]) -> str:
    """What may be meant by an argument called `name`, among those that are known; empty if nothing comes near."""
    from difflib import get_close_matches

    known = list(known)
    meant = [there for there in _ELSEWHERE.get(name.lower(), ()) if there in known]
    lowered = {there.lower(): there for there in known}
    meant += [lowered[near] for near in get_close_matches(name.lower(), lowered, n=1)]
    if meant:
        return f"; did you mean {meant[0]!r}?"
    return f"; {_BELONGS[name]}" if name in _BELONGS else ""


def _explanation(called: Callable[..., Any], args: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """What is wrong with such a call."""
    parts, whole = list(inspect.signature(called).parameters.values()), called.__name__
    if parts and parts[0].name in ("self", "cls"):
        whole = type(args[0]).__name__ if whole in ("__init__", "__call__") else whole
        parts, args = parts[1:], args[1:]
    parts = [part for part in parts if part.kind not in (part.VAR_POSITIONAL, part.VAR_KEYWORD)]
    by_position = [part.name for part in parts if part.kind is not part.KEYWORD_ONLY]
    by_name = [part.name for part in parts if part.kind is not part.POSITIONAL_ONLY]
    unknown = [name for name in named if name not in by_name]
    if unknown:
        takes = f"; it takes {', '.join(by_name)}" if by_name else "; it takes nothing by name"
        return f"{whole} takes no {unknown[0]}={hint(unknown[0], by_name) or takes}"
    if len(args) > len(by_position):
        takes = f"{len(by_position)} ({', '.join(by_position)})" if by_position else "nothing"
        return f"{whole} takes {takes} by position, and was given {len(args)}{_how_to_give(parts)}"
    names_given = [*by_position[: len(args)], *named]
    for name in named:
        if names_given.count(name) > 1:
            return f"{whole} was given {name} twice, by position and by name"
    missing = [part.name for part in parts if part.default is part.empty and part.name not in names_given]
    examples = [f"; such as {_EXAMPLES[name]}" for name in missing if name in _EXAMPLES]
    return f"{whole} needs {' and '.join(missing)}{''.join(examples)}"


def _how_to_give(parts: list[inspect.Parameter]) -> str:
    """The rest, which is given by name."""
    names = [part.name for part in parts if part.kind is part.KEYWORD_ONLY]
    return f"; give the others by name, such as {_EXAMPLES.get(names[0], names[0] + '=...')}" if names else ""
