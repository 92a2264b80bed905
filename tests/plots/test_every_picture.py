"""What holds of every picture: where it is drawn, that nothing is cut off, and that it can be read."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import glassnet as gn
from glassnet.plots.drawing import canvas
from tests.plots import trained

SMALL, LARGE = (4.0, 3.0), (10.0, 7.0)  # inches
SMALLEST_FONT = 4.0  # points: numbers in the cells of a confusion matrix of many classes


def names(n: int) -> list[str]:
    return [f"name {k}" for k in range(n)]


LONG = [f"{'a very long name ' * 6}{end}" for end in ("1", "$x$", r"$\foo$", "2\nlines", "_5")]

PICTURES: dict[str, Callable[[Any], Any]] = {
    "activation": lambda ax: gn.plots.activation("elu", ax=ax),
    "activations": lambda ax: gn.plots.activations(["relu", "tanh", "sigmoid"], ax=ax),
    "activations by their derivatives": lambda ax: gn.plots.activations(
        ["relu", "tanh", "gelu"], derivatives=True, ax=ax
    ),
    "loss": lambda ax: gn.plots.loss("huber", ax=ax),
    "losses": lambda ax: gn.plots.losses(["bce", "kl"], ax=ax),
    "embedding of labels": lambda ax: gn.plots.embedding(*trained.triplet()[:3], ax=ax),
    "learning_curves": lambda ax: gn.plots.learning_curves(trained.iris().history, ax=ax),
    "learning_curves of one epoch": lambda ax: gn.plots.learning_curves(trained.digits().history, ax=ax),
    "decision_boundary of classes": lambda ax: gn.plots.decision_boundary(*trained.spiral()[:3], ax=ax),
    "decision_boundary of twenty": lambda ax: gn.plots.decision_boundary(*trained.deep()[:3], ax=ax),
    "decision_boundary of two": lambda ax: gn.plots.decision_boundary(*trained.xor()[:3], ax=ax),
    "decision_boundary of values": lambda ax: gn.plots.decision_boundary(*trained.plane()[:3], ax=ax),
    "decision_boundary with others held": lambda ax: gn.plots.decision_boundary(*trained.iris()[:3], ax=ax),
    "network_diagram": lambda ax: gn.plots.network_diagram(
        trained.iris().network, input_names=names(4), output_names=names(3), ax=ax
    ),
    "network_diagram of many units": lambda ax: gn.plots.network_diagram(trained.digits().network, ax=ax),
    "network_diagram of ten layers": lambda ax: gn.plots.network_diagram(trained.deep().network, ax=ax),
    "network_diagram of one unit": lambda ax: gn.plots.network_diagram(trained.single().network, ax=ax),
    "network_diagram of long names": lambda ax: gn.plots.network_diagram(
        trained.iris().network, input_names=LONG[:4], output_names=LONG[:3], ax=ax
    ),
    "confusion_matrix of long names": lambda ax: gn.plots.confusion_matrix(
        range(5), range(5), class_names=LONG, ax=ax
    ),
    "embedding of long names": lambda ax: gn.plots.embedding(
        *trained.iris()[:3], class_names=LONG[:3], ax=ax
    ),
    "weight_images": lambda ax: gn.plots.weight_images(trained.digits().network, ax=ax),
    "activation_histograms": lambda ax: gn.plots.activation_histograms(trained.iris().recorder, ax=ax),
    "activation_histograms of ten": lambda ax: gn.plots.activation_histograms(trained.deep().recorder, ax=ax),
    "gradient_histograms": lambda ax: gn.plots.gradient_histograms(trained.spiral().recorder, ax=ax),
    "gradients_over_time": lambda ax: gn.plots.gradients_over_time(trained.deep().recorder, ax=ax),
    "gradient_flow": lambda ax: gn.plots.gradient_flow(*trained.iris()[:3], ax=ax),
    "gradient_flow of ten layers": lambda ax: gn.plots.gradient_flow(*trained.deep()[:3], ax=ax),
    "gradient_flow of one unit": lambda ax: gn.plots.gradient_flow(*trained.single()[:3], ax=ax),
    "loss_surface": lambda ax: gn.plots.loss_surface(
        *trained.spiral()[:3], path=trained.spiral().recorder, points=5, ax=ax
    ),
    "confusion_matrix of two": lambda ax: gn.plots.confusion_matrix([0, 1], [0, 1], ax=ax),
    "confusion_matrix of twenty": lambda ax: gn.plots.confusion_matrix(
        trained.deep().y, trained.deep().y, ax=ax
    ),
    "roc_curves": lambda ax: gn.plots.roc_curves(*trained.told(3), class_names=LONG[:3], ax=ax),
    "roc_curves of ten": lambda ax: gn.plots.roc_curves(*trained.told(10), ax=ax),
    "precision_recall_curves": lambda ax: gn.plots.precision_recall_curves(*trained.told(2), ax=ax),
    "calibration": lambda ax: gn.plots.calibration(*trained.told(3), ax=ax),
    "embedding": lambda ax: gn.plots.embedding(*trained.digits()[:3], ax=ax),
    "embedding of values": lambda ax: gn.plots.embedding(*trained.plane()[:3], ax=ax),
    "predictions": lambda ax: gn.plots.predictions([1.0, 200.0], [3.0, 150.0], unit="mm", ax=ax),
    "residuals": lambda ax: gn.plots.residuals([1.0, 200.0], [3.0, 150.0], unit="mm", ax=ax),
}
every_picture = pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)


def test_every_kind_of_picture_is_among_them() -> None:
    elsewhere = {"sweep", "training_animation"}
    assert {name.partition(" ")[0] for name in PICTURES} | elsewhere == set(gn.plots.__all__)


@every_picture
def test_it_is_drawn_on_a_figure_of_its_own_where_none_is_given(draw: Callable[[Any], Any]) -> None:
    ax = draw(None)
    assert ax.figure.axes[0] is ax
    assert ax.figure.get_layout_engine() is not None


def drawn(draw: Callable[[Any], Any], size: tuple[float, float]) -> Figure:
    figure = canvas.figure(*size)
    draw(figure.add_subplot())
    figure.canvas.draw()
    return figure


def cut_off(figure: Figure) -> list[str]:
    """Texts that reach beyond the picture."""
    width, height = figure.bbox.width + 1, figure.bbox.height + 1
    boxes = [(text, text.get_window_extent()) for text in shown_texts(figure)]
    return [
        text.get_text()
        for text, box in boxes
        if not (-1 <= box.x0 and box.x1 <= width and -1 <= box.y0 and box.y1 <= height)
    ]


def overlapping(figure: Figure) -> list[str]:
    """Labels of ticks, level ones, that reach into the next."""
    found = []
    for ax in all_axes(figure.axes):
        for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
            labels = [
                label for label in axis.get_ticklabels() if label.get_text() and not label.get_rotation()
            ]
            boxes = [label.get_window_extent() for label in labels]
            found += [labels[k].get_text() for k, (a, b) in enumerate(pairwise(boxes)) if a.overlaps(b)]
    return found


@every_picture
def test_where_a_place_is_given_it_is_drawn_there_and_can_be_read(draw: Callable[[Any], Any]) -> None:
    figure = canvas.figure(*SMALL)
    ax = figure.add_subplot()
    assert draw(ax) is ax
    figure.canvas.draw()
    assert cut_off(figure) == []
    assert overlapping(figure) == []
    assert min(text.get_fontsize() for text in shown_texts(figure)) >= SMALLEST_FONT


@pytest.mark.parametrize(
    "name", ["network_diagram of ten layers", "decision_boundary of two", "loss_surface"]
)
def test_nor_on_large_pictures(name: str) -> None:
    figure = drawn(PICTURES[name], LARGE)
    assert cut_off(figure) == []
    assert overlapping(figure) == []


def test_these_checks_see_what_is_cut_off_and_what_overlaps() -> None:
    def badly(ax: Any) -> Any:
        ax.set_ylabel("far too long for the height of this picture " * 3)
        ax.set_xticks([0.0, 0.01], ["first", "second"])
        ax.set_xlim(-1, 1)

    figure = drawn(badly, SMALL)
    assert cut_off(figure) == ["far too long for the height of this picture " * 3]
    assert overlapping(figure) == ["first"]


def all_axes(roots: Any) -> list[Any]:
    return [ax for root in roots for ax in (root, *all_axes(root.child_axes))]


def shown_texts(figure: Figure) -> list[Text]:
    """All texts but those of ticks outside the limits, which are not drawn, and of axes that are switched off."""
    found: list[Text] = []
    for ax in all_axes(figure.axes):
        found += [*ax.texts, ax.title, ax._left_title]
        legend = ax.get_legend()
        found += [] if legend is None else [*legend.get_texts(), legend.get_title()]
        if ax.axison:
            found += [ax.xaxis.label, ax.yaxis.label]
            for axis in (ax.xaxis, ax.yaxis):
                low, high = sorted(axis.get_view_interval())
                found += [
                    tick.label1
                    for tick in axis.get_major_ticks()
                    if low <= tick.get_loc() <= high and tick.label1.get_visible()
                ]
    return [text for text in found if text.get_visible() and text.get_text().strip()]
