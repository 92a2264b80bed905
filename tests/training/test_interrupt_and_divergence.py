"""Training that ends before its time: by Ctrl-C, or because the loss is no longer a number."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet.callbacks import Session
from glassnet.errors import DivergenceError, Interrupted
from glassnet.training import pace

ROOT = Path(__file__).parents[2]
RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(30, 4))
Y = RANDOM.normal(size=(30, 2))


def network(seed: int = 0) -> gn.Network:
    return gn.Network([gn.Dense(6, "tanh"), gn.BatchNorm(), gn.Dropout(0.2), gn.Dense(2)], seed=seed)


def ones(z: NDArray[Any]) -> NDArray[Any]:
    return np.ones_like(z)


def fit(net: gn.Network, **options: Any) -> gn.History:
    options = {"optimizer": gn.SGD(0.1), "batch_size": 8, "engine": "numpy", "progress": False, **options}
    return net.fit(options.pop("X", X), options.pop("y", Y), loss=options.pop("loss", "mse"), **options)


def interrupted(net: gn.Network, **options: Any) -> gn.History:
    """The history of a fit that Ctrl-C ends."""
    with pytest.raises(Interrupted) as caught:
        fit(net, **options)
    assert caught.value.history is not None
    return caught.value.history


# ---- Ctrl-C and SIGTERM

PROGRAM = """
import threading, time
import numpy as np
import glassnet as gn

random = np.random.default_rng(0)
X, y = random.normal(size=(500, 8)), random.normal(size=(500, 1))
net = gn.Network([gn.Dense(16, "relu"), gn.Dense(1)], seed=0)

def announce():
    while net.state is None or net.state.step == 0:
        time.sleep(0.01)
    print("training", flush=True)

threading.Thread(target=announce, daemon=True).start()
try:
    net.fit(X, y, loss="mse", epochs=10_000_000, engine="numpy", OPTIONS)
except KeyboardInterrupt as interrupt:
    history = interrupt.history
    print(str(interrupt) == f"{history.stopped_by} ended training after {history.n_epochs} of 10000000 epochs; the "
          "network keeps what it learned, and this exception's history holds these epochs")
print(history.stopped_by, history.n_epochs == len(history["loss"]) > 0, net.state.epoch == history.n_epochs)
print(bool(np.isfinite(net.parameters).all()), net.evaluate(X, y)["loss"] < 10)
print(net.fit(X, y, loss="mse", epochs=3, engine="numpy", progress=False).n_epochs)
"""


@pytest.mark.parametrize(
    "options",
    [
        "progress=False",
        "progress=True",
        "progress=False, batch_size=32",
        "progress=False, batch_size=32, validation_split=0.2, callbacks=[lambda session: None]",
    ],
)
@pytest.mark.parametrize(("number", "reason"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")])
def test_a_signal_ends_training_and_keeps_what_was_learned(
    options: str, number: signal.Signals, reason: str
) -> None:
    program = PROGRAM.replace("OPTIONS", options)
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].endswith("training\n"):
        lines.append(process.stdout.readline())
        assert lines[-1], process.communicate()
    process.send_signal(number)
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert output.splitlines()[-4:] == ["True", f"{reason} True True", "True True", "3"]


def test_ctrl_c_in_a_callback_ends_training() -> None:
    def interrupt(session: Session) -> None:
        if session.history.n_epochs == 2:
            raise KeyboardInterrupt

    net, expected = network(), network()
    history = interrupted(net, epochs=9, callbacks=[interrupt])
    fit(expected, epochs=2)
    assert (history.stopped_by, history.n_epochs) == ("Ctrl-C", 2)
    assert net.parameters.tobytes() == expected.parameters.tobytes()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_mid_epoch_keeps_whole_epochs_in_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "SECONDS_PER_CALL", 0.0)
    pressed: list[int] = []

    def function(z: NDArray[Any]) -> NDArray[Any]:
        pressed.append(len(z))
        if len(pressed) == 12:
            signal.raise_signal(signal.SIGINT)
        return z

    own = gn.activations.Function(function, ones)
    net = gn.Network([gn.Dense(2, own)], seed=0)
    history = interrupted(net, epochs=9, validation_data=(X, Y))
    assert history.stopped_by == "Ctrl-C"
    assert {name: len(column) for name, column in history.items()}.keys() >= {"loss", "validation_loss"}
    assert {len(column) for column in history.values()} == {history.n_epochs} == {1}
    assert net.state is not None and (net.state.epoch, net.state.step) == (1, 7)


def test_a_second_ctrl_c_undoes_the_steps_under_way() -> None:
    pressed: list[int] = []

    def function(z: NDArray[Any]) -> NDArray[Any]:
        pressed.append(len(z))
        if len(pressed) == 8:
            raise KeyboardInterrupt
        return z

    net = gn.Network([gn.Dense(2, gn.activations.Function(function, ones))], seed=0, input_shape=4)
    expected = gn.Network([gn.Dense(2)], seed=0, input_shape=4)
    history = interrupted(net, epochs=9, callbacks=[lambda session: None])
    fit(expected, epochs=1)
    assert (history.stopped_by, history.n_epochs) == ("Ctrl-C", 1)
    assert net.parameters.tobytes() == expected.parameters.tobytes()
    assert net.state is not None and net.state.step == 4


LOOP = """
import signal
import numpy as np
import glassnet as gn

def press(session):
    if session.history.n_epochs == 2:
        signal.raise_signal(signal.SIGNAL)

for number in range(4):
    print("fit", number, flush=True)
    net = gn.Network([gn.Dense(1)], seed=0)
    net.fit(np.eye(3), np.ones(3), loss="mse", epochs=5, engine="numpy", callbacks=[press])
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_a_program_that_trains_in_a_loop(number: str) -> None:
    program = LOOP.replace("SIGNAL)", f"{number})")
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.stdout == "fit 0\n"
    assert ended.returncode not in (0, -signal.SIGTERM)
    assert "Interrupted: " in ended.stderr and "ended training after 2 of 5 epochs" in ended.stderr


def test_ctrl_c_after_the_last_epoch_is_not_lost() -> None:
    class Late(gn.Callback):
        def save(self, session: Session) -> None:
            if session.history.n_epochs == 3:
                signal.raise_signal(signal.SIGINT)

    history = interrupted(network(), epochs=3, callbacks=[Late()])
    assert (history.stopped_by, history.n_epochs) == ("Ctrl-C", 3)


def test_what_is_ignored_stays_ignored() -> None:
    """As a shell starts jobs in the background: Ctrl-C is meant for others."""
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        history = fit(network(), epochs=3, callbacks=[lambda session: signal.raise_signal(signal.SIGINT)])
    finally:
        signal.signal(signal.SIGINT, usual)
    assert (history.stopped_by, history.n_epochs) == ("", 3)


def test_a_program_that_handles_sigterm_itself_keeps_its_handler() -> None:
    seen: list[int] = []
    usual = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        history = fit(network(), epochs=3, callbacks=[lambda session: signal.raise_signal(signal.SIGTERM)])
    finally:
        signal.signal(signal.SIGTERM, usual)
    assert (history.stopped_by, seen) == ("", [signal.SIGTERM] * 3)


# ---- divergence


def diverges(net: gn.Network, **options: Any) -> str:
    with pytest.raises(DivergenceError) as caught:
        fit(net, **options)
    return str(caught.value)


def failing_step(message: str) -> int:
    """The step that the message names, counted from 0, with 4 batches in an epoch."""
    found = re.search(
        r"in epoch (\d+), batch (\d+) of 4, the loss was (inf|nan); first concerned is .*layer \d", message
    )
    assert found is not None, message
    return (int(found[1]) - 1) * 4 + int(found[2]) - 1


def by_hand(net: gn.Network, rate: float, n_steps: int) -> None:
    """So many steps in batches of 8, as a lesson takes them."""
    loss, optimizer = gn.losses.get("mse"), gn.SGD(rate)
    net.build(4)
    order: list[int] = []
    for _ in range(n_steps):
        order = order or net.streams.draw_order(30).tolist()
        rows, order = order[:8], order[8:]
        output = net.forward(X[rows])
        net.backward(loss.gradient(Y[rows], output))
        optimizer.step(net)


@pytest.mark.parametrize("seconds", [0.0, 0.2])
@pytest.mark.parametrize("rate", [1e2, 1e4, 1e6, 1e12])
def test_the_parameters_are_the_last_that_gave_a_finite_loss(
    rate: float, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "SECONDS_PER_CALL", seconds)
    net, expected = network(), network()
    failed = failing_step(diverges(net, optimizer=gn.SGD(rate), epochs=50))
    by_hand(expected, rate, failed - 1)
    assert failed >= 1
    assert net.parameters.tobytes() == expected.parameters.tobytes()
    assert net.running_statistics.tobytes() == expected.running_statistics.tobytes()
    assert net.state is not None and (net.state.step, net.state.epoch) == (failed - 1, (failed - 1) // 4)
    assert np.isfinite(net.evaluate(X, Y)["loss"])


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("options", [{}, {"callbacks": [lambda session: None]}])
def test_a_diverged_run_is_a_run_of_fewer_steps(engine: str, options: dict[str, Any]) -> None:
    options = {"optimizer": gn.SGD(2.0, momentum=0.5), "batch_size": None, "engine": engine, **options}
    net, expected = network(), network()
    found = re.search(r"in epoch (\d+), batch 1 of 1, ", diverges(net, epochs=500, **options))
    assert found is not None and int(found[1]) > 3
    fit(expected, epochs=int(found[1]) - 2, **options)
    assert net.parameters.tobytes() == expected.parameters.tobytes()
    assert net.running_statistics.tobytes() == expected.running_statistics.tobytes()
    assert net.state is not None and expected.state is not None
    assert net.state.vectors.tobytes() == expected.state.vectors.tobytes()
    assert net.state.step == expected.state.step


def test_a_later_fit_names_the_epoch_as_the_history_counts_it() -> None:
    net = network()
    assert fit(net, epochs=20)["epoch"][-1] == 20
    assert net.state is not None
    net.state.rate_factor = 1e9
    assert failing_step(diverges(net, epochs=9)) >= 20 * 4


@pytest.mark.parametrize(
    ("layers", "value", "place"),
    [
        ([gn.Dense(3), gn.Dense(2)], 1e30, r"layer 1, Dense\(2\): its outputs are not finite"),
        ([gn.Dense(2)], 1e30, r"the loss behind layer 0, Dense\(2\), whose outputs are finite"),
        (
            [gn.Dense(3, "relu"), gn.Dense(2)],
            np.nan,
            r"layer 0, Dense\(3, 'relu'\): its weights are not finite",
        ),
    ],
)
def test_a_first_step_that_fails_changes_no_parameter(layers: list[Any], value: float, place: str) -> None:
    net = gn.Network(layers, seed=0, input_shape=4)
    net.layers[0].weights[...] = net.layers[-1].weights[...] = value
    before = net.parameters.tobytes()
    message = diverges(net, epochs=3)
    assert re.search(
        rf"training stopped: in epoch 1, batch 1 of 4, the loss was (inf|nan); first concerned is {place}",
        message,
    )
    assert "Try a smaller learning rate (it is 0.1), gradients of limited norm, or scaled inputs" in message
    assert net.parameters.tobytes() == before
    assert net.state is not None and (net.state.step, net.state.epoch) == (0, 0)


def test_parameters_that_overflow_after_a_finite_loss_are_noticed() -> None:
    net = network()
    net.build(4)
    before = net.parameters.tobytes()
    message = diverges(net, optimizer=gn.SGD(3e38), batch_size=None, epochs=1)
    assert re.search(
        r"in epoch 1, batch 1 of 1, the loss was \d.*are not finite\. The network keeps", message
    )
    assert net.parameters.tobytes() == before


def test_an_error_of_an_own_function_leaves_the_parameters_before_it() -> None:
    calls: list[int] = []

    def function(z: NDArray[Any]) -> NDArray[Any]:
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("mine")
        return z

    net = gn.Network([gn.Dense(2, gn.activations.Function(function, ones))], seed=0, input_shape=4)
    before = net.parameters.tobytes()
    with pytest.raises(RuntimeError, match="mine"):
        fit(net, epochs=1)
    assert net.parameters.tobytes() == before
