import itertools
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, MissingDependencyError, ShapeError
from glassnet.plots.drawing import canvas

LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
PREDICTED = np.array([0, 0, 0, 1, 1, 1, 1, 2, 0, 2])


def history_of(**columns: list[float]) -> gn.History:
    history = gn.History("numpy")
    n_epochs = len(next(iter(columns.values())))
    history.extend({"epoch": range(1, n_epochs + 1), **columns})
    return history


def watched(n_epochs: int = 20) -> gn.History:
    epochs = np.arange(1, n_epochs + 1)
    return history_of(
        loss=(1 / epochs).tolist(),
        validation_loss=(2 / epochs).tolist(),
        accuracy=(1 - 1 / epochs).tolist(),
        validation_accuracy=(1 - 1 / (epochs + 1)).tolist(),
    )


@pytest.mark.parametrize("column", ["loss", "accuracy"])
def test_the_curves_are_the_history(column: str) -> None:
    history = watched()
    training, validation = gn.plots.learning_curves(history, column).lines
    np.testing.assert_array_equal(training.get_xdata(), history["epoch"])
    np.testing.assert_array_equal(training.get_ydata(), history[column])
    np.testing.assert_array_equal(validation.get_ydata(), history[f"validation_{column}"])


def test_the_history_plots_itself() -> None:
    history = watched()
    ax = Figure().add_subplot()
    assert history.plot(ax=ax) is ax
    assert len(ax.lines) == 2


def test_curves_are_told_apart_by_colour_and_line_style_and_named() -> None:
    ax = gn.plots.learning_curves(watched())
    training, validation = ax.lines
    assert to_hex(str(training.get_color())) == canvas.BLUE.lower()
    assert to_hex(str(validation.get_color())) == canvas.VERMILLION.lower()
    assert training.get_linestyle() != validation.get_linestyle()
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]


def test_without_validation_there_is_one_curve_and_no_legend() -> None:
    ax = gn.plots.learning_curves(history_of(loss=[3.0, 2.0]))
    assert len(ax.lines) == 1
    assert ax.get_legend() is None


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("loss", "loss"),
        ("learning_rate", "learning rate"),
        ("seconds", "seconds per epoch"),
        ("r2", "R²"),
        ("mean_absolute_error", "mean absolute error"),
    ],
)
def test_the_axes_say_what_they_show(column: str, label: str) -> None:
    ax = gn.plots.learning_curves(history_of(**{column: [0.1, 0.2]}), column)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", label)


def test_epochs_are_whole_numbers() -> None:
    ax = gn.plots.learning_curves(history_of(loss=[3.0, 2.0]))
    assert all(tick == round(tick) for tick in ax.get_xticks())


def test_a_single_epoch_can_be_seen() -> None:
    (line,) = gn.plots.learning_curves(history_of(loss=[3.0])).lines
    assert line.get_marker() == "o"


def test_shares_are_shown_in_percent() -> None:
    ax = gn.plots.learning_curves(watched(), "accuracy")
    assert ax.yaxis.get_major_formatter()(0.985) == "98.5 %"


@pytest.mark.parametrize(
    ("column", "values", "scale"),
    [
        ("loss", [1.0, 0.1], "linear"),
        ("loss", [1.0, 0.01], "log"),
        ("loss", [1.0, 0.0], "linear"),
        ("learning_rate", [1.0, 0.001], "log"),
        ("r2", [0.001, 0.9], "linear"),
        ("accuracy", [0.001, 0.9], "linear"),
    ],
)
def test_a_loss_that_falls_a_hundredfold_is_drawn_on_a_logarithmic_axis(
    column: str, values: list[float], scale: str
) -> None:
    assert gn.plots.learning_curves(history_of(**{column: values}), column).get_yscale() == scale


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(ArgumentError) as error:
        gn.plots.learning_curves(watched(), "f1")
    assert str(error.value) == (
        "history has no 'f1' to draw; it holds epoch, loss, validation_loss, accuracy, validation_accuracy"
    )


def test_an_empty_history_is_refused() -> None:
    with pytest.raises(DataError) as error:
        gn.plots.learning_curves(gn.History("numpy"))
    assert str(error.value) == "this history holds no epoch yet, so there is no curve to draw"


def test_the_cells_hold_the_counts_and_empty_cells_nothing() -> None:
    ax = gn.plots.confusion_matrix(LABELS, PREDICTED)
    counts = gn.metrics.confusion_matrix(LABELS, PREDICTED)
    shown = {tuple(map(int, text.get_position())): text.get_text() for text in ax.texts}
    assert shown == {
        (column, row): str(counts[row, column])
        for row, column in itertools.product(range(3), repeat=2)
        if counts[row, column]
    }


def test_the_shade_is_the_share_of_the_true_class() -> None:
    (image,) = gn.plots.confusion_matrix(LABELS, PREDICTED).images
    np.testing.assert_allclose(
        np.asarray(image.get_array()), [[3 / 4, 1 / 4, 0.0], [0.0, 1.0, 0.0], [1 / 3, 0.0, 2 / 3]]
    )
    assert image.get_clim() == (0.0, 1.0)


def test_a_class_without_samples_is_an_empty_row() -> None:
    (image,) = gn.plots.confusion_matrix([0, 2], [0, 1]).images
    np.testing.assert_array_equal(np.asarray(image.get_array())[1], [0, 0, 0])


def test_the_matrix_takes_what_a_network_predicts() -> None:
    X, y = gn.datasets.iris()
    network = gn.Network([gn.Dense(3, "softmax")], seed=0, input_shape=4)
    ax = gn.plots.confusion_matrix(y, network.predict(X))
    assert sum(int(text.get_text()) for text in ax.texts) == 150


def test_the_matrix_names_its_axes_and_classes() -> None:
    ax = gn.plots.confusion_matrix(LABELS, PREDICTED, class_names=["setosa", "versicolor", "virginica"])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    for axis in (ax.xaxis, ax.yaxis):
        assert [label.get_text() for label in axis.get_ticklabels()] == ["setosa", "versicolor", "virginica"]
    assert ax.get_title() == "80.0 % of 10 right"


@pytest.mark.parametrize("share", np.linspace(0.01, 0.99, 50))
def test_numbers_stand_in_contrast_to_their_cells(share: float) -> None:
    n = round(100 * share)
    ax = gn.plots.confusion_matrix([0] * 100 + [1], [0] * n + [1] * (101 - n))
    shade = ax.images[0].get_cmap()(n / 100)
    first = next(text for text in ax.texts if text.get_position() == (0, 0))
    assert contrast(shade[:3], to_rgb(str(first.get_color()))) > 4.5


def contrast(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """The ratio that the Web Content Accessibility Guidelines ask to be above 4.5."""
    low, high = sorted(luminance(colour) for colour in (a, b))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: tuple[float, ...]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_many_classes_are_drawn_by_colours_with_a_bar() -> None:
    labels = np.arange(40)
    ax = gn.plots.confusion_matrix(labels, labels)
    assert len(ax.texts) == 0
    bar = next(other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == "share of the true class"


@pytest.mark.parametrize(("n_classes", "width"), [(2, 2.0), (10, 2.6), (20, 5.0)])
def test_numbers_stay_inside_their_cells(n_classes: int, width: float) -> None:
    labels = np.repeat(np.arange(n_classes), 100)
    figure = canvas.figure(width, width)
    ax = gn.plots.confusion_matrix(labels, labels, ax=figure.add_subplot())
    figure.canvas.draw()
    cell = ax.get_window_extent().width / n_classes
    assert len(ax.texts) == n_classes
    assert all(text.get_window_extent().width < cell for text in ax.texts)


def test_every_class_needs_a_name() -> None:
    with pytest.raises(ShapeError) as error:
        gn.plots.confusion_matrix(LABELS, PREDICTED, class_names=["a", "b"])
    assert str(error.value) == "class_names must have one name for each of the 3 classes; got 2"


def test_pictures_are_drawn_where_they_are_told_to_be() -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert gn.plots.learning_curves(watched(), ax=left) is left
    assert gn.plots.confusion_matrix(LABELS, PREDICTED, ax=right) is right


def test_pictures_use_no_global_figures() -> None:
    code = (
        "import sys, glassnet as gn\n"
        "gn.plots\n"
        "assert 'matplotlib' not in sys.modules\n"
        "gn.plots.confusion_matrix([0, 1], [0, 1]).figure.savefig(sys.stdout.buffer, format='png')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    process = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True)
    assert process.returncode == 0, process.stderr.decode()
    assert process.stdout.startswith(b"\x89PNG")


def test_without_matplotlib_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError) as error:
        gn.plots.confusion_matrix(LABELS, PREDICTED)
    assert str(error.value) == (
        "a picture needs matplotlib, which is not installed; install it with: pip install 'glassnet[plots]'"
    )
