"""Subjects in processes of their own, run in turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

from glassnet.errors import GlassnetError

Answer = dict[str, Any]

ROOT = Path(__file__).parents[2]
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
# Threads of a peer may go on spinning for a while after its run; so long is waited before the next one begins.
PAUSE = 0.3


class MeasuringError(GlassnetError, RuntimeError):
    """A subject could not be measured."""


@dataclass
class Runs:
    """What came of a subject.

    Attributes
    ----------
    prepared : dict
        The answer after preparation.
    first : dict
        The first run, which compiles and warms up, and is not counted.
    counted : list of dict
    error : str
        Why there is no more, if so.
    """

    prepared: Answer = field(default_factory=dict)
    first: Answer = field(default_factory=dict)
    counted: list[Answer] = field(default_factory=list)
    error: str = ""

    def begin(self, answer: Answer) -> None:
        """Note how the preparation went."""
        self.prepared, self.error = answer, answer.get("error", "")

    def add(self, answer: Answer) -> None:
        """Note a run."""
        self.error = answer.get("error", "")
        if self.error:
            return
        if self.first:
            self.counted.append(answer)
        else:
            self.first = answer

    def succeeded(self) -> Self:
        """These runs; raises `MeasuringError` if one failed."""
        if self.error:
            raise MeasuringError(self.error)
        return self

    def column(self, name: str) -> list[float]:
        """One number of each counted run."""
        return [run[name] for run in self.counted]


class Contender:
    """A worker process, from entering the context to leaving it."""

    def __init__(self, module: str, *arguments: object, threads: int) -> None:
        self.command = [
            sys.executable,
            "-m",
            "benchmarks.speed.worker",
            module,
            str(threads),
            *map(str, arguments),
        ]
        self.environment = environment(threads)

    def __enter__(self) -> Self:
        self.complaints = TemporaryFile("w+")
        self.process = subprocess.Popen(
            self.command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.complaints, text=True,
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()
        self.complaints.close()

    def answer(self) -> Answer:
        """The next line that the process writes."""
        line = self.process.stdout.readline() if self.process.stdout is not None else ""
        if not line:
            self.complaints.seek(0)
            last = (self.complaints.read().strip().splitlines() or ["no output"])[-1]
            return {"error": f"its process ended: {last}"}
        answer: Answer = json.loads(line)
        return answer

    def run(self) -> Answer:
        """One run."""
        if self.process.stdin is not None and self.process.poll() is None:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        return self.answer()


def environment(threads: int) -> dict[str, str]:
    """The environment of a process that is to use so many threads and finds this package, wherever it runs."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads)) | {"PYTHONPATH": path}


def in_turn(
    contenders: Mapping[str, Contender], repeats: int, announce: Callable[[str], None]
) -> dict[str, Runs]:
    """Run every contender once uncounted, then `repeats` times A B C A B C ...; one that fails drops out."""
    runs = {name: Runs() for name in contenders}
    with ExitStack() as stack:
        for name, contender in contenders.items():
            announce(f"{name}: preparing")
            runs[name].begin(stack.enter_context(contender).answer())
        for number in range(repeats + 1):
            for name, contender in contenders.items():
                if not runs[name].error:
                    announce(
                        f"{name}: run {number} of {repeats}" if number else f"{name}: first run, not counted"
                    )
                    time.sleep(PAUSE)
                    runs[name].add(contender.run())
    return runs
