"""The plane shows what the network predicts there."""

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, NotBuiltError, ShapeError
from glassnet.plots.drawing import canvas
from tests.plots import trained


def grid_of(ax: Any) -> Any:
    """The points (n, 2) at which the picture's cells have their middles, row by row from below."""
    rows, columns = ax.images[0].get_array().shape
    left, right, low, high = ax.images[0].get_extent()
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = low + (np.arange(rows) + 0.5) * (high - low) / rows
    return np.column_stack([np.tile(x, rows), np.repeat(y, columns)])


def test_each_point_has_the_colour_of_the_most_probable_class() -> None:
    case = trained.spiral()
    ax = gn.plots.decision_boundary(case.network, case.X, case.y)
    image = ax.images[0]
    predicted = case.network.predict_classes(grid_of(ax))
    np.testing.assert_array_equal(np.asarray(image.get_array()).ravel(), predicted)
    for number in range(3):
        shade = image.get_cmap()(image.norm(number))
        assert to_hex(shade) == canvas.CLASSES[number].lower()


def test_a_probability_is_a_shade_with_a_line_at_one_half() -> None:
    case = trained.xor()
    ax = gn.plots.decision_boundary(case.network, case.X, case.y)
    shown = np.asarray(ax.images[0].get_array()).ravel()
    np.testing.assert_allclose(shown, case.network.predict(grid_of(ax))[:, 0], rtol=1e-6)
    assert ax.images[0].get_clim() == (0.0, 1.0)
    (line,) = [made for made in ax.collections if hasattr(made, "levels")]
    points = np.concatenate([path.vertices for path in line.get_paths()])
    np.testing.assert_allclose(case.network.predict(points), 0.5, atol=0.02)


def test_samples_have_the_colour_and_marker_of_their_class() -> None:
    case = trained.spiral()
    ax = gn.plots.decision_boundary(case.network, case.X, case.y, class_names=["a", "b", "c"])
    groups = [made for made in ax.collections if made.get_label() in "abc"]
    for number, made in enumerate(groups):
        np.testing.assert_allclose(made.get_offsets(), case.X[case.y == number], rtol=1e-6)
        assert to_hex(made.get_facecolor()[0]) == canvas.CLASSES[number].lower()
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "c"]


def test_one_hot_rows_name_the_same_classes() -> None:
    case = trained.spiral()
    plain, encoded = (
        gn.plots.decision_boundary(case.network, case.X, y) for y in (case.y, gn.one_hot(case.y))
    )
    for one, other in zip(plain.collections, encoded.collections, strict=True):
        np.testing.assert_array_equal(one.get_offsets(), other.get_offsets())


def test_without_targets_no_sample_is_drawn() -> None:
    case = trained.spiral()
    ax = gn.plots.decision_boundary(case.network, case.X)
    assert ax.get_legend() is None
    assert all(hasattr(made, "levels") for made in ax.collections)


def test_values_are_contours_and_the_samples_have_the_shade_of_their_target() -> None:
    case = trained.plane()
    ax = gn.plots.decision_boundary(case.network, case.X, case.y)
    filled, _lines, points = ax.collections
    np.testing.assert_allclose(points.get_array(), case.y[:, 0])
    assert points.norm is filled.norm
    answers = case.network.predict(case.X)
    assert filled.levels[0] <= min(answers.min(), case.y.min())
    assert filled.levels[-1] >= max(answers.max(), case.y.max())
    bar = next(other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == "prediction; points: target"


@pytest.mark.parametrize("held", [None, [1.0, 2.0, 3.0, 4.0]])
def test_other_features_are_held(held: list[float] | None) -> None:
    case = trained.iris()
    ax = gn.plots.decision_boundary(case.network, case.X, case.y, features=(3, 1), held=held)
    samples = np.tile(np.median(case.X, axis=0) if held is None else held, (len(grid_of(ax)), 1))
    samples[:, [3, 1]] = grid_of(ax)
    np.testing.assert_array_equal(
        np.asarray(ax.images[0].get_array()).ravel(), case.network.predict_classes(samples)
    )
    at = "their medians" if held is None else "given values"
    assert ax.get_title() == f"2 other features held at {at}"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("feature 3", "feature 1")


def test_features_can_be_named() -> None:
    case = trained.xor()
    ax = gn.plots.decision_boundary(case.network, case.X, feature_names=["width (cm)", "height (cm)"])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("width (cm)", "height (cm)")


def test_logits_are_turned_into_probabilities() -> None:
    case = trained.xor()
    net = gn.Network([gn.Dense(1)], seed=0, input_shape=2)
    net.fit(case.X, case.y, loss="sigmoid_cross_entropy", progress=False, engine="numpy")
    ax = gn.plots.decision_boundary(net, case.X, case.y)
    logits = net.predict(grid_of(ax))[:, 0].astype(float)
    np.testing.assert_allclose(
        np.asarray(ax.images[0].get_array()).ravel(), 1 / (1 + np.exp(-logits)), rtol=1e-5
    )


def test_a_network_that_is_not_built_is_refused() -> None:
    with pytest.raises(NotBuiltError, match="this network is not built"):
        gn.plots.decision_boundary(gn.Network([gn.Dense(1)]), [[0.0, 1.0]])


@pytest.mark.parametrize(
    ("features", "got"), [((0, 0), "(0, 0)"), ((0, 4), "(0, 4)"), ((1,), "(1,)"), ((0.5, 1), "(0.5, 1)")]
)
def test_the_two_features_must_be_two(features: Any, got: str) -> None:
    case = trained.iris()
    with pytest.raises(ArgumentError) as error:
        gn.plots.decision_boundary(case.network, case.X, case.y, features=features)
    assert str(error.value) == (
        f"features must be two different numbers from 0 to 3, such as (0, 1); got {got}"
    )


def test_one_feature_makes_no_plane() -> None:
    with pytest.raises(ShapeError) as error:
        gn.plots.decision_boundary(gn.Network([gn.Dense(1)], input_shape=1), [[0.0]])
    assert str(error.value) == "a plane needs two features; this network reads samples of 1 feature"


def test_several_values_make_no_plane() -> None:
    with pytest.raises(ArgumentError) as error:
        gn.plots.decision_boundary(gn.Network([gn.Dense(2)], input_shape=2), [[0.0, 1.0]])
    assert str(error.value) == (
        "a plane can show classes or one value; this network gives 2 values for each sample"
    )


def test_data_that_do_not_fit_are_refused() -> None:
    case = trained.iris()
    with pytest.raises(ShapeError, match="was built for 4 features; X has 3"):
        gn.plots.decision_boundary(case.network, case.X[:, :3])
    with pytest.raises(ShapeError) as error:
        gn.plots.decision_boundary(case.network, case.X, case.y[:9])
    assert str(error.value) == "X has 150 samples and y has 9; they must be equal"
    with pytest.raises(ShapeError) as error:
        gn.plots.decision_boundary(case.network, case.X, held=[1.0])
    assert str(error.value) == "held must hold 4 numbers, one for each feature; got 1"
    with pytest.raises(ShapeError) as error:
        gn.plots.decision_boundary(case.network, case.X, feature_names=["a"])
    assert str(error.value) == "feature_names must hold 4 names, one for each; got 1"
    with pytest.raises(ShapeError) as error:
        gn.plots.decision_boundary(case.network, case.X, case.y, class_names=["a"])
    assert str(error.value) == "class_names must hold 3 names, one for each; got 1"
    with pytest.raises(DataError) as error:
        gn.plots.decision_boundary(case.network, case.X, case.y + 1)
    assert str(error.value) == ("y must hold classes 0 to 2, as the network gives; it holds 3 in row 100")
    values = trained.plane()
    with pytest.raises(ShapeError) as error:
        gn.plots.decision_boundary(values.network, values.X, values.y[:5])
    assert str(error.value) == "y must have one value for each of the 60 samples; it has shape (5, 1)"


@pytest.mark.parametrize("names", [["ant", "bee", "cat"], [10, 20, 30], [3, 1, 2]])
def test_samples_may_be_given_by_the_names_of_their_classes(names: Any) -> None:
    random = np.random.default_rng(0)
    X, classes = random.normal(size=(30, 2)), np.arange(30) % 3
    net = gn.Network([gn.Dense(3, "softmax")], seed=0, input_shape=2)
    by_number = gn.plots.decision_boundary(net, X, classes).collections
    net.metadata["class_names"] = names
    drawings = [draw(net, X, np.array(names)[classes]) for draw in (gn.plots.decision_boundary, of_outputs)]
    for found, expected in zip(drawings[0].collections, by_number, strict=True):
        np.testing.assert_array_equal(found.get_offsets(), expected.get_offsets())
    assert len(drawings[1].collections) == 3


def of_outputs(net: gn.Network, X: Any, y: Any) -> Any:
    return gn.plots.embedding(net, X, y, layer=0)
