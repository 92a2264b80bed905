"""``glassnet check``: the gradients of a learner's own file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from glassnet.cli.app import app
from tests.checking.program.scripts import NETWORK, WRONG
from tests.cli.conftest import Complaint


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "right.py").write_text(NETWORK)
    (tmp_path / "wrong.py").write_text(WRONG)
    (tmp_path / "unclear.py").write_text(
        NETWORK.replace("def forward(self, X)", "def forward(self, X, session)")
    )
    return tmp_path


def checked(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["check", *arguments], prog_name="glassnet")
    assert result.stderr == ""
    return result


def test_exit_code_0_for_right_1_for_wrong_and_2_for_what_could_not_be_checked(folder: Path) -> None:
    assert checked("right.py").exit_code == 0
    assert checked("wrong.py", "--data", "xor").exit_code == 1
    assert checked("unclear.py").exit_code == 2


def test_the_text_is_that_of_the_report(folder: Path) -> None:
    lines = checked("wrong.py", "--data", "xor").stdout.splitlines()
    assert lines[0] == "check: 1 slip"
    assert lines[1] == "  activation_derivative_missing, layer 0"


def test_json_for_other_programs(folder: Path) -> None:
    found = json.loads(checked("wrong.py", "--data", "xor", "--loss", "bce", "--json").stdout)
    assert found["ok"] is False and found["slips"][0][0] == "activation_derivative_missing"


def test_what_is_wrong_with_the_call_is_one_line(folder: Path, complaint: Complaint) -> None:
    assert "no loss is called 'msee'" in complaint("check", "right.py", "--loss", "msee")
    assert "check needs the path of a Python file" in complaint("check", "none.py")
    assert "no data set is called" in complaint("check", "right.py", "--data", "xorr")
