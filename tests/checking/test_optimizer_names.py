"""What names mean in a learner's optimizer, the settings that an object holds, and steps beside those of a rule."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from glassnet.checking.optimizer import names, steps

ADAM = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weight_decay": 0.0}
MOMENTUM = {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.0}


def parameter(name: str, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)


@pytest.mark.parametrize(
    ("setting", "value", "can_be"),
    [
        ("momentum", 0.0, True), ("beta1", 0.999, True), ("beta2", 1.0, False), ("alpha", -0.1, False),
        ("epsilon", 0.1, True), ("epsilon", 0.11, False), ("epsilon", 0.0, False), ("epsilon", 1e-12, True),
        ("learning_rate", 1e-9, True), ("learning_rate", 0.0, False), ("learning_rate", 3.0, True),
        ("weight_decay", 0.0, True), ("weight_decay", 2.0, True), ("weight_decay", -0.1, False),
    ],
)  # fmt: skip
def test_a_number_can_be_a_setting_or_not(setting: str, value: float, can_be: bool) -> None:
    assert names.fits(setting, value) is can_be


SETTINGS = ["setting learning_rate", "setting momentum"]
CONFIGS = [f"config {i}" for i in range(4)]


@pytest.mark.parametrize(
    ("given", "roles"),
    [
        (parameter("lr"), ["setting learning_rate"]), (parameter("_LR_"), ["setting learning_rate"]),
        (parameter("mu"), ["setting momentum"]), (parameter("lr", 0.1), ["setting learning_rate"]),
        (parameter("beta", 0.9), ["setting momentum", "left"]), (parameter("what", 0.9), ["left"]),
        (parameter("config", None), [*CONFIGS, "left"]), (parameter("t", 1), ["left", "count", "count from 0"]),
        (parameter("what", None), ["left", "state"]), (parameter("cfg"), [*CONFIGS, "state"]),
        (parameter("key"), ["name", "state"]), (parameter("step"), ["count", "count from 0", "state", *SETTINGS]),
        (parameter("alpha"), ["setting learning_rate", "setting momentum", "state", "count"]),
        (parameter("v"), ["state", *SETTINGS, "count"]),
    ],
)  # fmt: skip
def test_an_argument_may_be_a_setting_a_count_a_state_or_a_dictionary(
    given: inspect.Parameter, roles: list[str]
) -> None:
    assert names.roles_of(given, MOMENTUM, MOMENTUM) == roles


def test_a_dictionary_holds_the_settings_under_all_their_names() -> None:
    whole = names.config(0, ADAM)
    assert whole["lr"] == whole["learning_rate"] == whole["alpha"] == 0.1
    assert (
        whole["b1"] == whole["beta_1"] == 0.9
        and whole["rho2"] == 0.99
        and whole["eps"] == whole["delta"] == 1e-8
    )
    assert "t" not in whole and "friction" not in whole
    assert {names.config(1, ADAM)[name] for name in ("t", "step", "iteration")} == {1}
    assert {names.config(2, ADAM)[name] for name in ("t", "step", "iteration")} == {0}
    assert names.config(3, ADAM) == {}


def test_the_numbers_of_an_object_and_the_defaults_of_a_function_are_its_settings() -> None:
    class Held:
        rho, is_on = 0.95, True

        def __init__(self) -> None:
            self.lr, self.betas, self.name = 0.1, (0.8, 0.9), "x"
            self.defaults = {"eps": 1e-6}

    assert names.of_numbers(Held()) == {"rho": 0.95, "lr": 0.1, "eps": 1e-6, "beta1": 0.8, "beta2": 0.9}

    def rule(w: Any, g: Any, lr: float = 0.1, nesterov: bool = False, t: int = 3) -> None: ...

    assert names.of_numbers(rule) == {"lr": 0.1, "t": 3.0}
    assert names.of_numbers(len) == {}


def made(path: Any) -> steps.LearnerSteps:
    path = [np.asarray(row, float) for row in path]
    return steps.LearnerSteps(np.zeros(2), path, [np.ones(2)] * len(path))


def test_steps_are_what_the_parameters_moved_by() -> None:
    one = made([[1, 2], [1.5, 1]])
    np.testing.assert_allclose(one.given, [[1, 2], [0.5, -1]])
    assert one.factor(np.array([[0.5, 1], [0.25, -0.5]])) == pytest.approx(2)
    assert one.factor(np.zeros((2, 2))) == 0
    assert steps.LearnerSteps.ratio(np.array([2.0, np.nan, 4.0]), np.array([1.0, 5.0, np.inf])) == 2


@pytest.mark.parametrize(
    ("off", "tolerance", "same"),
    [
        (0.9e-9, steps.FINE, True), (1.2e-9, steps.FINE, False), (2.9e-6, steps.COARSE, True),
        (3.2e-6, steps.COARSE, False),
    ],
)  # fmt: skip
def test_steps_are_equal_to_a_part_of_the_largest(off: float, tolerance: float, same: bool) -> None:
    one = made([[1, 2], [1.5, 1 + 1e-9]])  # no numbers of single precision
    right = one.given + np.array([[0, 0], [off, 0]])
    assert one.equal(right, tolerance) is same


def test_steps_of_single_precision_are_held_to_less_and_lost_ones_must_be_lost_on_both_sides() -> None:
    single = made([[1, 2], [1.5, 1]])
    assert single.equal(single.given + np.array([[0.9e-4, 0], [0, 0]]), steps.COARSE)
    assert not single.equal(single.given + np.array([[1.2e-4, 0], [0, 0]]), steps.COARSE)
    lost = made([[1, np.nan], [1.5, np.nan]])
    assert lost.equal(np.array([[1, np.nan], [0.5, np.nan]])) and not lost.equal(np.array([[1, 0], [0.5, 0]]))
    assert not made([[np.nan, np.nan]]).equal(np.full((1, 2), np.nan))
