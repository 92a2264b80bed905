"""A replay takes the steps of the training again, to the last bit, and traces any of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.callbacks import ReduceOnPlateau, Session
from glassnet.errors import ArgumentError, DataError, DivergenceError
from glassnet.insight.trace.rerun import SNAPSHOTS

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(23, 5))
Y = RANDOM.integers(0, 3, 23)
OPTIONS: dict[str, Any] = {
    "loss": "scce", "optimizer": gn.Adam(gn.schedules.CosineDecay(0.05, 4)), "batch_size": 5,
}  # fmt: skip


def network(seed: Any = 3) -> gn.Network:
    return gn.Network(
        [gn.Dense(6, "relu"), gn.BatchNorm(), gn.Dropout(0.5), gn.Dense(3, "softmax")], seed=seed
    )


def fit(net: gn.Network, X: Any = X, **options: Any) -> gn.History:
    return net.fit(X, Y, **{**OPTIONS, "engine": "numpy", "progress": False, **options})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shuffle": False},
        {"batch_size": None},
        {"seed": 9},
        {"sample_weight": np.linspace(0.5, 2, 23)},
        {"class_weight": "balanced", "validation_split": 0.2},
        {"optimizer": gn.SGD(0.1, momentum=0.9, clip_norm=0.1)},
        {"callbacks": [ReduceOnPlateau("loss", patience=1, factor=0.5)]},
    ],
    ids=lambda options: ", ".join(options) or "plain",
)
def test_parameters_after_every_epoch_are_those_of_a_fit_that_stops_there(options: dict[str, Any]) -> None:
    history = fit(network(), epochs=4, **options)
    weights = options.get("sample_weight")
    replay = gn.replay(history, X, Y, sample_weight=weights)
    per_epoch = replay.n_steps // 4
    for epoch in (4, 1, 3, 2):
        stopped = network()
        fit(stopped, epochs=epoch, **options)
        last = replay.at(epoch * per_epoch)
        assert (last.epoch, last.batch) == (epoch, per_epoch)
        np.testing.assert_array_equal(last.trace.record.update.after, stopped.parameters)
        if epoch < 4:
            np.testing.assert_array_equal(last.forward().network.parameters, stopped.parameters)
            np.testing.assert_array_equal(
                last.forward().network.running_statistics, stopped.running_statistics
            )


def test_the_losses_of_an_epoch_s_steps_have_the_mean_that_the_history_notes() -> None:
    history = fit(network(), epochs=2)
    steps = [gn.replay(history, X, Y, step=step) for step in range(6, 11)]
    sizes = [len(step.trace.record.x) for step in steps]
    assert sizes == [5, 5, 5, 5, 3]
    mean = np.average([step.trace.loss for step in steps], weights=sizes)
    assert mean == pytest.approx(history["loss"][1], rel=1e-7)


def test_each_step_ends_where_the_next_begins_forward_and_back() -> None:
    history = fit(network(), epochs=4)
    one = gn.replay(history, X, Y, step=20)
    way: list[int] = []
    for _ in range(19):
        earlier = one.back()
        np.testing.assert_array_equal(earlier.trace.record.update.after, one.network.parameters)
        one = earlier
        way.append(len(one._rerun.way))
    assert one.step == 1 and max(way) <= SNAPSHOTS
    for _ in range(7):
        later = one.forward()
        np.testing.assert_array_equal(one.trace.record.update.after, later.network.parameters)
        one = later
    assert (one.step, one.epoch, one.batch) == (8, 2, 3)
    assert one.back(3).step == 5 and one.forward(12).step == 20


def test_a_setup_goes_on_from_a_network_that_was_trained_or_set_by_hand() -> None:
    net = network(np.random.RandomState(7))
    fit(net, epochs=1)
    net.parameters[:3] = 0.25
    setup = gn.TrainingSetup(net, X, Y, epochs=2, **OPTIONS)
    before = net.parameters.copy()
    fit(net, epochs=2)
    replay = gn.replay(setup, step=10)
    np.testing.assert_array_equal(replay.trace.record.update.after, net.parameters)
    np.testing.assert_array_equal(replay.at(1).network.parameters, before)
    assert replay.trace.record.update.step == 15


def test_a_compiled_training_is_replayed_by_compiled_code() -> None:
    """Exact before each step; the step itself is traced by the numpy engine, so to rounding."""
    net, stopped = network(), network()
    history = fit(net, epochs=4, engine="compiled")
    fit(stopped, epochs=3, engine="compiled")
    replay = gn.replay(history, X, Y, step=20)
    np.testing.assert_allclose(replay.trace.record.update.after, net.parameters, rtol=2e-5, atol=1e-7)
    first_of_last = replay.back(4)
    assert (first_of_last.epoch, first_of_last.batch) == (4, 1)
    np.testing.assert_array_equal(first_of_last.network.parameters, stopped.parameters)
    np.testing.assert_array_equal(first_of_last.network.running_statistics, stopped.running_statistics)


def test_a_replay_shows_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    replay = gn.replay(fit(network(), epochs=2), X, Y, step=7, samples_in="columns")
    assert repr(replay).startswith("step 7 of 10: epoch 2 of 2, batch 2 of 5, loss ")
    assert "Z1 = W1 X + b1" in str(replay) and "step 7 of 10" in replay._repr_html_()
    replay.show()
    assert "step 7 of 10: epoch 2 of 2, batch 2 of 5" in capsys.readouterr().out


@pytest.mark.parametrize("changed", ["one entry", "order", "weights", "scale"])
def test_other_data_are_refused(changed: str) -> None:
    history = fit(network(), epochs=1)
    other, y, weights = X.copy(), Y, None
    if changed == "one entry":
        other[22, 4] += 1e-3
    elif changed == "order":
        other[[0, 1]] = other[[1, 0]]
    elif changed == "scale":
        other *= 2
    else:
        weights = np.linspace(1, 2, 23)
    with pytest.raises(DataError, match="these are not the data that the history was trained on"):
        gn.replay(history, other, y, sample_weight=weights)


def test_large_data_are_compared_in_every_entry() -> None:
    from glassnet.training.origin import fingerprint

    large = RANDOM.normal(size=(3001, 101))
    other = large.copy()
    other[1234, 56] = np.nextafter(other[1234, 56], 9)
    assert fingerprint(large) == fingerprint(large.copy()) != fingerprint(other)
    assert fingerprint(large) != fingerprint(large[::-1])


def test_steps_that_there_are_not() -> None:
    replay = gn.replay(fit(network(), epochs=2), X, Y, step=2)
    with pytest.raises(ArgumentError, match="step must be from 1 to 10: 2 epochs of 5 steps; got 11"):
        replay.at(11)
    with pytest.raises(ArgumentError, match="there is no step 2 before step 2; the first one is step 1"):
        replay.back(2)
    with pytest.raises(ArgumentError, match="step must be an integer >= 1"):
        replay.at(0)


def test_histories_that_do_not_tell_enough() -> None:
    net = network()
    fit(net, epochs=1)
    with pytest.raises(
        ArgumentError, match=r"went on from step 5 of an earlier fit; make a gn\.TrainingSetup"
    ):
        gn.replay(fit(net, epochs=1), X, Y)
    with pytest.raises(
        ArgumentError, match="do not follow from its seed, 3: they were loaded, trained or set"
    ):
        gn.replay(fit(net, epochs=1, optimizer="sgd"), X, Y)
    with pytest.raises(ArgumentError, match="seeded with a generator"):
        gn.replay(fit(network(np.random.default_rng(0)), epochs=1), X, Y)
    with pytest.raises(ArgumentError, match="this history holds no epoch of a fit"):
        gn.replay(gn.History(), X, Y)
    with pytest.raises(ArgumentError, match="took its batches from an iterable"):
        gn.replay(network().fit([(X, Y)], loss="scce", progress=False), X, Y)
    with pytest.raises(ArgumentError, match="a History holds no data"):
        gn.replay(fit(network(), epochs=1))
    with pytest.raises(ArgumentError, match="replay takes a History or a gn.TrainingSetup; got 'history'"):
        gn.replay("history", X, Y)  # type: ignore[arg-type]
    setup = gn.TrainingSetup(network(), X, Y, **OPTIONS)
    with pytest.raises(ArgumentError, match="a TrainingSetup holds its data"):
        gn.replay(setup, X, Y)
    with pytest.raises(
        ArgumentError, match="engine of a TrainingSetup must be 'numpy' or 'compiled'; got 'torch'"
    ):
        gn.TrainingSetup(network(), X, Y, engine="torch", **OPTIONS)
    with pytest.raises(ArgumentError, match="a TrainingSetup takes arrays X and y"):
        gn.TrainingSetup(network(), [(X, Y)], None, loss="scce")  # type: ignore[arg-type]


def test_a_callback_that_changes_the_network_is_found_out() -> None:
    def meddle(session: Session) -> None:
        session.network.parameters[...] *= 0.5

    history = fit(network(), epochs=3, callbacks=[meddle])
    with pytest.raises(
        ArgumentError, match="the mean loss of epoch 2 was .* something outside of it changed"
    ):
        gn.replay(history, X, Y, step=11)


def test_a_training_that_diverges_can_be_looked_at_up_to_that_step() -> None:
    net = gn.Network([gn.Dense(3), gn.Dense(1)], seed=0, input_shape=5)
    setup = gn.TrainingSetup(net, X * 1e3, X[:, 0], loss="mse", optimizer=gn.SGD(1e3), epochs=30)
    with pytest.raises(
        DivergenceError, match=r"this training diverges: the loss of step \d+ is (inf|nan)"
    ) as error:
        gn.replay(setup, step=30)
    step = int(str(error.value).partition("step ")[2].split()[0])
    found = gn.replay(setup, step=step)
    assert not np.isfinite(found.trace.loss) and np.isfinite(found.back().trace.loss)


@pytest.mark.parametrize("names", [["ant", "bee", "cat"], [10, 20, 30]])
def test_targets_and_class_weights_that_were_given_by_name_are_understood_again(names: Any) -> None:
    random = np.random.default_rng(0)
    X, classes = random.normal(size=(30, 2)), random.integers(0, 3, 30)
    y, options = np.array(names)[classes], {"loss": "scce", "batch_size": 10, "epochs": 2, "progress": False}
    net = gn.Network([gn.Dense(3, "softmax")], seed=0)
    net.metadata["class_names"] = names
    history = net.fit(X, y, class_weight={names[0]: 3.0}, engine="numpy", **options)
    last = gn.replay(history, X, y, step=6)
    plain = gn.Network([gn.Dense(3, "softmax")], seed=0)
    by_number = plain.fit(X, classes, class_weight={0: 3.0}, engine="numpy", **options)
    assert last.trace.loss == gn.replay(by_number, X, classes, step=6).trace.loss
