"""Whether a test notices a mutant: those that run the changed line, with the change in place.

Each job has a copy of the package, and a process that has imported all and collected the tests of a room. For a mutant
it forks a process that puts the changed code in the place of the original and runs the tests. A change of what runs at
import needs a process that imports the changed package: it is forked from one with the other packages only.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from benchmarks.mutants.drawing import Mutant
from benchmarks.mutants.recording import OPTIONS, Recording, copied, recorded, settings_of
from benchmarks.mutants.rooms import ROOT
from benchmarks.mutants.serving import PIPES, is_within_functions

PASSED, NO_TESTS, BROKEN = (
    0,
    5,
    (3, 4),
)  # exit codes of pytest; it is broken by an error of its own, or of its use
FASTEST = 3
SOME = 50  # tests that show whether running them works at all
CHOSEN = ("-p", "benchmarks.mutants.choosing", "-W", "ignore::pytest.PytestAssertRewriteWarning")
SERVING = (sys.executable, "-m", "pytest", *OPTIONS, *CHOSEN, "-p", "benchmarks.mutants.serving")
PROCESSES = multiprocessing.get_context("forkserver")


class Job:
    """A copy of the package in a folder, and what runs tests of a room on it."""

    def __init__(self, folder: Path, recording: Recording) -> None:
        self._recording, self._said = recording, folder / "said.txt"
        self.folder = folder
        copied(folder / "sources")
        shutil.copytree(recording.kernels, folder / "kernels")
        self._number = 0
        self._server: subprocess.Popen[bytes] | None = None
        self._requests: IO[str]
        self._answers: IO[str]

    def is_killed(self, mutant: Mutant) -> bool:
        """Whether a test that runs its line fails, or runs without end, with the mutant in the copy."""
        tests = self._recording.tests_of(mutant.path, mutant.line)
        if not tests:
            return False
        path, kernels = self.folder / "sources" / "glassnet" / mutant.path, self.folder / "kernels"
        source, times, of_the_original = path.read_text(), path.stat(), set(kernels.iterdir())
        changed = mutant.changed(source)
        at_import = self._recording.runs_at_import(mutant.path, mutant.line)
        can_be_put_in_place = is_within_functions(source, changed) and not at_import
        if can_be_put_in_place and self._server is None:
            self._serve()
        path.write_text(changed)
        self._number += 1
        os.utime(
            path, (self._number, self._number)
        )  # byte code of another mutant must not be taken for its own
        try:
            if can_be_put_in_place:
                return not self.passes(tests, path, source, changed)
            nearest = _nearest(tests)
            others = [test for test in tests if test not in nearest]
            return not (self.passes_anew(nearest) and self.passes_anew(others))
        finally:
            path.write_text(source)
            os.utime(path, (times.st_atime, times.st_mtime))
            for made in set(kernels.iterdir()) - of_the_original:  # their folder is named by the sources
                shutil.rmtree(made)

    def passes(self, tests: list[str], path: Path, source: str, changed: str) -> bool:
        """Whether these tests pass; one that fails only once had too little time on a busy machine."""
        while tests:
            n_passed = self._n_passed(tests, path, source, changed)
            if n_passed < len(tests) and self._n_passed([tests[n_passed]], path, source, changed) == 0:
                return False
            tests = tests[n_passed + 1 :]
        return True

    def _n_passed(self, tests: list[str], path: Path, source: str, changed: str) -> int:
        """How many pass before one fails, in a process forked from one that has imported the original."""
        request = {"tests": tests, "file": str(path), "before": source, "after": changed}
        self._requests.write(f"{json.dumps(request)}\n")
        self._requests.flush()
        answer = self._answers.readline()
        if not answer:
            sys.exit(f"pytest could not run:\n{self.said}")
        return int(answer)

    def _serve(self) -> None:
        """Start the process that collects all tests, before the copy is changed for the first time."""
        asked, answered = os.pipe(), os.pipe()
        settings = self._settings(self._recording.seconds) | {PIPES: f"{asked[0]} {answered[1]}"}
        with self._said.open("wb") as said:
            self._server = subprocess.Popen(
                [*SERVING, *self._recording.files], cwd=ROOT, env=os.environ | settings,
                pass_fds=(asked[0], answered[1]), stdout=said, stderr=said,
            )  # fmt: skip
        os.close(asked[0])
        os.close(answered[1])
        self._requests, self._answers = os.fdopen(asked[1], "w"), os.fdopen(answered[0])
        if not self._answers.readline():
            sys.exit(f"pytest could not collect the tests:\n{self.said}")

    def end(self) -> None:
        """End the process that serves."""
        if self._server is not None:
            self._requests.close()
            self._server.wait()

    def passes_anew(self, tests: list[str]) -> bool:
        """Whether these tests pass in a process that imports the package as it is now, the first time or the second."""
        return not tests or any(self._passes_once(tests) for _ in range(2))

    def _passes_once(self, tests: list[str]) -> bool:
        settings = self._settings({test: self._recording.seconds[test] for test in tests})
        files = sorted({test.split("::")[0] for test in tests})
        process = PROCESSES.Process(target=_run, args=(files, settings, self._said))
        process.start()
        process.join()
        if process.exitcode in BROKEN:
            sys.exit(f"pytest could not run:\n{self.said}")
        return process.exitcode in (PASSED, NO_TESTS)

    def _settings(self, seconds: dict[str, float]) -> dict[str, str]:
        chosen = self.folder / f"{len(seconds)}_tests.json"
        chosen.write_text(json.dumps(seconds))
        return settings_of(self.folder) | {"GLASSNET_TESTS_CHOSEN": str(chosen)}

    @property
    def said(self) -> str:
        """The end of what pytest wrote last."""
        return self._said.read_text()[-5000:]


def judge(mutants: list[Mutant], jobs: int) -> list[bool]:
    """Which of them are killed, several at a time."""
    recordings = {room: recorded(room, jobs) for room in sorted({mutant.room for mutant in mutants})}
    PROCESSES.set_forkserver_preload(sorted({name for one in recordings.values() for name in one.imported}))
    for library in ("OPENBLAS", "MKL", "OMP"):  # read when NumPy is loaded
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    killed: dict[Mutant, bool] = {}
    for room, recording in recordings.items():
        of_the_room = [mutant for mutant in mutants if mutant.room == room]
        killed |= zip(of_the_room, _judged(of_the_room, recording, jobs), strict=True)
    return [killed[mutant] for mutant in mutants]


def _judged(mutants: list[Mutant], recording: Recording, n_jobs: int) -> list[bool]:
    began, free = time.monotonic(), SimpleQueue[Job]()
    with tempfile.TemporaryDirectory() as everything, ThreadPoolExecutor(n_jobs) as pool:
        jobs = [Job(Path(everything) / str(number), recording) for number in range(n_jobs)]
        some = sorted(recording.seconds, key=recording.seconds.__getitem__)[:SOME]
        for job in jobs:
            free.put(job)
        if not jobs[0].passes_anew(some):
            sys.exit(f"tests fail without any mutant:\n{jobs[0].said}")

        def killed(mutant: Mutant) -> bool:
            job = free.get()
            try:
                dead = job.is_killed(mutant)
            finally:
                free.put(job)
            seconds = time.monotonic() - began
            print(f"{seconds:6.0f} s  {'killed  ' if dead else 'SURVIVED'}  {mutant.key}", flush=True)
            return dead

        try:
            return list(pool.map(killed, mutants))
        finally:
            for job in jobs:
                job.end()


def _nearest(tests: list[str]) -> list[str]:
    """Those of the files of the fastest: most mutants are killed there, and no other file needs to be read."""
    files = {test.split("::")[0] for test in tests[:FASTEST]}
    return [test for test in tests if test.split("::")[0] in files]


def _run(files: list[str], settings: dict[str, str], said: Path) -> None:
    """In a process of its own: run the chosen tests of these files on the package that the settings tell of."""
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(ROOT)
    os.environ.update(settings)
    sys.pycache_prefix = settings["PYTHONPYCACHEPREFIX"]
    sys.path[:0] = [settings["PYTHONPATH"], str(ROOT)]
    import pytest

    code = BROKEN[0]
    try:
        code = pytest.main(["-x", *OPTIONS, *CHOSEN, *files])
        sys.stdout.flush()
    finally:
        os._exit(code)
