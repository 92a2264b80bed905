"""The loss over a plane of parameters, and samples in two dimensions."""

from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, NotBuiltError, ShapeError
from glassnet.plots.drawing.directions import principal, random
from glassnet.plots.embeddings import layer_outputs, principal_components
from tests.plots import trained


def path_of(case: trained.Trained) -> Any:
    return np.array([made.parameters for made in case.recorder.recordings], np.float64)


def test_principal_directions_are_those_of_scikit_learn() -> None:
    steps = path_of(trained.plane()) - path_of(trained.plane())[-1]
    plane = principal(trained.plane().recorder)
    _, _, expected = np.linalg.svd(steps[:-1], full_matrices=False)
    for ours, theirs in zip((plane.first, plane.second), expected, strict=False):
        assert abs(float(ours @ theirs)) == pytest.approx(1.0)
    # About the origin and not about the mean: the components of PCA where every step comes with its opposite.
    both = PCA(2).fit(np.concatenate([steps[:-1], -steps[:-1]]))
    for ours, theirs in zip((plane.first, plane.second), both.components_, strict=True):
        assert abs(float(ours @ theirs)) == pytest.approx(1.0)
    shares = both.explained_variance_ratio_
    assert plane.labels == tuple(
        f"path component {number} ({100 * share:.3g} %)" for number, share in zip((1, 2), shares, strict=True)
    )


def test_the_path_is_projected_onto_the_plane_and_ends_at_its_origin() -> None:
    case = trained.plane()
    ax = gn.plots.loss_surface(case.network, case.X, case.y, path=case.recorder, points=5)
    line = ax.lines[1]
    plane = principal(case.recorder)
    moved = path_of(case) - path_of(case)[-1]
    np.testing.assert_allclose(np.asarray(line.get_xdata(), float), moved @ plane.first, atol=1e-9)
    np.testing.assert_allclose(np.asarray(line.get_ydata(), float), moved @ plane.second, atol=1e-9)
    assert (line.get_xdata()[-1], line.get_ydata()[-1]) == pytest.approx((0.0, 0.0), abs=1e-9)
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["start", "end"]


def test_random_directions_have_the_length_of_the_weights_of_each_unit() -> None:
    net = trained.iris().network
    plane = random(net, seed=3)
    for direction in (plane.first, plane.second):
        for slot in net.layout.parameters:
            part = direction[slot.start : slot.stop].reshape(slot.parameter.shape)
            if len(slot.parameter.shape) == 2:
                own = net.parameters[slot.start : slot.stop].reshape(slot.parameter.shape)
                np.testing.assert_allclose(
                    np.linalg.norm(part, axis=0), np.linalg.norm(own, axis=0), rtol=1e-5
                )
            else:
                assert not part.any()
    assert abs(plane.first @ plane.second) < 0.9 * np.linalg.norm(plane.first) * np.linalg.norm(plane.second)


def test_the_contours_hold_the_loss_of_the_network_and_the_network_stays_as_it_is() -> None:
    case = trained.plane()
    before = case.network.parameters.copy()
    ax = gn.plots.loss_surface(case.network, case.X, case.y, points=3, seed=5)
    np.testing.assert_array_equal(case.network.parameters, before)
    plane = random(case.network, seed=5)
    losses = []
    for up in (-1, 0, 1):
        for across in (-1, 0, 1):
            moved = case.network.copy()
            moved.parameters = before + across * plane.first + up * plane.second
            losses.append(float(np.mean((moved.predict(case.X) - case.y) ** 2)))
    levels = ax.collections[0].levels
    assert levels[0] == pytest.approx(min(losses), rel=0.5) or levels[0] <= min(losses)
    assert levels[-1] >= max(losses) * (1 - 1e-9)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("random direction 1", "random direction 2")


def test_a_path_can_be_seen_along_random_directions() -> None:
    case = trained.plane()
    ax = gn.plots.loss_surface(
        case.network, case.X, case.y, path=case.recorder, directions="random", points=3
    )
    assert len(ax.lines[1].get_xdata()) == len(case.recorder.recordings)
    assert ax.get_xlabel() == "random direction 1"


def test_what_makes_no_surface_is_refused() -> None:
    case, other = trained.plane(), trained.xor()
    with pytest.raises(ArgumentError) as error:
        gn.plots.loss_surface(case.network, case.X, case.y, directions="pca")
    assert str(error.value) == "directions must be 'principal' or 'random'; got 'pca'"
    with pytest.raises(ArgumentError) as error:
        gn.plots.loss_surface(case.network, case.X, case.y, directions="principal")
    assert str(error.value) == (
        "principal components are those of a path; give path=, a Recorder that fit was given"
    )
    with pytest.raises(ArgumentError) as error:
        gn.plots.loss_surface(case.network, case.X, case.y, path=other.recorder)
    assert str(error.value) == "path recorded a network of 17 parameters; this one has 33"
    with pytest.raises(ArgumentError) as error:
        gn.plots.loss_surface(case.network, case.X, case.y, points=2)
    assert str(error.value) == "points must be an integer >= 3; got 2"
    with pytest.raises(DataError, match="this recorder holds no recording yet"):
        gn.plots.loss_surface(case.network, case.X, case.y, path=gn.Recorder(case.X, case.y))
    with pytest.raises(NotBuiltError, match="this network is not built"):
        gn.plots.loss_surface(gn.Network([gn.Dense(1)]), case.X, case.y, loss="mse")


def test_a_path_that_is_too_short_is_refused() -> None:
    case = trained.digits()
    with pytest.raises(DataError) as error:
        gn.plots.loss_surface(case.network, case.X, case.y, path=case.recorder)
    assert str(error.value) == (
        "the principal components of a path need at least 3 recordings; this recorder holds 2. "
        "Record more often, or choose directions='random'"
    )


def test_principal_components_are_those_of_scikit_learn() -> None:
    case = trained.iris()
    outputs = layer_outputs(case.network, case.network.features(case.X), 3).astype(np.float64)
    expected = PCA(2).fit(outputs)
    points, labels = principal_components(outputs)
    np.testing.assert_allclose(np.abs(points), np.abs(expected.transform(outputs)), atol=1e-6)
    shares = 100 * expected.explained_variance_ratio_
    assert labels == tuple(
        f"principal component {number} ({share:.3g} %)" for number, share in zip((1, 2), shares, strict=True)
    )


def test_outputs_of_a_layer_are_those_of_prediction() -> None:
    case = trained.iris()
    rows = case.network.features(case.X)
    np.testing.assert_allclose(layer_outputs(case.network, rows, 4), case.network.predict(case.X), rtol=1e-6)
    first = np.maximum(rows @ case.network.layers[0].weights + case.network.layers[0].bias, 0)
    np.testing.assert_allclose(layer_outputs(case.network, rows, 0), first, atol=1e-5)


def test_the_last_hidden_layer_is_drawn_class_by_class() -> None:
    case = trained.iris()
    ax = gn.plots.embedding(case.network, case.X, case.y, class_names=["setosa", "versicolor", "virginica"])
    assert ax.get_title() == "outputs of layer 3: Dense 5 tanh"
    points, _ = principal_components(
        layer_outputs(case.network, case.network.features(case.X), 3).astype(np.float64)
    )
    for number, made in enumerate(ax.collections):
        np.testing.assert_allclose(made.get_offsets(), points[case.y == number])
        assert made.get_label() == ("setosa", "versicolor", "virginica")[number]


def test_values_are_shades() -> None:
    case = trained.plane()
    (points,) = gn.plots.embedding(case.network, case.X, case.y).collections
    np.testing.assert_allclose(points.get_array(), case.y[:, 0])


def test_neighbours_can_be_kept_together_by_tsne() -> None:
    case = trained.iris()
    ax = gn.plots.embedding(case.network, case.X[::5], case.y[::5], method="tsne")
    assert sum(len(made.get_offsets()) for made in ax.collections) == 30
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("t-SNE coordinate 1", "t-SNE coordinate 2")


def test_what_makes_no_embedding_is_refused() -> None:
    case = trained.xor()
    with pytest.raises(ArgumentError) as error:
        gn.plots.embedding(case.network, case.X, method="umap")
    assert str(error.value) == "method must be 'pca' or 'tsne'; got 'umap'"
    with pytest.raises(ArgumentError) as error:
        gn.plots.embedding(case.network, case.X, layer=7)
    assert str(error.value) == "layer must be one that computes, 0, 1; got 7"
    with pytest.raises(ShapeError) as error:
        gn.plots.embedding(case.network, case.X, layer=1)
    assert str(error.value) == (
        "an embedding by pca needs at least 2 samples and 2 outputs; layer 1 gives 4 samples of 1"
    )
    with pytest.raises(ArgumentError) as error:
        gn.plots.embedding(trained.single().network, case.X)
    assert str(error.value) == (
        "this network has no hidden layer; choose the layer to draw, such as layer=0 for its outputs"
    )
    with pytest.raises(ShapeError, match="X has 4 samples and y has 3; they must be equal"):
        gn.plots.embedding(case.network, case.X, case.y[:3])


def test_of_a_network_of_distances_its_outputs_are_drawn_with_a_colour_for_each_class() -> None:
    case = trained.triplet()
    ax = gn.plots.embedding(case.network, case.X, case.y)
    assert ax.get_title().startswith("outputs of layer 1: Dense 3")
    expected, _ = principal_components(case.network.predict(case.X).astype(np.float64))
    drawn = np.concatenate([np.asarray(dots.get_offsets(), float) for dots in ax.collections])
    order = np.concatenate([np.flatnonzero(case.y == label) for label in np.unique(case.y)])
    np.testing.assert_allclose(drawn, expected[order], atol=1e-6)
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["class 3", "class 5", "class 10"]
    assert len({tuple(np.ravel(dots.get_facecolor())) for dots in ax.collections}) == 3
    assert len(ax.figure.axes) == 1


def test_labels_that_are_no_values_of_the_outputs_are_classes_also_without_a_loss() -> None:
    net = gn.Network([gn.Dense(6, "tanh"), gn.Dense(3)], seed=0, input_shape=3)
    X = np.random.default_rng(0).normal(size=(12, 3))
    ax = gn.plots.embedding(net, X, np.arange(12) % 4, layer=1, class_names=list("abcd"))
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == list("abcd")
