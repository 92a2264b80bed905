"""Who carries out the runs: threads, processes, or a cluster, as joblib was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from glassnet.support.optional import require
from glassnet.sweeps.run import Outcome, Run, Work, carry_out

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
    at_once = len(runs)
    while waiting:
        batch = list(waiting.values())[:at_once]
        try:
            for run, outcome in crew.outcomes(batch):
                del waiting[run.number]
                yield run, outcome
        except Lost as error:
            if len(batch) == 1:
                yield waiting.pop(batch[0].number), Outcome(error=f"its worker ended: {error}")
        at_once = 1 if all(run.number in waiting for run in batch) else len(runs)


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
        self.work, self.jobs, self.joblib = work, jobs, joblib

    def outcomes(self, runs: Sequence[Run]) -> Iterator[Done]:
        """Outcomes as they come; raises `Lost` where a worker process has ended."""
        step = self.joblib.delayed(_numbered)
        parallel = self.joblib.Parallel(n_jobs=self.jobs, prefer="threads", return_as="generator_unordered")
        by_number = {run.number: run for run in runs}
        try:
            for number, outcome in parallel(step(self.work, run) for run in runs):
                yield by_number[number], outcome
        except BrokenProcessPool as error:
            raise Lost(" ".join(str(error).split())) from error


def _numbered(work: Work, run: Run) -> tuple[int, Outcome]:
    return run.number, carry_out(work, run)


def _itself(work: Work) -> Work:
    return work


class DaskCrew:
    """The workers of a Dask cluster, by the client that joblib's backend holds.

    joblib itself would give the data to one worker, without which all others fail, and wait for ever for a run that
    ends its worker each time.
    """

    def __init__(self, work: Work, client: Any, options: dict[str, Any]) -> None:
        self.work, self.client, self.options = work, client, options
        self.distributed = require("distributed", extra="sweep", purpose="a sweep on Dask")

    def outcomes(self, runs: Sequence[Run]) -> Iterator[Done]:
        """Outcomes as they come; raises `Lost` in the end, where some runs have none."""
        shared = self._shared()
        waiting = iter(runs)
        futures = self.distributed.as_completed()
        run_of = dict(self._submitted(islice(waiting, IN_FLIGHT), shared))
        futures.update(run_of)
        reason = ""
        try:
            for future in futures:
                run = run_of.pop(future)
                try:
                    outcome = self._outcome(future)
                except Lost as error:
                    reason = str(error)
                else:
                    yield run, outcome
                for following, its_run in self._submitted(islice(waiting, 1), shared):
                    run_of[following] = its_run
                    futures.add(following)
        finally:
            self.client.cancel(list(run_of))
        if reason:
            raise Lost(reason)

    def _outcome(self, future: Any) -> Outcome:
        """Of a run that has ended; raises `Lost` if its workers died too often, or with all copies of the data."""
        try:
            outcome: Outcome = future.result()
        except (self.distributed.KilledWorker, self.distributed.CancelledError) as error:
            raise Lost(" ".join(str(error).split())) from error
        except Exception as error:
            if future.status != "error":
                raise
            return Outcome.failed(error)
        return outcome

    def _shared(self) -> Any:
        """The work as the result of a task: a worker that dies with it is no loss, since the scheduler has it, too."""
        import dask

        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
            return self.client.submit(_itself, self.work, pure=False)

    def _submitted(self, runs: Iterable[Run], shared: Any) -> Iterator[tuple[Any, Run]]:
        for run in runs:
            yield self.client.submit(carry_out, shared, run, pure=False, **self.options), run
