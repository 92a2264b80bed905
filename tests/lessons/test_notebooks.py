"""Copies of lessons: they open anywhere, keep what a learner wrote, and remember what is done."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

import glassnet as gn
from glassnet.cli.app import app
from glassnet.lessons import progress
from glassnet.lessons.notebooks import copy_lessons, notebook


def test_the_first_cell_says_what_to_install_and_sets_the_seed() -> None:
    first = notebook(1, seed=17).cells[0].source
    assert "pip install 'glassnet[lessons]'" in first and "glassnet.lessons.use_seed(17)" in first


def test_a_copy_with_numbers_of_its_own_asserts_none_of_the_texts() -> None:
    tags = [cell.metadata.get("tags", ()) for cell in notebook(1, seed=17).cells]
    assert not any("remove-cell" in tag for tag in tags)
    assert any("remove-cell" in cell.metadata.get("tags", ()) for cell in notebook(1).cells)


def test_a_copy_is_a_valid_notebook_and_stays_when_copied_again(tmp_path: Path) -> None:
    (file,) = copy_lessons(tmp_path, [1])
    nbformat.validate(nbformat.read(file, as_version=4))
    file.write_text("what a learner wrote")
    assert copy_lessons(tmp_path, [1]) == [] and file.read_text() == "what a learner wrote"


def test_what_is_done_is_noted_beside_copies_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    gn.lessons.check("1.4", ((-1, -1), 1.5))
    assert list(tmp_path.iterdir()) == []
    copy_lessons(tmp_path, [1])
    gn.lessons.check("1.4", ((-1, -1), 1.5))
    gn.lessons.check("1.4", ((1, 1), 1.5))
    gn.lessons.check("1.2", [0, 0, 0])
    assert json.loads((tmp_path / "progress.json").read_text()) == {"1.4": True, "1.2": False}


def test_a_record_that_is_none_counts_as_empty(tmp_path: Path) -> None:
    for text in ("", "[1]", "{]", '{"1.1": "yes"}'):
        (tmp_path / "progress.json").write_text(text)
        assert progress.read(tmp_path) == {}


@pytest.mark.parametrize("number", range(1, 14))
def test_every_cell_that_shows_a_picture_says_in_words_what_is_to_be_seen(number: int) -> None:
    for cell in notebook(number).cells:
        draws = re.search(r"^(plt\.show\(\)|curves\()", cell.source, flags=re.MULTILINE)
        words = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert (len(words.split()) >= 8) == bool(draws), cell.source


def test_the_command_copies_and_lists(tmp_path: Path) -> None:
    folder = str(tmp_path / "course")
    done = CliRunner().invoke(app, ["lessons", folder, "--lesson", "1", "--no-open"])
    assert (done.exit_code, done.output) == (
        0,
        f"1 lessons copied to {folder}\n".replace("1 lessons", "1 lesson"),
    )
    (tmp_path / "course" / "progress.json").write_text('{"1.1": true, "1.3": false}')
    lines = CliRunner().invoke(app, ["lessons", folder, "--list", "--lesson", "1"]).output.splitlines()
    assert lines[0] == " 1  One neuron  (1 of 5 done)"
    assert lines[1].split()[:2] == ["1.1", "done"] and lines[3].split()[:2] == ["1.3", "tried"]


def test_jupyter_opens_at_the_lesson_that_is_asked_for_or_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opened: list[list[str]] = []
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    monkeypatch.setattr("subprocess.run", lambda command, check: opened.append(command))
    asked = ["lessons", "mine [1]", "--lesson", "1"]
    assert CliRunner().invoke(app, asked).output == "1 lesson copied to mine [1]\n"
    assert CliRunner().invoke(app, asked).output == "0 lessons copied to mine [1]; 1 was there and stays\n"
    assert opened == [["jupyter-lab", "mine [1]/01-one-neuron.ipynb"]] * 2
    monkeypatch.setattr("shutil.which", lambda name: None)
    said = CliRunner().invoke(app, asked).output
    assert said.endswith('pip install "glassnet[lessons]", then jupyter lab "mine [1]/01-one-neuron.ipynb"\n')


def test_a_lesson_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["lessons", str(tmp_path), "--lesson", "99", "--no-open"])
    assert done.exit_code == 2
