"""Whether a test notices a mutant: those that run the changed line, on a copy of the package with the change.

Each mutant is a process of its own, forked from one that has imported the other packages that the tests use.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from benchmarks.mutants.drawing import Mutant
from benchmarks.mutants.recording import OPTIONS, Recording, copied, recorded, settings_of
from benchmarks.mutants.rooms import ROOT

PASSED, NO_TESTS, BROKEN = (
    0,
    5,
    (3, 4),
)  # exit codes of pytest; it is broken by an error of its own, or of its use
SOME = 50  # tests that show whether running them works at all
FORKED = ("-p", "benchmarks.mutants.choosing", "-W", "ignore::pytest.PytestAssertRewriteWarning")
PROCESSES = multiprocessing.get_context("forkserver")


def judge(mutants: list[Mutant], jobs: int) -> list[bool]:
    """Which of them are killed, several at a time, each in a copy of the package of its own."""
    recordings = {room: recorded(room) for room in sorted({mutant.room for mutant in mutants})}
    PROCESSES.set_forkserver_preload(sorted({name for one in recordings.values() for name in one.imported}))
    for library in ("OPENBLAS", "MKL", "OMP"):  # read when NumPy is loaded
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    began, folders = time.monotonic(), SimpleQueue[Path]()
    with tempfile.TemporaryDirectory() as everything, ThreadPoolExecutor(jobs) as pool:
        for number in range(jobs):
            folder = Path(everything) / str(number)
            copied(folder / "sources")
            folders.put(folder)
        for room, recording in recordings.items():
            some = sorted(recording.seconds, key=recording.seconds.__getitem__)[:SOME]
            if not passes(some, folder, recording):
                sys.exit(
                    f"tests of {room} fail without any mutant:\n{(folder / 'said.txt').read_text()[-5000:]}"
                )

        def killed(mutant: Mutant) -> bool:
            folder = folders.get()
            try:
                dead = is_killed(mutant, folder, recordings[mutant.room])
            finally:
                folders.put(folder)
            seconds = time.monotonic() - began
            print(f"{seconds:6.0f} s  {'killed  ' if dead else 'SURVIVED'}  {mutant.key}", flush=True)
            return dead

        return list(pool.map(killed, mutants))


def is_killed(mutant: Mutant, folder: Path, recording: Recording) -> bool:
    """Whether a test that runs its line fails, or runs without end, with the mutant in the copy in this folder."""
    tests = recording.tests_of(mutant.path, mutant.line)
    if not tests:
        return False
    path = folder / "sources" / "glassnet" / mutant.path
    source = path.read_text()
    path.write_text(mutant.changed(source))
    try:
        return not passes(tests, folder, recording)
    finally:
        path.write_text(source)
        shutil.rmtree(folder / "kernels", ignore_errors=True)


def passes(tests: list[str], folder: Path, recording: Recording) -> bool:
    """Whether these tests pass, one after the other until one fails; each has ten times its time, and two minutes."""
    chosen, said = folder / "tests.json", folder / "said.txt"
    chosen.write_text(json.dumps({test: 120 + 10 * recording.seconds[test] for test in tests}))
    files = sorted({test.split("::")[0] for test in tests})
    settings = settings_of(folder) | {"GLASSNET_TESTS_CHOSEN": str(chosen)}
    process = PROCESSES.Process(target=_run, args=(files, settings, said))
    process.start()
    process.join()
    if process.exitcode in BROKEN:
        sys.exit(f"pytest could not run:\n{said.read_text()[-5000:]}")
    return process.exitcode in (PASSED, NO_TESTS)


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
        code = pytest.main([*OPTIONS, *FORKED, *files])
        sys.stdout.flush()
    finally:
        os._exit(code)
