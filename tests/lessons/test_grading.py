"""Notebooks that were handed in: what is right counts, and nothing that a notebook does to be taken for right."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import glassnet as gn
from glassnet.cli.app import app
from glassnet.errors import ArgumentError
from glassnet.lessons.catalogue import find
from glassnet.lessons.grading import Limits, Result, grade
from glassnet.lessons.grading.carrying import Answer, Record
from glassnet.lessons.grading.confinement import Confinement
from glassnet.lessons.grading.marks import marks
from glassnet.lessons.grading.reading import Unreadable, read
from glassnet.lessons.grading.running import run
from glassnet.lessons.grading.submissions import Submission
from glassnet.lessons.grading.submissions import find as submissions
from glassnet.lessons.seeds import seed_of

pytestmark = pytest.mark.filterwarnings(
    "ignore::glassnet.lessons.grading.Unprotected"
)  # this system may be such

BEGIN = (
    "import os, signal, subprocess, sys, time\nimport numpy as np\nimport glassnet as gn\nzero = lambda *_: 0"
)
RIGHT = "neuron = lambda inputs, weights, bias: float(np.dot(inputs, weights)) + bias"
CHECK = 'gn.lessons.check("1.1", neuron)'
FAKES = """
from glassnet.lessons import judging
from glassnet.lessons.catalogue import find
print("1.1  right: A weighted sum in plain Python; 5 numbers agree on 5 inputs")
right = judging.Verdict("1.1", True, "right", (), 1)
judging.judge = gn.lessons.judge = lambda *_: right
judging.collect = lambda exercise, answer, cases: [judging.outputs_of(exercise.solution(*case)) for case in cases]
for name in range(3, 64):
    try:
        os.write(name, b'\\n{"exercise": "1.1", "points": 1, "ok": true, "seed": 0, "answers": []}\\n[[\\n')
    except OSError:
        pass
"""
HOSTILE = {
    "fakes": [BEGIN, FAKES, 'gn.lessons.check("1.1", zero)'],
    "patches check": [BEGIN, f"gn.lessons.check = lambda *_: print('right')\n{RIGHT}\n{CHECK}"],
    "takes the solution": [BEGIN, 'exec(gn.lessons.solution("1.1"))', CHECK],
    "kills its parent": [BEGIN, "os.kill(os.getppid() or 1, signal.SIGKILL)", RIGHT, 'gn.lessons.check("1.1", zero)'],
    "ends": [BEGIN, "os._exit(0)", RIGHT, CHECK],
    "loops": [BEGIN, "while True: pass", f"{RIGHT}\n{CHECK}"],
    "loops for ever": [BEGIN, RIGHT, CHECK, "signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"],
    "uses all up": [
        BEGIN,
        'open("a", "wb").truncate(2**30)',
        "bytearray(2**34)",
        "while True: os.fork() or time.sleep(9)",
        RIGHT,
    ],
    "asks": [BEGIN, "input('your name?')", "subprocess.run(['sh', '-c', 'sleep 99 &'])", RIGHT, CHECK],
}  # fmt: skip


def write(file: Path, cells: list[str]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    written = [
        {"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
        for cell in cells
    ]
    file.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": written}))
    return file


def without_a_word(cells: list[str]) -> list[str]:
    """The last cell names the exercise, so that it belongs to a lesson."""
    return cells if any("check(" in cell for cell in cells) else [*cells, f"if False: {CHECK}"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("class")
    for name, cells in HOSTILE.items():
        write(folder / name / "1.ipynb", without_a_word(cells))
    graded = grade(folder, limits=Limits(seconds=3, memory=2048, disk=128), jobs=4)
    return {result.learner: result for result in graded}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_notebook_gets_the_points_of_its_answers_alone(
    name: str, results: dict[str, Result]
) -> None:
    is_right = name in ("loops", "loops for ever", "asks")
    assert results[name].points == (1 if is_right else 0), results[name]
    assert results[name].of == sum(exercise.points for exercise in gn.lessons.exercises(1))


def test_what_cut_a_notebook_short_is_said(results: dict[str, Result]) -> None:
    assert "it was stopped after 3 seconds" in results["loops for ever"].troubles
    assert "its process ended before the notebook did (exit code 0)" in results["ends"].troubles
    assert results["ends"].marks[0].message.startswith("the notebook did not get there: its process ended")
    assert results["loops"].errors == ("cell 2: CellTooLong: it takes too long",)
    assert results["loops"].troubles[0].startswith("cell 2 was stopped after a third of --seconds; where")
    disk, memory = results["uses all up"].errors[:2]
    assert disk == "cell 2: OSError: [Errno 27] File too large" and memory.startswith("cell 3: MemoryError")


def test_where_nothing_keeps_a_notebook_apart_killing_its_parent_ends_it_alone(tmp_path: Path) -> None:
    cells = [
        BEGIN,
        RIGHT,
        CHECK,
        "os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(9)",
        'gn.lessons.check("1.1", zero)',
    ]
    record = run(cells, None, Confinement(), tmp_path, Limits(seconds=20))
    assert record.ended == "its process was killed: by itself, or for want of memory"


def answers(seed: int | str) -> list[str]:
    """Cells that solve two exercises with the numbers of a seed."""
    own = seed_of(seed) if isinstance(seed, str) else seed
    values = {number: find(number).solution(*find(number).variant(own)[0]) for number in ("1.2", "1.4")}
    lines = [f'gn.lessons.check("{number}", {value!r})' for number, value in values.items()]
    return [BEGIN, f"gn.lessons.use_seed({seed!r})", *(line.replace("np.float64", "") for line in lines)]


def test_the_command_grades_what_nbgrader_collects_with_each_ones_own_numbers(tmp_path: Path) -> None:
    for learner, numbers_of in (("anna", "Anna"), ("berta", "anna")):
        write(tmp_path / "submitted" / learner / "lesson1" / "01-one-neuron.ipynb", answers(numbers_of))
    (tmp_path / "submitted" / "=cmd" / "lesson1").mkdir(parents=True)
    (tmp_path / "submitted" / "=cmd" / "lesson1" / "a.ipynb").write_text('{"cells": ')
    out = tmp_path / "grades.csv"
    done = CliRunner().invoke(
        app, ["grade", str(tmp_path), "--out", str(out), "--own-numbers", "--lesson", "1"]
    )
    assert done.exit_code == 1
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    points = {(row["learner"], row["exercise"]): (row["points"], row["of"]) for row in rows}
    assert points["anna", "1.2"] == points["anna", "1.4"] == ("1", "1")
    assert points["berta", "1.2"] == points["berta", "1.4"] == ("0", "1")
    assert points["'=cmd", "1.2"] == ("0", "1")
    assert {row["seed"] for row in rows if row["learner"] == "anna"} == {str(seed_of("anna"))}
    assert "anna  lesson 1: 2 of 5 points" in done.output
    assert "it lacks exercises 1.1, 1.3, 1.5" in done.output
    assert "it does not open: it is no JSON, or damaged" in done.output
    assert "3 of them could not be graded, or not in full: see above" in done.output


def test_names_come_from_folders_or_files(tmp_path: Path) -> None:
    for name in (
        "anna.ipynb",
        "berta-06-backpropagation.ipynb",
        "carla/06-backpropagation.ipynb",
        "d/x/y/z.ipynb",
    ):
        write(tmp_path / name, [CHECK])
    write(tmp_path / "carla" / ".ipynb_checkpoints" / "06-backpropagation.ipynb", [CHECK])
    assert [one.learner for one in submissions(tmp_path)] == ["anna", "berta", "carla", "d"]
    (empty := tmp_path / "empty").mkdir()
    with pytest.raises(ArgumentError, match=r"^there is no notebook \(\*\.ipynb\) in "):
        submissions(empty)
    with pytest.raises(ArgumentError, match=r"^FOLDER must be a folder of notebooks; there is none at "):
        submissions(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("sets", "slip"),
    [("use_seed( 'Bert ')", "seed"), ("use_seed(17)", "seed"), ("use_seed('anna')", ""), ("17", "")],
)
def test_an_answer_for_other_numbers_that_the_notebook_sets_is_said(
    sets: str, slip: str, tmp_path: Path
) -> None:
    other = 17 if "17" in sets else seed_of("bert")
    exercise = find("2.2")
    answer = Answer([{"": np.array(float(exercise.solution(*exercise.variant(other)[0])))}], other)
    book = read(write(tmp_path / "a.ipynb", [f"gn.lessons.{sets}", 'gn.lessons.check("2.2", 5)']))
    submission, record = Submission("anna", tmp_path / "a.ipynb"), Record({"2.2": answer})
    [mark] = [
        mark for mark in marks(submission, book, record, seed_of("anna")).marks if mark.exercise == "2.2"
    ]
    assert (mark.points, mark.slip) == (0, slip)
    written = {"use_seed( 'Bert ')": "'Bert '", "use_seed(17)": "17"}.get(sets)
    said = f"; it is right for the numbers of use_seed({written}), which the notebook sets"
    assert mark.message.endswith(said) == bool(slip)
    assert marks(submission, book, record, None).points == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it does not open: it is no JSON, or damaged"),
        ("[" * 100_000, "it does not open: it is no JSON, or damaged"),
        ("[1]", "it does not open: it holds no cells, as a notebook of format 4 does"),
        ('{"cells": [3, {"cell_type": "code", "source": [4]}]}', "no cell checks an exercise of the course, as gn.le"),
        ('{"cells": [{"cell_type": "code", "source": "check(\\"9.99\\", 3)"}]}', "no cell checks an exercise of the"),
        ('{"cells": [{"cell_type": "code", "source": "check(\\"6.1\\", 3)"}]}', "it is of lesson 6; lesson 1 was"),
    ],
)  # fmt: skip
def test_a_notebook_that_cannot_be_graded_is_said(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(text)
    with pytest.raises(Unreadable, match=said.replace("(", r"\(")):
        read(tmp_path / "a.ipynb", 1)


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.ipynb")
    with pytest.raises(Unreadable, match="it is no regular file"):
        read(tmp_path / "a.ipynb")


def line(**said: Any) -> bytes:
    return json.dumps(said).encode()


@pytest.mark.parametrize(
    "said",
    [
        b"", b"\xff", b"[" * 100_000, b"3", b"{}", line(exercise="1.1"),
        line(exercise="1.1", seed=-1, answers=None), line(exercise="1.1", seed=0, answers=[{"outputs": 3}]),
        line(exercise="1.1", seed=0, answers=[{"outputs": {"": {"shape": [-1, 10**30], "numbers": "AAAA"}}}]),
        line(exercise="1.1", seed="x", answers=None), line(error=3), line(end="true"),
    ],
)  # fmt: skip
def test_a_line_that_says_nothing_is_left_out(said: bytes) -> None:
    record = Record()
    record.take(said)
    assert not record.answers and not record.is_whole


WITH_MANY_RIGHT_ANSWERS = [
    exercise.number for exercise in gn.lessons.exercises() if exercise.accepts is not None
]


@pytest.mark.parametrize("number", ["1.1", "1.2", "6.4", "12.3", *WITH_MANY_RIGHT_ANSWERS])
def test_forged_outputs_are_worth_nothing(number: str, tmp_path: Path) -> None:
    exercise = find(number)
    book = read(write(tmp_path / "a.ipynb", [f'check("{number}", x)']))
    n_cases = len(exercise.variant(0))
    for outputs in (
        {"": "right"},
        {"['ok']": "True"},
        {"['network']": "AAAA", "['w']": "1", "['b']": "1"},
        {},
    ):
        record = Record()
        record.take(line(exercise=number, seed=0, answers=[{"outputs": outputs}] * n_cases))
        assert record.answers and marks(Submission("a", tmp_path / "a.ipynb"), book, record, None).points == 0


def test_learners_of_a_class_get_folders_with_numbers_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Anna B\n\nberta\n")
    command = ["lessons", str(tmp_path / "out"), "--lesson", "1", "--learners", str(tmp_path / "names.txt")]
    done = CliRunner().invoke(app, command)
    assert done.output == f"lessons for 2 learners copied to {tmp_path / 'out'}\n"
    first = json.loads((tmp_path / "out" / "Anna B" / "01-one-neuron.ipynb").read_text())["cells"][0][
        "source"
    ]
    assert "glassnet.lessons.use_seed('Anna B')" in "".join(first)
    (tmp_path / "names.txt").write_text("../x\n")
    assert CliRunner().invoke(app, command).exit_code == 2


def test_a_name_is_a_seed_however_it_is_typed() -> None:
    assert seed_of(" Anna  B") == seed_of("anna b") != seed_of("berta")
    assert seed_of("anna") > 0
