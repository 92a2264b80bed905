"""The bar of fit."""

import sys

import pytest

import glassnet as gn
from glassnet.training.progress import Bar, Silence, watched


def test_without_a_terminal_nothing_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    X, y = gn.datasets.xor()
    gn.Network([gn.Dense(1, "sigmoid")], seed=0).fit(
        X, y, loss="bce", epochs=3, engine="numpy", progress=True
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("progress", "terminal", "kind"),
    [(True, True, Bar), (True, False, Silence), (False, True, Silence)],
)
def test_a_bar_needs_a_terminal_and_somebody_who_wants_it(
    monkeypatch: pytest.MonkeyPatch, progress: bool, terminal: bool, kind: type
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with watched(progress, 10) as bar:
        assert isinstance(bar, kind)


@pytest.mark.parametrize(
    ("columns", "values", "line"),
    [
        ("100", {"loss": 0.2, "validation_loss": 0.5, "validation_f1": 0.981}, "loss 0.2  validation F1 98.1 %"),
        ("100", {"loss": 0.25, "validation_loss": 0.5}, "loss 0.25  validation loss 0.5"),
        ("100", {"loss": 1e-7, "validation_r2": 0.5}, "loss 1e-07  validation R² 0.5"),
        ("100", {"loss": 0.25}, "loss 0.25"),
        ("40", {"loss": 0.25, "validation_accuracy": 0.981}, "validation accuracy 98.1 %"),
        ("40", {"loss": 0.25}, "loss 0.25"),
    ],
)  # fmt: skip
def test_the_bar_shows_the_loss_and_the_newest_number_on_validation_data(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    columns: str,
    values: dict[str, float],
    line: str,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    with Bar(20) as bar:
        bar.show(7.5, values)
    shown = capfd.readouterr()
    assert shown.out == ""
    assert f"epoch 7/20 {line}" in shown.err
