"""Many networks at once: every run is what it would be alone, and none is lost."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

import glassnet as gn
from glassnet import initializers
from glassnet.callbacks import EarlyStopping
from glassnet.errors import ArgumentError, Interrupted, MissingDependencyError

X, Y = gn.datasets.xor()
GRID: dict[str, Any] = {"hidden": [2, 4], "activation": ["relu", "tanh"]}
SEEDS = range(3)
OPTIONS: dict[str, Any] = {
    "loss": "bce", "optimizer": gn.SGD(0.5), "epochs": 30, "engine": "numpy", "progress": False
}  # fmt: skip


def build(hidden: int, activation: str = "tanh", seed: int = 0) -> gn.Network:
    return gn.Network([gn.Dense(hidden, activation), gn.Dense(1, "sigmoid")], seed=seed, dtype="float64")


def sweep(grid: Any = GRID, build: Callable[..., Any] = build, **options: Any) -> gn.SweepResult:
    return gn.sweep(build, grid, X, Y, **{"seeds": SEEDS, "jobs": 1, **OPTIONS, **options})


def numbers(result: gn.SweepResult) -> list[dict[str, Any]]:
    """Everything but the time that it took."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in result.rows]


# ---- every run is what it would be alone


def test_each_run_is_the_fit_of_its_network() -> None:
    result = sweep()
    expected = []
    for hidden in GRID["hidden"]:
        for activation in GRID["activation"]:
            for seed in SEEDS:
                history = build(hidden, activation, seed).fit(X, Y, **OPTIONS)
                expected.append((hidden, activation, seed, history.last("loss")))
    found = [(row["hidden"], row["activation"], row["seed"], row["loss"]) for row in result.rows]
    assert found == expected


@pytest.mark.parametrize("engine", ["numpy", "compiled", "auto"])
def test_outcomes_do_not_depend_on_the_number_of_jobs(engine: str) -> None:
    alone, together = sweep(engine=engine), sweep(engine=engine, jobs=3)
    assert numbers(alone) == numbers(together)


def test_nor_on_who_carries_them_out() -> None:
    with joblib.parallel_config("loky"):
        elsewhere = sweep(jobs=2)
    assert numbers(elsewhere) == numbers(sweep())


def test_without_a_wish_the_compiled_engine_trains_whatever_was_compiled_before() -> None:
    assert {row["engine"] for row in sweep(engine="auto").rows} == {"compiled"}


def test_what_cannot_be_compiled_is_trained_by_numpy() -> None:
    def odd(z: Any) -> Any:
        return np.sort(np.atleast_1d(z)).reshape(np.shape(z))

    own = gn.activations.Function(odd, lambda z: np.ones_like(z))
    result = sweep({"activation": [own]}, lambda activation, seed: build(2, activation, seed), engine="auto")
    assert {(row["engine"], row["error"]) for row in result.rows} == {("numpy", "")}


def test_a_legacy_seed_is_the_affair_of_build() -> None:
    def legacy(hidden: int, seed: int) -> gn.Network:
        layers = [gn.Dense(hidden, "relu", initializers.Normal(0.01)), gn.Dense(1, "sigmoid")]
        return gn.Network(layers, seed=np.random.RandomState(seed), dtype="float64")

    row = sweep({"hidden": [4]}, legacy, seeds=[42], solved=lambda network, history: True).rows[0]
    assert row["loss"] == legacy(4, 42).fit(X, Y, **OPTIONS).last("loss")


def test_runs_do_not_share_what_their_callbacks_remember() -> None:
    stopping = EarlyStopping("loss", patience=5)
    together = sweep(callbacks=[stopping], epochs=300, jobs=2)
    alone = [
        build(row["hidden"], row["activation"], row["seed"]).fit(
            X, Y, **{**OPTIONS, "epochs": 300, "callbacks": [EarlyStopping("loss", patience=5)]}
        )
        for row in together.rows
    ]
    assert [row["trained_epochs"] for row in together.rows] == [history.n_epochs for history in alone]
    assert stopping.best is None


def test_what_is_told_of_a_run_belongs_to_the_parameters_that_were_put_back() -> None:
    watched = {"validation_data": (X, 1 - Y), "metrics": ["accuracy"]}
    stopping = EarlyStopping("validation_loss", patience=4)
    result = sweep({"hidden": [4]}, callbacks=[stopping], solved={"validation_loss": 10.0}, **watched)
    for row in result.rows:
        assert 0 < row["measured_epoch"] == row["trained_epochs"] - 4
        network = build(4, seed=row["seed"])
        history = network.fit(
            X, Y, callbacks=[EarlyStopping("validation_loss", patience=4)], **OPTIONS, **watched
        )
        told = {name: row[f"validation_{name}"] for name in ("loss", "accuracy")}
        assert told == pytest.approx(network.evaluate(X, 1 - Y, metrics=["accuracy"]))
        assert row["measured_epoch"] == history.restored_epoch == history.kept("epoch")
        assert told["loss"] == min(history["validation_loss"]) < history.last("validation_loss")


def test_a_goal_looks_at_the_parameters_that_were_put_back() -> None:
    watched: dict[str, Any] = {"validation_data": (X, 1 - Y), "callbacks": [EarlyStopping(patience=4)]}
    row = sweep({"hidden": [4]}, seeds=[0], **watched).rows[0]
    at, below = row["validation_loss"], np.nextafter(row["validation_loss"], 0)
    for limit, solved in ((at, True), (below, False)):
        told = sweep({"hidden": [4]}, seeds=[0], solved={"validation_loss": limit}, **watched).rows[0]
        assert told["solved"] is solved


def test_without_early_stopping_the_last_epoch_is_told() -> None:
    assert {row["measured_epoch"] for row in sweep().rows} == {OPTIONS["epochs"]}
    stopping = EarlyStopping("loss", patience=4, restore_best=False)
    assert {row["measured_epoch"] - row["trained_epochs"] for row in sweep(callbacks=[stopping]).rows} == {0}


# ---- the open questions of text C


def xor_network(hidden: int, start: str, seed: int) -> gn.Network:
    first, second = (0.01, 0.01) if start == "small" else (1.0, math.sqrt(2 / hidden))
    layers = [
        gn.Dense(hidden, "relu", initializers.Normal(first)),
        gn.Dense(1, "sigmoid", initializers.Normal(second)),
    ]
    return gn.Network(layers, seed=np.random.RandomState(seed), dtype="float64", input_shape=2)


def all_four_right(network: gn.Network, history: gn.History) -> bool:
    return bool(((network.predict(X) > 0.5) == (Y > 0.5)).all())


def test_how_many_hidden_neurons_and_which_start_solve_xor() -> None:
    result = gn.sweep(
        xor_network, {"hidden": [2, 3, 4, 8, 16], "start": ["small", "scaled"]}, X, Y, seeds=range(200),
        solved=all_four_right, loss="bce", optimizer=gn.SGD(0.1), epochs=10_000, progress=False,
    )  # fmt: skip
    table = result.summary().pivot(index="start", columns="hidden", values="share_solved")
    assert (100 * table.loc["small"]).round(6).tolist() == [19.5, 36.0, 50.5, 84.5, 98.5]
    assert (100 * table.loc["scaled"]).round(6).tolist() == [20.5, 46.0, 64.5, 93.5, 100.0]


def test_other_activations_are_one_more_key() -> None:
    names = ["relu", "leaky_relu", "tanh", "sigmoid"]
    result = sweep({"hidden": [4], "activation": names}, seeds=range(4), epochs=400, solved=all_four_right)
    for name, share in zip(names, result.summary()["share_solved"], strict=True):
        solved = []
        for seed in range(4):
            network = build(4, name, seed)
            history = network.fit(X, Y, **{**OPTIONS, "epochs": 400})
            solved.append(all_four_right(network, history))
        assert share == np.mean(solved)


# ---- what goes where


def test_what_build_does_not_take_goes_to_fit() -> None:
    grid = {"hidden": [2], "epochs": [5, 10], "optimizer": [gn.SGD(0.1), gn.Adam()]}
    options = {name: value for name, value in OPTIONS.items() if name not in grid}
    result = gn.sweep(build, grid, X, Y, seeds=[0], jobs=1, **options)
    for row, (epochs, optimizer) in zip(
        result.rows, [(5, gn.SGD(0.1)), (5, gn.Adam()), (10, gn.SGD(0.1)), (10, gn.Adam())], strict=True
    ):
        history = build(2).fit(X, Y, **{**options, "epochs": epochs, "optimizer": optimizer})
        assert (row["epochs"], row["optimizer"], row["loss"]) == (
            epochs,
            repr(optimizer),
            history.last("loss"),
        )


def test_a_setting_of_none_stands_in_the_tables_as_such() -> None:
    frame = sweep({"hidden": [2], "batch_size": [None, 2]}, seeds=[0]).summary()
    assert frame["batch_size"].tolist() == ["None", 2]


def test_a_learning_rate_is_set_in_the_optimizer() -> None:
    result = sweep(
        {"hidden": [2], "learning_rate": [0.01, 0.1]}, seeds=[0], optimizer=gn.SGD(0.5, momentum=0.9)
    )
    for row, rate in zip(result.rows, [0.01, 0.1], strict=True):
        history = build(2).fit(X, Y, **{**OPTIONS, "optimizer": gn.SGD(rate, momentum=0.9)})
        assert (row["learning_rate"], row["loss"]) == (rate, history.last("loss"))


def test_what_build_takes_by_name_goes_to_build() -> None:
    def with_epochs(epochs: int, seed: int) -> gn.Network:
        return build(epochs, seed=seed)

    result = sweep({"epochs": [2, 3]}, with_epochs, seeds=[0])
    assert [row["trained_epochs"] for row in result.rows] == [OPTIONS["epochs"]] * 2


def test_settings_can_be_listed_one_by_one() -> None:
    settings = [{"hidden": 2, "activation": "relu"}, {"hidden": 3, "activation": "tanh"}]
    rows = sweep(settings, seeds=[0]).rows
    assert [(row["hidden"], row["activation"]) for row in rows] == [(2, "relu"), (3, "tanh")]


def test_a_setting_called_as_a_result_keeps_its_place() -> None:
    grid = {"hidden": [2], "loss": ["bce", "mse"]}
    options = {name: value for name, value in OPTIONS.items() if name != "loss"}
    rows = gn.sweep(build, grid, X, Y, seeds=[0], jobs=1, **options).rows
    assert [row["loss (setting)"] for row in rows] == ["bce", "mse"]
    assert all(isinstance(row["loss"], float) for row in rows)


# ---- what counts as solved


def test_a_loss_is_solved_below_its_limit_and_a_metric_above() -> None:
    limits = {"loss": 0.4, "accuracy": 1.0, "mean_absolute_error": 0.4}
    result = sweep(metrics=["accuracy", "mae"], epochs=200, solved=limits)
    for row in result.rows:
        assert row["solved"] == (
            row["loss"] <= 0.4 and row["accuracy"] >= 1.0 and row["mean_absolute_error"] <= 0.4
        )
    assert {row["solved"] for row in result.rows} == {True, False}


# ---- tables


def test_the_summary_is_that_of_numpy() -> None:
    result = sweep(seeds=range(7), solved={"loss": 0.68})
    table = result.summary()
    for place, row in table.iterrows():
        losses = [found["loss"] for found in result.rows][7 * place : 7 * place + 7]
        assert row["runs"] == 7 and row["failed"] == 0
        assert row["mean"] == pytest.approx(np.mean(losses), rel=1e-14)
        assert row["std"] == pytest.approx(np.std(losses, ddof=1), rel=1e-12)
        assert [row["min"], row["max"]] == [min(losses), max(losses)]
        assert row[["25%", "50%", "75%"]].tolist() == pytest.approx(
            np.quantile(losses, [0.25, 0.5, 0.75]).tolist()
        )
        assert row["share_solved"] == np.mean([loss <= 0.68 for loss in losses])


def test_a_frame_has_one_row_for_each_run() -> None:
    frame = sweep().to_frame()
    assert frame[["hidden", "activation", "seed"]].to_numpy().tolist() == [
        [hidden, activation, seed] for hidden in (2, 4) for activation in ("relu", "tanh") for seed in SEEDS
    ]
    assert (frame["trained_epochs"] == 30).all() and (frame["error"] == "").all()


def test_the_picture_shows_the_shares() -> None:
    result = sweep(seeds=range(4), solved={"loss": 0.68})
    ax = result.plot()
    table = result.summary()
    drawn = [list(container.lines[0].get_ydata()) for container in ax.containers]  # type: ignore[attr-defined]
    expected = [table[table["activation"] == name]["share_solved"].tolist() for name in ("relu", "tanh")]
    assert drawn == expected
    assert [text.get_text() for text in ax.get_xticklabels()] == ["2", "4"]
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["relu", "tanh"]


def test_without_a_goal_it_shows_the_median_loss() -> None:
    result = sweep({"hidden": [2, 4]})
    (container,) = result.plot().containers
    assert list(container.lines[0].get_ydata()) == result.summary()["50%"].tolist()  # type: ignore[attr-defined]


# ---- failures


def test_a_failed_run_is_a_row_with_its_error() -> None:
    def fragile(hidden: int, seed: int) -> gn.Network:
        if hidden == 3 and seed == 1:
            raise RuntimeError("no room for this one")
        return build(hidden, seed=seed)

    result = sweep({"hidden": [2, 3]}, fragile, solved={"loss": 1.0})
    errors = {(row["hidden"], row["seed"]): row["error"] for row in result.rows if row["error"]}
    assert errors == {(3, 1): "RuntimeError: no room for this one"}
    table = result.summary()
    assert table["failed"].tolist() == [0, 1]
    assert table["share_solved"].tolist() == [1.0, 2 / 3]
    assert repr(result) == (
        "SweepResult of 6 runs of 2 settings. 1 runs failed: 1 × RuntimeError: no room for this one"
    )


def test_a_training_that_diverges_is_one() -> None:
    def linear(seed: int) -> gn.Network:
        return gn.Network([gn.Dense(1)], seed=seed, dtype="float64")

    result = sweep({"learning_rate": [0.1, 1e9]}, linear, seeds=[0], loss="mse", epochs=100)
    assert [row["error"].partition(":")[0] for row in result.rows] == ["", "DivergenceError"]
    assert math.isnan(result.rows[1]["loss"])


def test_build_must_make_a_new_network() -> None:
    network = build(2)
    network.fit(X, Y, **OPTIONS)
    assert sweep({}, lambda seed: network, seeds=[0]).rows[0]["error"] == (
        "ArgumentError: build returned a network that was trained before; it must make a new one"
    )
    assert sweep({}, lambda seed: None, seeds=[0]).rows[0]["error"] == (
        "ArgumentError: build must return a Network; got None"
    )


def deadly(hidden: int, seed: int) -> gn.Network:
    if seed == 2:
        os._exit(1)
    return build(hidden, seed=seed)


def test_a_run_that_ends_its_process_each_time_fails_alone() -> None:
    with joblib.parallel_config("loky"):
        result = sweep({"hidden": [2]}, deadly, seeds=range(6), jobs=2)
    errors = {row["seed"]: row["error"][:16] for row in result.rows if row["error"]}
    assert errors == {2: "its worker ended"}
    assert [row["loss"] for row in result.rows if row["seed"] != 2] == [
        build(2, seed=seed).fit(X, Y, **OPTIONS).last("loss") for seed in (0, 1, 3, 4, 5)
    ]


# ---- the results file


class Counted:
    """A build that counts its calls, and stops like Ctrl-C after some."""

    def __init__(self, most: int = 1000) -> None:
        self.calls, self.most = 0, most

    def build(self, hidden: int, activation: str, seed: int) -> gn.Network:
        self.calls += 1
        if self.calls > self.most:
            raise KeyboardInterrupt
        return build(hidden, activation, seed)


def test_an_interrupted_sweep_gives_what_was_done_and_goes_on_from_its_file(tmp_path: Path) -> None:
    path, first, second = tmp_path / "sweep.jsonl", Counted(5), Counted()
    # A bound method is told apart by its function, so both are the same build.
    with pytest.raises(Interrupted, match="Ctrl-C ended the sweep after 5 of 12 runs") as caught:
        sweep(build=first.build, results=path)
    partial = caught.value.result
    assert partial is not None
    assert (len(partial), partial.stopped_by) == (5, "Ctrl-C")
    assert repr(partial) == "SweepResult of 5 runs of 2 settings, stopped by Ctrl-C"
    whole = sweep(build=second.build, results=path)
    assert second.calls == 7
    assert numbers(whole) == numbers(sweep())
    again = Counted(0)
    assert numbers(sweep(build=again.build, results=path)) == numbers(sweep())


def test_what_is_read_back_is_what_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "sweep.jsonl"
    options: dict[str, Any] = {"metrics": ["accuracy"], "solved": {"accuracy": 1.0}, "results": path}
    assert sweep(**options).rows == sweep(**options).rows


def test_a_line_that_was_not_finished_is_done_again(tmp_path: Path) -> None:
    path, counted = tmp_path / "sweep.jsonl", Counted()
    whole = sweep(build=counted.build, results=path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 20])
    assert numbers(sweep(build=counted.build, results=path)) == numbers(whole)
    assert counted.calls == len(whole) + 1
    assert path.read_bytes().count(b"\n") == content.count(b"\n")


def test_failed_runs_are_tried_again(tmp_path: Path) -> None:
    path, broken = tmp_path / "sweep.jsonl", tmp_path / "broken"
    broken.touch()

    def moody(hidden: int, seed: int) -> gn.Network:
        if seed == 1 and broken.exists():
            raise OSError("the disk is full")
        return build(hidden, seed=seed)

    first = sweep({"hidden": [2]}, moody, results=path)
    assert [bool(row["error"]) for row in first.rows] == [False, True, False]
    broken.unlink()
    second = sweep({"hidden": [2]}, moody, results=path)
    assert numbers(second) == numbers(sweep({"hidden": [2]}))


def test_seeds_and_settings_may_be_added(tmp_path: Path) -> None:
    path, counted = tmp_path / "sweep.jsonl", Counted()
    sweep({"hidden": [2], "activation": ["relu"]}, counted.build, seeds=range(2), results=path)
    more = {"hidden": [2, 4], "activation": ["relu"]}
    result = sweep(more, counted.build, seeds=range(3), results=path)
    assert counted.calls == 6
    assert numbers(result) == numbers(sweep(more, seeds=range(3)))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"epochs": 31}, "options differs"),
        ({"solved": {"loss": 0.1}}, "solved differs"),
        ({"optimizer": gn.SGD(0.4)}, "options differs"),
    ],
)
def test_the_file_of_another_sweep_is_refused(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    path = tmp_path / "sweep.jsonl"
    sweep(results=path)
    content = path.read_bytes()
    with pytest.raises(ArgumentError) as caught:
        sweep(results=path, **change)
    assert str(caught.value) == (
        f"{path} holds the results of another sweep: {named}. Choose another path, or remove the file"
    )
    assert path.read_bytes() == content


def test_other_data_or_another_build_are_another_sweep(tmp_path: Path) -> None:
    path = tmp_path / "sweep.jsonl"
    sweep(results=path)
    with pytest.raises(ArgumentError, match="another sweep: build, X differ"):
        gn.sweep(
            lambda hidden, activation, seed: build(hidden, activation, seed),
            GRID,
            X + 1,
            Y,
            results=path,
            **OPTIONS,
        )


def test_a_file_that_is_none_of_a_sweep_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    for content in (b"milk\neggs\n", b"milk", b"[1]\n", b'{"format": "else"}\n', b"\xff\xfe\n"):
        path.write_bytes(content)
        with pytest.raises(ArgumentError) as caught:
            sweep(results=path)
        assert str(caught.value) == (
            f"{path} is there already and no results file of a sweep; choose another path"
        )
        assert path.read_bytes() == content


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sweep.jsonl"
    sweep(results=path)
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (b"{}\n", b"no\n", b'{"setting": {}, "seed": "x", "measured": {}}\n', b"[]\n"):
        path.write_bytes(b"".join([*lines[:3], damaged, *lines[4:]]))
        with pytest.raises(ArgumentError, match=r"line 4 of .*sweep.jsonl is damaged .*remove that line"):
            sweep(results=path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"epochs": ', b'"epochs": 1'),
        (b'"solved": false', b'"solved": true'),
        (b'"loss": 0.', b'"loss": 0.0'),
        (b'"seed": ', b'"seed": 1'),
        (b'"hidden": 2', b'"hidden": 4'),
        (b'"error": ""', b'"error": "no"'),
        (b'"loss": 0.', b'"loss": 1e999'),
        (b'"epochs": ', b'"epochs": ' + b"[" * 100_000),
        (b'"epochs": ', b'"epochs": ' + b"9" * 5000),
        (b'"seed": ', b'"seed": 1e400'),
    ],
)
def test_an_outcome_that_was_altered_is_not_taken(before: bytes, after: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sweep.jsonl"
    sweep(results=path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert before in lines[3]
    path.write_bytes(b"".join([*lines[:3], lines[3].replace(before, after), *lines[4:]]))
    with pytest.raises(ArgumentError, match=r"line 4 of .*sweep.jsonl is damaged .*remove that line"):
        sweep(results=path)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sweep.jsonl"
    path.write_text(json.dumps({"format": "glassnet sweep", "version": 2, "about": {}}) + "\n")
    with pytest.raises(ArgumentError, match="has version 2 and this glassnet reads 1"):
        sweep(results=path)


def test_the_folder_of_the_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"the folder of results=.*does not exist; create it first"):
        sweep(results=tmp_path / "no" / "sweep.jsonl")


PROGRAM = """
import sys, time
import numpy as np, glassnet as gn
X, Y = gn.datasets.xor()
def build(hidden, seed):
    time.sleep(0.05)
    return gn.Network([gn.Dense(hidden, "tanh"), gn.Dense(1, "sigmoid")], seed=seed)
try:
    result = gn.sweep(
        build, {"hidden": [2, 4]}, X, Y, seeds=range(20), jobs=2, results=sys.argv[1],
        loss="bce", epochs=5, engine="numpy", progress=False,
    )
except KeyboardInterrupt as interrupt:
    result = interrupt.result
print(len(result), result.stopped_by, sum(row["loss"] for row in result.rows))
"""


def run_until_it_has_written(path: Path, lines: int, end: signal.Signals) -> tuple[int, str]:
    """Run the program, send it this signal when so many lines are written; exit code and output."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True)
    while process.poll() is None and (not path.exists() or path.read_bytes().count(b"\n") < lines):
        pass
    process.send_signal(end)
    output, _ = process.communicate()
    return process.returncode, output


def test_a_sweep_that_is_killed_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.jsonl", tmp_path / "twice.jsonl"
    code, _ = run_until_it_has_written(twice, 8, signal.SIGKILL)
    written = twice.read_bytes().count(b"\n")
    assert code == -signal.SIGKILL and 8 <= written < 41
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(path)], check=True, capture_output=True, text=True
        ).stdout
        for path in (once, twice)
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].startswith("40  ")


@pytest.mark.parametrize(("number", "reason"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")])
def test_ctrl_c_ends_a_sweep_and_keeps_what_was_done(
    tmp_path: Path, number: signal.Signals, reason: str
) -> None:
    path = tmp_path / "sweep.jsonl"
    code, output = run_until_it_has_written(path, 8, number)
    done, stopped_by, _ = output.split()
    assert (code, stopped_by) == (0, reason)
    assert 7 <= int(done) < 40
    assert path.read_bytes().count(b"\n") == int(done) + 1


# ---- bad input


@pytest.mark.parametrize(
    ("grid", "options", "message"),
    [
        (3, {}, "grid must be a dict of lists, such as {'hidden': [2, 4, 8]}, or a list of dicts, such as "
                "[{'hidden': 2}, {'hidden': 4}]; got 3"),
        ({"hidden": 4}, {}, "grid['hidden'] must be a list of values; got 4"),
        ({"hidden": "relu"}, {}, "grid['hidden'] must be a list of values; got 'relu'"),
        ({"hidden": []}, {}, "grid['hidden'] is empty; give it at least one value"),
        ({"hidden": [2, 2]}, {}, "grid['hidden'] holds 2 twice"),
        ([{"hidden": 2}, {"epochs": 2}], {}, "all settings of a grid must have the same keys; one has ['hidden'], "
                                             "another ['epochs']"),
        ({"hidden": [2], "seed": [1]}, {}, "'seed' cannot be in the grid; use seeds=range(10)"),
        ({"hiden": [2]}, {}, "grid key 'hiden' is neither a parameter of build(activation, hidden, seed) nor an "
                             "option of fit; did you mean 'hidden'?"),
        ({"activation": ["relu"]}, {}, "build cannot be called as build(activation=..., seed=0): missing a required "
                                       "argument: 'hidden'"),
        (GRID, {"seeds": 5}, "seeds must be several integers, such as range(10); got 5"),
        (GRID, {"seeds": []}, "seeds is empty; give at least one, such as seeds=[0]"),
        (GRID, {"seeds": [1, 1]}, "seeds holds a seed twice; each run would be the same"),
        (GRID, {"seeds": [0.5]}, "each of the seeds must be an integer >= 0; got 0.5"),
        (GRID, {"jobs": 0}, "jobs must be an integer such as 4, or -1 for all cores; got 0"),
        (GRID, {"jobs": 1.5}, "jobs must be an integer such as 4, or -1 for all cores; got 1.5"),
        (GRID, {"epoch": 4}, "sweep passes its options on to fit, which knows no 'epoch'; did you mean 'epochs'?"),
        (GRID, {"seed": 4}, "sweep takes no seed=; use seeds=range(10)"),
        ({"hidden": [2], "epochs": [2]}, {}, "'epochs' is an option and in the grid; give it once"),
        (GRID, {"solved": 0.1}, "solved must be a function of (network, history), or limits by column, such as "
                                "{'loss': 0.05} or {'validation_accuracy': 0.95}; got 0.1"),
        (GRID, {"solved": {"accuracy": 0.9}}, "solved looks at 'accuracy', which is not measured; the runs measure "
                                              "loss. Give metrics=[...]"),
        (GRID, {"solved": {"loss": "small"}}, "solved['loss'] must be a finite number; got 'small'"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_before_any_work(grid: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        sweep(grid, **options)
    assert str(caught.value) == message


def test_a_loss_is_needed() -> None:
    with pytest.raises(ArgumentError, match="fit needs loss; give it to sweep, or put it into the grid"):
        gn.sweep(build, GRID, X, Y)


def test_build_is_a_function() -> None:
    with pytest.raises(ArgumentError, match="build must be a function that returns a network; got 'relu'"):
        sweep(build="relu")  # type: ignore[arg-type]


def test_no_column_no_summary() -> None:
    result = sweep({"hidden": [2]}, lambda hidden, seed: 1 / 0)
    with pytest.raises(ArgumentError) as caught:
        result.summary()
    assert str(caught.value) == (
        "no run of this sweep has 'loss'; there is trained_epochs, seconds. 3 runs failed: 3 × ZeroDivisionError: "
        "division by zero"
    )
    with pytest.raises(ArgumentError, match="was not told what solved is"):
        result.plot("solved")


def test_without_joblib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(
        MissingDependencyError, match=r"gn.sweep needs joblib, .* pip install 'glassnet\[sweep\]'"
    ):
        sweep()


@pytest.mark.parametrize(
    ("settings", "joined"),
    [
        ({"activation": ["relu", "tanh"], "hidden": [2, 4]}, False),
        ({"hidden": [2, 4]}, True),
        ({"hidden": [4, 2]}, False),
        ({"hidden": [2, 4], "activation": ["relu", "tanh"]}, True),
    ],
)
def test_only_numbers_that_grow_are_joined_by_a_line(settings: dict[str, list[Any]], joined: bool) -> None:
    for container in sweep(settings).plot().containers:
        assert (container.lines[0].get_linestyle() == "-") is joined  # type: ignore[attr-defined]
