"""What a sweep goes through: settings, and which part of each belongs to the network and which to training."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.calls import hint

Setting = dict[str, Any]

LEARNING_RATE = "learning_rate"
_ITS_OWN = {"seed": "seeds=range(10)", "progress": "progress= of the sweep"}


def _fit_options() -> tuple[set[str], set[str]]:
    """All options of fit, and those that must be given."""
    options = [
        part for part in inspect.signature(Network.fit).parameters.values() if part.kind is part.KEYWORD_ONLY
    ]
    return {part.name for part in options}, {part.name for part in options if part.default is part.empty}


FIT_OPTIONS, NEEDED_BY_FIT = _fit_options()


def combinations(grid: Any) -> list[Setting]:
    """The settings of a grid: every combination of a dict of lists, the last key changing fastest; or a list of dicts.

    Raises `ArgumentError` if it is neither, or holds a setting twice.
    """
    if isinstance(grid, Mapping):
        lists = [_values(key, values) for key, values in grid.items()]
        settings = [dict(zip(grid, combination, strict=True)) for combination in product(*lists)]
    elif isinstance(grid, Sequence) and grid and all(isinstance(setting, Mapping) for setting in grid):
        settings = [{key: _plain(value) for key, value in setting.items()} for setting in grid]
    else:
        raise ArgumentError(
            "grid must be a dict of lists, such as {'hidden': [2, 4, 8]}, or a list of dicts, such as "
            f"[{{'hidden': 2}}, {{'hidden': 4}}]; got {grid!r}"
        )
    for setting in settings:
        _check(setting, settings[0])
    return settings


def _values(key: Any, values: Any) -> list[Any]:
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise ArgumentError(f"grid[{key!r}] must be a list of values; got {values!r}")
    listed = [_plain(value) for value in values]
    if not listed:
        raise ArgumentError(f"grid[{key!r}] is empty; give it at least one value")
    for place, value in enumerate(listed):
        if any(_same(value, earlier) for earlier in listed[:place]):
            raise ArgumentError(f"grid[{key!r}] holds {value!r} twice")
    return listed


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(np.all(one == other))


def _check(setting: Setting, first: Setting) -> None:
    if setting.keys() != first.keys():
        raise ArgumentError(
            f"all settings of a grid must have the same keys; one has {list(first)}, another {list(setting)}"
        )
    for key in setting:
        if not isinstance(key, str):
            raise ArgumentError(f"the keys of a grid must be names; got {key!r}")
        if key in _ITS_OWN:
            raise ArgumentError(f"{key!r} cannot be in the grid; use {_ITS_OWN[key]}")


def chosen_seeds(seeds: Any) -> list[int]:
    """The seeds, each once.

    Raises `ArgumentError` if they are no integers >= 0, or one comes twice.
    """
    if (
        isinstance(seeds, (str, bytes, bytearray, memoryview))
        or hasattr(seeds, "columns")
        or not isinstance(seeds, Iterable)
    ):
        raise ArgumentError(f"seeds must be several integers, such as range(10); got {checks.shown(seeds)}")
    if isinstance(seeds, np.ndarray) and seeds.ndim != 1:
        raise ArgumentError(f"seeds must be several integers, such as range(10); got {checks.shown(seeds)}")
    listed = [checks.integer("each of the seeds", seed, least=0) for seed in seeds]
    if not listed:
        raise ArgumentError("seeds is empty; give at least one, such as seeds=[0]")
    if len(set(listed)) < len(listed):
        raise ArgumentError("seeds holds a seed twice; each run would be the same")
    return listed


def keys_of_fit(build: Callable[..., Any], keys: Iterable[str], options: Mapping[str, Any]) -> frozenset[str]:
    """Those keys of a grid that go to fit: all that `build` does not take by name and fit does.

    ``learning_rate`` counts as an option of fit: it is set in the optimizer.

    Raises `ArgumentError` if a key belongs to neither, an option is unknown or missing, or `build` cannot be called
    so.
    """
    if not callable(build) or isinstance(build, type):
        raise ArgumentError(f"build must be a function that returns a network; got {build!r}")
    takes = inspect.signature(build).parameters.values()
    named = {part.name for part in takes if part.kind in (part.POSITIONAL_OR_KEYWORD, part.KEYWORD_ONLY)}
    takes_all = any(part.kind is part.VAR_KEYWORD for part in takes)
    options_of_fit = (FIT_OPTIONS | {LEARNING_RATE}) - set(_ITS_OWN)
    keys = list(keys)
    for key in keys:
        if key not in named | options_of_fit and not takes_all:
            raise ArgumentError(
                f"grid key {key!r} is neither a parameter of {_name(build)}({', '.join(sorted(named))}) nor an option "
                f"of fit{hint(key, sorted(named | options_of_fit))}"
            )
    of_fit = frozenset(key for key in keys if key in options_of_fit and key not in named)
    _check_options(options, options_of_fit, of_fit)
    _check_call(build, [key for key in keys if key not in of_fit])
    return of_fit


def _check_options(options: Mapping[str, Any], options_of_fit: set[str], of_fit: frozenset[str]) -> None:
    for option in options:
        if option in _ITS_OWN:
            raise ArgumentError(f"sweep takes no {option}=; use {_ITS_OWN[option]}")
        if option not in options_of_fit:
            raise ArgumentError(
                f"sweep passes its options on to fit, which knows no {option!r}{hint(option, sorted(options_of_fit))}"
            )
        if option in of_fit:
            raise ArgumentError(f"{option!r} is an option and in the grid; give it once")
    missing = NEEDED_BY_FIT - set(options) - of_fit
    if missing:
        raise ArgumentError(
            f"fit needs {', '.join(sorted(missing))}; give it to sweep, or put it into the grid"
        )


def _check_call(build: Callable[..., Any], keys: list[str]) -> None:
    try:
        inspect.signature(build).bind(**dict.fromkeys(keys), seed=0)
    except TypeError as error:
        call = ", ".join([*(f"{key}=..." for key in keys), "seed=0"])
        raise ArgumentError(f"{_name(build)} cannot be called as {_name(build)}({call}): {error}") from error


def _name(build: Callable[..., Any]) -> str:
    return getattr(build, "__name__", "build")
