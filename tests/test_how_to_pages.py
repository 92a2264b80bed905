"""What the how-to pages show is what happens: their code runs, prints what stands below it, and their commands work."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from glassnet.cli.app import app
from tests.cli.table.conftest import QUICK

HOW_TO = Path(__file__).parents[1] / "docs" / "how-to"
PAGES = sorted(HOW_TO.glob("*.md"))
# A block with its language, and what stands directly below it: what a block of Python prints.
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$(?:\n```\n(.*?)^```$)?", flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_does_what_it_shows(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks
    for language, code, printed in blocks:
        if language == "python":
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                exec(compile(code, page.name, "exec"), names)
            assert said.getvalue() == printed
        elif language == "":
            run_commands(code)


def run_commands(block: str) -> None:
    for line in block.splitlines():
        _, part, *rest = shlex.split(line, comments=True)
        if not any(Path(one).suffix in {".csv", ".safetensors"} and not Path(one).exists() for one in rest[:2]):
            done = CliRunner().invoke(app, [part, *rest, *(QUICK if part == "train" else ())])
            assert (done.exit_code, done.stderr) == (0, ""), done.output
        else:
            assert CliRunner().invoke(app, [part, "--help"]).exit_code == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).resolve().is_file(), target
