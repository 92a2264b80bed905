"""What an optimizer did to the parameters, written out for any one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from glassnet.insight.trace.writing.arithmetic import factor, number
from glassnet.optimizers import AdamW, Optimizer

Array = NDArray[Any]

# How the state vectors of each rule are called in formulas.
STATES = {
    "sgd": "", "momentum": "v", "nesterov": "v", "adagrad": "s", "rmsprop": "s", "adam": "mv",
}  # fmt: skip


@dataclass(frozen=True)
class Update:
    """One update of the flat parameter vector.

    Attributes
    ----------
    step : int
        Counted from 1 over the whole training; Adam's corrections depend on it.
    before, after : ndarray, (n_parameters,)
        The parameters.
    gradient, clipped : ndarray, (n_parameters,)
        The gradient, and what clipping left of it.
    states_before, states_after : ndarray, (n_states, n_parameters)
        The optimizer's vectors.
    """

    optimizer: Optimizer
    learning_rate: float
    step: int
    before: Array
    gradient: Array
    clipped: Array
    states_before: Array
    states_after: Array
    after: Array

    @property
    def rule(self) -> str:
        """The name of the formula in :mod:`glassnet.formulas.updates`."""
        return str(self.optimizer.rule.__name__)

    def fields(self, where: Any) -> dict[str, Array]:
        """Everything that :meth:`templates` mention, of the parameters at `where`."""
        found = {
            "w": self.before[where], "dw": self.gradient[where], "c": self.clipped[where],
            "w1": self.after[where],
        }  # fmt: skip
        found["g"] = found["c"] + self._decay * found["w"]
        for name, old, new in zip(
            STATES.get(self.rule, ""), self.states_before, self.states_after, strict=False
        ):
            found |= {name: old[where], f"{name}1": new[where]}
        return found

    def lines(self, index: int) -> list[str]:
        """The arithmetic of the parameter at this place in the flat vector."""
        values = {name: float(value) for name, value in self.fields(index).items()}

        def filled(token: re.Match[str]) -> str:
            return (factor if token[1] else number)(values[token[2]])

        lines = [re.sub(r"\{(\(?)(\w+)\)?\}", filled, line) for line in self.templates()]
        return [self._with_underflow(line, values["g"]) for line in lines]

    def _with_underflow(self, line: str, g: float) -> str:
        """A state that is 0 though the gradient is not: its numbers are smaller than its dtype can hold."""
        if g == 0 or line[0] not in STATES.get(self.rule, "") or not line.endswith(" = 0"):
            return line
        return f"{line.removesuffix(' = 0')} ≈ 0, too small for {self.before.dtype}"

    @property
    def _decay(self) -> float:
        return 0.0 if isinstance(self.optimizer, AdamW) else self.optimizer.weight_decay

    def templates(self) -> list[str]:
        """The rule with this step's coefficients; {w}, {dw} … are numbers of one parameter, {(w)} factors."""
        decay, clips = self._decay, bool(self.optimizer.clip_norm or self.optimizer.clip_value)
        lines = ["dw clipped: {dw} → {c}"] if clips else []
        g, value = "dw", "{(c)}"
        if decay:
            lines.append(f"g = dw + λ·w = {{c}} + {number(decay)}·{{(w)}} = {{g}}")
            g, value = "g", "{(g)}"
        write = _RULES.get(self.rule)
        return [*lines, *(write(self, g, value) if write else ["w: {w} → {w1}"])]


def _sgd(made: Update, g: str, value: str) -> list[str]:
    return [f"w ← w − η·{g} = {{w}} − {number(made.learning_rate)}·{value} = {{w1}}"]


def _velocity(made: Update, g: str, value: str) -> str:
    mu = number(getattr(made.optimizer, "momentum", 0.0))
    return f"v ← μ·v + {g} = {mu}·{{(v)}} + {value} = {{v1}}"


def _momentum(made: Update, g: str, value: str) -> list[str]:
    rate = number(made.learning_rate)
    return [_velocity(made, g, value), f"w ← w − η·v = {{w}} − {rate}·{{(v1)}} = {{w1}}"]


def _nesterov(made: Update, g: str, value: str) -> list[str]:
    rate, mu = number(made.learning_rate), number(getattr(made.optimizer, "momentum", 0.0))
    return [
        _velocity(made, g, value),
        f"w ← w − η·({g} + μ·v) = {{w}} − {rate}·({value} + {mu}·{{(v1)}}) = {{w1}}",
    ]


def _adagrad(made: Update, g: str, value: str) -> list[str]:
    return [f"s ← s + {g}² = {{s}} + {value}² = {{s1}}", _divided(made, g, value)]


def _rmsprop(made: Update, g: str, value: str) -> list[str]:
    alpha = getattr(made.optimizer, "alpha", 0.0)
    text = f"{number(alpha)}·{{(s)}} + {number(1 - alpha)}·{value}²"
    return [f"s ← α·s + (1 − α)·{g}² = {text} = {{s1}}", _divided(made, g, value)]


def _divided(made: Update, g: str, value: str) -> str:
    rate, epsilon = number(made.learning_rate), number(getattr(made.optimizer, "epsilon", 0.0))
    return f"w ← w − η·{g}/(√s + ε) = {{w}} − {rate}·{value}/(√{{s1}} + {epsilon}) = {{w1}}"


def _adam(made: Update, g: str, value: str) -> list[str]:
    beta1, beta2 = getattr(made.optimizer, "beta1", 0.0), getattr(made.optimizer, "beta2", 0.0)
    rate, epsilon = number(made.learning_rate), number(getattr(made.optimizer, "epsilon", 0.0))
    kept, shrunk = "w", "{w}"
    if isinstance(made.optimizer, AdamW):
        kept, shrunk = "(1 − η·λ)·w", f"(1 − {rate}·{number(made.optimizer.weight_decay)})·{{(w)}}"
    first, second = number(1 - beta1**made.step), number(1 - beta2**made.step)
    return [
        f"m ← β₁·m + (1 − β₁)·{g} = {number(beta1)}·{{(m)}} + {number(1 - beta1)}·{value} = {{m1}}",
        f"v ← β₂·v + (1 − β₂)·{g}² = {number(beta2)}·{{(v)}} + {number(1 - beta2)}·{value}² = {{v1}}",
        f"m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), t = {made.step}",
        f"w ← {kept} − η·m̂/(√v̂ + ε) = "
        f"{shrunk} − {rate}·({{(m1)}}/{first})/(√({{v1}}/{second}) + {epsilon}) = {{w1}}",
    ]


_RULES = {
    "sgd": _sgd, "momentum": _momentum, "nesterov": _nesterov, "adagrad": _adagrad, "rmsprop": _rmsprop,
    "adam": _adam,
}  # fmt: skip
