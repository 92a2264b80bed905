"""How much work to hand to an engine at once."""

from __future__ import annotations

SECONDS_PER_CALL = 0.2
# Any engine takes so many steps, and multiply-adds in them, in less.
STEPS, MULTIPLY_ADDS = 1000, 10_000_000


class Pace:
    """Chooses a number of steps that takes about `SECONDS_PER_CALL`, from how long earlier ones took.

    A call cannot be interrupted and shows no progress, but each one costs a third of a millisecond.

    Parameters
    ----------
    per_epoch : int
        Steps of an epoch; at first, so many are taken at least.
    per_step : int
        Multiply-adds of a step, about.
    """

    def __init__(self, per_epoch: int, per_step: int) -> None:
        self.steps = max(per_epoch, min(STEPS, MULTIPLY_ADDS // per_step), 1)

    def learn(self, steps: int, seconds: float) -> None:
        """Take `steps` steps in `seconds` into account; grows at most sixteenfold at once."""
        per_step = max(seconds, 1e-7) / steps
        self.steps = max(1, min(int(SECONDS_PER_CALL / per_step), 16 * self.steps))
