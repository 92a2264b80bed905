"""``make bench`` measures processes in turn, and writes what it saw."""

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks.speed import __main__ as command
from benchmarks.speed import chart, figures, report, suite
from benchmarks.speed.contender import Contender, MeasuringError, in_turn
from benchmarks.speed.figures import Setting
from benchmarks.speed.suite import Results, Row
from glassnet.errors import ArgumentError, UnknownNameError

SUBJECT = """
import os
def prepare(name, failing):
    if failing == "early":
        raise RuntimeError("no such data")
    def run():
        print("chatter of a library")
        if failing == "late":
            os._exit(3)
        return {"seconds": 0.5, "name": name, "threads": os.environ["OMP_NUM_THREADS"]}
    return run
"""


@pytest.fixture
def subject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that worker processes can import."""
    (tmp_path / "subject_of_test.py").write_text(SUBJECT, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.pathsep.join(filter(None, sys.path))}")
    return "subject_of_test"


def test_contenders_run_in_turn_and_one_that_fails_drops_out(subject: str) -> None:
    told: list[str] = []
    contenders = {
        name: Contender(subject, name, failing, threads=1)
        for name, failing in (("first", "never"), ("early", "early"), ("late", "late"), ("last", "never"))
    }
    runs = in_turn(contenders, 2, told.append)
    assert [len(runs[name].counted) for name in contenders] == [2, 0, 0, 2]
    assert runs["first"].counted[0] == {"seconds": 0.5, "name": "first", "threads": "1"}
    assert runs["early"].error == "RuntimeError: no such data"
    assert runs["late"].error == "its process ended: chatter of a library"
    assert told[-4:] == ["first: run 1 of 2", "last: run 1 of 2", "first: run 2 of 2", "last: run 2 of 2"]


def test_the_command_measures_prints_and_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "busy_share", lambda: 0.1)
    command.run(False, ["xor"], ["glassnet,numpy", "jax"], 1, 1, str(tmp_path))
    results = json.loads((tmp_path / "results.json").read_text())
    ours, plain, jax = results["works"]["xor"]
    assert ours["loss"] == pytest.approx(plain["loss"], rel=0.05)
    assert plain["agrees"] is True
    assert plain["ratio"]["value"] == pytest.approx(plain["seconds"][0] / ours["seconds"][0])
    assert results["machine"]["threads"] == "1"
    assert jax["error"] == "jax is not installed" or jax["seconds"]
    assert (tmp_path / "chart.png").stat().st_size > 5_000
    printed = capsys.readouterr().out
    assert printed.rstrip() == (tmp_path / "results.md").read_text().rstrip()
    assert "| plain NumPy |" in printed


def test_a_ratio_is_of_medians_and_its_spread_of_rounds() -> None:
    ratio = figures.ratio("a / b", [2.0, 4.0, 30.0], [1.0, 2.0, 3.0])
    assert (ratio.value, ratio.low, ratio.high) == (2.0, 2.0, 10.0)


def test_another_loss_is_shown(tmp_path: Path) -> None:
    ratio = figures.ratio("b / a", [1.0], [1.0])
    rows = [
        Row("glassnet", "glassnet, compiled", first=1.0, seconds=[1.0], loss=0.1, agrees=True),
        Row("pytorch", "PyTorch, eager", first=2.0, seconds=[1.0], ratio=ratio, loss=0.7, peak_bytes=10**8),
        Row("keras", "Keras on JAX", error="keras is not installed"),
    ]
    text = report.markdown(Results({"processor": "test"}, {"xor": rows}, errors={"busy": "it failed"}))
    assert "| PyTorch, eager | 1 | 1 to 1 | 2 | 1 (1 to 1) | 0.7 (disagrees) | 100 |" in text
    assert "| Keras on JAX | keras is not installed |" in text
    assert "- busy: it failed" in text
    chart.draw(Results({}, {"xor": rows}), tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_rounds_that_lie_far_apart_are_no_judgement() -> None:
    near = figures.ratio("near / a", [1.0, 1.5], [1.0, 1.0])
    apart = figures.ratio("apart / a", [1.0, 1.51], [1.0, 1.0])
    rows = [Row(ratio.what, ratio.what, first=1.0, seconds=[1.0], ratio=ratio) for ratio in (near, apart)]
    text = report.markdown(Results({}, {"xor": rows}, {"busy": [near, apart]}))
    assert "| near / a | 1 | 1 to 1 | 1 | 1.25 (1 to 1.5) |" in text
    assert "| apart / a | 1 | 1 to 1 | 1 | not judged (1 to 1.51) |" in text
    assert "| near / a | 1.25 | 1 to 1.5 |" in text and "| apart / a | not judged | 1 to 1.51 |" in text


def test_on_a_busy_machine_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "busy_share", lambda: 0.11)
    message = (
        "other processes use 11% of this machine's cores, and what is measured beside them says little; "
    )
    with pytest.raises(MeasuringError, match=message + "begin when they use less than 10%"):
        command.run(True, None, None, None, None, str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_measure_that_fails_is_noted_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.speed.measures import busy, one_row

    def fail(setting: Setting) -> None:
        raise MeasuringError("no second core")

    monkeypatch.setattr(busy, "measure", fail)
    monkeypatch.setattr(one_row, "measure", lambda setting: [figures.of("a row", [1.0])])
    results = suite.run([], ["busy", "one_row"], [], Setting(1, 1, lambda what: None))
    assert results.errors == {"busy": "no second core"}
    assert [figure.what for figure in results.figures["one_row"]] == ["a row"]


def test_wrong_names_and_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UnknownNameError, match=r"no work or measure is called 'lage'; .*did you mean 'large'\?"
    ):
        command.run(True, ["lage"], None, None, None, str(tmp_path))
    with pytest.raises(UnknownNameError, match=r"no peer is called 'tensorflow'; there are glassnet, "):
        command.run(True, None, ["tensorflow"], None, None, str(tmp_path))
    with pytest.raises(ArgumentError, match="--repeats must be an integer >= 1; got 0"):
        command.run(True, None, None, 0, None, str(tmp_path))
    with pytest.raises(ArgumentError, match="--threads must be an integer >= 1; got -1"):
        command.run(True, None, None, None, -1, str(tmp_path))
    assert not list(tmp_path.iterdir())
