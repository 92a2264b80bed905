"""One notebook, run in a process of its own until it ends or has used up what it may."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from glassnet.lessons.grading.carrying import Record
from glassnet.lessons.grading.confinement import Confinement, scratch_for
from glassnet.lessons.grading.limits import MEBIBYTE, Limits
from glassnet.lessons.grading.surroundings import visible

_START = "from glassnet.lessons.grading.worker import main; main({}, {}, *map(int, sys.argv[1:]))"
_PIECE = 1 << 16
SECONDS_TO_START = 60
_SECONDS_TO_END = 10


def run(
    cells: Sequence[str],
    seed: int | None,
    held: Confinement,
    hidden: Path,
    limits: Limits,
    stop: threading.Event | None = None,
) -> Record:
    """Run cells of code in a process that is `held` apart, and take what is said about answers.

    The exercises have the numbers of the seed; without one, of that which the notebook sets. The process does not see
    the folder `hidden`, where that can be, and ends once `stop` is set.
    """
    job = {
        "cells": list(cells), "seed": seed, "seconds": limits.seconds, "of_cell": limits.of_cell,
        "memory": limits.memory * MEBIBYTE, "disk": limits.disk * MEBIBYTE, "processes": limits.processes,
    }  # fmt: skip
    walls = held.alone()
    with tempfile.TemporaryFile() as file, scratch_for(walls) as scratch:
        file.write(json.dumps(job).encode())
        file.seek(0)
        reading, writing = os.pipe()
        process = walls.start(
            _START.format(file.fileno(), writing), scratch,
            disk=limits.disk, hidden=_hideable(hidden), channels=(file.fileno(), writing),
        )  # fmt: skip
        os.close(writing)
        try:
            return _listen(process, reading, limits, stop or threading.Event())
        finally:
            _end(process)
            os.close(reading)


def _hideable(folder: Path) -> Path | None:
    """The folder, unless something lies in it that the process needs."""
    place = folder.resolve()
    needed = [Path(path).resolve() for path in visible()]
    return None if any(path.is_relative_to(place) for path in needed) else place


def _listen(process: subprocess.Popen[bytes], reading: int, limits: Limits, stop: threading.Event) -> Record:
    """Take line after line; a line that another process cut through says nothing."""
    record, rest, n_bytes = Record(), b"", 0
    deadline = time.monotonic() + limits.seconds + SECONDS_TO_START
    os.set_blocking(reading, False)
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        while not record.is_whole and not stop.is_set():
            if time.monotonic() > deadline:
                record.ended = f"it was stopped after {limits.seconds} seconds"
                return record
            has_ended = process.poll() is not None
            piece = _piece(reading) if has_ended or selector.select(0.1) else None
            if piece:
                n_bytes += len(piece)
                *lines, rest = (rest + piece).split(b"\n")
                had_begun = record.has_begun
                for line in lines:
                    record.take(line)
                if record.has_begun and not had_begun:
                    deadline = time.monotonic() + limits.seconds
            if n_bytes > limits.answers * MEBIBYTE:
                record.ended = f"its answers hold more than {limits.answers} MiB"
                return record
            if (has_ended and not piece and not record.is_whole) or piece == b"":
                record.ended = _how(process)
                return record
    return record


def _piece(reading: int) -> bytes | None:
    """What is there; nothing at the end, and None where nothing is there yet."""
    try:
        return os.read(reading, _PIECE)
    except BlockingIOError:
        return None


def _how(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(1)
    except subprocess.TimeoutExpired:
        return "it closed the way to the grader and went on"
    if code in (-signal.SIGKILL, 128 + signal.SIGKILL):
        return "its process was killed: by itself, or for want of memory"
    return f"its process ended before the notebook did (exit code {code})"


def _end(process: subprocess.Popen[bytes]) -> None:
    """The first process ends those behind it; what does not end so is killed."""
    process.terminate()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
