"""Curves in the terminal: what comes first stands to the left, what is higher above, and both curves are told apart."""

import numpy as np

from glassnet.cli.shown.watching import picture
from tests.cli.conftest import Run

WIDTH = 40


def rows_of(columns: dict[str, list[float]], epochs: int) -> list[str]:
    return [
        line.partition("│")[2] for line in picture(columns, epochs, WIDTH).plain.splitlines() if "│" in line
    ]


def test_a_falling_loss_falls_from_the_left_above_to_the_right_below() -> None:
    rows = rows_of({"loss": np.linspace(1.0, 0.1, 50).tolist()}, 50)
    places = [
        (row, column) for row, line in enumerate(rows) for column, sign in enumerate(line) if sign != " "
    ]
    assert places[0] == (0, 0) and places[-1] == (len(rows) - 1, WIDTH - 1)
    columns = [column for _, column in places]
    assert columns == sorted(columns)


def test_half_of_the_epochs_fill_half_of_the_picture() -> None:
    rows = rows_of({"loss": np.linspace(1.0, 0.1, 25).tolist()}, 50)
    last = max(len(line.rstrip()) for line in rows)
    assert last in (WIDTH // 2, WIDTH // 2 + 1)


def test_the_newest_numbers_and_the_ends_are_written() -> None:
    shown = picture({"loss": [1.0, 0.5], "validation_loss": [1.2, 0.75]}, 10, WIDTH).plain
    assert shown.startswith("epoch 2/10   loss 0.5   validation loss 0.75\n")
    assert "      1.2 │" in shown and "      0.5 │" in shown
    assert "━ training   ━ validation" in shown and "logarithmic" not in shown


def test_a_loss_that_falls_far_is_drawn_on_a_logarithmic_axis() -> None:
    values = np.geomspace(1.0, 1e-4, 41).tolist()
    assert picture({"loss": values}, 41, WIDTH).plain.endswith("logarithmic")
    rows = rows_of({"loss": values}, 41)
    at = [
        min(row for row, line in enumerate(rows) if line[column] != " ")
        for column in (0, WIDTH // 2, WIDTH - 1)
    ]
    assert at[0] == 0 and at[2] == len(rows) - 1 and abs(at[1] - (len(rows) - 1) / 2) <= 1


def test_numbers_that_are_not_finite_leave_a_gap() -> None:
    assert picture({"loss": [float("nan")]}, 3, WIDTH).plain.startswith("epoch 1/3   loss nan")
    assert len(rows_of({"loss": [1.0, float("inf"), 0.5]}, 3)) == 12


def test_a_training_can_be_watched(run_and_draw: Run) -> None:
    from typer.testing import CliRunner

    from glassnet.cli.app import app

    result = CliRunner().invoke(app, ["train", "xor", "--epochs", "5", "--watch", "--engine", "numpy"])
    assert result.exit_code == 0 and "epoch 5/5   loss " in result.stderr
