"""Pictures of probabilities: the curves are those of scikit-learn, and the distance from the line is what it says."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

import glassnet as gn
from glassnet.errors import DataError, ShapeError
from tests.plots.trained import told


def points(line: object) -> np.ndarray:
    return np.unique(np.round(np.asarray(line.get_xydata()), 12), axis=0)  # type: ignore[attr-defined]


def test_rates_of_hits_and_false_alarms_are_those_of_scikit_learn() -> None:
    y, p = told(2)
    ax = gn.plots.roc_curves(y, p, class_names=["no", "yes"])
    alarms, hits, _ = roc_curve(y, p[:, 1], drop_intermediate=False)
    np.testing.assert_allclose(points(ax.lines[1]), points_of(alarms, hits), atol=1e-12)
    (label,) = [text.get_text() for text in ax.get_legend().get_texts()]
    assert label == f"yes ({gn.metrics.roc_auc(y, p):.3f})"


def points_of(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.unique(np.round(np.column_stack([x, y]), 12), axis=0)


def test_precision_and_recall_are_those_of_scikit_learn() -> None:
    y, p = told(2)
    ax = gn.plots.precision_recall_curves(y, p)
    precision, recall, _ = precision_recall_curve(y, p[:, 1])
    drawn = points(ax.lines[0])
    expected = points_of(recall, precision)[
        1:
    ]  # scikit-learn's end at recall 0 has precision 1, whatever came
    np.testing.assert_allclose(drawn[drawn[:, 0] > 0], expected[expected[:, 0] > 0], atol=1e-12)
    assert ax.lines[1].get_ydata()[0] == pytest.approx((y == 1).mean())


def test_of_many_classes_the_seven_that_are_ranked_worst_are_drawn() -> None:
    y, p = told(10)
    ax = gn.plots.roc_curves(y, p)
    areas = sorted(
        gn.metrics.roc_auc((y == k).astype(int), np.column_stack([1 - p[:, k], p[:, k]])) for k in range(10)
    )
    drawn = sorted(float(text.get_text().partition("(")[2][:-1]) for text in ax.get_legend().get_texts())
    np.testing.assert_allclose(drawn, areas[:7], atol=6e-4)
    assert ax.get_title() == "the 7 of 10 classes with the smallest areas"


def test_probabilities_that_hold_lie_on_the_line() -> None:
    draw = np.random.default_rng(0)
    p = draw.uniform(size=20_000)
    y = (draw.random(20_000) < p).astype(int)
    calibrated = gn.plots.calibration(y, p[:, None])
    assert float(calibrated.get_title().split()[2]) < 1.5
    surer = p**4 / (p**4 + (1 - p) ** 4)
    assert float(gn.plots.calibration(y, surer[:, None]).get_title().split()[2]) > 10


def test_the_distance_from_the_line_is_the_mean_over_the_bins() -> None:
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.6, 0.4]])
    ax = gn.plots.calibration([0, 1, 0, 0], p, n_bins=2)
    x, y = np.asarray(ax.lines[1].get_xydata()).T
    np.testing.assert_allclose(x, [0.6, 0.85])
    np.testing.assert_allclose(y, [1.0, 0.5])
    assert ax.get_title() == "off by 37.5 points on the mean"


def test_what_has_no_curve_is_refused() -> None:
    with pytest.raises(
        DataError, match="roc_auc ranks samples of class 1 above others; no sample of y_true is of class 1"
    ):
        gn.plots.roc_curves([0, 0], [[0.9, 0.1], [0.5, 0.5]])
    with pytest.raises(ShapeError, match="class_names must hold 2 names"):
        gn.plots.roc_curves(*told(2), class_names=["one"])
