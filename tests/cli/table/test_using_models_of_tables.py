"""``predict``, ``evaluate``, ``explain``, ``export`` and ``summary`` with the model of a table: its file is enough."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import glassnet as gn
from glassnet.insight.diagnosis import DiagnosisReport
from tests.cli.output import table
from tests.cli.table.conftest import Complaint, called
from tests.cli.table.homes import homes, write


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_predictions_are_those_of_the_model_row_for_row(trained: dict[str, Path]) -> None:
    frame = homes(n=30, seed=2)
    called("predict", str(trained["price"]), write(frame), "--output", "out.csv")
    model = gn.tables.load(trained["price"] / "model.safetensors")
    told = [float(row["prediction"]) for row in table(Path("out.csv"))]
    np.testing.assert_allclose(told, model.predict(frame), rtol=1e-5)


def test_classes_come_with_their_probabilities_and_standard_input_will_do(trained: dict[str, Path]) -> None:
    frame = homes(n=30, seed=2)
    text = frame.drop("price", "kind").write_csv().encode()
    shown = called("predict", str(trained["kind"] / "model.safetensors"), "-", text=text)
    rows = [line.split(",") for line in shown.stdout.splitlines()]
    assert rows[0] == ["class", "probability_large", "probability_middle", "probability_small"]
    model = gn.tables.load(trained["kind"] / "model.safetensors")
    assert [row[0] for row in rows[1:]] == model.predict(frame).tolist()
    np.testing.assert_allclose(
        np.array([row[1:] for row in rows[1:]], float), model.predict_proba(frame), rtol=1e-4
    )


def test_columns_are_matched_by_name_and_others_are_named(
    trained: dict[str, Path], complaint: Complaint
) -> None:
    model, frame = str(trained["price"]), homes(n=10, seed=3)
    expected = called("predict", model, write(frame)).stdout
    turned = called("predict", model, write(frame.select(reversed(frame.columns)).with_columns(more=1)))
    assert (
        turned.stdout == expected and turned.stderr == "not read, since it was not there in training: more\n"
    )
    write(frame.rename({"size": "sizes"}))
    assert complaint("predict", model, "homes.csv").startswith(
        "the model reads 'size': homes.csv has no such column; did you mean 'sizes'"
    )
    write(frame.with_columns(size=pl.lit("big")))
    assert (
        complaint("predict", model, "homes.csv")
        == "column 'size' holds numbers, but row 1 of homes.csv has 'big'"
    )


def test_unseen_categories_and_missing_entries_are_predicted(trained: dict[str, Path]) -> None:
    frame = homes(n=3, seed=3).with_columns(
        town=pl.Series(["Bonn", "Ulm", None]), size=pl.Series([None, 80.0, 90.0])
    )
    told = called("predict", str(trained["price"]), write(frame)).stdout.split()[1:]
    assert len(told) == 3 and np.isfinite(np.array(told, float)).all()


def test_a_test_is_compared_with_what_was_promised(trained: dict[str, Path]) -> None:
    same = called("evaluate", str(trained["price"]), write(homes(n=200, seed=4))).stdout
    assert "root mean squared error: as the test promised" in same
    assert "no column lies elsewhere than in training" in same
    other = homes(n=200, seed=5).with_columns(size=pl.col("size") * 2, town=pl.lit("Ulm"))
    moved = called("evaluate", str(trained["price"]), write(other)).stdout
    assert "root mean squared error: worse than the test promised" in moved
    assert "  town: " in moved and "100 % not there in training, such as 'Ulm'" in moved
    assert "  size: mean " in moved and " % above the training's " in moved


def test_on_the_table_of_the_training_the_parts_are_shown_apart(trained: dict[str, Path]) -> None:
    shown = called("evaluate", str(trained["kind"]), str(trained["table"])).stdout
    assert "training (153)" in shown and "validation (39)" in shown and "test (48)" in shown
    printed = (trained["kind"] / "printed.txt").read_text()
    first, second = (
        [line.split() for line in text.splitlines() if line.startswith("accuracy")]
        for text in (printed, shown)
    )
    assert first == second


def test_what_cannot_be_judged(trained: dict[str, Path], complaint: Complaint) -> None:
    frame = homes(n=10, seed=3)
    write(frame.drop("kind"))
    assert complaint("evaluate", str(trained["kind"]), "homes.csv").startswith(
        "homes.csv has no column 'kind', which"
    )
    write(frame.with_columns(kind=pl.lit("huge")))
    assert called("evaluate", str(trained["kind"]), "homes.csv", code=2).stderr.startswith(
        "glassnet: homes.csv holds no row whose target 'kind' is known to the model"
    )


def test_what_a_model_leans_on(trained: dict[str, Path]) -> None:
    shown = called("explain", str(trained["price"]), write(homes(n=100, seed=6))).stdout.splitlines()
    assert shown[0].startswith("root mean squared error ") and shown[1].startswith("size ")
    (heading,) = [
        place for place, line in enumerate(shown) if line.startswith("mean prediction, when a column")
    ]
    assert shown[heading + 2].split()[0] == "size"


def test_one_row_is_explained_and_the_sum_is_checked(trained: dict[str, Path], complaint: Complaint) -> None:
    frame = homes(n=40, seed=7)
    shown = called(
        "explain", str(trained["price"]), write(frame), "--row", "17", "--trace", "trace.html"
    ).stdout
    told = gn.tables.load(trained["price"] / "model.safetensors").predict(frame)[16]
    assert shown.startswith(f"prediction of row 17 of homes.csv: {told:.4g}")
    assert "their sum equals the difference" in shown
    assert "<h1>One prediction, written out</h1>" in Path("trace.html").read_text()
    assert re.search(r"built +[-+0-9.e]+ +\d{4}-\d\d-\d\d\n", shown)
    kind = called("explain", str(trained["kind"]), "homes.csv", "--row", "3", "--class", "small").stdout
    assert kind.startswith("probability of small of row 3 of homes.csv: ")
    assert complaint("explain", str(trained["price"]), "homes.csv", "--row", "41").startswith(
        "--row must be from 1 to 40, the rows of homes.csv; got 41"
    )
    assert complaint(
        "explain", str(trained["kind"]), "homes.csv", "--row", "1", "--class", "huge"
    ).startswith("output must be one of 'large', 'middle', 'small'")
    assert complaint("explain", str(trained["kind"]), "homes.csv", "--class", "small").startswith(
        "--class is about one row"
    )


def test_a_model_is_exported(trained: dict[str, Path], complaint: Complaint) -> None:
    frame = homes(n=20, seed=8)
    assert (
        "saved in    homes.py: "
        in called("export", str(trained["price"]), "--to", "python", "--output", "homes.py").stdout
    )
    spec = importlib.util.spec_from_file_location("exported_homes", "homes.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    expected = gn.tables.load(trained["price"] / "model.safetensors").predict(frame)
    np.testing.assert_allclose(module.predict(frame), expected, rtol=1e-6)
    called("export", str(trained["kind"]), "--to", "onnx", "--output", "homes.onnx")
    assert Path("homes.onnx").stat().st_size > 1000
    assert complaint("export", str(trained["kind"]), "--to", "r", "--output", "x").startswith(
        "--to must be 'onnx' or 'python'"
    )
    called("train", "xor", "--epochs", "2", "--quiet")
    assert complaint("export", "runs/xor", "--to", "python", "--output", "x.py").startswith(
        "--to python is for models of tables; runs/xor holds a network alone"
    )
    called("export", "runs/xor", "--to", "onnx", "--output", "xor.onnx")


def test_a_saved_model_keeps_its_intervals(trained: dict[str, Path]) -> None:
    model, frame = gn.tables.load(trained["price"] / "model.safetensors"), homes(n=200, seed=9)
    low, high = model.predict_interval(frame, 0.8).T
    price = frame["price"].to_numpy()
    assert 0.6 < ((low <= price) & (price <= high)).mean() < 0.97


def test_the_network_behind_the_preprocessing_is_diagnosed(
    trained: dict[str, Path], complaint: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Any, ...]] = []

    def noting(*given: Any, **more: Any) -> Any:
        seen.append((*given, more["validation_data"]))
        return DiagnosisReport()

    monkeypatch.setattr("glassnet.cli.table.diagnosing.diagnose", noting)
    table = str(trained["table"])
    said = called("diagnose", str(trained["price"]), table).stdout
    assert re.match(r".*homes.csv: \d+ training, \d+ validation and \d+ test samples\n", said)
    network, X, y, history, (held, _) = seen.pop()
    assert len(network.meaning.features) == X.shape[1] and "town=" in " ".join(network.meaning.features)
    assert network.evaluate(X, y)["loss"] == pytest.approx(history["loss"][-1], rel=0.05)
    assert len(held) / len(X) == pytest.approx(0.16 / 0.64, abs=0.02) and np.abs(y).mean() < 2
    pl.read_csv(table).head(50).write_csv("some.csv")  # not the table of the training
    said = called("diagnose", str(trained["price"]), "some.csv").stdout
    assert said.startswith("some.csv: 50 all samples\n")
    assert len(seen[0][1]) == 50 and seen[0][3] is None and seen[0][4] is None
    pl.read_csv(table).drop("price").write_csv("some.csv")
    assert complaint("diagnose", str(trained["price"]), "some.csv").startswith(
        "some.csv has no column 'price'"
    )


def test_a_summary_tells_about_the_table(trained: dict[str, Path]) -> None:
    shown = called("summary", str(trained["kind"])).stdout
    assert "predicts    kind" in shown and "classes     3: large, middle, small" in shown
    assert "153 training, 39 validation, 48 test rows" in shown
    assert "promised    accuracy " in shown


def test_a_network_explains_no_table(complaint: Complaint) -> None:
    called("train", "xor", "--epochs", "2", "--quiet")
    write(homes(n=5))
    assert "gn.load reads it" in complaint("explain", "runs/xor", "homes.csv")
