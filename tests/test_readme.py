"""What the README shows is what happens."""

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
from tests.cli.table.homes import homes, write

# What a test adds to a command, so that it ends soon and opens nothing.
BRIEFLY = {"train": QUICK, "lessons": ("--no-open",), "play": ("--output", "page.html")}
ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_blocks_print_what_stands_below_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = re.findall(r"^```python\n(.*?)^```\n```\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    assert len(shown) == README.count("```python") == 5
    names: dict[str, Any] = {}
    for code, expected in shown:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "README.md", "exec"), names)
        assert printed.getvalue() == expected


def test_the_commands_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^glassnet (.+?)(?: +#.*)?$", README, flags=re.MULTILINE)
    assert [command.split()[0] for command in commands] == [
        "train",
        "summary",
        "evaluate",
        "predict",
        "diagnose",
        "train",
        "predict",
        "explain",
        "export",
        "lessons",
        "play",
    ]
    write(homes(), "houses.csv")
    write(homes(n=20, seed=1), "new.csv")
    for command in commands:
        quick = BRIEFLY.get(command.split()[0], ()) if "digits" not in command else ()
        result = CliRunner().invoke(app, [*shlex.split(command), *quick])
        assert (result.exit_code, result.stderr) == (0, "")
    assert len(Path("predictions.csv").read_text().splitlines()) == 1798
    assert len(list(Path("glassnet-lessons").glob("*.ipynb"))) == 13 and Path("page.html").exists()


def test_make_has_the_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^make (\w+)", README, flags=re.MULTILINE)
    assert targets == ["run", "test"]
    assert all(re.search(rf"^{target}:", makefile, flags=re.MULTILINE) for target in targets)


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).is_file()
