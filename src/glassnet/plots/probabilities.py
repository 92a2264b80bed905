"""What predicted probabilities are worth: how well they rank, and whether they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from glassnet import metrics
from glassnet.metrics import targets
from glassnet.metrics.ranking import Curve, curve_of
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import drawn_names, names_of
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture

_MOST_CURVES = 7


class _Ranked(NamedTuple):
    """One class against all others."""

    name: str
    curve: Curve
    area: float


@explained
def roc_curves(
    y_true: ArrayLike, y_pred: ArrayLike, *, class_names: Sequence[str] | None = None, ax: Axes | None = None
) -> Picture:
    """Draw the rate of hits over that of false alarms, over all thresholds, of each class against all others.

    Of two classes it is the curve of the second. Of more than seven those with the smallest areas are drawn, and the
    title says so. Chance is the diagonal.

    Parameters
    ----------
    y_true : array
        Classes ``(n,)``, or one-hot rows ``(n, n_classes)``.
    y_pred : array
        Probabilities, or other scores, ``(n, n_classes)`` or, of class 1, ``(n, 1)``.
    class_names : sequence of str, optional
        A name for each class; by default its number.

    Raises
    ------
    ShapeError, DataError
        As :class:`glassnet.metrics.RocAuc`, and if there is not one name for each class.
    """
    ranked, n_all = _ranked(y_true, y_pred, class_names, "roc_auc")
    ax = canvas.axes_of(ax, 4.2, 4.0)
    ax.plot([0, 1], [0, 1], "-", color="0.7", linewidth=1, zorder=1)
    for place, one in enumerate(ranked):
        x, y = _shares(one.curve.alarms), _shares(one.curve.hits)
        _draw(ax, place, np.concatenate([[0.0], x]), np.concatenate([[0.0], y]), one)
    ax.set(xlabel="false alarms, share of the others", ylabel="hits, share of the class")
    return _finished(ax, ranked, n_all, "lower right")


@explained
def precision_recall_curves(
    y_true: ArrayLike, y_pred: ArrayLike, *, class_names: Sequence[str] | None = None, ax: Axes | None = None
) -> Picture:
    """Draw the precision over the recall, over all thresholds, of each class against all others.

    Parameters, and which classes are drawn, are as for :func:`roc_curves`; a dotted line is the share of the class,
    which chance has.

    Raises
    ------
    ShapeError, DataError
        As :class:`glassnet.metrics.AveragePrecision`, and if there is not one name for each class.
    """
    ranked, n_all = _ranked(y_true, y_pred, class_names, "average_precision")
    ax = canvas.axes_of(ax, 4.2, 4.0)
    for place, one in enumerate(ranked):
        precision = one.curve.hits / (one.curve.hits + one.curve.alarms)
        recall = _shares(one.curve.hits)
        _draw(ax, place, np.concatenate([[0.0], recall]), np.concatenate([precision[:1], precision]), one)
        share = float(one.curve.hits[-1] / (one.curve.hits[-1] + one.curve.alarms[-1]))
        ax.axhline(share, linestyle=":", linewidth=1, color=canvas.COLOURS[place % len(canvas.COLOURS)])
    ax.set(xlabel="recall", ylabel="precision")
    return _finished(ax, ranked, n_all, "lower left")


@explained
def calibration(y_true: ArrayLike, y_pred: ArrayLike, *, n_bins: int = 10, ax: Axes | None = None) -> Picture:
    """Draw how often the predicted class is right over how probable it was said to be; on the line they are equal.

    The samples are put in order of that probability and cut into `n_bins` bins of equal size; the area of a point is
    its bin's size. The title gives the mean distance from the line, weighted by size: the expected calibration error.
    Guo et al., ICML 2017.

    Parameters
    ----------
    y_true : array
        Classes ``(n,)``, or one-hot rows ``(n, n_classes)``.
    y_pred : array
        Probabilities ``(n, n_classes)`` or, of class 1, ``(n, 1)``.
    n_bins : int
        At least 2; fewer where there are fewer samples.

    Raises
    ------
    ShapeError, DataError
        If they do not fit each other, or y_pred holds no probabilities.
    """
    n_bins = checks.integer("n_bins", n_bins, least=2)
    true, scores = targets.scores(y_true, y_pred)
    predicted = scores.argmax(axis=1)
    said = scores[np.arange(len(scores)), predicted]
    right = true[np.arange(len(true)), predicted]
    bins = np.array_split(np.argsort(said, kind="stable"), min(n_bins, len(said)))
    x, y = (np.array([of[rows].mean() for rows in bins]) for of in (said, right))
    sizes = np.array([len(rows) for rows in bins])
    error = float((sizes * np.abs(x - y)).sum() / sizes.sum())
    ax = canvas.axes_of(ax, 4.2, 4.0)
    ax.plot([0, 1], [0, 1], "-", color="0.7", linewidth=1, zorder=1)
    ax.plot(x, y, "-", color=canvas.BLUE, linewidth=1)
    ax.scatter(x, y, s=12 + 60 * sizes / sizes.max(), color=canvas.BLUE, zorder=3)
    low = max(0.0, min(float(x.min()), float(y.min())) - 0.05)
    ax.set(xlim=(low, 1.03), ylim=(low, 1.03))
    ax.set(xlabel="probability of the predicted class", ylabel="share that is right")
    _in_percent(ax)
    ax.set_title(f"off by {100 * error:.1f} points on the mean", fontsize="small")
    return ax


def _ranked(
    y_true: ArrayLike, y_pred: ArrayLike, class_names: Sequence[str] | None, metric: str
) -> tuple[list[_Ranked], int]:
    """The classes that are drawn, and how many there are."""
    true, scores = targets.scores(y_true, y_pred)
    names = names_of("class_names", class_names, true.shape[1], "class ")
    metrics.get(metric)(y_true, y_pred)  # says what is wrong with them, if anything is
    places = [1] if true.shape[1] == 2 else list(range(true.shape[1]))
    weight = np.ones(len(true))
    curves = []
    for place in places:
        one_against_all = np.column_stack([1 - scores[:, place], scores[:, place]])
        area = metrics.get(metric)(true[:, place].astype(np.int64), one_against_all)
        curves.append(_Ranked(names[place], curve_of(true[:, place], scores[:, place], weight), float(area)))
    worst = sorted(curves, key=lambda one: one.area)[:_MOST_CURVES]
    return [one for one in curves if one in worst], len(curves)


def _shares(counts: Floats) -> Floats:
    return np.asarray(counts / counts[-1])


def _draw(ax: Axes, place: int, x: Floats, y: Floats, one: _Ranked) -> None:
    name = drawn_names([one.name], canvas.letters_of_names(ax))[0]
    ax.plot(
        x, y, canvas.LINES[place % len(canvas.LINES)], color=canvas.COLOURS[place % len(canvas.COLOURS)],
        label=f"{name} ({one.area:.3f})", zorder=3,
    )  # fmt: skip


def _finished(ax: Picture, ranked: Sequence[_Ranked], n_all: int, corner: str) -> Picture:
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    _in_percent(ax)
    canvas.name_curves(ax, loc=corner, title="area", title_fontsize="small")
    if len(ranked) < n_all:
        ax.set_title(f"the {len(ranked)} of {n_all} classes with the smallest areas", fontsize="small")
    return ax


def _in_percent(ax: Axes) -> None:
    canvas.few_ticks(ax)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(canvas.percent())
