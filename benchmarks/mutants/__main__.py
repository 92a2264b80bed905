"""Which small changes of the sources no test notices: mutants of formulas, checks, diagnosis and report.

A seeded sample of all mutants that Cosmic Ray's operators make. Each is put into a copy of the package, and the tests
that run the changed line run until one fails. Those that survive are written to results/mutants.md. One that means
the same as the original is judged so, with the reason, in results/equivalent_mutants.json, and counts no more.

    make mutants                                          # all rooms, 200 mutants
    python -m benchmarks.mutants --room report --sample 40 --seed 7
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from pathlib import Path

from benchmarks.mutants.drawing import Mutant, sample
from benchmarks.mutants.judging import judge
from benchmarks.mutants.rooms import ROOMS

RESULTS = Path(__file__).parents[1] / "results"
EQUIVALENT = RESULTS / "equivalent_mutants.json"


def page(mutants: list[Mutant], killed: list[bool], equivalent: dict[str, str], command: str) -> str:
    """The result as Markdown: shares by room, and every survivor."""
    lines = ["# Mutants that no test notices", "", f"`{command}`", ""]
    lines += ["| room | mutants | the same program | of the others killed | share |", "|---|---|---|---|---|"]
    for room in sorted({mutant.room for mutant in mutants}):
        ends = Counter(
            "killed" if dead else "same" if mutant.key in equivalent else "alive"
            for mutant, dead in zip(mutants, killed, strict=True)
            if mutant.room == room
        )
        different = ends["killed"] + ends["alive"]
        share = f"{ends['killed'] / different:.0%}" if different else "-"
        lines.append(
            f"| {room} | {ends.total()} | {ends['same']} | {ends['killed']} of {different} | {share} |"
        )
    survivors = [mutant for mutant, dead in zip(mutants, killed, strict=True) if not dead]
    lines += ["", "## Survivors", "", *(f"- {_told(mutant, equivalent)}" for mutant in survivors), ""]
    return "\n".join(lines)


def _told(mutant: Mutant, equivalent: dict[str, str]) -> str:
    judgement = equivalent.get(mutant.key, "not judged yet, or a test is missing")
    return f"`{mutant.path}:{mutant.line}`: `{mutant.before}` → `{mutant.after}`: {judgement}"


def main(arguments: list[str] | None = None) -> None:
    """Draw, judge and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--room", action="append", choices=ROOMS, help="one of them only; may be given again")
    parser.add_argument(
        "--sample", type=int, default=200, help="how many mutants, dealt out evenly to the rooms"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help="write results/mutants.md")
    chosen = parser.parse_args(arguments)
    rooms = chosen.room or list(ROOMS)
    drawn = [
        mutant for room in rooms for mutant in sample(room, -(-chosen.sample // len(rooms)), chosen.seed)
    ]
    killed = judge(drawn, chosen.jobs)
    equivalent = json.loads(EQUIVALENT.read_text()) if EQUIVALENT.exists() else {}
    named = "".join(f" --room {room}" for room in chosen.room or ())
    command = f"python -m benchmarks.mutants --sample {chosen.sample} --seed {chosen.seed}{named}"
    text = page(drawn, killed, equivalent, command)
    print(text)
    if chosen.write:
        (RESULTS / "mutants.md").write_text(text)


if __name__ == "__main__":
    main()
