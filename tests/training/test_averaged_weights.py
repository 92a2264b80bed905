"""Averaged weights are those of torch.optim.swa_utils, in every engine, and what is looked at is the average."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import glassnet as gn
from glassnet.callbacks import AverageWeights, Callback, Checkpoint, EarlyStopping, Session
from glassnet.errors import ArgumentError, Interrupted

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(30, 3))
Y = np.sin(2 * X[:, :1]) + 0.3 * RANDOM.normal(size=(30, 1))
HELD = RANDOM.normal(size=(10, 3)), RANDOM.normal(size=(10, 1))


def network(*middle: Any, dtype: str = "float64") -> gn.Network:
    return gn.Network([gn.Dense(5, "tanh"), *middle, gn.Dense(1)], seed=0, dtype=dtype, input_shape=3)


def fit(net: gn.Network, epochs: int = 4, *callbacks: Any, **options: Any) -> gn.History:
    chosen: dict[str, Any] = {"optimizer": gn.Adam(0.05), "batch_size": 7, "engine": "numpy"} | options
    return net.fit(X, Y, loss="mse", epochs=epochs, callbacks=list(callbacks), progress=False, **chosen)


class Watching(Callback):
    """The parameters of the training after every step."""

    def __init__(self) -> None:
        self.seen: list[NDArray[Any]] = []

    def step_end(self, session: Session) -> None:
        self.seen.append(session.network.parameters.copy())


def averaged_by_torch(points: list[NDArray[Any]], decay: float) -> NDArray[Any]:
    model = torch.nn.Linear(len(points[0]), 1, bias=False, dtype=torch.float64)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
    for point in points:
        model.weight.data = torch.tensor(point)[None]
        average.update_parameters(model)
    return next(average.module.parameters()).detach().numpy()[0]


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize("decay", [0.0, 0.9, 0.999])
def test_the_average_is_that_of_torch(engine: str, decay: float) -> None:
    net, plain, watching = network(), network(), Watching()
    history = fit(net, 4, watching, AverageWeights(decay), engine=engine)
    assert len(watching.seen) == 4 * 5
    expected = averaged_by_torch(watching.seen, decay)
    np.testing.assert_allclose(net.parameters, expected, rtol=1e-13, atol=1e-14)
    untouched = fit(plain, 4, engine=engine)
    np.testing.assert_array_equal(watching.seen[-1], plain.parameters)
    assert history["loss"] == untouched["loss"]


def test_every_engine_averages_equally() -> None:
    nets = [network(gn.BatchNorm(), gn.Dropout(0.2)) for _ in range(3)]
    for net, engine in zip(nets, ("numpy", "compiled", "torch"), strict=True):
        fit(net, 5, AverageWeights(0.8), engine=engine, batch_size=10)
    for net in nets[1:]:
        np.testing.assert_allclose(net.parameters, nets[0].parameters, rtol=1e-9, atol=1e-12)


def test_without_it_engines_take_many_steps_at_once() -> None:
    assert not EarlyStopping().watches_steps
    assert AverageWeights().watches_steps and Watching().watches_steps


def test_what_is_measured_and_seen_is_the_average() -> None:
    net, kept, measured = network(), [], []

    def look(session: Session) -> None:
        kept.append(session.network.parameters.copy())
        measured.append(session.network.evaluate(*HELD, loss="mse", metrics=[])["loss"])

    watching = Watching()
    history = fit(net, 3, look, watching, AverageWeights(0.9), validation_data=HELD)
    for epoch, parameters in enumerate(kept):
        expected = averaged_by_torch(watching.seen[: 5 * (epoch + 1)], 0.9)
        np.testing.assert_allclose(parameters, expected, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(history["validation_loss"], measured, rtol=1e-14)
    np.testing.assert_array_equal(net.parameters, kept[-1])


@pytest.mark.parametrize("order", [1, -1])
def test_early_stopping_puts_back_an_average(order: int) -> None:
    net, losses = network(), []
    stopping = EarlyStopping(patience=2)
    history = fit(
        net, 100, *[AverageWeights(0.5), stopping][::order], validation_data=HELD, optimizer=gn.Adam(0.3)
    )  # fmt: skip
    losses = history["validation_loss"]
    assert history.stopped_by.startswith("EarlyStopping")
    assert net.evaluate(*HELD, loss="mse", metrics=[])["loss"] == pytest.approx(min(losses), rel=1e-13)


def test_a_checkpoint_predicts_by_the_average_and_goes_on_from_the_training(tmp_path: Path) -> None:
    whole, interrupted, path = network(), network(), tmp_path / "model.safetensors"
    history = fit(whole, 6, AverageWeights(0.9))
    fit(interrupted, 3, AverageWeights(0.9), Checkpoint(path))
    loaded = gn.load(path)
    np.testing.assert_array_equal(loaded.parameters, interrupted.parameters)
    resumed = fit(loaded, 3, AverageWeights(0.9), Checkpoint(path))
    np.testing.assert_array_equal(loaded.parameters, whole.parameters)
    assert resumed["loss"] == history["loss"][3:]


def test_a_second_fit_goes_on_from_the_average() -> None:
    net, again, averaging = network(), network(), AverageWeights(0.9)
    fit(net, 2, averaging)
    again.parameters = net.parameters
    begun = net.parameters.copy()
    first: list[NDArray[Any]] = []

    class First(Callback):
        def epoch_begin(self, session: Session) -> None:
            first.append(session.network.parameters.copy())

    fit(net, 1, averaging, First())
    np.testing.assert_array_equal(first[0], begun)


def test_ctrl_c_in_the_middle_of_an_epoch_leaves_the_average() -> None:
    net, watching = network(), Watching()

    class Pressed(Callback):
        def step_end(self, session: Session) -> None:
            if len(watching.seen) == 8:
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(Interrupted):
        fit(net, 5, watching, Pressed(), AverageWeights(0.9))
    assert len(watching.seen) < 10
    np.testing.assert_allclose(net.parameters, averaged_by_torch(watching.seen, 0.9), rtol=1e-13)


def test_running_statistics_are_those_of_the_training() -> None:
    averaged, plain = network(gn.BatchNorm()), network(gn.BatchNorm())
    fit(averaged, 3, AverageWeights(0.9), batch_size=10)
    fit(plain, 3, batch_size=10)
    np.testing.assert_array_equal(averaged.running_statistics, plain.running_statistics)
    assert not np.array_equal(averaged.parameters, plain.parameters)


def test_a_network_of_float32_keeps_its_dtype() -> None:
    single, double = network(dtype="float32"), network()
    double.parameters = single.parameters
    for net in (single, double):
        fit(net, 3, AverageWeights(0.9))
    assert single.parameters.dtype == np.float32
    np.testing.assert_allclose(single.parameters, double.parameters, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("decay", [-1e-9, 1.0, float("nan"), "0.9"])
def test_a_decay_out_of_range_is_refused(decay: Any) -> None:
    with pytest.raises(ArgumentError, match="decay of AverageWeights must be"):
        AverageWeights(decay)


def test_what_takes_no_steps_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"AverageWeights averages over steps, and LBFGS\(\) takes none"):
        fit(network(), 1, AverageWeights(), optimizer="lbfgs", batch_size=None)


def test_what_another_network_remembers_is_refused() -> None:
    averaging, net = AverageWeights(), network()
    averaging.remember({"parameters": np.zeros(3)})
    with pytest.raises(ArgumentError, match="what AverageWeights remembers is not of this network"):
        averaging.begin(Session(net, net.training_state("adam"), gn.History(), 1, None))  # type: ignore[arg-type]


def test_hooks_are_called_in_this_order() -> None:
    called: list[str] = []

    class Order(Callback):
        def begin(self, session: Session) -> None:
            called.append("begin")

        def epoch_begin(self, session: Session) -> None:
            called.append("epoch_begin")

        def step_end(self, session: Session) -> None:
            called.append("step")

        def steps_end(self, session: Session) -> None:
            called.append("steps_end")

        def epoch_end(self, session: Session) -> None:
            called.append("epoch_end")

        def end(self, session: Session) -> None:
            called.append("end")

    fit(network(), 2, Order(), batch_size=15)
    assert called == ["begin", *2 * ["epoch_begin", "step", "step", "steps_end", "epoch_end"], "end"]
    called.clear()
    fit(network(), 2, Order(), batch_size=None, optimizer="lbfgs")
    assert called == ["begin", *2 * ["epoch_begin", "step", "steps_end", "epoch_end"], "end"]


class Measuring(Callback):
    """Asks for the loss of the parameters as they are wherever it may: their own, or those of the average."""

    def look(self, session: Session) -> None:
        assert session.loss() == pytest.approx(session.network.evaluate(X, Y)["loss"], rel=1e-12)

    begin = epoch_begin = step_end = steps_end = epoch_end = end = look


def test_the_loss_that_a_callback_asks_for_is_of_the_parameters_that_the_network_holds_then() -> None:
    stopping = EarlyStopping("loss", patience=9)
    net = network(gn.BatchNorm())
    history = fit(net, 3, AverageWeights(0.9), stopping, Measuring(), batch_size=10)
    assert history.restored_epoch == stopping.best_epoch
    assert net.evaluate(X, Y)["loss"] == pytest.approx(stopping.best, rel=1e-12)


def test_two_averages_in_one_fit_are_refused_by_name() -> None:
    """Each would take the other's average for the parameters of the training."""
    net = network()
    before = net.parameters.copy()
    with pytest.raises(
        ArgumentError, match="2 that put parameters of their own .* AverageWeights and AverageWeights: "
    ):
        fit(net, 1, AverageWeights(0.9), AverageWeights(0.99))
    np.testing.assert_array_equal(net.parameters, before)
