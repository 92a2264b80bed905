"""Gradient flow and histograms show what a backward pass gives."""

from typing import Any

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, NotBuiltError, ShapeError
from tests.plots import trained

OVER_TIME = [gn.plots.gradients_over_time, gn.plots.activation_histograms, gn.plots.gradient_histograms]
NOTHING = "this recorder holds no recording yet; give it to fit first: net.fit(..., callbacks=[recorder])"


def test_gradient_flow_is_the_mean_and_the_largest_of_a_backward_pass() -> None:
    X, y = gn.datasets.iris()
    net = gn.Network([gn.Dense(5, "relu"), gn.Dense(3, "softmax")], seed=0, input_shape=4, dtype="float64")
    ax = gn.plots.gradient_flow(net, X, y)
    loss = gn.losses.get("sparse_categorical_cross_entropy")
    net.backward(loss.gradient(y, net.forward(X)))
    sizes = [np.abs(net.gradients[:20]), np.abs(net.gradients[25:40])]
    largest, mean = ax.lines
    np.testing.assert_allclose(np.asarray(largest.get_ydata(), float), [part.max() for part in sizes])
    np.testing.assert_allclose(np.asarray(mean.get_ydata(), float), [part.mean() for part in sizes])
    assert (largest.get_label(), mean.get_label()) == ("largest", "mean")
    assert largest.get_linestyle() != mean.get_linestyle()
    assert ax.get_yscale() == "log"


def test_layers_with_weights_are_named_by_their_index() -> None:
    case = trained.iris()
    ax = gn.plots.gradient_flow(case.network, case.X, case.y)
    names = [
        label.get_text().replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")
        for label in ax.get_xticklabels()
    ]
    assert names == ["0: Dense 6 relu", "1: BatchNorm", "3: Dense 5 tanh", "4: Dense 3 softmax"]


def test_a_layer_without_any_gradient_says_so() -> None:
    net = gn.Network([gn.Dense(2, "relu", bias_initializer="zeros"), gn.Dense(1)], input_shape=2, seed=0)
    net.layers[0].bias = -100.0
    ax = gn.plots.gradient_flow(net, [[0.5, 0.5]], [1.0], loss="mse")
    assert [(text.get_text(), text.xy[0]) for text in ax.texts] == [("all 0", 0), ("all 0", 1)]
    assert np.isnan(np.asarray(ax.lines[0].get_ydata(), float)).all()


def test_the_network_stays_as_it_is() -> None:
    case = trained.iris()
    before = (
        case.network.parameters.copy(),
        case.network.gradients.copy(),
        case.network.running_statistics.copy(),
    )
    gn.plots.gradient_flow(case.network, case.X, case.y)
    after = case.network.parameters, case.network.gradients, case.network.running_statistics
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


def test_gradients_over_time_have_a_curve_for_each_layer_with_weights() -> None:
    case = trained.iris()
    ax = gn.plots.gradients_over_time(case.recorder)
    recordings = case.recorder.recordings
    assert len(ax.lines) == 4
    for number, line in enumerate(ax.lines):
        np.testing.assert_array_equal(line.get_xdata(), [made.epoch for made in recordings])
        means = [[layer.mean_gradient for layer in made.layers if layer.gradients] for made in recordings]
        np.testing.assert_allclose(np.asarray(line.get_ydata(), float), [row[number] for row in means])


def test_curves_of_ten_layers_can_be_told_apart() -> None:
    lines = gn.plots.gradients_over_time(trained.deep().recorder).lines
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 10


def meshes(ax: Any) -> list[QuadMesh]:
    return [made for panel in ax.child_axes for made in panel.collections if isinstance(made, QuadMesh)]


def test_there_is_a_panel_of_activations_for_each_layer_and_a_column_for_each_recording() -> None:
    case = trained.iris()
    ax = gn.plots.activation_histograms(case.recorder)
    titles = [panel.get_title(loc="left") for panel in ax.child_axes]
    assert titles == ["0: Dense 6 relu", "1: BatchNorm", "3: Dense 5 tanh", "4: Dense 3 softmax"]
    for mesh in meshes(ax):
        assert mesh.get_array().shape[1] == len(case.recorder.recordings)


def test_a_column_holds_the_shares_of_the_outputs() -> None:
    case = trained.spiral()
    mesh = meshes(gn.plots.activation_histograms(case.recorder))[1]
    output = case.network.predict(case.X)
    edges = mesh.get_coordinates()[:, 0, 1]
    shares = np.histogram(output, edges)[0] / output.size
    shown = np.ma.filled(mesh.get_array()[:, -1], 0.0)
    assert np.abs(np.cumsum(shown) - np.cumsum(shares)).max() < 0.03
    assert shown.sum() == pytest.approx(1.0, abs=0.02)


def test_gradients_are_spread_over_their_powers_of_ten() -> None:
    case = trained.spiral()
    ax = gn.plots.gradient_histograms(case.recorder)
    assert ax.get_title() == "log10 |weight gradient| of each layer"
    last = case.recorder.recordings[-1].layers[0]
    low, high = ax.child_axes[0].get_ylim()
    assert low < np.log10(last.mean_gradient) < high
    assert last.gradients is not None
    assert last.gradients.high <= np.log10(last.largest_gradient) + 1e-9


def test_one_recording_is_one_column() -> None:
    recorder = gn.Recorder(*gn.datasets.xor())
    net = gn.Network([gn.Dense(1, "sigmoid")], seed=0)
    net.fit(*gn.datasets.xor(), loss="bce", epochs=1, callbacks=[recorder], progress=False, engine="numpy")
    del recorder.recordings[1:]
    (mesh,) = meshes(gn.plots.activation_histograms(recorder))
    np.testing.assert_array_equal(mesh.get_coordinates()[0, :, 0], [-0.5, 0.5])


@pytest.mark.parametrize("picture", OVER_TIME)
def test_a_recorder_without_recordings_is_refused(picture: Any) -> None:
    with pytest.raises(DataError) as error:
        picture(gn.Recorder([[0.0]], [0.0]))
    assert str(error.value) == NOTHING


def test_networks_without_weights_have_no_gradients() -> None:
    net = gn.Network([gn.Activation("tanh")], input_shape=2)
    with pytest.raises(ArgumentError) as error:
        gn.plots.gradient_flow(net, [[0.0, 1.0]], [[0.5, 1.5]])
    assert str(error.value) == "no layer of this network has weights, so there are no gradients to draw"


def test_what_does_not_fit_is_refused() -> None:
    case = trained.xor()
    with pytest.raises(NotBuiltError, match="this network is not built"):
        gn.plots.gradient_flow(gn.Network([gn.Dense(1)]), case.X, case.y)
    with pytest.raises(ShapeError, match="was built for 2 features; X has 3"):
        gn.plots.gradient_flow(case.network, np.ones((4, 3)), case.y)
    with pytest.raises(ShapeError, match="X has 4 samples and y has 3"):
        gn.plots.gradient_flow(case.network, case.X, case.y[:3])
