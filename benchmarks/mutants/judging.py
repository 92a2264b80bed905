"""Whether a test notices a mutant: those that run the changed line, on a copy of the package with the change."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from benchmarks.mutants.drawing import Mutant
from benchmarks.mutants.recording import Recording, copied, recorded, run_tests

PASSED, FAILED, INTERRUPTED, NO_TESTS = 0, 1, 2, 5  # exit codes of pytest; broken imports interrupt it


def judge(mutants: list[Mutant], jobs: int) -> list[bool]:
    """Which of them are killed, several at a time, each in a copy of the package of its own."""
    recordings = {room: recorded(room) for room in sorted({mutant.room for mutant in mutants})}
    began, folders = time.monotonic(), SimpleQueue[Path]()
    with tempfile.TemporaryDirectory() as everything, ThreadPoolExecutor(jobs) as pool:
        for number in range(jobs):
            folder = Path(everything) / str(number)
            copied(folder / "sources")
            folders.put(folder)

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
    """Whether these tests pass, one after the other until one fails; each has ten times its time, and half a minute."""
    chosen = folder / "tests.json"
    chosen.write_text(json.dumps({test: 30 + 10 * recording.seconds[test] for test in tests}))
    files = sorted({test.split("::")[0] for test in tests})
    ended = run_tests(
        folder, ["-p", "benchmarks.mutants.choosing", *files], {"GLASSNET_TESTS_CHOSEN": str(chosen)}
    )
    if ended.returncode > 0 and ended.returncode not in (FAILED, INTERRUPTED, NO_TESTS):
        sys.exit(f"pytest could not run: {ended.stdout[-3000:]}{ended.stderr[-3000:]}")
    return ended.returncode in (PASSED, NO_TESTS)
