"""Trainings on a table of homes, each done once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from glassnet.cli.app import app
from tests.cli.table.homes import homes, write

Complaint = Callable[..., str]
QUICK = ("--preset", "small", "--hidden", "8", "--epochs", "25", "--engine", "numpy")


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def called(*arguments: str, code: int = 0, text: bytes | None = None) -> Result:
    result = CliRunner(env={"COLUMNS": "110"}).invoke(app, list(arguments), prog_name="glassnet", input=text)
    assert result.exit_code == code, (result.stderr, result.exception)
    return result


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Folders of a regression, a classification, and what they printed; nothing is drawn, which takes longest."""
    folder = tmp_path_factory.mktemp("homes")
    drawing = sys.modules.get("matplotlib.figure")
    sys.modules["matplotlib.figure"] = None  # type: ignore[assignment]
    try:
        with inside(folder):
            write(homes())
            for target in ("price", "kind"):
                drop = "kind" if target == "price" else "price"
                result = called(
                    "train", "homes.csv", "--target", target, "--drop", drop, "--output", target, *QUICK
                )
                Path(target, "printed.txt").write_text(result.stdout)
    finally:
        sys.modules.pop("matplotlib.figure")
        if drawing is not None:
            sys.modules["matplotlib.figure"] = drawing
    yield {"price": folder / "price", "kind": folder / "kind", "table": folder / "homes.csv"}


@pytest.fixture
def complaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Complaint:
    """Runs the command, which must fail: exit code 2, one line on standard error, nothing else. Gives that line."""
    monkeypatch.chdir(tmp_path)

    def fail(*arguments: str) -> str:
        result = called(*arguments, code=2)
        assert result.stdout == ""
        line, end = result.stderr.split("\n")
        assert end == ""
        return line.removeprefix("glassnet: ")

    return fail
