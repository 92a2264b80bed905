"""Which data, sizes and classes a check takes where several are possible: one case on each side of every choice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.checking.finding.members import FORWARD, method
from glassnet.checking.program.data import DataForm, given_or_drawn
from glassnet.checking.program.taking import turns
from glassnet.checking.program.taking.modules import is_network
from glassnet.checking.program.taking.objects import samples_for
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.functions import Part
from glassnet.checking.program.trying.gradients import _error
from glassnet.checking.program.trying.losses import Objective


def test_data_that_nobody_gave_have_three_features_and_two_classes_or_one_output() -> None:
    assert [samples.sizes for samples in given_or_drawn(None)] == [(3, 2), (3, 1)]
    assert [guess[:2] for guess in turns.GUESSES] == [(2, 2), (3, 2), (2, 1), (3, 1)]


def test_a_program_of_single_numbers_has_few_features_and_outputs() -> None:
    found = [samples.sizes for samples in samples_for(SimpleNamespace(w=0.5, b=0.1))]
    assert found == [(2, 1), (3, 1), (2, 2), (1, 1)]


class CountingLoss:
    def forward(self, X: Any) -> Any: ...
    def backward(self, y: Any) -> Any: ...


class TrainedLoss(CountingLoss):
    def train(self, X: Any, y: Any) -> Any: ...


class Model(CountingLoss):
    def __call__(self, X: Any) -> Any: ...


def test_a_loss_is_no_network_unless_it_is_trained() -> None:
    assert [is_network(cls) for cls in (CountingLoss, TrainedLoss, Model)] == [False, True, True]


def test_calling_a_class_makes_an_object_and_is_no_forward_pass() -> None:
    assert method(Model, ("__call__",)) is None and method(Model(), ("__call__",)) is not None
    assert method(Model, FORWARD) is Model.forward


@pytest.mark.parametrize(
    ("x", "matrices", "is_column"),
    [
        ((5, 1), [(5, 3)], True), ((5, 1), [(3, 4)], False), ((5, 1), [(5, 3), (1, 4)], False),
        ((5, 2), [(5, 3)], False), ((1, 1), [(1, 3)], False), ((5,), [(5, 3)], False), ((5, 1), [(5, 3), (1, 1)], True),
    ],
)  # fmt: skip
def test_a_column_is_one_sample_where_weights_read_so_many_features(
    x: Any, matrices: Any, is_column: bool
) -> None:
    assert turns._is_column(x, matrices) is is_column


@pytest.mark.parametrize(
    ("form", "raw", "first"),
    [("columns", (2, 3), [-2.0, -6.0, -10.0]), ("rows", (3, 2), [-2.0, -4.0]), ("columns", (6,), [-2.0])],
)
def test_the_error_at_the_output_lies_as_the_output_does(form: str, raw: Any, first: list[float]) -> None:
    targets = np.arange(1.0, 7.0).reshape(3, 2)
    forward = Forward(Part("f"), DataForm(targets, targets, form, 3, targets), {})
    loss = Objective("mse", False, lambda _: 0.0, "mean_squared_error")
    found = _error(loss, forward, np.zeros((3, 2)), raw) * 6
    assert found.shape == raw and found.reshape(raw[0], -1)[0].tolist() == pytest.approx(first)
