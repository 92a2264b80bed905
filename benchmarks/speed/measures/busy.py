"""Training beside processes that keep every core busy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.speed import figures
from benchmarks.speed.contender import Contender, Runs
from benchmarks.speed.figures import Figure, Setting

SUBJECT, WORK = "benchmarks.speed.subjects.training", "digits-full"


def measure(setting: Setting) -> list[Figure]:
    """The time beside busy processes, in quiet times."""
    quiet, busy = Runs(), Runs()
    with Contender(SUBJECT, "glassnet", WORK, threads=setting.threads) as contender:
        for runs in (quiet, busy):
            runs.begin(contender.answer() if runs is quiet else quiet.prepared)
        for _ in range(setting.repeats + 1):
            setting.announce("alone")
            quiet.add(contender.run())
            setting.announce("beside busy processes")
            with busy_processes(setting.threads):
                busy.add(contender.run())
    alone, beside = quiet.succeeded().column("seconds"), busy.succeeded().column("seconds")
    return [
        figures.of(f"{WORK}, alone", alone, "s"),
        figures.of(f"{WORK}, beside {setting.threads} busy processes", beside, "s"),
        figures.ratio("beside busy processes / alone", beside, alone),
    ]


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Processes that do nothing but count."""
    command = [sys.executable, "-c", "print(flush=True)\nwhile True: pass"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count)]
    try:
        for process in processes:
            if process.stdout is not None:
                process.stdout.readline()
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()
