"""The diagnosis on trainings whose fault is known: precision and recall of every code.

Run: python -m benchmarks.diagnosis [--seed 1] [--jobs 2] [--faults 15] [--healthy 300] [--only dead_units,healthy]

Seed 0 is the one to develop with; the figures in ``benchmarks/results/diagnosis.md`` are of another.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from pathlib import Path

# Read when NumPy is loaded: every process computes on one core.
for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

from benchmarks.diagnosis import report  # noqa: E402
from benchmarks.diagnosis.elsewhere import as_foreign  # noqa: E402
from benchmarks.diagnosis.generation import cases  # noqa: E402
from benchmarks.diagnosis.scoring import judged  # noqa: E402

RESULT = Path(__file__).parents[1] / "results" / "diagnosis.md"


def main() -> None:
    """Generate, train, diagnose, judge; print, and write the page where the whole set ran."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--faults", type=int, default=15, help="trainings for each code")
    parser.add_argument("--healthy", type=int, default=300)
    parser.add_argument("--varied", type=int, default=150, help="healthy trainings of other kinds")
    parser.add_argument("--noisy", type=int, default=150, help="healthy trainings on noisy tables")
    parser.add_argument("--elsewhere", type=int, default=150, help="networks of which only weights are known")
    parser.add_argument("--only", default="", help="codes, or healthy, separated by commas")
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    wish = parser.parse_args()
    wanted = [
        case
        for case in cases(wish.seed, wish.faults, wish.healthy, wish.varied, wish.noisy)
        if not wish.only or case.kind in wish.only.split(",")
    ]
    clock = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(wish.jobs) as pool:
        outcomes = pool.map(judged, wanted, chunksize=4)
        foreign = pool.map(as_foreign, wanted[:: max(1, len(wanted) // max(1, wish.elsewhere))], chunksize=4)
    print(report.mistakes(outcomes), end="\n\n")
    command = (
        f"python -m benchmarks.diagnosis --seed {wish.seed} --faults {wish.faults} --healthy {wish.healthy} "
        f"--varied {wish.varied} --noisy {wish.noisy} --elsewhere {wish.elsewhere}"
    )
    page = report.page(outcomes, foreign, command)
    print(page)
    print(f"{len(outcomes)} trainings in {time.perf_counter() - clock:.0f} s, {wish.jobs} processes")
    if wish.write:
        RESULT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
