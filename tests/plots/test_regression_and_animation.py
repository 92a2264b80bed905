"""Predicted against true values, and training as a moving picture."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from sklearn.metrics import mean_absolute_error, r2_score

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.plots.drawing import canvas
from tests.plots import trained

TRUE, PREDICTED = np.array([1.0, 2.0, 3.0, 5.0]), np.array([1.5, 2.0, 2.5, 4.0])


def test_points_are_predicted_against_true_values_and_the_line_is_equality() -> None:
    ax = gn.plots.predictions(TRUE, PREDICTED, unit="mm")
    (points,), (line,) = ax.collections, ax.lines
    np.testing.assert_allclose(points.get_offsets(), np.column_stack([TRUE, PREDICTED]))
    np.testing.assert_array_equal(line.get_xdata(), line.get_ydata())
    error, share = mean_absolute_error(TRUE, PREDICTED), r2_score(TRUE, PREDICTED)
    assert ax.get_title() == f"mean absolute error {error:.3g} mm, R² {share:.3g}"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("true value (mm)", "predicted value (mm)")
    assert ax.get_xlim() == ax.get_ylim()


def test_a_single_sample_has_no_r2() -> None:
    assert gn.plots.predictions([1.0], [2.0]).get_title() == "mean absolute error 1"


def test_residuals_are_what_is_left() -> None:
    ax = gn.plots.residuals(TRUE, PREDICTED)
    np.testing.assert_allclose(
        ax.collections[0].get_offsets(), np.column_stack([PREDICTED, TRUE - PREDICTED])
    )
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted value", "true − predicted")


@pytest.mark.parametrize("picture", [gn.plots.predictions, gn.plots.residuals])
def test_several_outputs_are_told_apart(picture: Any) -> None:
    both = np.column_stack([TRUE, 2 * TRUE])
    ax = picture(both, both + 1, output_names=["length", "width"])
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["length", "width"]
    with pytest.raises(ShapeError) as error:
        picture(both, both, output_names=["length"])
    assert str(error.value) == "output_names must hold 2 names, one for each; got 1"


@pytest.mark.parametrize("picture", [gn.plots.predictions, gn.plots.residuals])
def test_values_that_do_not_fit_are_refused(picture: Any) -> None:
    with pytest.raises(ShapeError, match="y_true and y_pred must have the same number of rows"):
        picture([1.0, 2.0], [1.0])
    with pytest.raises(DataError):
        picture([], [])


def frames_of(path: Path) -> int:
    with Image.open(path) as image:
        return int(getattr(image, "n_frames", 1))


def test_an_animation_has_a_picture_of_every_recording(tmp_path: Path) -> None:
    case = trained.xor()
    seen: list[Any] = []

    def draw(network: gn.Network, ax: Any) -> None:
        seen.append(network.parameters.copy())
        ax.plot(network.predict(case.X)[:, 0])

    written = gn.plots.training_animation(case.recorder, tmp_path / "xor.gif", draw)
    assert written == tmp_path / "xor.gif"
    assert frames_of(written) == len(case.recorder.recordings) == 11
    for parameters, made in zip(seen, case.recorder.recordings, strict=True):
        np.testing.assert_array_equal(parameters, made.parameters)


def test_an_animation_shows_decision_boundaries_by_default(tmp_path: Path) -> None:
    case = trained.spiral()
    recorder = gn.Recorder(case.X, case.y)
    recorder.network, recorder.recordings = case.network, case.recorder.recordings[-1:]
    written = gn.plots.training_animation(recorder, tmp_path / "one.gif")
    with Image.open(written) as image:
        colours = np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    for tint in (mixed(canvas.CLASSES[number]) for number in range(3)):
        assert np.abs(colours - tint).max(axis=1).min() <= 12


def mixed(colour: str) -> Any:
    """The tint of a class on white paper, as boundaries show it."""
    return 255 * (0.28 * np.array(to_rgb(colour)) + 0.72)


def test_an_animation_stays_below_its_size(tmp_path: Path) -> None:
    def draw(network: gn.Network, ax: Any) -> None:
        ax.plot(network.parameters)

    case = trained.xor()
    recorder = gn.Recorder(case.X, case.y)
    recorder.network, recorder.recordings = case.network, case.recorder.recordings[:3]
    whole = gn.plots.training_animation(recorder, tmp_path / "whole.gif", draw)
    most = whole.stat().st_size - 1
    smaller = gn.plots.training_animation(recorder, tmp_path / "smaller.gif", draw, most_bytes=most)
    assert smaller.stat().st_size <= most
    assert frames_of(smaller) == 2
    with pytest.raises(DataError, match="2 pictures take .* bytes, more than most_bytes=1,000"):
        gn.plots.training_animation(recorder, tmp_path / "none.gif", draw, most_bytes=1000)
    with pytest.raises(
        ArgumentError, match=r"^draw must be callable with \(network, ax\); too many positional"
    ):
        gn.plots.training_animation(recorder, tmp_path / "none.gif", lambda network: None)
    assert not (tmp_path / "none.gif").exists()


def test_what_makes_no_animation_is_refused(tmp_path: Path) -> None:
    recorder = trained.xor().recorder
    for path in ("film.mp4", str(tmp_path / "missing" / "film.gif")):
        with pytest.raises(ArgumentError) as error:
            gn.plots.training_animation(recorder, path)
        assert str(error.value) == f"path must end in .gif, in a folder that exists; got {path!r}"
    with pytest.raises(ArgumentError, match="seconds must be a finite number and > 0 and <= 600; got 0"):
        gn.plots.training_animation(recorder, tmp_path / "film.gif", seconds=0)
    with pytest.raises(DataError, match="this recorder holds no recording yet"):
        gn.plots.training_animation(gn.Recorder([[0.0]], [0.0]), tmp_path / "film.gif")
