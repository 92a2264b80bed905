"""L-BFGS: steps along lines of descent, over the loss of all samples at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.formulas import updates
from glassnet.optimizers.base import NOT_NEGATIVE, Optimizer, registry
from glassnet.optimizers.facts import OptimizerFacts, WrittenRule
from glassnet.support import checks
from glassnet.support.fields import takes

__all__ = ["LBFGS"]

_COUNT = takes(checks.integer, least=1)
_NOTHING = takes(lambda name, value: value)  # refused below, with the reason
_NOT_TAKEN = {
    "learning_rate": "its line search finds the length of every step; leave the learning rate or schedule out",
    "weight_decay": "give the layers l2, which adds to the loss what L-BFGS makes smaller",
    "clip_norm": "a gradient that is cut is none of the loss; its line search keeps steps short",
    "clip_value": "a gradient that is cut is none of the loss; its line search keeps steps short",
}


@registry.register("lbfgs")
@dataclass(frozen=True)
class LBFGS(Optimizer):
    """L-BFGS of SciPy ("L-BFGS-B" without bounds): for networks and data small enough that a step sees all samples.

    An epoch is an iteration: a direction from the last gradients and steps, and a line search along it, which may look
    at several points. ``history["loss"]`` is the loss of the parameters that the epoch ended with, and there is no
    column of learning rates. When a tolerance is reached, ``fit`` ends, and ``history.stopped_by`` says which.
    It computes in float64, with copies of the data where the network is float32. Every fit begins with an empty memory,
    so one that is resumed takes other steps than one in a single piece. Running statistics of BatchNorm move once an
    epoch.

    ``fit`` refuses what a line search cannot go along: mini-batches, dropout, l1, iterables and mapped files, several
    processes. Needs SciPy.

    Parameters
    ----------
    memory : int
        Pairs of steps and changes of the gradient that are kept, >= 1.
    gradient_tolerance : float
        Ends training when no entry of the gradient is larger than this, >= 0. SciPy's ``gtol``, scikit-learn's ``tol``.
    decrease_tolerance : float
        Ends training when the loss L falls within an epoch by no more than this times max(L before, L after, 1), >= 0.
        SciPy's ``ftol``.
    max_line_search : int
        The most points that a line search looks at, >= 1.
    learning_rate, weight_decay, clip_norm, clip_value
        Refused.

    Raises
    ------
    ArgumentError
        If an argument is out of range or refused; by fit, for what is said above.
    """

    memory: int = field(default=10, metadata=_COUNT)
    gradient_tolerance: float = field(default=1e-5, metadata=NOT_NEGATIVE)
    decrease_tolerance: float = field(default=2.2e-9, metadata=NOT_NEGATIVE)
    max_line_search: int = field(default=20, metadata=_COUNT)
    learning_rate: Any = field(default=None, kw_only=True, metadata=_NOTHING)
    facts = OptimizerFacts(
        updates={
            "lbfgs": WrittenRule(
                "w ← w − α·H·dw, H from the last steps and changes of dw, α by a line search",
                r"w \leftarrow w - \alpha H\, \partial L / \partial w", "", (),
            ),
        },
        torch=None, arguments={}, source="Liu, Nocedal 1989, Math. Programming 45; Zhu et al. 1997, ACM TOMS 23",
    )  # fmt: skip
    takes_steps = False
    n_states = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, reason in _NOT_TAKEN.items():
            value = getattr(self, name)
            if value is not None and not (name == "weight_decay" and value == 0):
                raise ArgumentError(f"LBFGS takes no {name}: {reason}; got {checks.shown(value)}")

    @property
    def rule(self) -> Callable[..., Any]:
        """Refused: it has none for a gradient alone."""
        self._refuse_step()

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        self._refuse_step()

    def rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        self._refuse_step()

    def _refuse_step(self) -> NoReturn:
        raise ArgumentError(
            "LBFGS takes no single steps from a gradient, and has no learning rate: it searches along lines for a "
            "lower loss of all samples, in net.fit(..., optimizer='lbfgs'). Choose another optimizer for steps by "
            "hand, a trace or a replay"
        )


@dataclass(frozen=True)
class Unchanged(Optimizer):
    """Leaves parameters as they are, so that a step of an engine is the loss and its gradient there."""

    learning_rate: float = 0.0
    n_states = 0

    @property
    def rule(self) -> Callable[..., Any]:
        return updates.unchanged

    def coefficients(self, rates: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Any]:
        return [rates]
