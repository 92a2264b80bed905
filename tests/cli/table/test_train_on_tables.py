"""``glassnet train`` on a table: what it says, writes, and refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import glassnet as gn
from tests.cli.table.conftest import QUICK, Complaint, called
from tests.cli.table.homes import homes, write


def test_it_says_what_it_reads_and_what_it_decides(trained: dict[str, Path]) -> None:
    said = (trained["price"] / "printed.txt").read_text()
    assert said.startswith(
        "homes.csv: values of 'price', 153 training, 39 validation and 48 test rows, by chance"
    )
    kinds = {line.split()[0]: line.split()[1] for line in said.splitlines()[2:10]}
    assert kinds == {
        "home_id": "category", "size": "number", "rooms": "number", "town": "category", "built": "date",
        "country": "category", "price": "number", "kind": "category",
    }  # fmt: skip
    assert "column 'home_id' is dropped: it is an identifier" in said
    assert "column 'country' is dropped: it holds 'DE' in every row" in said
    assert "saved in    price: model.safetensors, history.csv, report.html" in said


def test_what_was_learned_is_in_one_file_and_predicts(trained: dict[str, Path]) -> None:
    assert sorted(path.name for path in trained["price"].iterdir()) == [
        "history.csv", "model.safetensors", "printed.txt", "report.html",
    ]  # fmt: skip
    model = gn.tables.load(trained["price"] / "model.safetensors")
    frame = homes(n=50, seed=1)
    assert gn.metrics.r2(frame["price"].to_numpy(), model.predict(frame)) > 0.8
    assert model.description["target"] == "price" and model.description["promised"]["part"] == "test"
    classes = gn.tables.load(trained["kind"] / "model.safetensors")
    assert (classes.predict(frame) == frame["kind"].to_numpy()).mean() > 0.8


def test_the_history_is_a_table(trained: dict[str, Path]) -> None:
    history = pl.read_csv(trained["kind"] / "history.csv")
    assert {"epoch", "loss", "validation_loss"} <= set(history.columns) and history.height <= 25


def test_splits_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    source = write(homes().with_columns(street=pl.Series(np.arange(240) // 4)))
    grouped = called("train", source, "--target", "price", "--group", "street", *QUICK).stdout
    assert "by groups, of which there are 60" in grouped.splitlines()[0] and "group" in grouped
    model = gn.tables.load("runs/homes/model.safetensors")
    assert "street" not in model.preprocessing.columns
    timed = called("train", source, "--target", "kind", "--time", "built", "--output", "t", *QUICK).stdout
    assert "by time: the latest rows are for the test" in timed.splitlines()[0]


def test_a_column_that_gives_the_target_away_is_named_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    nearly = pl.when(pl.int_range(pl.len()) % 30 == 0).then(pl.lit("?")).otherwise(pl.col("kind"))
    frame = homes().with_columns(answer=pl.col("kind").str.to_uppercase(), nearly=nearly)
    frame = pl.concat([frame, frame.head(60)])
    said = called("train", write(frame), "--target", "kind", "--drop", "home_id", *QUICK).stdout
    leak = said.index("column 'answer' alone takes away 100 % of the errors of a guess at 'kind'")
    assert leak < said.index("accuracy")
    assert "is it known before the target is? If not, leave it out: --drop answer" in said
    assert re.search(
        r"column 'nearly' alone takes away 9\d(\.\d+)? % .* it may be a very good one; if it is known", said
    )
    assert re.search(
        r"wrong in [45]\d(\.\d)? % of the rows, what goes with this column in [1-5](\.\d\d?)? %", said
    )
    assert " test rows (" in said and "stand in another part too, word for word" in said
    page = Path("runs/homes/report.html").read_text()
    assert "--drop home_id --drop answer" in page


def test_classes_out_of_balance_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    frame = homes().with_columns(rare=pl.when(pl.col("size") > 190).then(1).otherwise(0))
    said = called("train", write(frame), "--target", "rare", *QUICK).stdout
    assert "classes are out of balance: 9" in said and "--balance weighs them alike in training" in said
    weighed = called("train", "homes.csv", "--target", "rare", "--balance", *QUICK).stdout
    assert "they weigh alike in training" in weighed


def test_rows_without_a_target_are_left_out_and_kinds_of_files_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    frame = homes().with_columns(price=pl.when(pl.col("rooms") == 6).then(None).otherwise(pl.col("price")))
    n_missing = frame["price"].null_count()
    frame.write_parquet("homes.parquet")
    said = called("train", "homes.parquet", "--target", "price", *QUICK).stdout
    assert f"the target 'price' is missing in {n_missing} rows, which are left out" in said
    scored = [line for line in said.splitlines() if line.startswith("R²")]
    write(frame)
    text = Path("homes.csv").read_bytes()
    piped = called("train", "-", "--target", "price", *QUICK, text=text).stdout
    assert [line for line in piped.splitlines() if line.startswith("R²")] == scored
    assert Path("runs/data/model.safetensors").exists()


BAD = {
    "no target": ([], "--target names the column to predict; homes.csv has home_id, size, rooms, town"),
    "no such column": (
        ["--target", "Prize"], "--target 'Prize': homes.csv has no such column; did you mean 'price'",
    ),
    "no such group": (["--target", "price", "--group", "street"], "--group 'street': homes.csv has no such column"),
    "no such drop": (["--target", "price", "--drop", "twon"], "--drop 'twon': homes.csv has no such column; did you"),
    "identifier": (
        ["--target", "home_id"],
        "--target 'home_id': the target is different in nearly every row (240 values in 240 rows, such as 'h10000')",
    ),
    "one value": (["--target", "country"], "--target 'country': the target has one value, 'DE', in all 240 rows"),
    "dates": (["--target", "built"], "the target 'built' holds dates; predict a number, such as days since a date"),
    "text as values": (
        ["--target", "town", "--task", "regress"], "the target 'town' holds text, such as '",
    ),
    "task": (["--target", "town", "--task", "cluster"], "--task must be one of 'auto', 'classify', 'regress'"),
    "preset": (["--target", "price", "--preset", "smal"], "preset must be one of 'tabular', "),
    "two roles": (["--target", "price", "--drop", "price"], "--target and --drop both name 'price'; leave one out"),
    "text as times": (["--target", "price", "--time", "town"], "a split by time needs dates or numbers; the column"),
    "no such date": (["--target", "price", "--date-format", "%Q"], "no column holds dates as --date-format says, '%Q'"),
    "two splits": (["--target", "price", "--group", "town", "--time", "built"], "--group and --time are two ways"),
    "balance": (["--target", "price", "--balance"], "--balance is for classes, and 'price' holds values"),
    "resume": (
        ["--target", "price", "--resume", "--ensemble", "2"],
        "--checkpoint-every and --resume are for the training of one network, and not with --ensemble",
    ),
    "checkpoints": (["--target", "price", "--checkpoint-every", "0"], "--checkpoint-every must be an integer >= 1"),
    "ensemble": (["--target", "price", "--ensemble", "0"], "--ensemble must be an integer >= 1; got 0"),
    "seed": (["--target", "price", "--seed", "-1"], "--seed must be an integer >= 0; got -1"),
    "hidden": (["--target", "price", "--hidden", "a"], "--hidden must be the units of each hidden layer"),
    "shares": (["--target", "price", "--test-share", "0.7", "--validation-share", "0.4"], "--validation-share must be"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_usage_ends_with_one_line(complaint: Complaint, name: str) -> None:
    arguments, message = BAD[name]
    write(homes())
    assert complaint("train", "homes.csv", *arguments).startswith(message)
    assert not Path("runs").exists()


def test_a_training_that_was_cut_off_goes_on_as_if_nothing_had_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, complaint: Complaint
) -> None:
    from glassnet.cli.table.going_on import _Keeper

    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    source = write(homes())
    options = ("--target", "price", "--hidden", "8", "--epochs", "9", "--engine", "numpy")
    called("train", source, *options, "--output", "whole")
    checkpoint, save = Path("cut/checkpoint.safetensors"), _Keeper.save

    def cut(keeper: _Keeper, session: Any) -> None:
        save(keeper, session)
        if session.state.epoch == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_Keeper, "save", cut)
        called("train", source, *options, "--output", "cut", "--checkpoint-every", "2", code=130)
    assert checkpoint.exists()
    other = ("--output", "cut", "--resume")
    different = complaint("train", source, *options, "--drop", "rooms", *other)
    assert "checkpoint.safetensors is of a training with other layers and other data" in different
    said = called("train", source, *options, *other).stdout
    assert "going on after epoch 4, from cut/checkpoint.safetensors" in said
    assert "9 epochs, the last 5 of them in " in said and not checkpoint.exists()
    whole, again = (gn.tables.load(f"{folder}/model.safetensors") for folder in ("whole", "cut"))
    assert np.array_equal(whole.networks[0].parameters, again.networks[0].parameters)
    histories = [pl.read_csv(f"{folder}/history.csv").drop("seconds") for folder in ("whole", "cut")]
    assert histories[0].equals(histories[1]) and histories[0].height == 9


def test_an_identifier_is_learned_from_where_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    called("train", write(homes()), "--target", "price", "--keep", "home_id", *QUICK)
    assert "home_id" in gn.tables.load("runs/homes/model.safetensors").preprocessing.columns


def test_numbers_that_are_no_whole_ones_may_be_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    Path("halves.csv").write_text("a,y\n" + "".join(f"{n},{n % 20 / 2}\n" for n in range(1, 200)))
    said = called("train", "halves.csv", "--target", "y", "--task", "classify", *QUICK).stdout
    assert (
        "classes of 'y'" in said and "out of balance" not in said
    )  # 20 of 5 %: none is rare beside the others
    assert "0.5" in gn.tables.load("runs/halves/model.safetensors").target.classes
    assert "accuracy" in called("evaluate", "runs/halves", "halves.csv").stdout


def test_categories_that_would_take_too_much_memory_are_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    options = (write(homes()), "--target", "price", "--drop", "home_id", "--epochs", "2", "--engine", "numpy")
    levels = sum(homes()[name].n_unique() for name in ("country", "town", "kind"))
    for most, is_said in ((4 * 240 * levels, False), (4 * 240 * levels - 1, True)):
        monkeypatch.setattr("glassnet.cli.table.loading.MOST_BYTES", most)
        said = called("train", *options).stdout
        assert (f"a column for each of {levels} categories would take" in said) == is_said
        made = gn.tables.load("runs/homes/model.safetensors").preprocessing
        assert bool(made.index_columns) == is_said


def test_a_target_that_cannot_be_squared_is_refused(complaint: Complaint) -> None:
    Path("far.csv").write_text("a,y\n" + "".join(f"{n},{n}.5e200\n" for n in range(1, 40)))
    assert complaint("train", "far.csv", "--target", "y").startswith(
        "the target 'y' holds 3.95e+201, which is too large"
    )
    Path("near.csv").write_text("a,y\n" + "".join(f"{n},{n}e-300\n" for n in range(1, 40)))
    assert complaint("train", "near.csv", "--target", "y").startswith(
        "the target 'y' differs by 3.8e-299 at most, which is too little"
    )


def test_a_bad_file_ends_with_one_line(complaint: Complaint) -> None:
    Path("bad.csv").write_text("a,b\n1,2\n3,4,5\n")
    assert complaint("train", "bad.csv", "--target", "a").startswith(
        "row 2 of bad.csv (line 3) has 3 entries"
    )
    assert complaint("train", "none.csv", "--target", "a").startswith("there is no file 'none.csv'")
    assert complaint("train", ".", "--target", "a") != ""


def test_with_a_target_any_file_is_a_table_and_a_folder_says_how_its_files_are_named(
    complaint: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    write(homes(), "homes")
    assert "saved in    runs/homes" in called("train", "homes", "--target", "price", *QUICK).stdout
    Path("many").mkdir()
    write(homes(), "many/part-1.csv")
    assert complaint("train", "many", "--target", "price").startswith(
        "many is a folder; name a file, or several as 'many/*.csv': it holds part-1.csv"
    )


def test_options_of_tables_are_for_tables(complaint: Complaint) -> None:
    assert complaint("train", "digits", "--target", "x").startswith(
        "--target is for tables, and 'digits' is none"
    )
    assert complaint("train", "digits", "--balance").startswith("--balance is for tables")


@pytest.mark.parametrize("target", ["price", "kind"])
def test_a_table_that_is_too_large_is_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    options = (
        "--target",
        target,
        "--drop",
        "home_id",
        "--hidden",
        "8",
        "--epochs",
        "12",
        "--engine",
        "numpy",
    )
    whole = called("train", write(homes()), *options).stdout
    monkeypatch.setattr("glassnet.tables.files.raw._memory", lambda: 8 * 1000)
    parts = called("train", "homes.csv", *options, "--output", "parts").stdout
    assert "too large for memory: read in parts" in parts
    scored = [
        [
            float(one)
            for line in text.splitlines()
            if line.startswith(("log loss", "root"))
            for one in re.findall(r" [\d.]+", line)
        ]
        for text in (whole, parts)
    ]
    np.testing.assert_allclose(*scored, rtol=0.01)
    assert sorted(path.name for path in Path("parts").iterdir()) == [
        "history.csv",
        "model.safetensors",
        "report.html",
    ]
    model = gn.tables.load("parts/model.safetensors")
    told = pl.read_csv(called("predict", "parts", "homes.csv").stdout.encode())
    column = "prediction" if target == "price" else "class"
    expected = model.predict(homes())
    assert told.height == 240
    if target == "price":
        np.testing.assert_allclose(told[column].to_numpy(), expected, rtol=1e-5)
    else:
        assert told[column].to_list() == expected.tolist()
