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
from glassnet.cli.course.grading import print_repeated
from glassnet.errors import ArgumentError
from glassnet.lessons.carried import as_text, network_of
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
    "loops within": [BEGIN, 'def neuron(*_):\n    while True: pass\ngn.lessons.check("1.1", neuron)'],
    "gives a number": [BEGIN, 'gn.lessons.check("1.1", 3.0)'],
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
    graded = grade(folder, limits=Limits(seconds=5, memory=2048, disk=128), jobs=4)
    return {result.learner: result for result in graded}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_notebook_gets_the_points_of_its_answers_alone(
    name: str, results: dict[str, Result]
) -> None:
    is_right = name in ("loops", "loops for ever", "asks")
    assert results[name].points == (1 if is_right else 0), results[name]
    assert results[name].of == sum(exercise.points for exercise in gn.lessons.exercises(1))


def test_an_answer_that_gives_nothing_to_compare_is_told_why(results: dict[str, Result]) -> None:
    marks = {name: results[name].marks[0] for name in ("loops within", "gives a number")}
    assert all(mark.message.startswith("it gives nothing to compare") for mark in marks.values())
    assert marks["loops within"].said == "it was stopped: it takes too long"
    assert marks["gives a number"].said == "a function is asked for; this is a float"
    assert results["loops within"].troubles[0].startswith("cell 2 was stopped after a third of --seconds")


def test_what_cut_a_notebook_short_is_said(results: dict[str, Result]) -> None:
    assert "it was stopped after 5 seconds" in results["loops for ever"].troubles
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
    assert "2 of 3  anna  lesson 1: 2 of 5 points" in done.output
    assert "it lacks exercises 1.1, 1.3, 1.5" in done.output
    assert "it does not open: it is no JSON, or damaged" in done.output
    assert "3 of them could not be graded, or not in full: see above" in done.output


def test_a_lesson_that_a_learner_handed_in_twice_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    results = [Result("an\na", file, lesson, 0, ()) for file, lesson in (("a", 1), ("b", 2), ("c,\x1b", 1))]
    print_repeated(results)
    said = "an\\na handed in lesson 1 2 times, each with rows of its own: a, c,\\x1b\n"
    assert capsys.readouterr().out == said


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
    [("Bert ", "seed"), (17, "seed"), ("anna", ""), (3, ""), (-1, ""), ([17], "")],
)
def test_an_answer_for_other_numbers_that_the_notebook_sets_is_said(
    sets: Any, slip: str, tmp_path: Path
) -> None:
    other = 17 if sets == 17 else seed_of("bert")
    exercise = find("2.2")
    answer = Answer([{"": np.array(float(exercise.solution(*exercise.variant(other)[0])))}], other)
    submission, record = Submission("anna", tmp_path / "a.ipynb"), Record({"2.2": answer})
    record.take(line(sets=sets))
    graded = marks(submission, [], record, seed_of("anna"), None)
    [mark] = [mark for mark in graded.marks if mark.exercise == "2.2"]
    assert (mark.points, mark.slip) == (0, slip)
    assert mark.message.endswith(
        "; it is right for the numbers of another seed, which the notebook sets"
    ) == bool(slip)
    assert mark.said == (f"use_seed({sets!r})" if slip else "")
    assert marks(submission, [], record, None, None).points == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it does not open: it is no JSON, or damaged"),
        ('{"cells": "\udce9"}', "it does not open: its text is not in UTF-8"),
        ("[" * 100_000, "it does not open: it is no JSON, or damaged"),
        ('{"nbformat": 3, "worksheets": []}', "it is of an old notebook format; opened in Jupyter and saved"),
        ("[1]", "it does not open: it holds no cells, as a notebook of format 4 does"),
    ],
)  # fmt: skip
def test_a_notebook_that_cannot_be_graded_is_said(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(Unreadable, match=said.replace("(", r"\(")):
        read(tmp_path / "a.ipynb")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([], 'it checks no exercise of the course, as gn.lessons.check("1.1", ...) does'),
        (['check("9.99", 3)'], "it checks no exercise of the course, as "),
        (['check("6.1", 3)'], "it is of lesson 6; lesson 1 was asked for"),
    ],
)
def test_a_notebook_that_ran_and_checked_nothing_is_said(cells: list[str], said: str, tmp_path: Path) -> None:
    graded = marks(Submission("anna", tmp_path / "a.ipynb"), cells, Record(), None, 1)
    assert graded.troubles[0].startswith(said) and len(graded.troubles) == 1
    assert [mark.points for mark in graded.marks] == [0] * len(gn.lessons.exercises(1))


WAYS = [
    BEGIN + "\nfrom functools import partial",
    RIGHT + "\nvalue = lambda number: find(number).solution(*gn.lessons.given(number))",
    "check = gn.lessons.check\ncheck('1.1', neuron)",
    "from glassnet.lessons import check as c\nassert c('1.2', 0.0).ok\nc(number='1.2', answer=1.0)",
    "for third in [3]:\n    partial(gn.lessons.check, f'1.{third}')(neuron)",
    "def ask(number, answer):\n    return getattr(gn.lessons, 'ch' + 'eck')(number, answer)\nask(1.4, 2.0)",
    "use = gn.lessons.use_seed\nuse('anna')",
    "list(map(check, ['1.5'], [...]))",
]


def test_what_a_notebook_checks_is_what_it_ran_however_it_is_written(tmp_path: Path) -> None:
    write(tmp_path / "anna.ipynb", WAYS)
    (result,) = grade(tmp_path, limits=Limits(seconds=20))
    assert (result.troubles, result.errors, result.lesson) == ((), (), 1)
    assert [mark.points for mark in result.marks] == [1, 0, 0, 0, 0]
    assert result.marks[4].message == "there is no answer yet"


FORGED = "1.1  right: full points\r\n=cmd" + "x" * 1000


@pytest.mark.parametrize(
    "said",
    [
        {"answers": [{"failure": FORGED}] * 5}, {"answers": [{"outputs": {"": FORGED}}] * 5},
        {"answers": [{"outputs": {FORGED: FORGED}}] * 5, "explanation": FORGED},
        {"answers": [{"outputs": {"": {"shape": [], "numbers": "AAAAAAAAAAA="}}}] * 5, "explanation": FORGED},
        {"answers": [{"outputs": {f"[{i}]{FORGED}": "" for i in range(99)}}] * 5},
    ],
)  # fmt: skip
def test_what_a_notebook_says_of_itself_stands_apart_in_one_short_line(said: Any, tmp_path: Path) -> None:
    record = Record()
    record.take(line(exercise="1.1", seed=0, **said))
    record.take(line(cell=3, error=FORGED))
    mark = marks(Submission("anna", tmp_path / "a.ipynb"), ['check("1.2")'], record, None, None).marks[0]
    assert (mark.points, mark.slip) == (0, "")
    outside_quotes = "".join(mark.message.split("'")[::2])
    assert "right: full points" not in outside_quotes and len(mark.message) < 300
    assert mark.said in ("", record.answers["1.1"].explanation, " ".join(FORGED.split())[:398] + " …")
    other = marks(Submission("anna", tmp_path / "a.ipynb"), ['check("1.2")'], record, None, None).marks[1]
    assert other.message == "its cell ended before the answer was checked"
    assert other.said.startswith("cell 3: 1.1 right: full points =cmd") and len(other.said) <= 400


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "berta.ipynb", [CHECK])
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "berta.ipynb")
    with pytest.raises(Unreadable, match="it is a link; only a notebook itself is graded"):
        read(tmp_path / "link.ipynb")
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
    n_cases = len(exercise.variant(0))
    for outputs in (
        {"": "right"},
        {"['ok']": "True"},
        {"['network']": "AAAA", "['w']": "1", "['b']": "1"},
        {},
    ):
        record = Record()
        record.take(line(exercise=number, seed=0, answers=[{"outputs": outputs}] * n_cases))
        assert record.answers
        assert marks(Submission("a", tmp_path / "a.ipynb"), [], record, None, None).points == 0


def test_a_network_of_endless_layers_keeps_no_grader_busy() -> None:
    layers = [*(gn.Dropout(0.1) for _ in range(6000)), gn.Dense(1, "sigmoid")]
    text = as_text(gn.Network(layers, seed=0, input_shape=2))
    with pytest.raises(
        ArgumentError, match="a network's description has at most 262144 bytes here; this one has "
    ):
        network_of(text)


def test_learners_of_a_class_get_folders_with_numbers_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Anna B\n\nberta\n")
    command = ["lessons", str(tmp_path / "out"), "--lesson", "1", "--learners", str(tmp_path / "names.txt")]
    done = CliRunner().invoke(app, command)
    assert done.output == f"lessons for 2 learners copied to {tmp_path / 'out'}\n"
    first = json.loads((tmp_path / "out" / "Anna B" / "01-one-neuron.ipynb").read_text())["cells"][0][
        "source"
    ]
    assert "glassnet.lessons.use_seed('Anna B')" in "".join(first)
    again = CliRunner().invoke(
        app, [*command[:2], "--learners", str(tmp_path / "names.txt"), "--lesson", "1"]
    )
    assert again.exit_code == 0


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (b"anna\n../x\n", "a learner's name becomes a folder, without slashes or signs that cannot be seen, and "),
        (b"anna\n.x", "got '.x' in "),
        (b"anna\n..", "got '..' in "),
        (b"anna\na\\b", "got 'a\\\\b' in "),
        (b"anna\na\x1bb", "got 'a\\x1bb' in "),
        (b"anna\n" + b"x" * 201, "of at most 200 bytes; 'xxxxxxxxxxxxxxxxxxxx'… in "),
        (b"anna\n Anna \n", "capital letters do not count; "),
        (b"anna\nB\xfcrger", "--learners must name a text file in UTF-8; "),
        (b"\n \n", "--learners must name a file with a name in each line; "),
        (b"anna\nfile\n", "lessons are copied into folders; "),
    ],
)  # fmt: skip
def test_names_that_cannot_be_folders_are_refused_before_anything_is_written(
    names: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / "names.txt").write_bytes(names)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "file").touch()
    done = CliRunner().invoke(
        app, ["lessons", str(tmp_path / "out"), "--learners", str(tmp_path / "names.txt")]
    )
    assert done.exit_code == 2 and said in " ".join(done.stderr.split())
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--learners", "names.txt", "--seed", "3"], "it does not go with --seed"),
        (["--learners", "names.txt", "--list"], "it does not go with --list"),
        (["--learners", "nowhere.txt"], "No such file or directory: nowhere.txt"),
        (["--lesson", "14"], "--lesson must be one of 1, 2, "),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_written(
    options: list[str], said: str, tmp_path: Path
) -> None:
    done = CliRunner().invoke(app, ["lessons", str(tmp_path / "out"), *options])
    assert done.exit_code == 2 and said in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "anna.ipynb"], "--out must be a new file or a table of grades; "),
        (["--out", "nowhere/grades.csv"], "its folder does not exist"),
        (["--lesson", "14"], "lesson must be one of 1, 2, "),
    ],
)
def test_grades_are_refused_before_a_notebook_runs(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = write(tmp_path / "anna.ipynb", [CHECK]).read_bytes()
    done = CliRunner().invoke(app, ["grade", ".", *options])
    assert done.exit_code == 2 and said in " ".join(done.stderr.split()) and not done.stdout
    assert (tmp_path / "anna.ipynb").read_bytes() == before
    assert not (tmp_path / "grades.csv").exists()


def test_a_name_is_a_seed_however_it_is_typed() -> None:
    assert seed_of(" Anna  B") == seed_of("anna b") != seed_of("berta")
    assert seed_of("anna") > 0
