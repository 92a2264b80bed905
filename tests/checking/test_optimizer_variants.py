"""check_optimizer on the rules that vary those of Adam and RMSProp: right ones are right, and slips have names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn

LR = {"adadelta": 1.0, "lion": 1e-4, "amsgrad": 1e-3, "rmsprop_momentum": 0.01, "rmsprop_centered": 0.01}


class Rule:
    """The rules as a learner writes them, in one class; `wrong` names a mistake."""

    def __init__(self, rule: str, wrong: str = "") -> None:
        self.rule, self.wrong, self.t = rule, wrong, 0
        self.lr, self.b1, self.b2, self.eps = (
            LR.get(rule, 0.002),
            0.9,
            0.99 if rule == "lion" else 0.999,
            1e-8,
        )
        self.m = self.v = self.u = self.d = self.b = 0.0
        if rule == "adadelta":
            self.eps, self.rho = 1e-6, 0.9
        if rule.startswith("rmsprop"):
            self.alpha, self.momentum = 0.99, 0.9
        if rule == "nadam":
            self.momentum_decay = 0.004

    def step(self, w: Any, g: Any) -> Any:
        self.t += 1
        change = getattr(self, self.rule)(g)
        return w + change if self.wrong == "sign_flipped" else w - change

    def rmsprop_momentum(self, g: Any, centred: bool = False) -> Any:
        self.v = self.alpha * self.v + (1 - self.alpha) * g**2
        self.m = self.alpha * self.m + (1 - self.alpha) * g
        inside = self.v
        if centred and self.wrong != "centering_missing":
            inside = np.maximum(self.v - (self.m if self.wrong == "mean_not_squared" else self.m**2), 0)
        step = g / (np.sqrt(inside) + self.eps)
        self.b = (self.lr if self.wrong == "rate_as_momentum" else self.momentum) * self.b + step
        return self.lr * (step if self.wrong == "momentum_missing" else self.b)

    def rmsprop_centered(self, g: Any) -> Any:
        return self.rmsprop_momentum(g, centred=True)

    def adadelta(self, g: Any) -> Any:
        self.v = self.rho * self.v + (1 - self.rho) * g**2
        numerator = 1 if self.wrong == "numerator_missing" else np.sqrt(self.d + self.eps)
        step = numerator / np.sqrt(self.v + self.eps) * g
        self.d = self.rho * self.d + (1 - self.rho) * (g if self.wrong == "steps_of_gradient" else step) ** 2
        return self.lr * step

    def moments(self, g: Any) -> tuple[Any, Any]:
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        return self.m / (1 - self.b1**self.t), self.v / (1 - self.b2**self.t)

    def amsgrad(self, g: Any) -> Any:
        m, v = self.moments(g)
        self.u = np.maximum(self.u, v if self.wrong == "of corrected" else self.v)
        u = self.u if self.wrong == "of corrected" else self.u / (1 - self.b2**self.t)
        return self.lr * m / (np.sqrt(v if self.wrong == "maximum_missing" else u) + self.eps)

    def nadam(self, g: Any) -> Any:
        m, v = self.moments(g)
        if self.wrong == "constant momentum":
            ahead = self.b1 * self.m / (1 - self.b1 ** (self.t + 1)) + (1 - self.b1) * g / (
                1 - self.b1**self.t
            )
        else:
            mu = [self.b1 * (1 - 0.5 * 0.96 ** (i * self.momentum_decay)) for i in range(1, self.t + 2)]
            ahead = (1 - mu[-2]) * g / (1 - np.prod(mu[:-1])) + mu[-1] * self.m / (1 - np.prod(mu))
        return self.lr * (m if self.wrong == "look_ahead_missing" else ahead) / (np.sqrt(v) + self.eps)

    def adamax(self, g: Any) -> Any:
        self.m = self.b1 * self.m + (1 - self.b1) * g
        m = self.m if self.wrong == "bias_correction_of_m_missing" else self.m / (1 - self.b1**self.t)
        size = abs(g) + (0 if self.wrong == "epsilon behind" else self.eps)
        self.u = np.maximum(self.b2 * self.u, size)
        if self.wrong == "maximum_missing":
            self.v = self.b2 * self.v + (1 - self.b2) * size
            return self.lr * m / self.v
        u = self.u / (1 - self.b2**self.t) if self.wrong == "maximum_corrected" else self.u
        return self.lr * m / (u + (self.eps if self.wrong == "epsilon behind" else 0))

    def lion(self, g: Any) -> Any:
        keep = self.b1 if self.wrong == "beta1_for_both" else self.b2
        new = keep * self.m + (1 - keep) * g
        mixed = self.b1 * (new if self.wrong == "state_updated_first" else self.m) + (1 - self.b1) * g
        self.m = new
        return self.lr * (mixed if self.wrong == "sign_missing" else np.sign(mixed))


SLIPS = {
    "rmsprop_momentum": ("momentum_missing", "rate_as_momentum"),
    "rmsprop_centered": ("centering_missing", "mean_not_squared"),
    "adadelta": ("steps_of_gradient", "numerator_missing", "sign_flipped"),
    "amsgrad": ("maximum_missing", "sign_flipped"),
    "nadam": ("look_ahead_missing", "sign_flipped"),
    "adamax": ("maximum_missing", "maximum_corrected", "bias_correction_of_m_missing"),
    "lion": ("sign_missing", "state_updated_first", "sign_flipped", "beta1_for_both"),
}
CONVENTIONS = {"of corrected": "amsgrad", "constant momentum": "nadam", "epsilon behind": "adamax"}
SETTINGS = {"rmsprop_centered": {"momentum": 0.9}}


@pytest.mark.parametrize("rule", SLIPS)
def test_a_right_rule_is_right(rule: str) -> None:
    report = gn.check_optimizer(Rule(rule), like=rule, **SETTINGS.get(rule, {}))
    assert report.ok is True, str(report)


@pytest.mark.parametrize(
    ("rule", "wrong"), [(rule, wrong) for rule, codes in SLIPS.items() for wrong in codes]
)
def test_a_slip_is_named(rule: str, wrong: str) -> None:
    report = gn.check_optimizer(Rule(rule, wrong), like=rule, **SETTINGS.get(rule, {}))
    assert [slip.code for slip in report.slips] == [wrong], str(report)


@pytest.mark.parametrize("way", CONVENTIONS)
def test_another_way_to_write_it_is_noted_and_right(way: str) -> None:
    report = gn.check_optimizer(Rule(CONVENTIONS[way], way), like=CONVENTIONS[way])
    assert report.ok is True
    assert any("torch" in note for note in report.notes), str(report)


def test_one_rule_in_the_place_of_another_is_named() -> None:
    report = gn.check_optimizer(Rule("amsgrad"), like="adam")
    assert [slip.code for slip in report.slips] == ["other_rule"]
    assert "amsgrad" in report.slips[0].message
