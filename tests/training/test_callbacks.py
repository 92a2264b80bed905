"""Callbacks: what they are told, what they refuse, and when they act."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet as gn
from glassnet.callbacks import (
    Callback,
    Checkpoint,
    EarlyStopping,
    ReduceOnPlateau,
    ScheduleLearningRate,
    Session,
)
from glassnet.errors import ArgumentError, DivergenceError, Interrupted
from tests.training.runs import HELD, Recorder, fit, network, script

# ---- what callbacks are told


class Witness(Callback):
    def __init__(self, name: str, told: list[str]) -> None:
        self.title, self.told = name, told

    def check(self, greater_is_better: Any) -> None:
        self.told.append(f"{self.title} check {dict(greater_is_better)}")

    def remember(self, memory: dict[str, Any]) -> None:
        self.told.append(f"{self.title} remember {memory}")

    def begin(self, session: Session) -> None:
        self.told.append(f"{self.title} begin {session.epochs} {session.network.built}")

    def epoch_end(self, session: Session) -> None:
        self.told.append(f"{self.title} epoch_end {session.history.n_epochs}")

    def write(self, session: Session) -> None:
        self.told.append(f"{self.title} write")

    def end(self, session: Session) -> None:
        self.told.append(f"{self.title} end")


def test_callbacks_are_told_in_order_and_write_when_all_have_acted() -> None:
    told: list[str] = []
    fit(
        network(),
        epochs=2,
        metrics=["accuracy"],
        validation_data=HELD,
        callbacks=[Witness("a", told), Witness("b", told)],
    )
    measured = {"loss": False, "accuracy": True, "validation_loss": False, "validation_accuracy": True}
    assert told == [
        f"a check {measured}", f"b check {measured}", "a remember {}", "b remember {}",
        "a begin 2 True", "b begin 2 True",
        "a epoch_end 1", "b epoch_end 1", "a write", "b write",
        "a epoch_end 2", "b epoch_end 2", "a write", "b write", "a end", "b end",
    ]  # fmt: skip


def test_a_function_is_called_after_every_epoch_and_can_stop() -> None:
    seen: list[int] = []

    def stop_at_three(session: Session) -> None:
        seen.append(session.history.n_epochs)
        if len(seen) == 3:
            session.stop("enough")

    history = fit(network(), epochs=9, callbacks=[stop_at_three])
    assert seen == [1, 2, 3]
    assert (history.n_epochs, history.stopped_by) == (3, "enough")


def test_an_error_in_a_callback_is_the_users_own_and_all_callbacks_end() -> None:
    told: list[str] = []

    def fail(session: Session) -> None:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        fit(network(), epochs=2, callbacks=[Witness("a", told), fail])
    assert told[-1] == "a end"


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        (EarlyStopping(), r"callbacks must be a list, such as \[EarlyStopping\(\)\]; got <glassnet"),
        (None, "callbacks must be a list"),
        ([EarlyStopping], "a callback must be a Callback object or a function; got the class"),
        (["early_stopping"], "a callback must be a Callback object or a function; got 'early_stopping'"),
    ],
)
def test_what_is_no_callback_is_refused(callbacks: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        fit(network(), epochs=1, callbacks=callbacks)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EarlyStopping(patience=0), "patience of EarlyStopping must be an integer >= 1; got 0"),
        (lambda: EarlyStopping(minimum_change=-1), "minimum_change of EarlyStopping must be .* >= 0; got -1"),
        (lambda: EarlyStopping(metric=gn.metrics.accuracy), "metric of EarlyStopping must be a name"),  # type: ignore[arg-type]
        (lambda: ReduceOnPlateau(factor=1.0), "factor of ReduceOnPlateau must be .* > 0 and < 1; got 1"),
        (lambda: ReduceOnPlateau(patience=1.5), "patience of ReduceOnPlateau must be an integer"),  # type: ignore[arg-type]
        (lambda: ReduceOnPlateau(minimum=-0.1), "minimum of ReduceOnPlateau must be .* >= 0"),
        (lambda: Checkpoint("a", every=0), "every of Checkpoint must be an integer >= 1; got 0"),
        (lambda: Checkpoint("{loss}"), r"path of Checkpoint can hold \{epoch\} and no other braces; got '\{loss\}'"),
        (lambda: Checkpoint("{"), "no other braces"),
        (lambda: ScheduleLearningRate(-1.0), "learning_rate of Constant"),
        (lambda: ScheduleLearningRate("cosine"), "no schedule is called|needs arguments|cannot be made"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_arguments_are_checked(make: Callable[[], Callback], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


@pytest.mark.parametrize(
    "callback",
    [EarlyStopping(), ReduceOnPlateau(), Checkpoint("model.safetensors", best_only=True)],
    ids=lambda callback: type(callback).__name__,
)
def test_a_metric_that_is_not_measured_is_refused_before_any_work(callback: Callback) -> None:
    net = network()
    with pytest.raises(
        ArgumentError,
        match=f"{type(callback).__name__} watches 'validation_loss', which this training does not measure; "
        "it measures loss, accuracy. Choose one of these, or give fit metrics or validation data",
    ):
        fit(net, epochs=5, metrics=["accuracy"], callbacks=[callback])
    assert not net.built and net.state is None and net.loss is None


# ---- early stopping


def expected_stop(values: Sequence[float], patience: int, change: float, more: bool) -> tuple[int, int]:
    """The epochs trained and the best one, told another way: by looking back over all values."""
    best = 0
    for epoch in range(1, len(values) + 1):
        value = values[epoch - 1]
        gain = (value - values[best - 1]) * (1 if more else -1) if best else math.inf
        if math.isfinite(value) and gain > change:
            best = epoch
        if epoch - best >= patience:
            return epoch, best
    return len(values), best


@settings(max_examples=60)
@given(
    values=st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.25, 2.0, math.nan]), min_size=1, max_size=12),
    patience=st.integers(1, 4),
    change=st.sampled_from([0.0, 0.25, 0.5]),
    more=st.booleans(),
)
def test_training_stops_after_so_many_epochs_without_an_improvement(
    values: list[float], patience: int, change: float, more: bool
) -> None:
    recorder = Recorder()
    stopping = EarlyStopping("scripted", patience, change)
    net = network()
    history = fit(
        net, epochs=len(values), metrics=[script(values, more_is_better=more)], callbacks=[recorder, stopping]
    )
    epochs, best = expected_stop(values, patience, change, more)
    assert (history.n_epochs, stopping.best_epoch) == (epochs, best)
    assert stopping.best == (values[best - 1] if best else None)
    kept = best if best else epochs
    assert net.parameters.tolist() == recorder.parameters[kept - 1]
    assert net.running_statistics.tolist() == recorder.running[kept - 1]


def test_the_history_says_why_training_stopped() -> None:
    history = fit(
        network(), epochs=9, metrics=[script([3, 1, 2, 2])], callbacks=[EarlyStopping("scripted", 2)]
    )
    assert history.stopped_by == "EarlyStopping: no better scripted for 2 epochs (best 1 in epoch 2)"
    history = fit(network(), epochs=2, callbacks=[EarlyStopping("loss")])
    assert history.stopped_by == ""


@pytest.mark.parametrize("metric", ["accuracy", "validation_accuracy"])
def test_a_metric_says_itself_which_way_is_better(metric: str) -> None:
    stopping = EarlyStopping(metric, patience=100)
    history = fit(network(), epochs=12, metrics=["accuracy"], validation_data=HELD, callbacks=[stopping])
    assert stopping.best == max(history[metric])
    stopping = EarlyStopping("validation_loss", patience=100)
    history = fit(network(), epochs=12, validation_data=HELD, callbacks=[stopping])
    assert stopping.best == min(history["validation_loss"])


def test_the_last_parameters_stay_where_the_best_are_not_wanted() -> None:
    recorder, stopping = Recorder(), EarlyStopping("scripted", 2, restore_best=False)
    net = network()
    fit(net, epochs=9, metrics=[script([1, 2, 3])], callbacks=[recorder, stopping])
    assert net.parameters.tolist() == recorder.parameters[2] != recorder.parameters[0]


def test_the_best_are_put_back_after_ctrl_c_but_not_after_an_error() -> None:
    def interrupt(session: Session) -> None:
        if session.history.n_epochs == 2:
            raise KeyboardInterrupt

    recorder = Recorder()
    net = network()
    with pytest.raises(Interrupted, match="Ctrl-C ended training after 2 of 9 epochs"):
        fit(
            net,
            epochs=9,
            metrics=[script([1, 2])],
            callbacks=[recorder, EarlyStopping("scripted"), interrupt],
        )
    assert net.parameters.tolist() == recorder.parameters[0]

    def explode(session: Session) -> None:
        if session.history.n_epochs == 2:
            session.state.rate_factor = 1e30

    recorder, net = Recorder(), network()
    with pytest.raises(DivergenceError):
        fit(
            net,
            epochs=9,
            metrics=[script(range(1, 9))],
            callbacks=[recorder, EarlyStopping("scripted"), explode],
        )
    assert net.parameters.tolist() != recorder.parameters[0]


@pytest.mark.parametrize("another", [True, False])
def test_a_later_fit_starts_afresh(another: bool) -> None:
    net, stopping = network(), EarlyStopping("scripted", 2)
    fit(net, epochs=9, metrics=[script([1, 2, 3])], callbacks=[stopping])
    later = EarlyStopping("scripted", 2) if another else stopping
    history = fit(net, epochs=9, metrics=[script([9, 8, 9, 9])], callbacks=[later])
    assert history.n_epochs == 4
    assert (later.best, later.best_epoch) == (8, 5)
