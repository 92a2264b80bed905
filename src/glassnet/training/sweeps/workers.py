"""Who carries out the runs: threads, processes, or a cluster, as joblib was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from glassnet.optional import require
from glassnet.training.sweeps.run import Outcome, Run, Work, carry_out

Done = tuple[Run, Outcome]

# Enough to keep a large cluster busy, and few enough for its scheduler.
IN_FLIGHT = 1000


class Lost(Exception):
    """A worker process ended in the middle of a run."""


def carried_out(work: Work, runs: Sequence[Run], jobs: int) -> Iterator[Done]:
    """Each run with its outcome, as they come. Runs whose worker dies are carried out again.

    A run that ends its worker every time, for example for lack of memory, fails by itself in the end.
    """
    crew = _crew(work, jobs)
    waiting = {run.number: run for run in runs}
    while waiting:
        n_before = len(waiting)
        try:
            for run, outcome in crew.outcomes(list(waiting.values())):
                del waiting[run.number]
                yield run, outcome
        except Lost:
            pass
        if len(waiting) == n_before:
            run = waiting.pop(next(iter(waiting)))
            yield run, _alone(crew, run)


def _alone(crew: Crew | DaskCrew, run: Run) -> Outcome:
    reason = "no reason was given"
    try:
        for _, outcome in crew.outcomes([run]):
            return outcome
    except Lost as error:
        reason = str(error)
    return Outcome(error=f"the worker process ended: {reason}")


def _crew(work: Work, jobs: int) -> Crew | DaskCrew:
    """The one that ``joblib.parallel_config`` asks for; threads where it asks for nothing."""
    joblib = require("joblib", extra="sweep", purpose="gn.sweep")
    backend, _ = joblib.parallel.get_active_backend()
    if type(backend).__name__ == "DaskDistributedBackend":
        return DaskCrew(work, backend.client, backend.submit_kwargs)
    return Crew(work, jobs, joblib)


class Crew:
    """The workers of any backend of joblib."""

    def __init__(self, work: Work, jobs: int, joblib: Any) -> None:
        self.work, self.joblib = work, joblib
        self.parallel = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator_unordered")

    def outcomes(self, runs: Sequence[Run]) -> Iterator[Done]:
        """Outcomes as they come; raises `Lost` where a worker process has ended."""
        step = self.joblib.delayed(_numbered)
        by_number = {run.number: run for run in runs}
        try:
            for number, outcome in self.parallel(step(self.work, run) for run in runs):
                yield by_number[number], outcome
        except BrokenProcessPool as error:
            raise Lost(" ".join(str(error).split())) from error


def _numbered(work: Work, run: Run) -> tuple[int, Outcome]:
    return run.number, carry_out(work, run)


class DaskCrew:
    """The workers of a Dask cluster, by the client that joblib's backend holds.

    joblib would give the data to one worker, and wait for ever for a run that ends its worker each time.
    """

    def __init__(self, work: Work, client: Any, options: dict[str, Any]) -> None:
        self.work, self.client, self.options = work, client, options
        self.distributed = require("distributed", extra="sweep", purpose="a sweep on Dask")

    def outcomes(self, runs: Sequence[Run]) -> Iterator[Done]:
        """Outcomes as they come, of all runs whose workers have lived; raises `Lost` where none has."""
        shared = self.client.scatter(self.work, broadcast=True)
        waiting = iter(runs)
        found = self.distributed.as_completed()
        run_of = dict(self._submitted(islice(waiting, IN_FLIGHT), shared))
        found.update(run_of)
        reason = ""
        try:
            for future in found:
                run = run_of.pop(future)
                if future.status == "finished":
                    yield run, future.result()
                elif self._is_lost(future):
                    reason = str(future.exception()) if future.status == "error" else future.status
                else:
                    yield run, Outcome.failed(future.exception())
                for following, its_run in self._submitted(islice(waiting, 1), shared):
                    run_of[following] = its_run
                    found.add(following)
        finally:
            self.client.cancel(list(run_of))
        if reason:
            raise Lost(" ".join(reason.split()))

    def _submitted(self, runs: Iterable[Run], shared: Any) -> Iterator[tuple[Any, Run]]:
        for run in runs:
            yield self.client.submit(carry_out, shared, run, pure=False, **self.options), run

    def _is_lost(self, future: Any) -> bool:
        """Whether its worker died too often, or all workers that held the data are gone."""
        return future.status != "error" or isinstance(future.exception(), self.distributed.KilledWorker)
