"""The diagram of a network shows its weights, no more and no less."""

from typing import Any

import numpy as np
import pytest
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.colors import to_hex

import glassnet as gn
from glassnet.errors import ArgumentError, NotBuiltError, ShapeError
from glassnet.plots.drawing import canvas
from tests.plots import trained


def collections(ax: Any, kind: type) -> list[Any]:
    return [made for made in ax.collections if isinstance(made, kind)]


def labels(ax: Any) -> list[str]:
    return [label.get_text().replace("\n", " ") for label in ax.get_xticklabels()]


def test_every_weight_is_a_line_of_the_colour_and_style_of_its_sign() -> None:
    net = trained.iris().network
    lines = collections(gn.plots.network_diagram(net), LineCollection)
    dense = [layer.weights for layer in net.layers if isinstance(layer, gn.Dense)]
    assert len(lines) == 2 * len(dense)
    for weights, positive, negative in zip(dense, lines[::2], lines[1::2], strict=True):
        assert len(positive.get_segments()) == (weights > 0).sum()
        assert len(negative.get_segments()) == (weights < 0).sum()
        assert {to_hex(colour) for colour in positive.get_colors()} == {canvas.BLUE.lower()}
        assert {to_hex(colour) for colour in negative.get_colors()} == {canvas.VERMILLION.lower()}
        assert positive.get_linestyles()[0][1] is None
        assert negative.get_linestyles()[0][1] is not None


def test_a_line_joins_the_units_of_its_weight_and_its_width_grows_with_the_size() -> None:
    net = gn.Network([gn.Dense(3)], input_shape=2)
    net.layers[0].weights = [[1.0, -2.0, 0.0], [0.5, 4.0, 3.0]]
    positive, negative = collections(gn.plots.network_diagram(net), LineCollection)
    inputs, units = (
        sorted(
            {end[1] for line in (*positive.get_segments(), *negative.get_segments()) for end in (line[k],)}
        )[::-1]
        for k in (0, 1)
    )
    drawn = {
        (inputs.index(start[1]), units.index(end[1])): width
        for group in (positive, negative)
        for (start, end), width in zip(group.get_segments(), group.get_linewidths(), strict=True)
    }
    assert sorted(drawn) == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
    by_size = sorted(drawn, key=lambda place: abs(float(net.layers[0].weights[place])))
    assert [drawn[place] for place in by_size] == sorted(drawn.values())


def test_every_unit_is_a_circle_up_to_fifty() -> None:
    net = gn.Network([gn.Dense(50), gn.Dense(51), gn.Dense(1)], input_shape=4, seed=0)
    ax = gn.plots.network_diagram(net)
    assert [len(made.get_offsets()) for made in collections(ax, EllipseCollection)] == [4, 50, 16, 1]
    assert labels(ax) == ["input 4", "Dense 50", "Dense 51 (16\N{NO-BREAK SPACE}drawn)", "Dense 1"]


def test_a_shortened_layer_shows_the_weights_of_its_first_and_last_units() -> None:
    net = gn.Network([gn.Dense(1)], input_shape=100, seed=0)
    net.layers[0].weights = np.r_[np.ones(8), -np.ones(84), np.ones(8)][:, None]
    positive, negative = collections(gn.plots.network_diagram(net), LineCollection)
    assert (len(positive.get_segments()), len(negative.get_segments())) == (16, 0)


def test_layers_without_units_are_named_below_the_one_that_they_follow() -> None:
    dropout = "Dropout\N{NO-BREAK SPACE}0.2"
    assert labels(gn.plots.network_diagram(trained.iris().network)) == [
        "input 4", f"Dense 6 relu BatchNorm {dropout}", "Dense 5 tanh", "Dense 3 softmax",
    ]  # fmt: skip


def test_the_legend_gives_the_largest_weight() -> None:
    net = gn.Network([gn.Dense(1)], input_shape=2)
    net.layers[0].weights = [[1.0], [-2.5]]
    legend = gn.plots.network_diagram(net).get_legend()
    assert legend is not None
    assert legend.get_title().get_text() == "thickest line: |weight| = 2.5"
    assert [text.get_text() for text in legend.get_texts()] == ["weight > 0", "weight < 0"]


def test_weights_of_zero_are_no_lines() -> None:
    net = gn.Network([gn.Dense(2, initializer="zeros")], input_shape=2)
    assert all(not made.get_segments() for made in collections(gn.plots.network_diagram(net), LineCollection))


def test_inputs_and_outputs_can_be_named() -> None:
    ax = gn.plots.network_diagram(trained.xor().network, input_names=["x1", "x2"], output_names=["different"])
    assert [text.get_text() for text in ax.texts] == ["x1", "x2", "different"]


def test_a_network_that_is_not_built_is_refused() -> None:
    with pytest.raises(NotBuiltError, match="this network is not built"):
        gn.plots.network_diagram(gn.Network([gn.Dense(1)]))


def test_a_network_without_weights_between_units_is_refused() -> None:
    with pytest.raises(ArgumentError) as error:
        gn.plots.network_diagram(gn.Network([gn.Activation("relu")], input_shape=2))
    assert str(error.value) == (
        "this network has no Dense layer, so there are no weights to draw; its layers are (Activation('relu'),)"
    )


def test_there_must_be_a_name_for_each_input() -> None:
    with pytest.raises(ShapeError) as error:
        gn.plots.network_diagram(trained.xor().network, input_names=["x1"])
    assert str(error.value) == "input_names must hold 2 names, one for each; got 1"
