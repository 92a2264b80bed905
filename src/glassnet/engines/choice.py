"""Which engine carries out a plan."""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.engines.base import Engine
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import EngineError, MissingDependencyError, UnknownNameError

if TYPE_CHECKING:
    from glassnet.optimizers import Optimizer
    from glassnet.plan import Plan

NAMES = ("auto", "numpy", "compiled")

# Seconds, as measured: what the numpy engine spends on calls for a step and for each of its rows and outputs beyond
# what compiled code does, and what the compiled engine costs before its first step.
PER_STEP, PER_ROW, PER_OUTPUT = 15e-6, 40e-6, 2e-9
LOADING, COMPILING = 0.8, 9.0


class EngineNote(UserWarning):
    """Another engine than the usual one was taken, and why."""


@dataclass(frozen=True)
class Work:
    """What is to be done: the plan, its optimizer, how many steps of how many samples, in which dtype."""

    plan: Plan
    optimizer: Optimizer
    dtype: np.dtype[Any]
    n_steps: int
    batch_size: int

    @property
    def saving(self) -> float:
        """About how many seconds compiled code saves, never less than it does."""
        outputs = sum(row.n_outputs for row in self.plan.rows)
        per_step = PER_STEP + PER_ROW * len(self.plan.rows) + PER_OUTPUT * outputs * self.batch_size
        return self.n_steps * per_step


def choose(name: str, work: Work, earlier: str = "", announce: Callable[[str], None] | None = None) -> Engine:
    """The engine called `name`.

    "auto" takes the compiled engine where it saves more time than it needs to start, else numpy; a training that
    goes on stays on the engine of its `earlier` epochs. `announce` is told before something is compiled for long.

    Raises
    ------
    UnknownNameError, MissingDependencyError, EngineError
        If there is no such engine, its package is missing, or it cannot do this work.
    """
    if name not in NAMES:
        near = difflib.get_close_matches(str(name), NAMES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(f"no engine is called {name!r}; engines: {', '.join(NAMES)}{hint}")
    if name == "auto":
        return _automatic(work, earlier, announce)
    return _compiled(work, announce) if name == "compiled" else NumpyEngine()


def _automatic(work: Work, earlier: str, announce: Callable[[str], None] | None) -> Engine:
    if earlier in NAMES and earlier != "compiled":
        return NumpyEngine()
    if find_spec("numba") is None or (not earlier and work.saving < _cost(work)):
        return NumpyEngine()
    try:
        return _compiled(work, announce)
    except EngineError as error:
        warnings.warn(f"training on the numpy engine, which is slower: {error}", EngineNote, stacklevel=4)
        return NumpyEngine()


def _cost(work: Work) -> float:
    """Seconds until compiled code takes its first step."""
    loaded = "glassnet.engines.compiled" in sys.modules
    if not loaded and work.saving < LOADING:
        return LOADING
    from glassnet.engines.compiled import is_ready

    return 0.0 if loaded and is_ready(work.dtype) else LOADING if is_ready(work.dtype) else COMPILING


def _compiled(work: Work, announce: Callable[[str], None] | None) -> Engine:
    if find_spec("numba") is None:
        raise MissingDependencyError(
            "engine='compiled' needs numba, which is not installed; install it with: pip install numba, "
            "or use engine='numpy'"
        )
    from glassnet.engines.compiled import CompiledEngine, is_ready

    if announce is not None and not is_ready(work.dtype):
        announce("compiling for this processor; this happens once and takes about 10 seconds")
    engine = CompiledEngine()
    engine.prepare(work.plan, work.optimizer, work.dtype)
    return engine
