"""The page about a training that ``glassnet train`` writes."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.cli.page import CommandLine
from glassnet.recipes import choose, prepare
from tests.cli.conftest import Run
from tests.cli.output import cells
from tests.insight.report.pages import Page

SCORES = "Scores, as evaluate gives them"


def page(folder: str) -> Page:
    return Page(Path(folder, "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "rows"), [("wine", ["loss", "accuracy"]), ("diabetes", ["loss", "R²", "mean absolute error"])]
)
def test_scores_are_those_that_the_terminal_shows(run: Run, name: str, rows: list[str]) -> None:
    result = run("train", name, "--epochs", "5", "--engine", "numpy")
    assert "report.html" in cells(result.stdout, "saved in")[0]
    for row in rows:
        assert page(f"runs/{name}").column(SCORES, row) == cells(result.stdout, row)


def test_features_are_shown_as_they_are_and_the_diagnosis_sees_them_scaled(run: Run) -> None:
    run("train", "wine", "--epochs", "5", "--engine", "numpy")
    X = gn.datasets.wine().split()[0]
    made = page("runs/wine")
    assert made.column("Features of the training samples", "alcohol")[0] == f"{X[:, 0].min():.4g}"
    assert "unscaled_inputs" not in made.text
    run("train", "wine", "--epochs", "5", "--no-standardize", "--output", "raw", "--engine", "numpy")
    assert "unscaled_inputs" in page("raw").text
    assert "--standardize --engine numpy --output raw-2" in page("raw").text


def test_the_diagnosis_is_that_of_the_network_as_it_was_trained(run: Run) -> None:
    run("train", "wine", "--epochs", "5", "--engine", "numpy", "--hidden", "8")
    source = gn.recipes.read("wine")
    training = prepare(source, choose(source, epochs=5, hidden=(8,)))
    history = training.fit(engine="numpy", progress=False)
    train, test = (training.model.prepared(training.parts[name]) for name in ("training", "test"))
    found = gn.diagnose(training.model.network, *train, history, validation_data=test).findings
    shown = [attributes["class"] for attributes in page("runs/wine").of("article")]
    assert shown == [f"finding {finding.severity}" for finding in found]


def test_images_of_a_file_are_shown_as_images(run: Run) -> None:
    rng = np.random.default_rng(0)
    np.savez("data.npz", X=rng.uniform(size=(40, 3, 4)), y=np.arange(40) % 2)
    run("train", "data.npz", "--epochs", "1")
    assert "3 × 4 pixels" in page("runs/data").text
    assert len(page("runs/data").pictures()) > 2


def test_names_in_files_are_text_in_the_page(run: Run) -> None:
    X = np.random.default_rng(0).normal(size=(40, 3))
    np.savez("a<b>&c.npz", X=X, y=np.array(["<img src=x>", "</table>"] * 20))
    run("train", "a<b>&c.npz", "--epochs", "1")
    made = page("runs/a<b>&c")
    assert made.text.strip().startswith("a<b>&c.npz: accuracy")
    assert [row[0] for row in made.tables["Classes"][1:]] == ["</table>", "<img src=x>"]
    assert list(made.of("img")) == []


def test_every_proposed_command_can_be_typed(run: Run) -> None:
    run("train", "iris", "--epochs", "20", "--hidden", "4,4", "--learning-rate", "0.01", "--engine", "numpy")
    commands = re.findall(r"glassnet train iris .*? --output (runs/iris-\d)", page("runs/iris").text)
    assert commands == ["runs/iris-2", "runs/iris-3"]
    typed = re.findall(r"glassnet train iris .*? --output runs/iris-\d", page("runs/iris").text)
    for command in typed:
        assert "--hidden 4,4 --learning-rate 0.01" in command
        run(*shlex.split(command)[1:])
    losses = {str(page(folder).column(SCORES, "loss")) for folder in ("runs/iris", *commands)}
    assert len(losses) == 3


def test_a_folder_that_is_there_is_not_proposed(run: Run) -> None:
    Path("runs/wine-2").mkdir(parents=True)
    command = CommandLine("wine", {}, Path("runs/wine"))
    assert [command.changed({}, place).split()[-1] for place in range(2)] == ["runs/wine-3", "runs/wine-4"]


def test_a_file_whose_name_begins_with_a_dash_is_no_option() -> None:
    assert CommandLine("-x.npz", {}, Path("runs/-x")).changed({}).startswith("glassnet train ./-x.npz ")


def test_the_title_is_of_samples_that_nothing_was_chosen_by(run: Run) -> None:
    result = run("train", "wine", "--epochs", "5", "--engine", "numpy")
    scores = cells(result.stdout, "accuracy")
    assert page("runs/wine").text.strip().startswith(f"wine: accuracy {scores[2]} on 36 test samples")
    assert "on the 18 validation samples" in page("runs/wine").text
    run("train", "wine", "--epochs", "5", "--engine", "numpy", "--validation-share", "0")
    assert (
        "none were held back" in page("runs/wine").text or "cannot show overfitting" in page("runs/wine").text
    )


@pytest.mark.parametrize(
    ("options", "change", "typed"),
    [
        ({}, {"epochs": 60}, "glassnet train digits --epochs 60 --output runs/digits-2"),
        ({"epochs": 30}, {"epochs": 60}, "glassnet train digits --epochs 60 --output runs/digits-2"),
        (
            {"hidden": ["32,16"], "learning_rate": None, "dropout": 0.1},
            {"standardize": True},
            "glassnet train digits --hidden 32,16 --dropout 0.1 --standardize --output runs/digits-2",
        ),
        (
            {"standardize": False},
            {"hidden": [64, 32], "learning_rate": 0.0017},
            "glassnet train digits --no-standardize --hidden 64,32 --learning-rate 0.0017 --output runs/digits-2",
        ),
    ],
)
def test_a_proposal_keeps_what_was_typed_and_changes_one_thing(
    options: dict[str, object], change: dict[str, object], typed: str
) -> None:
    assert CommandLine("digits", options, Path("runs/digits")).changed(change) == typed


def test_results_of_a_proposal_go_to_the_next_folder_and_names_are_quoted() -> None:
    assert CommandLine("my data.npz", {}, Path("my runs/a-9")).changed({"seed": 2}) == (
        "glassnet train 'my data.npz' --seed 2 --output 'my runs/a-10'"
    )
