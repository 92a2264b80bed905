"""A call that does not fit is answered by what was meant."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, CallError
from glassnet.support.calls import explained
from tests.bad_input.face import public_callables

X, Y = np.zeros((4, 2)), np.zeros((4, 1))
NET: Any = gn.Network([gn.Dense(1)], seed=0)
G: Any = gn


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NET.fit(X, Y, los="mse"), "fit takes no los=; did you mean 'loss'?"),
        (lambda: NET.fit(X, Y, optimiser="sgd"), "fit takes no optimiser=; did you mean 'optimizer'?"),
        (lambda: NET.fit(X, Y, epoch=3), "fit takes no epoch=; did you mean 'epochs'?"),
        (lambda: NET.fit(X, Y, verbose=0), "fit takes no verbose=; did you mean 'progress'?"),
        (lambda: NET.fit(X, Y, criterion="mse"), "fit takes no criterion=; did you mean 'loss'?"),
        (
            lambda: NET.fit(X, Y, lr=0.1),
            "fit takes no lr=; it belongs to the optimizer, such as optimizer=gn.SGD(learning_rate=0.1)",
        ),
        (
            lambda: NET.fit(X, Y, learning_rate=0.1),
            "fit takes no learning_rate=; it belongs to the optimizer, such as optimizer=gn.SGD(learning_rate=0.1)",
        ),
        (
            lambda: NET.fit(X, Y, loss="mse", patience=3),
            "fit takes no patience=; it belongs to a callback, such as "
            "callbacks=[gn.callbacks.EarlyStopping(patience=10)]",
        ),
        (lambda: NET.fit(X, Y), "fit needs loss; such as loss='mean_squared_error'"),
        (
            lambda: NET.fit(X, Y, "mse"),
            "fit takes 2 (X, y) by position, and was given 3; give the others by name, such as "
            "loss='mean_squared_error'",
        ),
        (lambda: NET.fit(X, Y, X=X, loss="mse"), "fit was given X twice, by position and by name"),
        (lambda: NET.predict(), "predict needs X"),
        (lambda: NET.predict(x=X), "predict takes no x=; did you mean 'X'?"),
        (lambda: NET.evaluate(X), "evaluate needs y"),
        (lambda: G.Adam(lr=0.1), "Adam takes no lr=; did you mean 'learning_rate'?"),
        (lambda: G.SGD(nestrov=True), "SGD takes no nestrov=; did you mean 'nesterov'?"),
        (lambda: G.Dense(), "Dense needs units"),
        (lambda: G.Dense(4, activaton="relu"), "Dense takes no activaton=; did you mean 'activation'?"),
        (
            lambda: G.Dense(4, input_dim=3),
            "Dense takes no input_dim=; it belongs to the network: gn.Network([...], input_shape=...)",
        ),
        (lambda: G.Network([], random_state=0), "Network takes no random_state=; did you mean 'seed'?"),
        (
            lambda: G.callbacks.EarlyStopping(monitor="loss"),
            "EarlyStopping takes no monitor=; did you mean 'metric'?",
        ),
        (lambda: G.losses.Huber(dleta=1), "Huber takes no dleta=; did you mean 'delta'?"),
        (lambda: G.losses.get(), "get needs choice"),
        (lambda: G.datasets.xor(4), "xor takes nothing by position, and was given 1"),
        (lambda: G.datasets.digits(size=3), "digits takes no size=; it takes scaled"),
        (lambda: G.metrics.accuracy([0, 1]), "Accuracy needs y_pred"),
    ],
)
def test_the_error_says_what_was_meant(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(CallError) as caught:
        call()
    assert str(caught.value) == message
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ArgumentError)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_an_error_from_within_is_left_alone() -> None:
    @explained
    def inner(x: Any) -> Any:
        return len(x)

    with pytest.raises(TypeError, match=r"^object of type 'int' has no len\(\)$") as caught:
        inner(3)
    assert type(caught.value) is TypeError


def test_signature_and_docstring_stay() -> None:
    assert str(inspect.signature(gn.Adam)).startswith("(learning_rate: 'float | schedules.Schedule' = 0.001")
    assert (gn.Network.fit.__doc__ or "").startswith("Train;")
    assert inspect.getsource(gn.Network.fit).startswith("    @explained\n    def fit(")


# Results and what callbacks are given: made by the library alone.
NOT_CALLED = (
    "DiagnosisReport",
    "Finding",
    "Replay",
    "ReportPage",
    "SweepResult",
    "Trace",
    "Dataset",
    "Session",
    "Callback",
)


@pytest.mark.parametrize("label", [label for label in public_callables() if label.count(".") == 1])
def test_every_public_name_explains_its_calls(label: str) -> None:
    called = public_callables()[label]
    takes_all = any(part.kind is part.VAR_KEYWORD for part in inspect.signature(called).parameters.values())
    if label.removeprefix("gn.") not in NOT_CALLED and not takes_all:
        with pytest.raises(CallError, match="takes no no_such_argument="):
            called(no_such_argument=1)
