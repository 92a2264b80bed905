"""Curves of activations, and images of weights."""

import re
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.errors import ArgumentError, NotBuiltError, ShapeError, UnknownNameError
from tests.plots import trained

ELEMENTWISE = [name for name in gn.activations.names() if name not in ("softmax", "log_softmax", "step")]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_activation_is_drawn_beside_its_derivative(name: str) -> None:
    value, slope = gn.plots.activation(name).lines[:2]
    z, a = np.asarray(value.get_xdata(), float), np.asarray(value.get_ydata(), float)
    differences = np.gradient(a, z)
    drawn = np.asarray(slope.get_ydata(), float)
    facts = gn.activations.get(name).facts
    assert facts is not None
    kink = np.any([np.abs(z - place) < 0.03 for place in (*facts.kinks, np.inf)], axis=0)
    np.testing.assert_allclose(drawn[~kink][1:-1], differences[~kink][1:-1], atol=1e-3)


def test_the_step_of_a_derivative_is_a_gap_and_not_a_line() -> None:
    slope = np.asarray(gn.plots.activation("relu").lines[1].get_ydata(), float)
    assert np.isnan(slope).sum() == 1
    assert set(slope[~np.isnan(slope)]) == {0.0, 1.0}


def test_a_function_of_your_own_can_be_drawn() -> None:
    mine = gn.activations.Function(np.sin, np.cos)
    ax = gn.plots.activation(mine, span=(0.0, 3.0))
    value, slope = ax.lines[:2]
    np.testing.assert_allclose(np.asarray(value.get_ydata()), np.sin(np.linspace(0, 3, 801)))
    np.testing.assert_allclose(np.asarray(slope.get_ydata()), np.cos(np.linspace(0, 3, 801)))
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("sin", "pre-activation z", "output a")


def test_several_activations_are_told_apart_and_named() -> None:
    names = ["relu", "gelu", "silu", "elu"]
    ax = gn.plots.activations(names)
    lines = ax.lines[: len(names)]
    assert [line.get_label() for line in lines] == names
    assert len({line.get_linestyle() for line in lines}) == 4
    for name, line in zip(names, lines, strict=True):
        expected = getattr(torch.nn.functional, name)(torch.tensor(np.asarray(line.get_xdata())))
        np.testing.assert_allclose(np.asarray(line.get_ydata(), float), expected.numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: gn.plots.activation("softmax"),
            "softmax has no curve to draw: each of its outputs depends on all inputs of its row",
        ),
        (
            lambda: gn.plots.activation("relu", span=(1.0, 1.0)),
            "span must be two finite numbers, the smaller one first; got (1.0, 1.0)",
        ),
        (
            lambda: gn.plots.activations([]),
            "choices must be a list of activations, such as ['relu', 'tanh']; got []",
        ),
        (
            lambda: gn.plots.activations("relu"),
            "choices must be a list of activations, such as ['relu', 'tanh']; got 'relu'",
        ),
    ],
)
def test_what_is_no_curve_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        call()
    assert str(error.value) == message


def test_an_unknown_activation_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'relu'"):
        gn.plots.activation("rela")


def test_each_unit_is_an_image_of_its_weights() -> None:
    net = trained.digits().network
    (image,) = gn.plots.weight_images(net).images
    shown = np.ma.filled(image.get_array(), np.nan)
    weights = net.layers[0].weights
    for unit, (row, column) in {0: (0, 0), 1: (0, 1), 8: (1, 0), 49: (6, 1)}.items():
        block = shown[9 * row : 9 * row + 8, 9 * column : 9 * column + 8]
        np.testing.assert_array_equal(block, weights[:, unit].reshape(8, 8))
    assert np.isnan(shown[8]).all()
    largest = float(np.abs(weights).max())
    assert image.get_clim() == (-largest, largest)


def test_white_is_zero_and_negative_weights_are_lighter_than_positive_ones_also_in_grey() -> None:
    net = trained.digits().network
    (image,) = gn.plots.weight_images(net).images
    colours = image.get_cmap()([0.0, 0.5, 1.0])[:, :3]
    np.testing.assert_allclose(colours[1], 1.0, atol=0.01)
    grey = colours @ [0.2126, 0.7152, 0.0722]
    assert grey[0] - grey[2] > 0.15


def test_samples_of_two_axes_give_the_shape() -> None:
    net = gn.Network([gn.Flatten(), gn.Dense(1)], input_shape=(2, 3), seed=0)
    (image,) = gn.plots.weight_images(net).images
    np.testing.assert_array_equal(np.asarray(image.get_array()), net.layers[1].weights.reshape(2, 3))


def test_the_first_units_are_drawn_of_many() -> None:
    net = gn.Network([gn.Dense(100)], input_shape=4, seed=0)
    ax = gn.plots.weight_images(net, most=9)
    assert ax.images[0].get_array().shape == (8, 8)
    assert ax.get_title() == "0: Dense 100, the first 9 units, 2 × 2 weights each"


def test_what_makes_no_image_is_refused() -> None:
    net = gn.Network([gn.Dense(1)], input_shape=6)
    with pytest.raises(ShapeError) as error:
        gn.plots.weight_images(net)
    assert str(error.value) == (
        "6 features make no image of 2 rows and 2 columns; give image_shape=(rows, columns)"
    )
    with pytest.raises(ShapeError) as error:
        gn.plots.weight_images(net, (3, 3))
    assert str(error.value) == "6 features make no image of 3 rows and 3 columns; their product must be 6"
    with pytest.raises(ArgumentError) as error:
        gn.plots.weight_images(gn.Network([gn.LayerNorm(), gn.Dense(1)], input_shape=4))
    assert str(error.value) == (
        "images need a network that begins with a Dense layer; this one begins with LayerNorm()"
    )
    with pytest.raises(NotBuiltError, match="this network is not built"):
        gn.plots.weight_images(gn.Network([gn.Dense(1)]))
    with pytest.raises(ArgumentError) as error:
        gn.plots.weight_images(net, (2, 3), most=0)
    assert str(error.value) == "most must be an integer >= 1; got 0"


# ---- several derivatives, and losses


def curve(line: Any) -> tuple[Any, Any]:
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def test_several_derivatives_are_drawn_and_named() -> None:
    names = ["relu", "tanh", "gelu"]
    ax = gn.plots.activations(names, derivatives=True)
    assert ax.get_ylabel() == "derivative f′(z)"
    for line, name in zip(ax.lines, names, strict=False):
        z, shown = curve(line)
        part = gn.activations.get(name)
        known = ~np.isnan(shown)
        np.testing.assert_allclose(shown[known], part.slope(z, part.value(z))[known])
        assert known.sum() >= len(z) - 1


@pytest.mark.parametrize(
    ("name", "target"),
    [("mse", 0.0), ("mae", 0.0), ("huber", 0.0), ("quantile", 0.0), ("poisson", 2.0), ("bce", 1.0), ("cce", 1.0),
     ("kl", 1.0), ("sigmoid_cross_entropy", 1.0), ("bce", 0.25)],
)  # fmt: skip
def test_a_loss_is_drawn_beside_the_slope_that_central_differences_give(name: str, target: float) -> None:
    ax = gn.plots.loss(name, target=target)
    (p, values), (_, slopes) = (curve(line) for line in ax.lines[:2])
    step = p[1] - p[0]
    numeric = (values[2:] - values[:-2]) / (2 * step)
    smooth = np.abs(np.diff(slopes, 2)) < 0.02 * np.nanmax(np.abs(slopes))
    np.testing.assert_allclose(slopes[1:-1][smooth], numeric[smooth], rtol=0.02, atol=0.02)
    loss = gn.losses.get(name)
    single = np.array([loss.value(np.array([[target]]), np.array([[one]])) for one in p[::100]])
    np.testing.assert_allclose(values[::100], single, rtol=1e-12)
    assert f"target {target:g}" in ax.get_title()


def test_the_step_of_a_loss_s_derivative_is_a_gap() -> None:
    slopes = curve(gn.plots.loss("mae").lines[1])[1]
    assert 1 <= np.isnan(slopes).sum() <= 2


@pytest.mark.parametrize("derivatives", [False, True])
def test_several_losses_are_told_apart_and_named(derivatives: bool) -> None:
    ax = gn.plots.losses(["mse", "mae", "huber"], derivatives=derivatives)
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "mean_squared_error", "mean_absolute_error", "huber",
    ]  # fmt: skip
    assert len({(line.get_color(), line.get_linestyle()) for line in ax.lines[:3]}) == 3
    assert ax.get_ylabel() == ("∂loss/∂prediction" if derivatives else "loss")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gn.plots.loss("softmax_cross_entropy"), "softmax_cross_entropy has no curve to draw"),
        (lambda: gn.plots.loss("scce"), "sparse_categorical_cross_entropy has no curve to draw"),
        (lambda: gn.plots.loss("triplet"), "triplet_hard has no curve to draw"),
        (lambda: gn.plots.loss("bce", target=2), "target of binary_cross_entropy must be from 0 to 1; got 2"),
        (
            lambda: gn.plots.loss("bce", span=(-1, 1)),
            "span of binary_cross_entropy must lie above 0 and up to 1",
        ),
        (lambda: gn.plots.losses("mse"), "choices must be a list of losses"),
        (
            lambda: gn.plots.losses(["mse", "bce"]),
            "several kinds: probabilities, values; draw",
        ),
        (lambda: gn.plots.losses(["mse"], derivatives="no"), "derivatives must be True or False; got 'no'"),
    ],
)
def test_what_is_no_curve_of_a_loss_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        call()
