"""Scores and seconds of every method, set and split, in one JSON file that later runs add to."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path
from typing import TypedDict

GREATER_IS_BETTER = {"accuracy": True, "rmse": False}
DIGITS = 12


class Measured(TypedDict):
    """One method on one split."""

    metric: str
    score: float
    cpu_seconds: float


# set -> method -> split -> what was measured
Results = dict[str, dict[str, dict[str, Measured]]]


def read(path: Path) -> Results:
    """What the file holds; nothing where there is none yet."""
    return json.loads(path.read_text()) if path.exists() else {}


def write(path: Path, results: Results) -> None:
    """Replace the file."""
    path.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


def common(results: Results, table: str, method: str, other: str) -> list[str]:
    """The splits of a set that both methods were measured on."""
    ours, theirs = (results[table].get(name, {}) for name in (method, other))
    return sorted(set(ours) & set(theirs), key=int)


def means(results: Results, table: str, method: str, other: str) -> tuple[float, float]:
    """Mean score and seconds of the method on the splits that the other was measured on, too."""
    found = [results[table][method][split] for split in common(results, table, method, other)]
    return statistics.fmean(one["score"] for one in found), statistics.fmean(
        one["cpu_seconds"] for one in found
    )


def differences(results: Results, table: str, method: str, other: str) -> list[float]:
    """By how much the method is better than the other, split by split, on those that both were measured on.

    Rounded, so that shares of rows that outweigh each other do so to the last digit.
    """
    ours, theirs = (results[table].get(name, {}) for name in (method, other))
    return [
        round(ours[split]["score"] - theirs[split]["score"], DIGITS)
        * (1 if GREATER_IS_BETTER[ours[split]["metric"]] else -1)
        for split in common(results, table, method, other)
    ]


def standard_errors(found: list[float]) -> float:
    """The mean difference in standard errors of it; 0 where all are 0, infinite where all are the same other number."""
    if len(found) < 2:
        return math.nan
    mean, error = statistics.fmean(found), statistics.stdev(found) / math.sqrt(len(found))
    if error > 0:
        return mean / error
    return math.copysign(math.inf, mean) if mean else 0.0


def verdict(found: list[float]) -> float:
    """1 where the mean difference is above 0, 1/2 where it is 0, else 0."""
    mean = statistics.fmean(found)
    return 1.0 if mean > 0 else 0.5 if mean == 0 else 0.0
