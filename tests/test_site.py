"""What the how-to pages show is what happens, and the site leads to every page."""

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
from tests.cli.table.homes import homes, write

HOW_TO = Path(__file__).parents[1] / "docs" / "how-to"
PAGES = sorted(HOW_TO.glob("*.md"))
# What a test adds to a command, so that it ends soon and opens nothing.
BRIEFLY = {"train": QUICK, "lessons": ("--no-open",), "play": ("--output", "page.html")}
# What the commands of a page leave behind.
LEFT = {
    "first-steps": (
        "predictions.csv",
        "prices.csv",
        "houses.py",
        "page.html",
        "glassnet-lessons/13-how-things-go-wrong.ipynb",
    ),
    "train-on-a-csv": ("runs/flats/report.html", "answers.csv"),
    "put-a-network-on-a-website": ("page.html", "moons.html", "glassnet-page.html", "network.json"),
}
# A block with its language, and what stands directly below it: what a block of Python prints.
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$(?:\n```\n(.*?)^```$)?", flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_does_what_it_shows(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(homes(), "houses.csv")
    write(homes(n=20, seed=1), "new.csv")
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
    assert all((tmp_path / file).stat().st_size for file in LEFT.get(page.stem, ()))


def run_commands(block: str) -> None:
    """Carry each out where its files are there; of the others, see that the command knows their options."""
    for line in block.splitlines():
        name, part, *rest = shlex.split(line, comments=True)
        assert name == "glassnet"
        there = all(Path(one).exists() for one in rest[:2] if Path(one).suffix in {".csv", ".safetensors"})
        briefly = () if "digits" in rest or "--output" in rest else BRIEFLY.get(part, ())
        if there:
            done = CliRunner().invoke(app, [part, *rest, *briefly])
            assert (done.exit_code, done.stderr) == (0, ""), done.output
        else:
            shown = CliRunner().invoke(app, [part, "--help"]).output
            assert all(option in shown for option in rest if option.startswith("--"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).resolve().is_file(), target


DOCS = HOW_TO.parent
INDEX = (DOCS / "site" / "index.md").read_text(encoding="utf-8")


def test_the_site_leads_to_every_page() -> None:
    listed = re.findall(r"^([\w/*-]+)$", INDEX, flags=re.MULTILINE)
    pages = {page.stem for page in [*DOCS.glob("*.md"), *DOCS.glob("site/*.md")]} - {"index"}
    assert pages | {f"how-to/{page.stem}" for page in PAGES} == {
        name for name in listed if "*" not in name
    } - {
        "changelog",
        "reference/index",
    }


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).resolve().is_file(), target
