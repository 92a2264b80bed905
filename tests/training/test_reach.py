"""Targets that outputs cannot come near are refused before the first epoch; what they can learn from, trains."""

import math
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.activations import Function
from glassnet.errors import DataError
from glassnet.layers import Activation, BatchNorm, Dense, LayerNorm

N = 200
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(N, 3))
GRID = (np.arange(N) + 0.5) / N
COIN = (np.arange(N) % 2).astype(float)
NOISE = RANDOM.normal(size=N)
QUIET: dict[str, Any] = {"engine": "numpy", "progress": False, "epochs": 1}


def own(function: Any) -> Function:
    return Function(function, np.ones_like, "own")


def fitted(last: Any, loss: Any, y: Any, **options: Any) -> gn.Network:
    net = gn.Network([Dense(4, "tanh"), *(last if isinstance(last, list) else [last])], seed=0)
    net.fit(X, y, loss=loss, **QUIET | options)
    return net


OUT_OF_REACH: list[tuple[Any, Any, Any, str]] = [
    (Dense(1, "sigmoid"), "mse", 100 * GRID,
     r"y holds targets from 0\.25 to 99\.75, on average 50, and layer 1, Dense\(1, 'sigmoid'\), gives numbers from 0 "
     "to 1: 99% of the targets are out of its reach; make the last layer linear, or bring the targets into that range"),
    (Dense(1, "sigmoid"), "mae", 100 * GRID, "numbers from 0 to 1"),
    (Dense(1, "sigmoid"), gn.losses.Huber(0.1), 100 * GRID, "numbers from 0 to 1"),
    (Dense(1, "sigmoid"), gn.losses.Quantile(0.9), 100 * GRID, "numbers from 0 to 1"),
    (Dense(1, "sigmoid"), "poisson", np.arange(N) % 7 + 10, 'end the network with "softplus"$'),
    (Dense(1, "tanh"), "mse", 1 + 2 * GRID, "numbers from -1 to 1"),
    (Dense(1, "relu"), "mse", -1 - GRID, "gives no number below 0: 100%"),
    (Dense(1, "softplus"), "mse", -1 - GRID, "gives no number below 0"),
    (Dense(1, "elu"), "mse", -5 - GRID, "gives no number below -1"),
    (Dense(1, "silu"), "mae", -5 - GRID, r"gives no number below -0\.278"),
    (Dense(3, "softmax"), "mse", np.outer(GRID, [10, 20, 30]), "column 0 of y .* numbers from 0 to 1"),
    (Dense(2, "sigmoid"), "mse", np.column_stack([COIN, 50 * GRID]), "column 1 of y holds targets from 0.125"),
    (Dense(1, "sigmoid"), "mse", COIN + 1, "50% of the targets .*; for classes use softmax and sparse_cat"),
    (Dense(1, "sigmoid"), "mse", np.full(N, 5), "y holds the target 5 for every sample"),
    ([Dense(1), Activation("tanh")], "mse", 100 * GRID, r"layer 2, Activation\('tanh'\), gives numbers from -1"),
    ([Dense(1, "sigmoid"), Activation("sigmoid")], "bce", COIN * (GRID < 0.5), r"numbers from 0\.5 to 0\.731.*"
     "one activation that gives all numbers from 0 to 1"),
    (Dense(1, own(np.sin)), "mse", 5 + GRID, "numbers from -1 to 1"),
    (Dense(1, own(lambda z: -z * z)), "mse", 5 + GRID, "no number above 0"),
]  # fmt: skip


@pytest.mark.parametrize(("last", "loss", "y", "message"), OUT_OF_REACH)
def test_targets_out_of_reach_are_refused(last: Any, loss: Any, y: Any, message: str) -> None:
    net = gn.Network([Dense(4, "tanh"), *(last if isinstance(last, list) else [last])], seed=0)
    with pytest.raises(DataError, match=message):
        net.fit(X, y, loss=loss, **QUIET)
    assert not net.built and net.loss is None
    batches = [(X[part], np.asarray(y)[part]) for part in (slice(0, 80), slice(80, N))]
    with pytest.raises(DataError, match="the batches holds"):
        net.fit(batches, loss=loss, **QUIET)
    assert not net.built


WITHIN_REACH: list[tuple[Any, Any, Any]] = [
    (Dense(1, "sigmoid"), "mse", COIN),
    (Dense(1, "sigmoid"), "mse", (GRID > 0.97).astype(float)),
    (Dense(1, "sigmoid"), "bce", COIN),
    (Dense(1, "tanh"), "mse", 2 * COIN - 1),
    (Dense(1, "tanh"), "mse", 2 * COIN - 1 + 0.3 * NOISE),
    (Dense(1, "sigmoid"), "mse", COIN + NOISE),
    (Dense(1, "sigmoid"), "mse", np.full(N, 1.0)),
    (Dense(1, "relu"), "mse", np.maximum(NOISE, 0) + 0.1 * RANDOM.normal(size=N)),
    (Dense(1, "relu"), "mse", NOISE),
    (Dense(1, "relu"), "mse", 1e18 * GRID),
    (Dense(1, "leaky_relu"), "mse", -100 * GRID),
    (Dense(1), "mse", 1e6 * GRID),
    (Dense(1, "sigmoid"), gn.losses.Quantile(0.005), 100 * GRID),
    (Dense(1, "sigmoid"), "poisson", RANDOM.poisson(0.9, N)),
    ([Dense(1, "sigmoid"), BatchNorm()], "mse", 100 * GRID),
    ([Dense(3, "sigmoid"), LayerNorm()], "mse", np.outer(GRID, [10, 20, 30])),
    ([Dense(1, "sigmoid"), Dense(1)], "mse", 100 * GRID),
    (Dense(1, own(lambda z: 0.5 + 0.4 * np.tanh(z))), "mse", (GRID > 0.95).astype(float)),
    (Dense(1, own(lambda z: np.sign(z) * np.log1p(abs(z)))), "mse", 200 * (GRID - 0.5)),
    (Dense(1, own(np.vectorize(lambda z: math.exp(z)))), "mse", -1 - GRID),
    (Dense(1, "sigmoid"), gn.losses.Function(lambda y, p: (y - 100 * p) ** 2, lambda y, p: 200 * (100 * p - y)),
     100 * GRID),
]  # fmt: skip


@pytest.mark.parametrize(("last", "loss", "y"), WITHIN_REACH)
def test_what_can_be_learned_from_trains(last: Any, loss: Any, y: Any) -> None:
    fitted(last, loss, y)


@pytest.mark.parametrize(("missed", "refused"), [(100, True), (99, False)])
def test_half_of_the_targets_must_be_out_of_reach(missed: int, refused: bool) -> None:
    y = np.where(np.arange(N) < missed, 3.0, 1.0)
    _outcome(Dense(1, "sigmoid"), y, refused)


@pytest.mark.parametrize(("beyond", "refused"), [(0.011, True), (0.009, False)])
def test_a_tenth_of_the_spread_is_not_far(beyond: float, refused: bool) -> None:
    """Spread over 0.1, all of them above 1; those of one half by little."""
    y = 1 + np.where(COIN == 1, 0.1, beyond)
    y[0], y[1::4] = 1.0, 1 + beyond
    _outcome(Dense(1, "sigmoid"), y, refused)


@pytest.mark.parametrize(("high", "refused"), [(1.3, True), (1.4, False)])
def test_the_mean_of_the_targets_must_be_out_of_reach_too(high: float, refused: bool) -> None:
    """Two thirds lie at -1; a tenth of the spread more than a ReLU gives their mean is out of its reach."""
    y = np.where(np.arange(N) % 3 == 0, high, -1.0)[: 3 * (N // 3)]
    _outcome(Dense(1, "relu"), y, refused)


@pytest.mark.parametrize(("rare", "refused"), [(3.4, True), (3.5, False)])
def test_the_nearest_outputs_must_leave_half_of_the_loss(rare: float, refused: bool) -> None:
    """Nine tenths lie at -1, a tenth far above: a ReLU that learns those has learned most where they are far enough."""
    y = np.where(np.arange(N) % 10 == 0, rare, -1.0)
    _outcome(Dense(1, "relu"), y, refused)


def _outcome(last: Dense, y: Any, refused: bool) -> None:
    net = gn.Network([last], seed=0)
    if not refused:
        net.fit(X[: len(y)], y, loss="mse", **QUIET)
        return
    with pytest.raises(DataError, match="out of its reach"):
        net.fit(X[: len(y)], y, loss="mse", **QUIET)


def test_samples_of_weight_0_do_not_count() -> None:
    missing = np.arange(N) % 5 > 1
    y = np.where(missing, -1.0, COIN)
    with pytest.raises(DataError, match="60% of the targets"):
        fitted(Dense(1, "sigmoid"), "mse", y)
    fitted(Dense(1, "sigmoid"), "mse", y, sample_weight=1.0 - missing)
    with pytest.raises(DataError, match="60% of the targets"):
        fitted(Dense(1, "sigmoid"), "mse", y, sample_weight=np.full(N, 2.0))


def test_targets_of_a_stream_are_not_looked_at_as_a_whole() -> None:
    net = gn.Network([Dense(1, "tanh")], seed=0)
    net.fit(((X[part], (GRID * 1.3)[part]) for part in (slice(160, N), slice(0, 160))), loss="mse", **QUIET)


def test_a_diagnosis_speaks_of_targets_that_lie_outside_in_part() -> None:
    for y in (NOISE, 2 * COIN - 1, np.arange(N) % 3):
        net = fitted(Dense(1, "sigmoid"), "mse", y)
        report = gn.diagnose(net, X, y)
        assert "of the targets lie outside" in str(report)
