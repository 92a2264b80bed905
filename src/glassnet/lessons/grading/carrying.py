"""What comes out of a learner's process: lines of JSON that may hold anything, taken as plain data or not at all.

Texts in it are a learner's own; they are cut to a length, stand in one line, and are never said in the grader's name.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.lessons.catalogue import find
from glassnet.lessons.judging import Failure
from glassnet.lessons.outputs import Outputs, Plain
from glassnet.lessons.seeds import seed_of
from glassnet.support.text import in_one_line

LONGEST_TEXT = 400
TOO_LONG = "CellTooLong"  # the name of the error that stops a cell
LARGEST_SEED = 1 << 62
MOST_SEEDS, MOST_ERRORS = 16, 64


@dataclass(frozen=True)
class Answer:
    """What an answer gave, for the numbers of a seed; none where the exercise is still empty."""

    outputs: Sequence[Outputs | Failure] | None
    seed: int
    explanation: str = ""


@dataclass
class Record:
    """All that a process said."""

    answers: dict[str, Answer] = field(default_factory=dict)  # by exercise, the last one of each
    seeds: dict[int, str] = field(default_factory=dict)  # that were set, each as it was written
    errors: list[str] = field(default_factory=list)  # of cells that ended with an error: cell and error
    ended: str = ""  # why the notebook did not run to its end; empty where it did
    # has_begun, is_whole: whether its first cell was reached, and whether its last one was left
    has_begun: bool = False
    is_whole: bool = False

    def take(self, line: bytes) -> None:
        """Take a line; one that says nothing is left out."""
        try:
            said = json.loads(line)
            if not isinstance(said, dict):
                return
            if said.get("begin") is True:
                self.has_begun = True
            elif said.get("end") is True:
                self.is_whole = True
            elif "error" in said:
                self._take_error(int(said["cell"]), str(said["error"]))
            elif "sets" in said:
                self._take_seed(said["sets"])
            else:
                self.answers[find(str(said["exercise"])).number] = _answer(said)
        except Exception:  # a line may hold anything, and most of it is no answer
            return

    def _take_error(self, cell: int, error: str) -> None:
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(short(f"cell {cell}: {error}"))

    def _take_seed(self, seed: int | str) -> None:
        number = seed_of(seed) if isinstance(seed, str) else int(seed)
        if 0 <= number < LARGEST_SEED and len(self.seeds) < MOST_SEEDS:
            self.seeds[number] = short(repr(seed))


def short(text: str) -> str:
    """The beginning of a text, in one line that shows all that is in it."""
    line = in_one_line(" ".join(text[: 4 * LONGEST_TEXT].split()))
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 2]} …"


def written(outputs: Sequence[Outputs | Failure]) -> list[Any]:
    """Outputs as JSON has them."""
    return [
        {"failure": short(one.reason), "outputs": one.outputs and _all_written(one.outputs)}
        if isinstance(one, Failure)
        else {"outputs": _all_written(one)}
        for one in outputs
    ]


def _all_written(outputs: Outputs) -> dict[str, Any]:
    return {name: _written(value) for name, value in outputs.items()}


def _written(value: Plain) -> Any:
    if isinstance(value, str):
        return value
    return {"shape": value.shape, "numbers": b64encode(value.tobytes()).decode("ascii")}


def _answer(said: dict[str, Any]) -> Answer:
    seed = int(said["seed"])
    if not 0 <= seed < LARGEST_SEED:
        raise ValueError
    outputs = None if said["answers"] is None else [_read(one) for one in said["answers"]]
    return Answer(outputs, seed, short(str(said.get("explanation", ""))))


def _read(said: dict[str, Any]) -> Outputs | Failure:
    outputs = {str(name): _plain(value) for name, value in (said.get("outputs") or {}).items()}
    return Failure(short(str(said["failure"])), outputs or None) if "failure" in said else outputs


def _plain(value: Any) -> Plain:
    if isinstance(value, str):
        return value
    numbers = np.frombuffer(b64decode(value["numbers"], validate=True), dtype=np.float64)
    return numbers.reshape([int(n) for n in value["shape"]]).copy()
