"""Initializers draw what their formulas say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from glassnet import initializers
from glassnet.errors import ArgumentError, UnknownNameError
from glassnet.support.registry import from_config, to_config

FAN_IN, FAN_OUT = 400, 250

VARIANCES = {
    "zeros": 0.0,
    "constant": 0.0,
    "normal": 0.01**2,
    "uniform": 0.1**2 / 12,
    "glorot_uniform": 2 / (FAN_IN + FAN_OUT),
    "glorot_normal": 2 / (FAN_IN + FAN_OUT),
    "he_uniform": 2 / FAN_IN,
    "he_normal": 2 / FAN_IN,
    "lecun_uniform": 1 / FAN_IN,
    "lecun_normal": 1 / FAN_IN,
    "torch_linear": 1 / (3 * FAN_IN),
}

LIMITS = {
    "uniform": 0.05,
    "glorot_uniform": math.sqrt(6 / (FAN_IN + FAN_OUT)),
    "he_uniform": math.sqrt(6 / FAN_IN),
    "lecun_uniform": math.sqrt(3 / FAN_IN),
    "torch_linear": 1 / math.sqrt(FAN_IN),
}

ALIASES = {
    "ones": initializers.Constant(1.0),
    "legacy": initializers.Normal(0.01),
    "xavier_uniform": initializers.GlorotUniform(),
    "xavier_normal": initializers.GlorotNormal(),
    "kaiming_uniform": initializers.HeUniform(),
    "kaiming_normal": initializers.HeNormal(),
    "torch": initializers.TorchLinear(),
    "pytorch": initializers.TorchLinear(),
}


OF_NUMPY: Any = np.float32(0.5)


def torch_linear_default(weight: torch.Tensor, generator: torch.Generator) -> None:
    torch.nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)


def torch_he_uniform(weight: torch.Tensor, generator: torch.Generator) -> None:
    torch.nn.init.kaiming_uniform_(weight, nonlinearity="relu", generator=generator)


def torch_he_normal(weight: torch.Tensor, generator: torch.Generator) -> None:
    torch.nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)


def torch_lecun_normal(weight: torch.Tensor, generator: torch.Generator) -> None:
    torch.nn.init.kaiming_normal_(weight, nonlinearity="linear", generator=generator)


def torch_lecun_uniform(weight: torch.Tensor, generator: torch.Generator) -> None:
    torch.nn.init.kaiming_uniform_(weight, nonlinearity="linear", generator=generator)


def torch_glorot_uniform(weight: torch.Tensor, generator: torch.Generator) -> None:
    torch.nn.init.xavier_uniform_(weight, generator=generator)


def torch_glorot_normal(weight: torch.Tensor, generator: torch.Generator) -> None:
    torch.nn.init.xavier_normal_(weight, generator=generator)


TORCH_TWINS: dict[str, Callable[[torch.Tensor, torch.Generator], None]] = {
    "glorot_uniform": torch_glorot_uniform,
    "glorot_normal": torch_glorot_normal,
    "he_uniform": torch_he_uniform,
    "he_normal": torch_he_normal,
    "lecun_uniform": torch_lecun_uniform,
    "lecun_normal": torch_lecun_normal,
    "torch_linear": torch_linear_default,
}


def weights(name: str) -> initializers.Floats:
    random = np.random.default_rng(0)
    return initializers.get(name).draw(random, (FAN_IN, FAN_OUT), FAN_IN, FAN_OUT)


def test_every_initializer_is_tested() -> None:
    assert set(initializers.names()) == set(VARIANCES)


@pytest.mark.parametrize("name", VARIANCES)
def test_weights_have_the_stated_shape_mean_and_variance(name: str) -> None:
    drawn = weights(name)
    center = 1.0 if name == "constant" else 0.0
    deviation = math.sqrt(VARIANCES[name])
    assert drawn.shape == (FAN_IN, FAN_OUT)
    assert drawn.dtype == np.float64
    assert drawn.mean() == pytest.approx(center, abs=4 * deviation / math.sqrt(drawn.size))
    assert drawn.std() == pytest.approx(deviation, rel=0.01)


@pytest.mark.parametrize("name", LIMITS)
def test_uniform_draws_fill_their_interval_and_do_not_leave_it(name: str) -> None:
    drawn = weights(name)
    assert LIMITS[name] * 0.999 < drawn.max() <= LIMITS[name]
    assert -LIMITS[name] <= drawn.min() < -LIMITS[name] * 0.999


@pytest.mark.parametrize("name", sorted(set(VARIANCES) - set(LIMITS) - {"zeros", "constant"}))
def test_normal_draws_are_not_truncated(name: str) -> None:
    drawn = weights(name) / math.sqrt(VARIANCES[name])
    within_two = np.mean(np.abs(drawn) < 2)
    assert within_two == pytest.approx(math.erf(math.sqrt(2)), abs=0.003)
    assert np.abs(drawn).max() > 3.5


@pytest.mark.parametrize("name", TORCH_TWINS)
def test_the_distribution_is_that_of_torch(name: str) -> None:
    theirs = torch.empty(FAN_OUT, FAN_IN, dtype=torch.float64)
    TORCH_TWINS[name](theirs, torch.Generator().manual_seed(0))
    levels = np.linspace(0.02, 0.98, 25)
    ours = np.quantile(weights(name), levels)
    spread = math.sqrt(VARIANCES[name])
    np.testing.assert_allclose(ours, np.quantile(theirs.numpy(), levels), atol=0.03 * spread)


def test_a_bias_is_scaled_by_the_fans_of_its_layer_as_in_torch() -> None:
    drawn = initializers.TorchLinear().draw(np.random.default_rng(0), (5000,), 16, 5000)
    torch.manual_seed(0)
    theirs = torch.nn.Linear(16, 5000).bias.detach().numpy()
    assert drawn.shape == (5000,)
    assert np.abs(drawn).max() == pytest.approx(0.25, rel=1e-3)
    assert np.abs(theirs).max() == pytest.approx(0.25, rel=1e-3)


def test_normal_is_the_legacy_stream_layer_after_layer() -> None:
    ours, legacy = np.random.RandomState(42), np.random.RandomState(42)
    draw = initializers.get("legacy").draw
    np.testing.assert_array_equal(draw(ours, (2, 4), 2, 4), 0.01 * legacy.randn(2, 4))
    np.testing.assert_array_equal(draw(ours, (4, 1), 4, 1), 0.01 * legacy.randn(4, 1))


@pytest.mark.parametrize("name", initializers.names())
def test_the_same_seed_draws_the_same(name: str) -> None:
    np.testing.assert_array_equal(weights(name), weights(name))


@pytest.mark.parametrize("name", ["zeros", "constant"])
def test_constant_values_leave_the_random_stream_alone(name: str) -> None:
    random = np.random.RandomState(0)
    initializers.get(name).draw(random, (3, 2), 3, 2)
    assert random.randn() == np.random.RandomState(0).randn()


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases_name_the_same_initializers(alias: str) -> None:
    assert initializers.get(alias) == ALIASES[alias]


@pytest.mark.parametrize(
    "initializer",
    [
        *map(initializers.get, initializers.names()),
        initializers.Normal(OF_NUMPY),
        initializers.Uniform(-1, 2),
    ],
    ids=repr,
)
def test_configuration_rebuilds_the_initializer(initializer: initializers.Initializer) -> None:
    assert from_config(to_config(initializer)) == initializer


@pytest.mark.parametrize("scale", [-0.1, math.nan, math.inf, "wide", True])
def test_a_scale_that_is_no_spread_is_refused(scale: float) -> None:
    with pytest.raises(ArgumentError, match="scale of Normal must be a finite number and >= 0"):
        initializers.Normal(scale)


@pytest.mark.parametrize("name", ["low", "high"])
def test_a_bound_that_is_not_finite_is_refused(name: str) -> None:
    with pytest.raises(ArgumentError, match=f"{name} of Uniform must be a finite number; got inf"):
        initializers.Uniform(**{name: math.inf})


def test_bounds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"low of Uniform must be below high; got low=0\.1, high=0\.1"):
        initializers.Uniform(0.1, 0.1)


def test_a_constant_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ArgumentError, match="value of Constant must be a finite number; got nan"):
        initializers.Constant(math.nan)


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no initializer is called 'he_norm'.*'he_normal'"):
        initializers.get("he_norm")
