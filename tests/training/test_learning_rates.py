"""Callbacks that change the learning rate."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet as gn
from glassnet.callbacks import ReduceOnPlateau, ScheduleLearningRate
from tests.training.runs import fit, network, script


@settings(max_examples=40)
@given(
    values=st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=1, max_size=14),
    patience=st.integers(1, 3),
    minimum=st.sampled_from([0.0, 0.03]),
    more=st.booleans(),
)
def test_the_rate_falls_on_a_plateau_as_that_of_torch_does(
    values: list[float], patience: int, minimum: float, more: bool
) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, "max" if more else "min", 0.5, patience - 1, threshold=0, min_lr=minimum, eps=0
    )
    expected = []
    for value in values:
        expected.append(optimizer.param_groups[0]["lr"])
        scheduler.step(value)
    plateau = ReduceOnPlateau("scripted", 0.5, patience, minimum)
    metric = script(values, more_is_better=more)
    history = fit(network(), epochs=len(values), metrics=[metric], callbacks=[plateau])
    assert history["learning_rate"] == pytest.approx(expected, rel=1e-12)


def test_a_plateau_never_raises_the_rate() -> None:
    plateau = ReduceOnPlateau("scripted", 0.5, 1, minimum=10.0)
    history = fit(network(), epochs=4, metrics=[script([1, 2, 3, 4])], callbacks=[plateau])
    assert history["learning_rate"] == [0.1] * 4
    history = fit(
        network(), optimizer=gn.SGD(0.0), epochs=4, metrics=[script([1, 2, 3, 4])], callbacks=[plateau]
    )
    assert history["learning_rate"] == [0.0] * 4


def test_a_plateau_lowers_a_schedule_and_stays_with_the_network() -> None:
    net, optimizer = network(), gn.SGD(gn.schedules.StepDecay(0.1, every=2, factor=0.5))
    plateau = ReduceOnPlateau("scripted", 0.1, 1)
    history = fit(net, optimizer=optimizer, epochs=3, metrics=[script([1, 2, 1])], callbacks=[plateau])
    assert history["learning_rate"] == pytest.approx([0.1, 0.1, 0.005])
    history = fit(net, optimizer=optimizer, epochs=1)
    assert history["learning_rate"] == pytest.approx([0.0005])
    history = fit(net, optimizer=gn.SGD(0.2), epochs=1)
    assert history["learning_rate"] == [0.2]


def test_a_schedule_as_a_callback_is_one_given_to_the_optimizer() -> None:
    schedule = gn.schedules.CosineDecay(0.2, epochs=3)
    one, other = network(), network()
    first = fit(one, optimizer=gn.Adam(schedule), epochs=4)
    second = fit(other, optimizer=gn.Adam(0.5), epochs=4, callbacks=[ScheduleLearningRate(schedule)])
    assert one.parameters.tolist() == other.parameters.tolist()
    assert first["learning_rate"] == second["learning_rate"]
    assert other.state is not None and other.state.optimizer == gn.Adam(schedule)
