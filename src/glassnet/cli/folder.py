"""The output folder of a training: it belongs to one training at a time, and holds the results of one."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from glassnet.callbacks import Callback, Session
from glassnet.cli.page import PAGE
from glassnet.cli.results import CURVES, HISTORY, MATRIX, MODEL
from glassnet.engines.torch import processes
from glassnet.errors import ArgumentError

RESULTS = (MODEL, HISTORY, CURVES, MATRIX, PAGE)
FAILED = "failed"
_BEING_WRITTEN = ".being-written-"


def folder_of(source: str) -> str:
    """Where results go by default: a folder of its own below runs/, whatever the file is called."""
    name = Path(source).stem
    return f"runs/{name if name.strip('.') else 'data'}"


class Folder(Callback):
    """Is made when training begins, so that a folder that cannot be written costs nothing.

    From then on, until :meth:`release`, it belongs to this training. Systems without ``flock`` (Windows) know no such
    belonging.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._mine: int | None = None

    def begin(self, session: Session) -> None:
        """What :meth:`open` does."""
        self.open()

    def open(self) -> None:
        """Make it, or raise `ArgumentError`; remove what a training that was killed left half written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.path).close()
        except OSError as error:
            raise ArgumentError(
                f"--output: the folder {str(self.path)!r} cannot be written: {error.strerror or error}"
            ) from error
        if processes.current().leads:
            self._take()
            for left in self.path.glob(f"{_BEING_WRITTEN}*"):
                shutil.rmtree(left)

    def _take(self) -> None:
        if os.name != "posix":
            return
        locks = importlib.import_module("fcntl")
        self._mine = os.open(self.path, os.O_RDONLY)
        try:
            locks.flock(self._mine, locks.LOCK_EX | locks.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise ArgumentError(
                f"--output: another training is writing into {str(self.path)!r}; wait for it, or give another folder"
            ) from None

    def release(self) -> None:
        """Let other trainings have the folder."""
        if self._mine is not None:
            os.close(self._mine)
            self._mine = None

    def fill(
        self, write: Callable[[Path], tuple[list[str], str]], *, failed: bool
    ) -> tuple[Path, list[str], str]:
        """Put in what `write` writes into the folder that it is given, all at once, in the place of earlier results.

        What has failed does not replace a model that is there; it goes into a folder of its own below.

        Returns
        -------
        folder, names, missing
            Where the results are, the names of the files, and why some are missing, if so.
        """
        aside = Path(tempfile.mkdtemp(prefix=_BEING_WRITTEN, dir=self.path))
        try:
            names, missing = write(aside)
            target = self.path / FAILED if failed and (self.path / MODEL).exists() else self.path
            target.mkdir(exist_ok=True)
            for name in set(RESULTS) - set(names):
                (target / name).unlink(missing_ok=True)
            for name in names:
                (aside / name).replace(target / name)
        finally:
            shutil.rmtree(aside)
        return target, names, missing
