"""What pictures, traces, checks, the diagnosis and the report are given by mistake is named."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, GlassnetError, ShapeError
from tests.bad_input.bases import CLASSES, Affine, X, network, recorder

CASES: list[tuple[Callable[[gn.Network], Any], type[GlassnetError], str]] = [
    (lambda net: gn.plots.network_diagram("net"), ArgumentError, "network must be a glassnet Network; got 'net'"),
    (
        lambda net: gn.plots.decision_boundary(net, X, CLASSES, feature_names="abc"),
        ArgumentError, "feature_names must be a list, such as ['red', 'blue']; got 'abc'",
    ),
    (
        lambda net: gn.report(net, X, CLASSES, feature_names="abc"),
        ArgumentError, "feature_names must be a list, such as ['red', 'blue']; got 'abc'",
    ),
    (
        lambda net: gn.plots.confusion_matrix([0, 1], [1, 0], class_names=["a", None]),
        ArgumentError, "class_names must hold text; in place 1 it holds None",
    ),
    (
        lambda net: gn.plots.activation("relu", span=3),
        ArgumentError, "span must be a list, such as (-4.0, 4.0); got 3",
    ),
    (
        lambda net: gn.plots.loss_surface(net, X, CLASSES, points=1001),
        ArgumentError, "points must be an integer <= 1000; got 1001",
    ),
    (
        lambda net: gn.plots.gradients_over_time(net),
        ArgumentError, "recorder must be a Recorder, such as gn.Recorder(X, y); got Network(",
    ),
    (
        lambda net: gn.plots.training_animation(recorder(), "a.gif", seconds=601),
        ArgumentError, "seconds must be a finite number and > 0 and <= 600; got 601",
    ),
    (lambda net: gn.Recorder(3, CLASSES), DataError, "X of Recorder must be an array with one row per sample; got 3"),
    (lambda net: recorder().network_at(3), ArgumentError, "index must be one of 3 recordings, from 0 to 2; got 3"),
    (
        lambda net: gn.TrainingSetup(net, X, CLASSES, loss="scce", shuffle="no"),
        ArgumentError, "shuffle must be True or False; got 'no'",
    ),
    (
        lambda net: gn.trace(net, X, CLASSES).written_for(8, 0),
        ArgumentError, "sample must be from 0 to 7; got 8",
    ),
    (
        lambda net: gn.trace(net, X, CLASSES).neuron(0, 1.0),
        ArgumentError, "unit must be an integer >= 0; got 1.0",
    ),
    (lambda net: gn.check(Affine(), X, CLASSES[:3]), ShapeError, "X has 8 samples and y has shape (3,)"),
    (lambda net: gn.check(Affine(), y=CLASSES), ArgumentError, "y is given without X; pass both, or neither"),
    (
        lambda net: gn.check_layer(Affine(), n_inputs=1_000_001),
        ArgumentError, "n_inputs must be an integer <= 1000000; got 1000001",
    ),
    (
        lambda net: gn.check_loss(np.subtract, y_true=X),
        ArgumentError, "y_true and y_pred belong together; pass both, or neither",
    ),
    (
        lambda net: gn.check_derivative(np.sin, np.cos, points=[0.1, np.nan]),
        ArgumentError, "points must hold finite numbers, two at least",
    ),
    (lambda net: gn.check_layer(memoryview(b"a")), ArgumentError, "cannot be copied (TypeError: cannot pickle"),
    (
        lambda net: gn.diagnose(net, X, CLASSES, learning_rate=0),
        ArgumentError, "learning_rate must be a finite number and > 0; got 0",
    ),
    (lambda net: gn.check_derivative(np.sin, int), ArgumentError, "df must be a function; got the class int"),
    (lambda net: gn.plots.decision_boundary(net, X, [[1, 2], [3]]), DataError, "y must have rows of equal length"),
    (
        lambda net: gn.check_backward(net, [[1, 2], [3]], CLASSES, lambda *arguments: None),
        DataError, "X must have rows of equal length",
    ),
    (lambda net: gn.plots.embedding(net, X, [[1, 2], [3]]), DataError, "y must have rows of equal length"),
    (lambda net: gn.to_torch_source(None), ArgumentError, "network must be a glassnet Network; got None"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), CASES, ids=[case[2][:50] for case in CASES])
def test_it_is_named(call: Callable[[gn.Network], Any], error: type[GlassnetError], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call(network())


def test_a_shape_that_asks_for_more_memory_than_there_is_is_refused_before_room_is_made() -> None:
    import torch

    module = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2))
    with pytest.raises(ShapeError, match=r"has weights of shape \(4, 2\), but what comes before it asks for"):
        gn.from_torch(module, input_shape=10**30)


@pytest.mark.parametrize(
    "names",
    [["a", "b"], ("a", "b"), np.array(["a", "b"]), pd.Index(["a", "b"]), pd.Series(["a", "b"]), [0, 1]],
)
def test_names_are_taken_from_lists_arrays_and_tables(names: Any) -> None:
    ax = gn.plots.confusion_matrix([0, 1], [1, 0], class_names=names)
    assert [label.get_text() for label in ax.get_xticklabels()] == [str(name) for name in names]


def test_a_function_of_a_learner_that_raises_is_told_in_words() -> None:
    def broken(z: Any) -> Any:
        raise RuntimeError("mine")

    with pytest.raises(ArgumentError, match="f could not be called .*RuntimeError: mine"):
        gn.check_derivative(broken, np.cos)


def test_gradients_from_a_function_that_raises_are_told_in_words() -> None:
    message = "the function that gives the gradients could not be called; ZeroDivisionError: division by zero"
    with pytest.raises(ArgumentError, match=message):
        gn.check_backward(network(), X, CLASSES, lambda: 1 / 0)


class Locked(Affine):
    """A layer that cannot be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


@pytest.mark.parametrize("layer", [Locked, Locked()], ids=["class", "object"])
@pytest.mark.parametrize("check", [gn.check, gn.check_layer], ids=["check", "check_layer"])
def test_what_cannot_be_copied_is_told_in_words(check: Any, layer: Any) -> None:
    with pytest.raises(ArgumentError, match="cannot be copied .*_thread.lock.*pass one without"):
        check(layer)
