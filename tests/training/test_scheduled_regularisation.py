"""Dropout and weight decay by a schedule."""

from pathlib import Path

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.errors import ArgumentError
from glassnet.schedules import Chain, CosineDecay, Schedule, StepDecay
from tests.training.fingerprints import fingerprint

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(40, 6)), RANDOM.normal(size=(40, 2))
HALVED = StepDecay(0.4, every=1, factor=0.5)


def network(rate: float | Schedule = 0.0) -> gn.Network:
    return gn.Network(
        [gn.Dense(8, "tanh"), gn.Dropout(rate), gn.Dense(2)], seed=0, dtype="float64", input_shape=6
    )


def fit(
    net: gn.Network, optimizer: gn.optimizers.Optimizer, epochs: int, engine: str = "numpy"
) -> gn.Network:
    net.fit(
        X, Y, loss="mse", optimizer=optimizer, epochs=epochs, batch_size=10, shuffle=False, progress=False,
        engine=engine,
    )  # fmt: skip
    return net


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (gn.AdamW(0.01, weight_decay=CosineDecay(0.5, epochs=3)), torch.optim.AdamW),
        (gn.SGD(0.05, momentum=0.9, weight_decay=CosineDecay(0.5, epochs=3)), torch.optim.SGD),
    ],
)
def test_a_scheduled_decay_is_that_of_torch_set_before_every_step(
    ours: gn.optimizers.Optimizer, theirs: type[torch.optim.Optimizer]
) -> None:
    net = network()
    parameters = [
        torch.tensor(np.array(array), requires_grad=True)
        for layer in (net.layers[0], net.layers[2]) for array in (layer.weights, layer.bias)
    ]  # fmt: skip
    optimizer = theirs(
        parameters, lr=ours.learning_rate, **({"momentum": 0.9} if theirs is torch.optim.SGD else {})
    )
    x, y = torch.tensor(X), torch.tensor(Y)
    for step in range(12):
        optimizer.param_groups[0]["weight_decay"] = float(ours.weight_decay(step / 4))
        part = slice(10 * (step % 4), 10 * (step % 4) + 10)
        optimizer.zero_grad()
        hidden = torch.tanh(x[part] @ parameters[0] + parameters[1])
        ((hidden @ parameters[2] + parameters[3] - y[part]) ** 2).mean().backward()
        optimizer.step()
    fit(net, ours, 3)
    expected = np.concatenate([array.detach().numpy().ravel() for array in parameters])
    np.testing.assert_allclose(net.parameters, expected, rtol=1e-12, atol=1e-14)


def test_a_constant_schedule_is_the_number() -> None:
    constant = gn.schedules.Constant(0.3)
    one = fit(network(0.3), gn.AdamW(0.01, weight_decay=0.3), 3)
    other = fit(network(constant), gn.AdamW(0.01, weight_decay=constant), 3)
    np.testing.assert_array_equal(one.parameters, other.parameters)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_each_epoch_drops_by_its_own_rate_and_scales_by_it(engine: str) -> None:
    """Behind columns of ones a network without weights in between shows what was kept, and by what it was scaled."""
    seen = []
    for epochs in (1, 2):
        net = gn.Network([gn.Dropout(HALVED), gn.Dense(1)], seed=3, dtype="float64", input_shape=2000)
        net.layers[1].weights[...] = 0
        options = {
            "loss": "mae",
            "optimizer": gn.SGD(1.0),
            "epochs": epochs,
            "progress": False,
            "engine": engine,
        }
        net.fit(np.ones((1, 2000)), np.full((1, 1), 1e6), **options)
        seen.append(net.layers[1].weights[:, 0].copy())
    first, second = seen[0], seen[1] - seen[0]
    for steps, rate in ((first, 0.4), (second, 0.2)):
        np.testing.assert_allclose(np.unique(steps.round(9)), [0, 1 / (1 - rate)])
        assert (steps == 0).mean() == pytest.approx(rate, abs=0.05)


def test_a_training_in_two_pieces_goes_on_in_its_schedules() -> None:
    optimizer = gn.AdamW(0.01, weight_decay=HALVED)
    whole, pieces = fit(network(HALVED), optimizer, 4), network(HALVED)
    for epochs in (1, 3):
        fit(pieces, optimizer, epochs)
    np.testing.assert_array_equal(whole.parameters, pieces.parameters)


def test_files_keep_schedules(tmp_path: Path) -> None:
    optimizer = gn.AdamW(0.01, weight_decay=Chain([0.2, HALVED], [2]))
    net = fit(network(HALVED), optimizer, 1)
    net.save(tmp_path / "net.safetensors")
    loaded = gn.load(tmp_path / "net.safetensors")
    assert loaded.layers[1].rate == HALVED
    assert loaded.state is not None
    assert loaded.state.optimizer == optimizer
    np.testing.assert_array_equal(fit(loaded, optimizer, 2).parameters, fit(net, optimizer, 2).parameters)


def test_a_trace_shows_the_rate_and_the_decay_of_its_step() -> None:
    net = fit(network(HALVED), gn.AdamW(0.01, weight_decay=HALVED), 2)
    text = str(gn.trace(net, X[:5], Y[:5], loss="mse", optimizer=net.state.optimizer))
    assert "·1/(1 − 0.1) = " in text
    assert "(1 − 0.01·0.1)·" in text
    assert net.state.optimizer.at(2.0).weight_decay == pytest.approx(0.1)


def test_by_hand_schedules_count_steps() -> None:
    net = network(HALVED)
    for step in range(3):
        output = net.forward(X)
        net.backward(output - Y)
        kept = net.dropout_masks[0].mean()
        assert kept == pytest.approx(1 - 0.4 * 0.5**step, abs=0.1)
        net.step(gn.SGD(0.01, weight_decay=HALVED))


def test_a_rate_that_reaches_one_is_refused_by_its_epoch() -> None:
    climbs = gn.schedules.LinearWarmup(1.0, 1)
    with pytest.raises(
        ArgumentError, match=r"must stay below 1, where all units are dropped; at epoch 1 it is 1"
    ):
        fit(network(climbs), gn.SGD(0.01), 3)


@pytest.mark.parametrize(("epochs", "is_refused"), [(2, False), (3, True)])
def test_a_rate_that_is_going_to_reach_one_is_refused_before_anything_changes(
    epochs: int, is_refused: bool
) -> None:
    late = Chain([0.5, 1.0], [2.0])
    fresh = gn.Network([gn.Dense(8), gn.Dropout(late), gn.Dense(2)], seed=0)
    trained = fit(network(late), gn.SGD(0.01), epochs - 1)
    for net, more in ((fresh, epochs), (trained, 1)):
        before = fingerprint(net)
        if is_refused:
            with pytest.raises(ArgumentError, match=r"at epoch 2 it is 1$"):
                fit(net, gn.SGD(0.01), more)
            assert fingerprint(net) == before
        else:
            assert np.isfinite(fit(net, gn.SGD(0.01), more).predict(X)).all()


def test_where_an_epoch_peaks_within_itself_is_looked_at_too() -> None:
    peaks = gn.schedules.OneCycle(1.0, epochs=1, warmup=0.5)  # 1 in the third of four steps
    with pytest.raises(ArgumentError, match=r"at epoch 0\.5 it is 1$"):
        fit(network(peaks), gn.SGD(0.01), 1)


def test_what_pytorch_has_no_counterpart_for_is_refused_by_name() -> None:
    with pytest.raises(ArgumentError, match="no counterpart for the scheduled rate of Dropout"):
        gn.to_torch_source(network(HALVED), loss="mse", optimizer=gn.SGD(0.1))
    with pytest.raises(ArgumentError, match="schedule of weight_decay"):
        gn.to_torch_source(network(), loss="mse", optimizer=gn.SGD(0.1, weight_decay=HALVED))
