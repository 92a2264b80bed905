"""Which engine carries out a plan."""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.engines.base import Engine, Placement
from glassnet.engines.numpy import NumpyEngine
from glassnet.engines.torch import processes
from glassnet.engines.torch.processes import Group
from glassnet.errors import ArgumentError, EngineError, MissingDependencyError, UnknownNameError
from glassnet.support import checks
from glassnet.support.optional import require

if TYPE_CHECKING:
    from glassnet.engines.compiled.engine import CompiledEngine
    from glassnet.optimizers import Optimizer
    from glassnet.plan import Plan

NAMES = ("auto", "numpy", "compiled", "torch")

# Seconds, as measured where they are least: what the numpy engine spends on a step, and on each of its rows, outputs
# and parameters, beyond what compiled code does. Then what the compiled engine costs before its first step.
PER_STEP, PER_ROW, PER_OUTPUT, PER_PARAMETER = 5e-6, 20e-6, 0.5e-9, 0.5e-9
LOADING = 0.1
WORTH_TELLING = 2.0


class EngineNote(UserWarning):
    """Another engine than the usual one was taken, and why."""


@dataclass(frozen=True)
class Work:
    """What is to be done, and where: the plan, its optimizer, how many steps of how many samples, in which dtype."""

    plan: Plan
    optimizer: Optimizer
    dtype: np.dtype[Any]
    n_steps: int
    batch_size: int
    placement: Placement = field(default_factory=Placement)

    @property
    def saving(self) -> float:
        """About how many seconds compiled code saves, at least."""
        outputs = sum(row.n_outputs for row in self.plan.rows)
        per_step = PER_STEP + PER_ROW * len(self.plan.rows) + PER_OUTPUT * outputs * self.batch_size
        return self.n_steps * (per_step + PER_PARAMETER * self.plan.layout.n_parameters)


def choose(name: str, work: Work, earlier: str = "", announce: Callable[[str], None] | None = None) -> Engine:
    """The engine called `name`.

    "auto" takes the compiled engine where it saves more time than it needs to start, else numpy; torch where a
    placement asks for it or several processes train together; a training that goes on stays on the engine of its
    `earlier` epochs. `announce` is told before something is compiled for long.

    Raises
    ------
    UnknownNameError, MissingDependencyError, EngineError
        If there is no such engine, its package is missing, or it cannot do this work.
    ArgumentError
        If another engine than torch is given a placement.
    """
    if not isinstance(name, str) or name not in NAMES:
        near = difflib.get_close_matches(str(name), NAMES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(f"no engine is called {checks.shown(name)}; engines: {', '.join(NAMES)}{hint}")
    placed = work.placement != Placement()
    group = processes.current()
    if name == "torch" or (name == "auto" and (placed or earlier == "torch" or group.is_several)):
        return _torch(work, group)
    if group.is_several:
        raise EngineError(
            f"engine={name!r} trains in one process, and this is {group.name}; use engine='torch', or start one only"
        )
    if placed:
        raise ArgumentError(
            f"device, mixed_precision and torch_compile are options of engine='torch'; engine={name!r} computes on "
            "the CPU"
        )
    if name == "auto":
        return _automatic(work, earlier, announce)
    return _prepared(compiled_engine(), work, announce) if name == "compiled" else NumpyEngine()


def _automatic(work: Work, earlier: str, announce: Callable[[str], None] | None) -> Engine:
    goes_on = earlier == "compiled"
    if not goes_on and (earlier or work.saving < _loading()):
        return NumpyEngine()
    try:
        engine = compiled_engine()
        if goes_on or work.saving >= engine.seconds_to_prepare(work.plan, work.optimizer, work.dtype):
            return _prepared(engine, work, announce)
        if announce is not None and engine.keeps_code and work.saving >= WORTH_TELLING:
            announce(
                "compiled code would be faster, but compiling takes longer; 'glassnet warmup' does it once"
            )
    except MissingDependencyError:
        pass
    except EngineError as error:
        warnings.warn(f"training on the numpy engine, which is slower: {error}", EngineNote, stacklevel=6)
    return NumpyEngine()


def _loading() -> float:
    """Seconds until compiled code that is on disk takes its first step."""
    return 0.0 if _is_loaded() else LOADING


def _is_loaded() -> bool:
    return "glassnet.engines.compiled.engine" in sys.modules


def compiled_engine() -> CompiledEngine:
    """The compiled engine, loaded.

    Raises
    ------
    MissingDependencyError, EngineError
        If a package that it needs is missing, or there but of no use.
    """
    try:
        if not _is_loaded() and find_spec("numba") is None:
            raise ModuleNotFoundError(name="numba")
        from glassnet.engines.compiled.engine import CompiledEngine
    except ModuleNotFoundError as error:
        package = (error.name or "numba").partition(".")[0]
        raise MissingDependencyError(
            f"engine='compiled' needs {package}, which is not installed; install it with: "
            "pip install 'glassnet[compiled]', or use engine='numpy'"
        ) from error
    except ImportError as error:
        raise EngineError(f"engine='compiled' needs numba, which cannot be loaded: {error}") from error
    return CompiledEngine()


def _prepared(engine: CompiledEngine, work: Work, announce: Callable[[str], None] | None) -> Engine:
    if announce is not None:
        seconds = engine.seconds_to_prepare(work.plan, work.optimizer, work.dtype)
        if seconds >= WORTH_TELLING:
            again = (
                "once" if engine.keeps_code else "in every process, since the cache folder cannot be used,"
            )
            announce(
                f"compiling for this processor; this happens {again} and takes about {seconds:.0f} seconds"
            )
    engine.prepare(work.plan, work.optimizer, work.dtype)
    return engine


def _torch(work: Work, group: Group) -> Engine:
    require("torch", extra="torch", purpose="engine='torch'")
    from glassnet.engines.torch.distributed import DistributedEngine
    from glassnet.engines.torch.engine import TorchEngine

    engine = (
        DistributedEngine(work.placement, work.dtype, group)
        if group.is_several
        else TorchEngine(work.placement, work.dtype)
    )
    engine.prepare(work.plan, work.optimizer)
    return engine
