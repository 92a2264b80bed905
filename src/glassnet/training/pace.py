"""How much work to hand to an engine at once."""

from __future__ import annotations

SECONDS_PER_CALL = 0.2


class Pace:
    """Chooses a number of steps that takes about `SECONDS_PER_CALL`, from how long earlier ones took.

    A call cannot be interrupted and shows no progress, but each one costs some microseconds.
    """

    def __init__(self, first: int) -> None:
        self.steps = max(first, 1)

    def learn(self, steps: int, seconds: float) -> None:
        """Take `steps` steps in `seconds` into account; grows at most eightfold at once."""
        per_step = max(seconds, 1e-7) / steps
        self.steps = max(1, min(int(SECONDS_PER_CALL / per_step), 8 * self.steps))
