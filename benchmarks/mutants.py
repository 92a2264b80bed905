"""Which small changes of the sources no test notices: mutants of formulas, checks, diagnosis and report.

A seeded sample of all mutants that Cosmic Ray's operators make. Each is put into a copy of the package, and the tests
of its room run until one fails. Those that survive are written to results/mutants.md. A survivor that means the same as
the original is judged so, with the reason, in results/equivalent_mutants.json, and counts no more.

    make mutants                                          # all rooms, 160 mutants
    python -m benchmarks.mutants --room report --sample 40 --seed 7
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "glassnet"
RESULTS = Path(__file__).parent / "results"
EQUIVALENT = RESULTS / "equivalent_mutants.json"

# The sources of each room, and the tests that have to notice a change in them.
ROOMS = {
    "formulas": ("formulas/*.py", ["tests/gradients", "tests/parity", "tests/numbers"]),
    "checks": ("checking/**/*.py", ["tests/checking"]),
    "diagnosis": ("insight/diagnosis/**/*.py", ["tests/insight/diagnosis"]),
    "report": ("insight/report/*.py", ["tests/insight/report"]),
}
MOST_SECONDS = 900

# Cosmic Ray's operators without those that nobody's slip makes, such as + for <<: they only raise TypeErrors.
OPERATORS = re.compile(
    r"core/(AddNot|NumberReplacer|Replace(AndWithOr|OrWithAnd|TrueWithFalse|FalseWithTrue|ContinueWithBreak)"
    r"|ZeroIterationForLoop|ReplaceUnaryOperator_(USub_UAdd|Delete_Not|Delete_USub)"
    r"|ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Lt_(LtE|GtE)|LtE_(Lt|Gt)|Gt_(GtE|LtE)|GtE_(Gt|Lt)"
    r"|Is_IsNot|IsNot_Is)"
    r"|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|Pow_Mul|FloorDiv_Div|Mod_FloorDiv|BitAnd_BitOr|BitOr_BitAnd))"
)


@dataclass(frozen=True)
class Mutant:
    """One change of one line.

    Attributes
    ----------
    path : str
        Below the package.
    before, after : str
        The lines that differ, without their indentation.
    """

    room: str
    path: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str

    @property
    def key(self) -> str:
        """The same for the same change, wherever the line stands."""
        return f"{self.path}: {self.before} -> {self.after}"


class _Meaning(ast.NodeTransformer):
    """Takes out what does not run: annotations of names, and docstrings."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        node.annotation = ast.Constant(None)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value = ast.Constant("")
        self.generic_visit(node)
        return node


def meaning(source: str) -> str:
    """What of a source runs."""
    return ast.dump(_Meaning().visit(ast.parse(source)))


def sample(room: str, size: int, seed: int) -> list[Mutant]:
    """That many mutants of a room, drawn from all of them, but of each line one at most."""
    places = list(_places(room))
    random.Random(f"{seed} {room}").shuffle(places)
    chosen: dict[tuple[str, int], Mutant] = {}
    for place in places:
        if len(chosen) == size:
            break
        mutant = _mutant(room, *place)
        if mutant is not None:
            chosen.setdefault((mutant.path, mutant.line), mutant)
    return list(chosen.values())


def _places(room: str) -> Iterator[tuple[Path, str, int]]:
    """What can be changed: a file, an operator, and which of the places it finds there."""
    names = sorted(filter(OPERATORS.fullmatch, operator_names()))
    for path in sorted(PACKAGE.glob(ROOMS[room][0])):
        nodes = list(_nodes(get_ast(path.read_text())))
        for name in names:
            operator = get_operator(name)()
            n_places = sum(len(list(operator.mutation_positions(node))) for node in nodes)
            yield from ((path, name, place) for place in range(n_places))


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)


def _mutant(room: str, path: Path, operator: str, occurrence: int) -> Mutant | None:
    """None where the change is no Python, or the same program."""
    source = path.read_text()
    changed = MutationVisitor.mutate_code(source, get_operator(operator)(), occurrence)
    try:
        if changed is None or meaning(changed) == meaning(source):
            return None
    except SyntaxError:
        return None
    pairs = list(zip(source.splitlines(), changed.splitlines(), strict=False))
    line = next(number for number, (one, other) in enumerate(pairs) if one != other)
    before, after = (text.strip() for text in pairs[line])
    return Mutant(room, path.relative_to(PACKAGE).as_posix(), operator, occurrence, line + 1, before, after)


def is_killed(mutant: Mutant, copy: Path) -> bool:
    """Whether a test of its room fails, or runs without end, with the mutant in this copy of the package."""
    path = copy / "glassnet" / mutant.path
    source = path.read_text()
    changed = MutationVisitor.mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    assert changed is not None
    path.write_text(changed)
    try:
        return not passes(mutant.room, copy)
    finally:
        path.write_text(source)


def passes(room: str, copy: Path) -> bool:
    """Whether the tests of a room pass on a copy of the package."""
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *ROOMS[room][1]]
    try:
        return (
            subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, timeout=MOST_SECONDS, check=False
            ).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        return False


def judge(mutants: list[Mutant], jobs: int) -> list[bool]:
    """Which of them are killed, several at a time, each in a copy of the package of its own."""
    began, copies = time.monotonic(), SimpleQueue[Path]()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(jobs):
            copy = Path(folder) / str(number)
            shutil.copytree(PACKAGE, copy / "glassnet", ignore=shutil.ignore_patterns("__pycache__"))
            copies.put(copy)
        for room in sorted({mutant.room for mutant in mutants}):
            if not passes(room, Path(folder) / "0"):
                sys.exit(f"the tests of {room} fail without any mutant; mend them first")

        def killed(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                dead = is_killed(mutant, copy)
            finally:
                copies.put(copy)
            seconds = time.monotonic() - began
            print(f"{seconds:6.0f} s  {'killed  ' if dead else 'SURVIVED'}  {mutant.key}", flush=True)
            return dead

        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(killed, mutants))


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
        "--sample", type=int, default=160, help="how many mutants, dealt out evenly to the rooms"
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
