"""The file that a sweep writes while it runs, and goes on from.

Lines of JSON: the first says which sweep it is, each other one holds a setting, a seed, and the outcome of that run.
A run that was tried again has two lines; the later one counts. Each line ends with a sum of what it holds.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Mapping
from typing import Any

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.sweeps.description import described
from glassnet.sweeps.run import Outcome, Run

FORMAT, VERSION = "glassnet sweep", 1
Key = tuple[str, int]


class ResultsFile:
    """Outcomes by run, in a file that only grows.

    Parameters
    ----------
    path : str or path
        Its folder must exist.
    about : dict
        What the sweep is about, as plain data.

    Raises
    ------
    ArgumentError
        If the file is no such file, is damaged, or belongs to another sweep, or if the folder does not exist.
    """

    def __init__(self, path: str | os.PathLike[str], about: dict[str, Any]) -> None:
        self.path, self.about = checks.path("results", path), json.loads(json.dumps(about))
        self.found: dict[Key, Outcome] = {}
        if not self.path.resolve().parent.is_dir():
            raise ArgumentError(f"the folder of results={str(path)!r} does not exist; create it first")
        if self.path.is_dir():
            raise ArgumentError(f"results={str(path)!r} is a folder; give the name of a file")
        if self.path.exists() and self.path.stat().st_size > 0:
            self._read()
        else:
            self._write({"format": FORMAT, "version": VERSION, "about": self.about})

    def outcome(self, run: Run) -> Outcome | None:
        """What the file holds of a run; None where it is still to be done, or failed and is worth another try."""
        outcome = self.found.get(_key(run))
        return None if outcome is None or outcome.error else outcome

    def append(self, run: Run, outcome: Outcome) -> None:
        """Write down what came of a run."""
        self._write({"setting": described(run.setting), "seed": run.seed, **_plain(outcome)})

    def _write(self, line: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | {"sum": _sum(line)}, allow_nan=False) + "\n")

    def _read(self) -> None:
        header, *lines = self._whole_lines()
        self._check_header(header)
        for number, line in enumerate(lines, start=2):
            try:
                fields = _whole(json.loads(line))
                key = json.dumps(fields.pop("setting"), sort_keys=True), fields.pop("seed")
                self.found[key] = _outcome(fields)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise ArgumentError(
                    f"line {number} of {self.path} is damaged ({error}); remove that line, and its run is done again"
                ) from error

    def _whole_lines(self) -> list[bytes]:
        """All lines; what was not written to its end is cut off."""
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content) and whole > 0:
            os.truncate(self.path, whole)
        return content[:whole].splitlines() or [content]

    def _check_header(self, line: bytes) -> None:
        try:
            header = json.loads(line)
            is_known = header.get("format") == FORMAT and isinstance(header["about"], dict)
        except (ValueError, KeyError, AttributeError, RecursionError):
            is_known = False
        if not is_known:
            raise ArgumentError(
                f"{self.path} is there already and no results file of a sweep; choose another path"
            )
        if header.get("version") != VERSION:
            raise ArgumentError(
                f"{self.path} has version {header.get('version')!r} and this glassnet reads {VERSION}; "
                "choose another path"
            )
        other = header["about"]
        different = [name for name in self.about if self.about[name] != other.get(name)]
        if different:
            raise ArgumentError(
                f"{self.path} holds the results of another sweep: {', '.join(different)} "
                f"{'differs' if len(different) == 1 else 'differ'}. Choose another path, or remove the file"
            )


def _sum(line: Mapping[str, Any]) -> str:
    """Tells a line that was written here from one that was damaged or altered later."""
    return hashlib.sha256(json.dumps(line, sort_keys=True).encode()).hexdigest()[:16]


def _whole(line: dict[str, Any]) -> dict[str, Any]:
    """A line without its sum; raises ValueError if that is another."""
    if line.pop("sum") != _sum(line):
        raise ValueError("it was altered after it was written")
    return line


def _key(run: Run) -> Key:
    return json.dumps(described(run.setting), sort_keys=True), run.seed


def _plain(outcome: Outcome) -> dict[str, Any]:
    fields = dataclasses.asdict(outcome)
    return fields | {"measured": {name: _number(value) for name, value in outcome.measured.items()}}


def _number(value: float) -> float | str:
    """JSON has no infinities and no NaN; they are written as text."""
    return value if math.isfinite(value) else str(value)


def _outcome(fields: dict[str, Any]) -> Outcome:
    measured = {str(name): float(value) for name, value in fields.pop("measured").items()}
    return Outcome(measured=measured, **fields)
