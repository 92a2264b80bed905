"""The one way in: :func:`sweep` checks everything, then has all runs carried out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Unpack

from glassnet.errors import ArgumentError, Interrupted
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.sweeps import goal
from glassnet.sweeps.description import described
from glassnet.sweeps.progress import watched
from glassnet.sweeps.result import SweepResult
from glassnet.sweeps.results_file import ResultsFile
from glassnet.sweeps.run import Outcome, Run, Work
from glassnet.sweeps.settings import chosen_seeds, combinations, keys_of_fit
from glassnet.sweeps.workers import carried_out
from glassnet.training.interrupt import Interrupt, reason_of, terminable
from glassnet.training.options import SweepOptions

MOST_JOBS = 4096


@explained
def sweep(
    build: Callable[..., Network],
    grid: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]],
    X: Any,
    y: Any = None,
    *,
    seeds: Iterable[int] = range(10),
    jobs: int = -1,
    solved: Callable[..., Any] | Mapping[str, float] | None = None,
    results: str | os.PathLike[str] | None = None,
    progress: bool = True,
    **options: Unpack[SweepOptions],
) -> SweepResult:
    """Train many networks: each setting of a grid with each seed.

    Runs are carried out by threads of this process, one network each. Under ``joblib.parallel_config`` they are
    carried out by what it names: ``"loky"`` (processes), ``"dask"`` (a cluster), ``"ray"``. Outcomes depend neither on
    that nor on `jobs`: a network computes on one thread (``threads=1``) unless told otherwise, and where no engine is
    named, the compiled one is taken wherever it can be.

    Parameters
    ----------
    build : callable
        ``build(**setting, seed=seed)`` returns a new :class:`Network`; what it does with the integer `seed` is its
        own affair, such as ``Network([...], seed=numpy.random.RandomState(seed))``.
    grid : dict of lists, or list of dicts
        All combinations of the lists, or the very settings. What `build` takes by name goes to it; other keys are
        options of fit, and ``learning_rate``, which is set in the optimizer.
    X, y : array_like
        As for fit. On a cluster they travel to every worker once.
    seeds : iterable of int
        >= 0, each once.
    jobs : int
        Networks at a time; -1 for as many as there are cores. A cluster takes as many as it has.
    solved : callable or dict, optional
        When a run counts as solved: a function of (network, history), or what losses of the network as it is must be
        at most and those of metrics at least, such as ``{"validation_accuracy": 0.95}``.
    results : str or path, optional
        A file to which every outcome is appended as it comes. A sweep that was interrupted goes on from it: runs that
        are in it are not done again, unless they failed. More seeds or settings may be added.
    progress : bool
        Show a bar.
    **options
        Of fit, for all runs: ``loss=``, ``optimizer=``, ``epochs=`` and so on.

    Returns
    -------
    SweepResult
        A run that fails is in it with its error.

    Raises
    ------
    ArgumentError
        Before any work is done: a grid, an option or a seed that cannot be used, or a results file of another sweep.
    MissingDependencyError
        If joblib is not installed.
    Interrupted
        After Ctrl-C or SIGTERM; its ``result`` holds the runs that were done until then.
    """
    settings, listed = combinations(grid), chosen_seeds(seeds)
    if not checks.is_integer(jobs) or jobs == 0 or abs(jobs) > MOST_JOBS:
        raise ArgumentError(
            f"jobs must be an integer such as 4, or -1 for all cores; got {checks.shown(jobs)}"
        )
    shows = checks.truth("progress", progress)
    of_fit = keys_of_fit(build, settings[0], options)
    judge = goal.goal_of(solved, options.get("metrics", ()))
    work = Work(build, X, y, options, of_fit, judge)
    runs = [Run(number, *pair) for number, pair in enumerate((s, seed) for s in settings for seed in listed)]
    file = None if results is None else ResultsFile(results, _about(work, solved))
    outcomes: dict[int, Outcome] = {}
    if file is not None:
        outcomes = {run.number: outcome for run in runs if (outcome := file.outcome(run)) is not None}
    stopped_by = _carry_out(
        work, [run for run in runs if run.number not in outcomes], int(jobs), outcomes, file, shows
    )
    done = [run for run in runs if run.number in outcomes]
    result = SweepResult(
        tuple(settings[0]), done, [outcomes[run.number] for run in done], judge is not None, stopped_by
    )
    if stopped_by:
        raise _interrupted(result, len(runs))
    return result


def _interrupted(result: SweepResult, n_runs: int) -> Interrupted:
    error = Interrupted(
        f"{result.stopped_by} ended the sweep after {len(result)} of {n_runs} runs; this exception's result holds them"
    )
    error.result = result
    return error


def _carry_out(
    work: Work, runs: Sequence[Run], jobs: int, outcomes: dict[int, Outcome], file: ResultsFile | None, progress: bool
) -> str:  # fmt: skip
    """Add the outcomes of these runs; why that ended early, if it did.

    What counts as done is in the file, and what is in the file counts as done: Ctrl-C waits for both.
    """
    n_runs = len(runs) + len(outcomes)
    with watched(progress, n_runs, work.goal is not None) as bar, terminable():
        for outcome in outcomes.values():
            bar.show(outcome)
        try:
            for run, outcome in carried_out(work, runs, jobs):
                with Interrupt() as interrupt:
                    if file is not None:
                        file.append(run, outcome)
                    outcomes[run.number] = outcome
                if interrupt.reason:
                    return interrupt.reason
                bar.show(outcome)
        except KeyboardInterrupt as error:
            history = error.history if isinstance(error, Interrupted) else None
            return reason_of(error) if history is None else history.stopped_by
    return ""


def _about(work: Work, solved: Any) -> dict[str, Any]:
    """What all runs of the sweep share, as plain data."""
    return {
        "build": described(work.build),
        "X": described(work.X),
        "y": described(work.y),
        "options": described(work.options),
        "solved": described(solved),
    }
