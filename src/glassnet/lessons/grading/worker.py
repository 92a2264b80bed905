"""The learner's side: runs a notebook's cells, and hands over what its answers give. It does not know what is right."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import glassnet
from glassnet.lessons import catalogue, judging
from glassnet.lessons.grading.carrying import short, written
from glassnet.support.optional import require
from glassnet.support.text import one

NOTED = "noted; it is judged when the whole notebook has run"


AGAIN = 1.0  # seconds after which a cell that goes on is stopped once more


class CellTooLong(BaseException):
    """Raised in a cell that uses up its time; no ``except Exception`` of a learner's catches it."""


class Noted(judging.Verdict):
    """What a check says while a notebook is graded: nothing yet, so that no cell ends for it."""

    def __str__(self) -> str:
        return f"{self.exercise}  {self.message}"

    __repr__ = __str__


class Handover:
    """What replaces ``gn.lessons.check`` and ``use_seed`` while a notebook is graded, under whatever names they run."""

    def __init__(self, channel: int, seed: int | None) -> None:
        self.channel, self.has_own_seed = channel, seed is not None
        self.set_seed = glassnet.lessons.use_seed
        if seed is not None:
            self.set_seed(seed)
        glassnet.lessons.use_seed = self.use_seed
        glassnet.lessons.check = self.check
        glassnet.lessons.solution = lambda number: "# no solution is shown while a notebook is graded\n"

    def say(self, **said: Any) -> None:
        """One line to the grader."""
        line = json.dumps(said).encode() + b"\n"
        while line:
            line = line[os.write(self.channel, line) :]

    def use_seed(self, seed: int | str) -> None:
        """Note the seed, and use it where the grader has chosen none."""
        self.say(sets=seed if isinstance(seed, str) else int(seed))
        if not self.has_own_seed:
            self.set_seed(seed)

    def check(self, number: str, answer: Any) -> judging.Verdict:
        """Hand over what an answer gives."""
        exercise = catalogue.find(number)
        seed, explanation = glassnet.lessons._seed, ""
        stopped = None
        try:
            outputs = self.outputs(exercise, answer, seed)
            if exercise.explains is not None and outputs is not None:
                explanation = self.explanation(exercise, answer, seed)
        except CellTooLong as reason:
            signal.setitimer(signal.ITIMER_REAL, 0)  # until this is handed over
            stopped, outputs = reason, _failures("it was stopped: it takes too long", exercise, seed)
        self.say(
            exercise=exercise.number, seed=seed, explanation=explanation,
            answers=None if outputs is None else written(outputs),
        )  # fmt: skip
        if stopped is not None:
            signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
            raise stopped
        return Noted(exercise.number, True, NOTED, (), 0)

    def outputs(self, exercise: Any, answer: Any, seed: int) -> list[Any] | None:
        """What the answer gives; none for a stub."""
        if judging.is_stub(answer):
            return None
        if not exercise.is_value and not callable(answer):
            return _failures(f"a function is asked for; this is {one(type(answer).__name__)}", exercise, seed)
        return judging.collect(exercise, answer, exercise.variant(seed))

    def explanation(self, exercise: Any, answer: Any, seed: int) -> str:
        """What a check of glassnet says of the answer; it is shown, and does not count."""
        empty = judging.Verdict(exercise.number, False, "", (), 0)
        return judging.with_explanation(empty, exercise.explains, answer, exercise.variant(seed)).slip


def _failures(reason: str, exercise: Any, seed: int) -> list[Any]:
    """The same for each input of an exercise."""
    return [judging.Failure(reason) for _ in exercise.variant(seed)]


def main(job_file: int, channel: int, *keeper: int) -> NoReturn:
    """Run what the grader wrote into a file, and say what comes out.

    Where a socket to the keeper of a room is given, it is told that all is loaded, and hides the solutions.
    """
    with os.fdopen(job_file) as file:
        job = json.load(file)
    shell = _shell()
    _forget_solutions()
    _limit(job)
    handover = Handover(channel, job["seed"])
    for descriptor in keeper:
        with socket.socket(fileno=descriptor) as told:
            told.send(b".")
            told.recv(1)
    sys.path.insert(0, "")  # a cell may import what another one wrote, as in Jupyter
    signal.signal(signal.SIGALRM, _too_long)
    handover.say(begin=True)
    for number, cell in enumerate(job["cells"], start=1):
        error = _run(shell, cell, job["of_cell"])
        if error is not None:
            handover.say(cell=number, error=short(f"{type(error).__name__}: {error}"))
    handover.say(end=True)
    os._exit(0)


def _shell() -> Any:
    """IPython's, so that a cell may hold what cells may; it keeps no history on disk."""
    shells = require("IPython.core.interactiveshell", extra="lessons", purpose="grading a notebook")
    config = require("traitlets.config", extra="lessons", purpose="grading a notebook").Config()
    config.HistoryManager.enabled = False
    shell = shells.InteractiveShell.instance(config=config)
    sys.stdout = sys.stderr = Path(os.devnull).open("w")
    return shell


def _forget_solutions() -> None:
    """Solutions and known mistakes are for the grader; here nothing is judged."""

    def unknown(*_: Any) -> NoReturn:
        raise RuntimeError("no solution is known while a notebook is graded")

    for lesson in catalogue.lessons().values():
        for exercise in lesson.exercises:
            object.__setattr__(exercise, "solution", unknown)
            exercise.slips.clear()


def _limit(job: dict[str, Any]) -> None:
    try:
        import resource
    except ModuleNotFoundError:  # there is none on Windows
        return
    for kind, most in (
        (resource.RLIMIT_AS, job["memory"]),
        (resource.RLIMIT_FSIZE, job["disk"]),
        (resource.RLIMIT_CORE, 1),  # not 0, with which it would still go to a program that takes cores
        (resource.RLIMIT_CPU, 8 * job["seconds"]),
        (resource.RLIMIT_NPROC, job["processes"]),
    ):
        resource.setrlimit(kind, (most, most))


def _too_long(*_: Any) -> NoReturn:
    raise CellTooLong("it takes too long")


def _run(shell: Any, cell: str, seconds: float) -> BaseException | None:
    """Run a cell; the error that ended it, if one did. The alarm goes on until the cell is left."""
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        done = shell.run_cell(cell, store_history=False)
        return done.error_before_exec or done.error_in_exec  # type: ignore[no-any-return]
    except BaseException as error:  # whatever gets past the shell
        return error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
