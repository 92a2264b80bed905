"""docs/tables-command.md names options that there are, and its code does what stands there."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from glassnet.cli.app import app

PAGE = (Path(__file__).parents[1] / "docs" / "tables-command.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def options() -> set[str]:
    helped = [
        CliRunner(env={"COLUMNS": "250", "TERM": "dumb"}).invoke(app, [part, "--help"]).output
        for part in ("train", "tune", "explain", "export", "predict", "evaluate")
    ]
    return set(re.findall(r"--[a-z-]+", " ".join(helped)))


def test_every_option_is_one_of_the_command(options: set[str]) -> None:
    named = set(re.findall(r"--[a-z][a-z-]+", PAGE))
    assert named and named <= options


def test_the_python_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "tables-command.md", "exec"), {})
    first, second, third = printed.getvalue().splitlines()
    assert re.fullmatch(r"\{'(size|town)': -?\d+, '(size|town)': -?\d+\} True", first)
    assert (second, third) == ("size", "False")
