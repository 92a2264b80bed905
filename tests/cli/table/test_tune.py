"""``glassnet tune``: settings are tried, the best model is saved, and the search goes on where it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

import glassnet as gn
from glassnet.cli.table.search import trials
from tests.cli.table.conftest import Complaint, called
from tests.cli.table.homes import homes, write


@pytest.fixture(autouse=True)
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small networks and few epochs, in an empty folder, and nothing drawn."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    made = trials.learning.estimator

    def small(loaded: object, given: dict[str, object], **options: object) -> object:
        return made(
            loaded,
            {**given, "epochs": 3, "hidden": ["4"], "depth": None, "width": None},
            **{**options, "engine": "numpy"},
        )  # type: ignore[arg-type]

    monkeypatch.setattr(trials.learning, "estimator", small)


def test_the_best_of_what_was_tried_is_saved_and_the_search_goes_on() -> None:
    write(homes(n=120))
    first = called(
        "tune", "homes.csv", "--target", "kind", "--drop", "price", "--budget", "1h", "--trials", "4"
    ).stdout
    tried = [line for line in first.splitlines() if line.startswith("trial ")]
    assert [line.split()[1] for line in tried] == ["0", "1", "2", "3"]
    assert (
        "preset tabular, as it is" in tried[0]
        and "preset small, as it is" in tried[2]
        and "rate factor" in tried[3]
    ) or "depth" in tried[3]
    model = gn.tables.load("runs/homes/model.safetensors")
    assert model.description["promised"]["part"] == "test"
    assert sorted(path.name for path in Path("runs/homes").iterdir()) == [
        ".trials", "history.csv", "model.safetensors", "report.html", "tuning.log",
    ]  # fmt: skip
    assert len(list(Path("runs/homes/.trials").iterdir())) == 1
    second = called(
        "tune", "homes.csv", "--target", "kind", "--drop", "price", "--budget", "1h", "--trials", "5"
    ).stdout
    assert "going on from 4 trials in runs/homes/tuning.log" in second
    assert [line.split()[1] for line in second.splitlines() if line.startswith("trial ")] == ["4"]
    assert "trials      5; the best is number " in second


def test_bad_usage(complaint: Complaint) -> None:
    write(homes(n=60))
    assert complaint("tune", "homes.csv", "--target", "kind", "--budget", "soon").startswith(
        "--budget must be a time such as 90s, 10m or 2h; got 'soon'"
    )
    assert complaint("tune", "homes.csv", "--target", "kinds").startswith(
        "--target 'kinds': homes.csv has no such column"
    )
    assert complaint("tune", "homes.csv", "--target", "kind", "--validation-share", "0").startswith(
        "--validation-share must be above 0"
    )
    assert (
        complaint("tune", "homes.csv", "--target", "kind", "--jobs", "0")
        == "--jobs must be an integer >= 1; got 0"
    )
    called("tune", "homes.csv", "--target", "kind", "--trials", "1", "--quiet")
    assert complaint("tune", "homes.csv", "--target", "price").startswith(
        "--output: runs/homes holds the tuning of another table, target or split"
    )
