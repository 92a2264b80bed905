"""Schedules are the formulas of torch.optim.lr_scheduler, at any epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from glassnet import schedules
from glassnet.errors import ArgumentError, UnknownNameError
from glassnet.schedules import (
    Chain,
    Constant,
    CosineDecay,
    CosineRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LinearDecay,
    LinearWarmup,
    LogCosineCycles,
    OneCycle,
    PolynomialDecay,
    Schedule,
    StepDecay,
)
from glassnet.schedules.base import registry
from glassnet.support.registry import from_config, to_config

ALL = [
    Constant(0.1),
    StepDecay(0.1, every=4),
    ExponentialDecay(0.1, factor=0.9),
    CosineDecay(0.1, epochs=10, final=0.01),
    LinearWarmup(0.1, epochs=5, start_factor=0.2),
    InverseTimeDecay(0.1, decay=0.5),
    PolynomialDecay(0.1, epochs=8, power=2.0),
    LinearDecay(0.1, epochs=8, end_factor=0.1),
    CosineRestarts(0.1, epochs=3, growth=2, final=0.01),
    LogCosineCycles(0.1, epochs=16),
    OneCycle(0.1, epochs=10),
    Chain([LinearWarmup(0.1, 5), ExponentialDecay(0.1, 0.9), 0.1], [5, 12]),
]

TorchScheduler = Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler]


def torch_chain(optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler:
    return lr_scheduler.SequentialLR(
        optimizer,
        [
            lr_scheduler.LinearLR(optimizer, total_iters=3),
            lr_scheduler.CosineAnnealingLR(optimizer, T_max=10),
            lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5),
        ],
        milestones=[3, 8],
    )


TORCH_TWINS: list[tuple[Schedule, TorchScheduler, int]] = [
    (Constant(0.1), lambda o: lr_scheduler.ConstantLR(o, factor=1.0), 8),
    (StepDecay(0.1, 3), lambda o: lr_scheduler.StepLR(o, step_size=3), 20),
    (StepDecay(0.1, 3, 0.5), lambda o: lr_scheduler.StepLR(o, step_size=3, gamma=0.5), 20),
    (ExponentialDecay(0.1, 0.95), lambda o: lr_scheduler.ExponentialLR(o, gamma=0.95), 50),
    (CosineDecay(0.1, 20), lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=20), 21),
    (
        CosineDecay(0.1, 20, 0.02),
        lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=20, eta_min=0.02),
        21,
    ),
    (LinearWarmup(0.1, 7), lambda o: lr_scheduler.LinearLR(o, total_iters=7), 12),
    (
        LinearWarmup(0.1, 7, 0.05),
        lambda o: lr_scheduler.LinearLR(o, start_factor=0.05, total_iters=7),
        12,
    ),
    (InverseTimeDecay(0.1, 0.5), lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + 0.5 * t)), 20),
    (PolynomialDecay(0.1, 7), lambda o: lr_scheduler.PolynomialLR(o, total_iters=7), 12),
    (PolynomialDecay(0.1, 7, 2.5), lambda o: lr_scheduler.PolynomialLR(o, total_iters=7, power=2.5), 12),
    (PolynomialDecay(0.1, 7, 0.5), lambda o: lr_scheduler.PolynomialLR(o, total_iters=7, power=0.5), 12),
    (LinearDecay(0.1, 7), lambda o: lr_scheduler.LinearLR(o, 1.0, 0.0, total_iters=7), 12),
    (LinearDecay(0.1, 7, 0.2), lambda o: lr_scheduler.LinearLR(o, 1.0, 0.2, total_iters=7), 12),
    (CosineRestarts(0.1, 5), lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=5), 31),
    (CosineRestarts(0.1, 1), lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=1), 5),
    (
        CosineRestarts(0.1, 3, 2, 0.01),
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.01),
        200,
    ),
    (
        CosineRestarts(0.1, 1, 3),
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=1, T_mult=3),
        3**6,
    ),
    (
        OneCycle(0.1, 20),
        lambda o: lr_scheduler.OneCycleLR(o, 0.1, 21, pct_start=7 / 21, cycle_momentum=False),
        21,
    ),
    (
        OneCycle(0.1, 20, 0.5, 4, 100),
        lambda o: lr_scheduler.OneCycleLR(
            o, 0.1, 21, pct_start=11 / 21, cycle_momentum=False, div_factor=4, final_div_factor=100
        ),
        21,
    ),
    (
        LogCosineCycles(0.1, 30),
        lambda o: lr_scheduler.LambdaLR(
            o, lambda t: 0.5 - 0.5 * math.cos(2 * math.pi * math.log2(1 + 15 * min(t / 30, 1)))
        ),
        33,
    ),
    (
        Chain([LinearWarmup(0.1, 3), CosineDecay(0.1, 10), StepDecay(0.1, 2, 0.5)], [3, 8]),
        torch_chain,
        16,
    ),
]


def torch_rates(scheduler: TorchScheduler, n_epochs: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    stepped, rates = scheduler(optimizer), []
    for _ in range(n_epochs):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        stepped.step()
    return rates


@pytest.mark.parametrize(("schedule", "scheduler", "n_epochs"), TORCH_TWINS)
# SequentialLR of torch itself calls step(epoch), which torch deprecates.
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning")
def test_whole_epochs_have_the_rates_of_torch(
    schedule: Schedule, scheduler: TorchScheduler, n_epochs: int
) -> None:
    np.testing.assert_allclose(
        schedule(np.arange(n_epochs)), torch_rates(scheduler, n_epochs), rtol=1e-12, atol=1e-17
    )


def test_every_schedule_is_tested() -> None:
    tested = {type(schedule) for schedule, _, _ in TORCH_TWINS}
    assert {type(schedule) for schedule in ALL} == tested
    assert len(schedules.names()) == len(tested)


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_the_rates_have_the_shape_of_the_epochs(schedule: Schedule) -> None:
    grid = np.arange(24).reshape(4, 6)
    assert schedule(grid).shape == (4, 6)
    assert schedule(grid).dtype == np.float64
    assert schedule(3).shape == ()
    assert schedule([]).shape == (0,)
    assert float(schedule(3)) == schedule(grid)[0, 3]


@pytest.mark.parametrize(
    ("schedule", "epoch", "rate"),
    [
        (Constant(0.3), 1.5, 0.3),
        (StepDecay(0.1, every=2), 1.99, 0.1),
        (StepDecay(0.1, every=2), 2.0, 0.01),
        (ExponentialDecay(0.1, factor=0.25), 0.5, 0.05),
        (CosineDecay(0.1, epochs=3), 1.5, 0.05),
        (LinearWarmup(0.1, epochs=0.5, start_factor=0), 0.25, 0.05),
        (InverseTimeDecay(0.1, decay=2), 0.5, 0.05),
        (PolynomialDecay(0.1, epochs=1, power=2), 0.5, 0.025),
        (LinearDecay(0.1, epochs=3, end_factor=0.5), 1.5, 0.075),
        (CosineRestarts(0.1, epochs=0.5), 0.75, 0.05),
        (CosineRestarts(0.1, epochs=1, growth=2), 2.0, 0.05),
        (CosineRestarts(0.1, epochs=1, growth=2), 2.5, 0.1 * (1 + math.cos(math.pi * 0.75)) / 2),
        (OneCycle(0.1, epochs=10), 3.0, 0.1),
        (OneCycle(0.1, epochs=10), 1.5, (0.1 + 0.1 / 25) / 2),
        (OneCycle(0.1, epochs=10, warmup=0.5), 7.5, (0.1 + 0.1 / 25e4) / 2),
        (LogCosineCycles(0.1, epochs=15), math.sqrt(2) - 1, 0.1),
        (LogCosineCycles(0.1, epochs=1, cycles=1), math.sqrt(2) - 1, 0.1),
        (Chain([Constant(0.1), LinearWarmup(0.2, 2, 0.5)], [2.5]), 2.4, 0.1),
        (Chain([Constant(0.1), LinearWarmup(0.2, 2, 0.5)], [2.5]), 3.5, 0.15),
    ],
)
def test_fractional_epochs_follow_the_formula(schedule: Schedule, epoch: float, rate: float) -> None:
    assert float(schedule(epoch)) == pytest.approx(rate, rel=1e-12)


def test_cosine_decay_stays_at_its_final_rate() -> None:
    assert CosineDecay(0.1, epochs=10, final=0.001)([10, 11, 1000]).tolist() == [0.001] * 3


def test_warmup_stays_at_its_full_rate() -> None:
    assert LinearWarmup(0.1, epochs=10)([10, 11, 1000]).tolist() == [0.1] * 3


def test_what_has_an_end_stays_there() -> None:
    late = [10.0, 10.5, 1000.0]
    assert PolynomialDecay(0.1, 10, 2)(late).tolist() == [0.0] * 3
    assert LinearDecay(0.1, 10, 0.5)(late).tolist() == [0.05] * 3
    np.testing.assert_allclose(OneCycle(0.1, 10)(late), [0.1 / 25e4] * 3, rtol=1e-12)
    np.testing.assert_allclose(LogCosineCycles(0.1, 10)(late), 0.0, atol=1e-16)


def test_logarithmic_cycles_begin_end_and_turn_at_powers_of_two() -> None:
    turns = (2.0 ** np.arange(5) - 1) / 15
    np.testing.assert_allclose(LogCosineCycles(0.1, 1)(turns), 0.0, atol=1e-16)


@pytest.mark.parametrize("growth", [2, 3, 10, 100])
def test_every_restart_begins_at_the_full_rate(growth: int) -> None:
    starts = np.cumsum([0, *(7 * growth ** np.arange(6))])
    schedule = CosineRestarts(0.1, 7, growth)
    assert schedule(starts).tolist() == [0.1] * len(starts)
    assert (schedule(starts[1:] - 1e-3) < 1e-6).all()
    assert float(schedule(1e15)) <= 0.1


def test_a_chain_may_hold_chains_and_numbers() -> None:
    inner = Chain([0.1, 0.2], [2])
    assert Chain([inner, 0.3], [4])(np.arange(6)).tolist() == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3]


def test_a_learning_rate_of_zero_is_allowed() -> None:
    assert float(Constant(0)(5)) == 0.0


def test_a_number_means_a_constant_rate() -> None:
    of_numpy: Any = np.float32(0.5)
    assert schedules.get(0.1) == Constant(0.1)
    assert schedules.get(of_numpy) == Constant(0.5)


def test_a_schedule_means_itself() -> None:
    schedule = CosineDecay(0.1, 5)
    assert schedules.get(schedule) is schedule


def test_a_users_own_schedule_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_factories", {**registry._factories})
    schedules.register("mine", StepDecay(0.1, 5))
    assert schedules.get("mine") == StepDecay(0.1, 5)


def test_a_schedule_that_needs_arguments_is_not_made_from_its_name() -> None:
    with pytest.raises(
        ArgumentError,
        match=r"schedule 'step' cannot be made from its name.*needs learning_rate and every.*for example",
    ):
        schedules.get("step")


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no schedule is called 'cosin'.*'cosine'"):
        schedules.get("cosin")


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_configuration_rebuilds_the_schedule(schedule: Schedule) -> None:
    assert from_config(to_config(schedule)) == schedule


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_the_repr_rebuilds_the_schedule(schedule: Schedule) -> None:
    assert eval(repr(schedule)) == schedule


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, "fast", None, True])
@pytest.mark.parametrize(
    "build",
    [
        lambda rate: Constant(rate),
        lambda rate: StepDecay(rate, every=2),
        lambda rate: ExponentialDecay(rate, factor=0.9),
        lambda rate: CosineDecay(rate, epochs=5),
        lambda rate: LinearWarmup(rate, epochs=5),
        lambda rate: InverseTimeDecay(rate, decay=1),
        lambda rate: PolynomialDecay(rate, epochs=5),
        lambda rate: LinearDecay(rate, epochs=5),
        lambda rate: CosineRestarts(rate, epochs=5),
        lambda rate: LogCosineCycles(rate, epochs=5),
        lambda rate: OneCycle(rate, epochs=5),
    ],
)
def test_a_learning_rate_that_cannot_be_used_is_refused(
    build: Callable[[float], Schedule], rate: float
) -> None:
    with pytest.raises(ArgumentError, match=r"learning_rate of \w+ must be a finite number and >= 0; got"):
        build(rate)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: StepDecay(0.1, every=0), "every of StepDecay must be .* > 0; got 0"),
        (lambda: StepDecay(0.1, 2, factor=0), "factor of StepDecay must be .* > 0 and <= 1; got 0"),
        (lambda: ExponentialDecay(0.1, 1.5), "factor of ExponentialDecay .* <= 1; got 1.5"),
        (lambda: CosineDecay(0.1, epochs=0), "epochs of CosineDecay must be .* > 0; got 0"),
        (lambda: CosineDecay(0.1, 5, final=-1), "final of CosineDecay must be .* >= 0; got -1"),
        (lambda: LinearWarmup(0.1, epochs=-2), "epochs of LinearWarmup must be .* > 0; got -2"),
        (lambda: LinearWarmup(0.1, 5, 1.5), "start_factor of LinearWarmup .* <= 1; got 1.5"),
        (lambda: InverseTimeDecay(0.1, -1), "decay of InverseTimeDecay must be .* >= 0; got -1"),
        (lambda: PolynomialDecay(0.1, 0), "epochs of PolynomialDecay must be .* > 0; got 0"),
        (lambda: PolynomialDecay(0.1, 5, power=0), "power of PolynomialDecay must be .* > 0; got 0"),
        (lambda: LinearDecay(0.1, 5, 1.5), "end_factor of LinearDecay .* <= 1; got 1.5"),
        (lambda: CosineRestarts(0.1, 5, 1.5), "growth of CosineRestarts must be an integer >= 1; got 1.5"),
        (lambda: CosineRestarts(0.1, 5, 101), "growth of CosineRestarts must be an integer <= 100"),
        (lambda: LogCosineCycles(0.1, 5, 0), "cycles of LogCosineCycles must be an integer >= 1; got 0"),
        (lambda: OneCycle(0.1, 5, warmup=1), "warmup of OneCycle must be .* > 0 and < 1; got 1"),
        (lambda: OneCycle(0.1, 5, start_divisor=0.5), "start_divisor of OneCycle .* >= 1; got 0.5"),
        (lambda: OneCycle(0.1, 5, final_divisor=0), "final_divisor of OneCycle .* >= 1; got 0"),
        (lambda: Chain([0.1, 0.2], []), "one fewer than schedules; got 0 boundaries for 2 sched"),
        (lambda: Chain([], []), "one fewer than schedules; got 0 boundaries for 0 schedules"),
        (lambda: Chain([0.1, 0.2, 0.3], [4, 4]), r"must increase; got \(4\.0, 4\.0\)"),
        (lambda: Chain([0.1, 0.2], [0]), "boundary of Chain must be .* > 0; got 0"),
        (lambda: Chain([0.1, -0.2], [3]), "learning_rate of Constant must be .* >= 0; got -0.2"),
    ],
)
def test_arguments_out_of_range_are_refused(build: Callable[[], Schedule], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        build()


@pytest.mark.parametrize("epoch", [-1, math.nan, [0.0, math.inf]])
def test_an_epoch_that_never_comes_is_refused(epoch: float) -> None:
    with pytest.raises(ArgumentError, match="epoch must be finite and >= 0; got"):
        Constant(0.1)(epoch)


@pytest.mark.parametrize("length", [0.1, 0.3, 0.7, 1.1, 1.0 / 3.0])
@pytest.mark.parametrize("steps", [3, 10, 7])
def test_periods_that_are_no_whole_numbers_end_where_they_end(length: float, steps: int) -> None:
    """Beside exact fractions: the step at the end of a period is the first of the next, whatever the rounding."""
    exact = Fraction(length).limit_denominator(100)
    times = [Fraction(step, steps) for step in range(50 * steps)] + [k * exact for k in range(200)]
    whole = np.array([t // exact for t in times], float)
    epochs = np.array(times, float)
    np.testing.assert_allclose(StepDecay(0.1, length, 0.9)(epochs), 0.1 * 0.9**whole, rtol=1e-12)
    shares = np.array([(t / exact) % 1 for t in times], float)
    np.testing.assert_allclose(
        CosineRestarts(0.1, length)(epochs), 0.1 * (1 + np.cos(np.pi * shares)) / 2, rtol=0, atol=1e-9
    )
    growing = CosineRestarts(0.1, length, growth=2)
    ends = np.array([exact * (2**k - 1) for k in range(8)], float)
    np.testing.assert_allclose(growing(ends), 0.1, rtol=1e-9)
    np.testing.assert_array_less(growing(ends[1:] * (1 - 1e-6)), 0.01)
