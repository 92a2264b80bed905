"""What a notebook may use up while it is graded."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.support import checks

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one notebook may use.

    Parameters
    ----------
    seconds : int
        For the whole notebook; a third of it for one cell.
    memory : int
        Of one process, in MiB.
    disk : int
        What may be written, in MiB.
    processes : int
        Processes and threads at a time.
    answers : int
        What all answers together may hold, in MiB.
    """

    seconds: int = 300
    memory: int = 4096
    disk: int = 256
    processes: int = 256
    answers: int = 32

    def __post_init__(self) -> None:
        for name in ("seconds", "memory", "disk", "processes", "answers"):
            checks.integer(name, getattr(self, name), least=1)

    @property
    def of_cell(self) -> float:
        """Seconds for one cell."""
        return self.seconds / 3
