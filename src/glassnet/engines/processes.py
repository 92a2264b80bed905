"""The processes that train one network together, as a launcher such as torchrun has started them.

Nothing else reads ``RANK``, ``WORLD_SIZE`` and their kin.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from glassnet.errors import ArgumentError, EngineError
from glassnet.optional import require

if TYPE_CHECKING:
    from torch import Tensor

Value = TypeVar("Value")


@dataclass(frozen=True)
class Group:
    """All processes, seen from one of them.

    Attributes
    ----------
    rank : int
        Which of them this is, from 0.
    size : int
        How many there are; 1 where nothing has been launched together.
    local_rank : int
        Which of those on this machine it is, from 0.
    restarts : int
        How often the launcher has started them all anew after one had died.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    restarts: int = 0

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes files and shows progress."""
        return self.rank == 0

    @property
    def is_several(self) -> bool:
        """Whether there are others."""
        return self.size > 1

    @property
    def name(self) -> str:
        """What messages call this process, counted from 1."""
        return f"process {self.rank + 1} of {self.size}"

    def part(self, n: int) -> slice:
        """Which of `n` samples this process takes; parts differ by one sample at most."""
        return slice(n * self.rank // self.size, n * (self.rank + 1) // self.size)

    def gather(self, value: Value) -> list[Value]:
        """What each process has given, by rank; all must call it.

        Raises
        ------
        EngineError
            If one of them has ended.
        """
        if not self.is_several:
            return [value]
        found: list[Any] = [None] * self.size
        with self._talking() as distributed:
            distributed.all_gather_object(found, value)
        return found

    def once(self, function: Callable[[], Value]) -> Value:
        """The result of a function, called by the first process alone and told to all; all must call this."""
        if not self.is_several:
            return function()
        told = [function() if self.leads else None]
        with self._talking() as distributed:
            distributed.broadcast_object_list(told)
        return told[0]  # type: ignore[return-value]

    def add(self, tensor: Tensor) -> None:
        """Put the sum over all processes in the place of `tensor`; all must call it."""
        with self._talking() as distributed:
            distributed.all_reduce(tensor)

    @contextmanager
    def _talking(self) -> Iterator[Any]:
        distributed = _connected()
        try:
            yield distributed
        except RuntimeError as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise EngineError(
                f"{self.name} has lost the others: one of them has ended, and with it this training ({reason})"
            ) from error


@cache
def current() -> Group:
    """The processes that this one belongs to.

    Raises
    ------
    ArgumentError
        If the environment says so in a way that cannot be understood.
    """
    if int(os.environ.get("WORLD_SIZE", "1") or "1") == 1:
        return Group()
    missing = [name for name in ("RANK", "MASTER_ADDR", "MASTER_PORT") if not os.environ.get(name)]
    if missing:
        raise ArgumentError(
            f"WORLD_SIZE={os.environ['WORLD_SIZE']} says that several processes train together, but "
            f"{', '.join(missing)} is not set; start them with torchrun, or unset WORLD_SIZE"
        )
    return Group(
        rank=int(os.environ["RANK"]),
        size=int(os.environ["WORLD_SIZE"]),
        local_rank=int(os.environ.get("LOCAL_RANK", "0")),
        restarts=int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")),
    )


@cache
def _connected() -> Any:
    """``torch.distributed``, after all processes have met: gloo between CPUs, nccl between GPUs."""
    torch = require("torch", extra="torch", purpose="training by several processes")
    distributed = require("torch.distributed", extra="torch", purpose="training by several processes")
    if not distributed.is_initialized():
        distributed.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
        atexit.register(distributed.destroy_process_group)
    return distributed
