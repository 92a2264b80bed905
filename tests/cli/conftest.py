"""The command, run inside the test's own empty folder."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from glassnet.cli.app import app

Run = Callable[..., Result]
Complaint = Callable[..., str]


@pytest.fixture
def run_and_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command; its exit code must be 0, and nothing may appear on standard error."""
    monkeypatch.chdir(tmp_path)

    def succeed(*arguments: str) -> Result:
        result = CliRunner().invoke(app, list(arguments), prog_name="glassnet")
        assert (result.exit_code, result.stderr) == (0, "")
        return result

    return succeed


@pytest.fixture
def run(run_and_draw: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same as if matplotlib were not installed, since drawing takes longer than training."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    return run_and_draw


@pytest.fixture
def complaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Complaint:
    """Runs the command, which must fail: exit code 2, one line on standard error, nothing else. Gives that line."""
    monkeypatch.chdir(tmp_path)

    def fail(*arguments: str) -> str:
        result = CliRunner().invoke(app, list(arguments), prog_name="glassnet")
        assert (result.exit_code, result.stdout) == (2, "")
        line, end = result.stderr.split("\n")
        assert end == ""
        return line.removeprefix("glassnet: ")

    return fail
