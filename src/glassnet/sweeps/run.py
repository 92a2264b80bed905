"""One run of a sweep: a network is built, trained and judged."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glassnet import optimizers
from glassnet.errors import ArgumentError, EngineError, MissingDependencyError
from glassnet.kernels import blas
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.sweeps.goal import Goal
from glassnet.sweeps.settings import LEARNING_RATE, Setting

PLACEMENT = ("device", "mixed_precision", "torch_compile")
NOT_A_RESULT = ("epoch", "learning_rate", "seconds")


@dataclass(frozen=True, eq=False)
class Run:
    """A setting with a seed.

    Attributes
    ----------
    number : int
        Its place in the sweep, from 0.
    """

    number: int
    setting: Setting
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes
    ----------
    measured : dict
        Each loss and metric of its history, in the epoch whose parameters the network has: the last, or that which
        early stopping has put back.
    measured_epoch : int
        That epoch; 0 where it is not known.
    epochs : int
        Trained.
    seconds : float
        Of training.
    engine, stopped_by : str
        As in the history.
    solved : bool
        Whether the goal was reached; False where there is none, or the run failed.
    error : str
        Why it failed; empty if it did not.
    """

    measured: Mapping[str, float] = field(default_factory=dict)
    epochs: int = 0
    seconds: float = 0.0
    engine: str = ""
    stopped_by: str = ""
    solved: bool = False
    error: str = ""
    measured_epoch: int = 0

    @classmethod
    def failed(cls, error: BaseException) -> Outcome:
        """Of a run that raised an error."""
        return cls(error=f"{type(error).__name__}: {error}")


@dataclass(frozen=True, eq=False)
class Work:
    """What all runs of a sweep share."""

    build: Callable[..., Any]
    X: Any
    y: Any
    options: Mapping[str, Any]  # of fit, for all runs
    of_fit: frozenset[str]  # the keys of a setting that are options of fit
    goal: Goal | None

    def network(self, run: Run) -> Network:
        """A new network for the run."""
        arguments = {key: value for key, value in run.setting.items() if key not in self.of_fit}
        network = self.build(**arguments, seed=run.seed)
        if not isinstance(network, Network):
            raise ArgumentError(f"build must return a Network; got {network!r}")
        if network.state is not None:
            raise ArgumentError("build returned a network that was trained before; it must make a new one")
        return network

    def options_of(self, run: Run) -> dict[str, Any]:
        """Options of fit: callbacks are copies, since they remember."""
        of_setting = {key: value for key, value in run.setting.items() if key in self.of_fit}
        options = {"threads": 1, **self.options, **of_setting, "progress": False}
        options["callbacks"] = copy.deepcopy(options.get("callbacks", ()))
        if LEARNING_RATE in options:
            optimizer = optimizers.get(options.get("optimizer", "adam"))
            options["optimizer"] = optimizer.with_learning_rate(options.pop(LEARNING_RATE))
        return options


def carry_out(work: Work, run: Run) -> Outcome:
    """Build, train and judge; an error becomes part of the outcome."""
    try:
        options = work.options_of(run)
        with blas.exactly(options["threads"] or 1):
            return _trained(work, run, options)
    except Exception as error:
        return Outcome.failed(error)


def _trained(work: Work, run: Run, options: dict[str, Any]) -> Outcome:
    network = work.network(run)
    history = _fit(network, work, options)
    return Outcome(
        measured={name: history.kept(name) for name in history if name not in NOT_A_RESULT},
        measured_epoch=int(history.kept("epoch")) if history.n_epochs else 0,
        epochs=history.n_epochs,
        seconds=sum(history["seconds"]),
        engine=history.engine,
        stopped_by=history.stopped_by,
        solved=work.goal is not None and bool(work.goal(network, history)),
    )


def _fit(network: Network, work: Work, options: dict[str, Any]) -> History:
    """Train, by the compiled engine where nothing else is asked for and it can.

    The choice of ``engine="auto"`` depends on what was compiled before; results of a sweep must not.
    """
    if options.get("engine", "auto") == "auto" and not any(name in options for name in PLACEMENT):
        try:
            return network.fit(work.X, work.y, **{**options, "engine": "compiled"})
        except (EngineError, MissingDependencyError):
            options["engine"] = "numpy"
    return network.fit(work.X, work.y, **options)
