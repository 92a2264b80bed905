"""What a recorder keeps is what the network was, and training does not notice it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.insight.recording import BINS, Spread, observe

X, y = gn.datasets.spiral(n_per_class=10)


def network(dtype: str = "float64") -> gn.Network:
    return gn.Network([gn.Dense(6, "tanh"), gn.Dropout(0.1), gn.Dense(3, "softmax")], seed=0, dtype=dtype)


def fit(net: gn.Network, *callbacks: Any, epochs: int = 12, engine: str = "numpy") -> gn.History:
    return net.fit(
        X, y, loss="sparse_categorical_cross_entropy", optimizer=gn.Adam(0.01), epochs=epochs, batch_size=10,
        callbacks=callbacks, engine=engine, progress=False,
    )  # fmt: skip


def epochs_of(recorder: gn.Recorder) -> list[int]:
    return [made.epoch for made in recorder.recordings]


def test_it_records_before_the_first_epoch_every_so_many_and_after_the_last() -> None:
    recorder = gn.Recorder(X, y, every=5)
    fit(network(), recorder)
    assert epochs_of(recorder) == [0, 5, 10, 12]


@pytest.mark.parametrize("most", [2, 3, 8])
def test_memory_is_bounded_and_both_ends_are_kept(most: int) -> None:
    recorder = gn.Recorder(X[:6], y[:6], most=most)
    fit(network(), recorder, epochs=37)
    assert len(recorder.recordings) <= most
    assert epochs_of(recorder)[0] == 0
    assert epochs_of(recorder)[-1] == 37


def test_recordings_that_are_given_up_leave_even_steps() -> None:
    recorder = gn.Recorder(X[:6], y[:6], most=6)
    fit(network(), recorder, epochs=16)
    assert epochs_of(recorder) == [0, 4, 8, 12, 16]


def test_parameters_are_those_of_the_network_then_and_do_not_change_with_it() -> None:
    net, recorder = network(), gn.Recorder(X, y)
    first = gn.Network(net.layers, seed=0, dtype="float64", input_shape=2).parameters
    fit(net, recorder, epochs=2)
    np.testing.assert_array_equal(recorder.recordings[0].parameters, first)
    np.testing.assert_array_equal(recorder.recordings[-1].parameters, net.parameters)
    assert not np.shares_memory(recorder.recordings[-1].parameters, net.parameters)
    np.testing.assert_array_equal(recorder.network_at(0).parameters, first)


def test_training_does_not_notice() -> None:
    watched, alone = network(), network()
    histories = fit(watched, gn.Recorder(X, y)), fit(alone)
    assert histories[0]["loss"] == histories[1]["loss"]
    np.testing.assert_array_equal(watched.parameters, alone.parameters)


@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_every_engine_is_recorded_alike(engine: str) -> None:
    recorders = [gn.Recorder(X, y, every=4) for _ in range(2)]
    for recorder, name in zip(recorders, ("numpy", engine), strict=True):
        fit(network(), recorder, engine=name)
    for ours, theirs in zip(*(recorder.recordings for recorder in recorders), strict=True):
        assert ours.epoch == theirs.epoch
        assert ours.loss == pytest.approx(theirs.loss, rel=1e-9)
        np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=1e-9, atol=1e-12)
        for here, there in zip(ours.layers, theirs.layers, strict=True):
            assert here.mean_gradient == pytest.approx(there.mean_gradient, rel=1e-9)


def test_gradients_are_those_of_a_backward_pass_by_hand() -> None:
    net = gn.Network([gn.Dense(6, "tanh"), gn.Dense(3, "softmax")], seed=0, dtype="float64", input_shape=2)
    loss = gn.losses.get("sparse_categorical_cross_entropy")
    value, layers = observe(net, X, y, loss)
    output = net.forward(X)
    net.backward(loss.gradient(y, output))
    assert value == pytest.approx(loss.value(y, output))
    for made, part in zip(layers, (slice(0, 12), slice(18, 36)), strict=True):
        sizes = np.abs(net.gradients[part])
        assert made.mean_gradient == pytest.approx(sizes.mean())
        assert made.largest_gradient == pytest.approx(sizes.max())
        assert made.gradients is not None
        assert 10**made.gradients.high == pytest.approx(sizes.max())


def test_activations_are_the_outputs_of_each_layer() -> None:
    net = gn.Network([gn.Dense(6, "tanh"), gn.Dense(3, "softmax")], seed=0, dtype="float64", input_shape=2)
    _, (hidden, last) = observe(net, X, y, "sparse_categorical_cross_entropy")
    a = np.tanh(X @ net.layers[0].weights + net.layers[0].bias)
    np.testing.assert_array_equal(hidden.outputs.counts, np.histogram(a, BINS)[0])
    output = net.predict(X)
    assert (last.outputs.low, last.outputs.high) == pytest.approx((output.min(), output.max()))
    assert last.outputs.counts.sum() == output.size


def test_dropout_is_no_layer_of_its_own() -> None:
    recorder = gn.Recorder(X, y)
    fit(network(), recorder, epochs=1)
    assert [made.layer for made in recorder.recordings[0].layers] == [0, 2]


def test_a_fit_that_goes_on_adds_and_another_network_begins_anew() -> None:
    net, recorder = network(), gn.Recorder(X, y, every=2)
    fit(net, recorder, epochs=3)
    fit(net, recorder, epochs=3)
    assert epochs_of(recorder) == [0, 2, 3, 4, 6]
    other = network()
    fit(other, recorder, epochs=2)
    assert epochs_of(recorder) == [0, 2]
    assert recorder.network is other


def test_the_last_epoch_is_recorded_when_a_callback_ends_training() -> None:
    recorder = gn.Recorder(X, y, every=10)
    fit(network(), lambda session: session.stop("enough"), recorder)
    assert epochs_of(recorder) == [0, 1]


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e6, 1e6)))
def test_shares_over_all_bins_add_up_to_one(values: Any) -> None:
    spread = Spread.of(values, values.size)
    edges = np.linspace(spread.low, spread.high, 17)
    assert spread.shares(edges).sum() == pytest.approx(1.0)
    assert spread.low <= spread.quantile(0.25) <= spread.quantile(0.75) <= spread.high


def test_shares_over_its_own_bins_are_its_counts() -> None:
    values = np.random.default_rng(0).normal(size=500)
    counts, edges = np.histogram(values, BINS)
    np.testing.assert_allclose(Spread.of(values, 500).shares(edges), counts / 500, atol=1e-12)


def test_gradients_of_zero_are_counted_but_have_no_place_on_a_logarithmic_scale() -> None:
    spread = Spread.of_sizes(np.array([0.0, 0.0, 0.001, -0.1]))
    assert (spread.low, spread.high) == pytest.approx((-3.0, -1.0))
    assert (spread.counts.sum(), spread.n_entries) == (2, 4)
    assert Spread.of_sizes(np.zeros(3)).counts.sum() == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0}, "every of Recorder must be an integer >= 1; got 0"),
        ({"most": 1}, "most of Recorder must be an integer >= 2; got 1"),
    ],
)
def test_options_that_cannot_be_used_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        gn.Recorder(X, y, **options)
    assert str(error.value) == message


def test_a_batch_that_does_not_fit_is_refused_before_the_first_epoch() -> None:
    net = network()
    net.build(2)
    before = net.parameters.copy()
    with pytest.raises(ShapeError) as error:
        fit(net, gn.Recorder(np.ones((4, 3)), y[:4]))
    assert str(error.value) == "layer 0 (Dense(6, 'tanh')) was built for 2 features; X has 3 (shape (4, 3))"
    np.testing.assert_array_equal(net.parameters, before)


def test_without_a_recording_there_is_no_network_to_give() -> None:
    with pytest.raises(DataError) as error:
        gn.Recorder(X, y).network_at(0)
    assert str(error.value) == (
        "this recorder holds no recording yet; give it to fit first: net.fit(..., callbacks=[recorder])"
    )
