"""The processes that train one network together, as a launcher such as torchrun has started them.

Nothing else reads ``RANK``, ``WORLD_SIZE`` and their kin.
"""

from __future__ import annotations

import atexit
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from glassnet.errors import ArgumentError, EngineError, GlassnetError
from glassnet.support.optional import require

if TYPE_CHECKING:
    from torch import Tensor

Value = TypeVar("Value")


@dataclass(frozen=True)
class Group:
    """All processes, seen from one of them."""

    rank: int = 0  # which of them this is, from 0
    size: int = 1  # how many there are; 1 where nothing has been launched together
    local_rank: int = 0  # which of those on this machine it is, from 0
    local_size: int = 1  # how many of them are on this machine
    restarts: int = 0  # how often the launcher has started them all anew after one had died

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

    @property
    def threads(self) -> int:
        """A fair share of the machine's cores, at least 1."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, cores // self.local_size)

    def part(self, n: int) -> slice:
        """Which of `n` samples this process takes; parts differ by one sample at most."""
        return slice(n * self.rank // self.size, n * (self.rank + 1) // self.size)

    def gather(self, value: Value) -> list[Value]:
        """What each process has given, by rank; all must call it.

        Raises `EngineError` if one of them has ended.
        """
        if not self.is_several:
            return [value]
        values: list[Any] = [None] * self.size
        with self._talking() as distributed:
            distributed.all_gather_object(values, value)
        return values

    def once(self, function: Callable[[], Value]) -> Value:
        """The result of a function, called by the first process alone and told to all; all must call this.

        What it raises on purpose is raised on all.
        """
        if not self.is_several:
            return function()
        message: list[Any] = [_result(function) if self.leads else None]
        with self._talking() as distributed:
            distributed.broadcast_object_list(message)
        result, error = message[0]
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def add(self, tensor: Tensor) -> None:
        """Put the sum over all processes in the place of `tensor`; all must call it."""
        with self._talking() as distributed:
            distributed.all_reduce(tensor)

    def begin_adding(self, tensor: Tensor) -> Callable[[], None]:
        """Begin to put the sum over all processes in the place of `tensor`; what is returned waits until it is there.

        All must call this in the same order.
        """
        with self._talking() as distributed:
            begun = distributed.all_reduce(tensor, async_op=True)

        def wait() -> None:
            with self._talking():
                begun.wait()

        return wait

    @contextmanager
    def _talking(self) -> Iterator[Any]:
        distributed = _connected()
        try:
            yield distributed
        except RuntimeError as error:
            raise EngineError(
                f"{self.name} has lost the others: one of them has ended, and with it this training "
                f"({_reason(error)})"
            ) from error


def _result(function: Callable[[], Value]) -> tuple[Value | None, GlassnetError | None]:
    try:
        return function(), None
    except GlassnetError as error:
        return None, error


def _reason(error: RuntimeError) -> str:
    """The first sentence of what PyTorch says, without the place in its sources."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return re.sub(r"^\[[^]]*\]\s*", "", line).partition(". ")[0]


@cache
def current() -> Group:
    """The processes that this one belongs to."""
    size = _number("WORLD_SIZE", 1)
    return Group(
        rank=_number("RANK", 0),
        size=size,
        local_rank=_number("LOCAL_RANK", 0),
        local_size=_number("LOCAL_WORLD_SIZE", size),
        restarts=_number("TORCHELASTIC_RESTART_COUNT", 0),
    )


def _number(variable: str, default: int) -> int:
    text = os.environ.get(variable, "")
    return int(text) if text.isdecimal() else default


@cache
def _connected() -> Any:
    """``torch.distributed``, after all processes have met: gloo between CPUs, nccl between GPUs."""
    torch = require("torch", extra="torch", purpose="training by several processes")
    distributed = require("torch.distributed", extra="torch", purpose="training by several processes")
    if distributed.is_initialized():
        return distributed
    missing = [name for name in ("RANK", "MASTER_ADDR", "MASTER_PORT") if not os.environ.get(name)]
    if missing:
        raise ArgumentError(
            f"WORLD_SIZE={current().size} says that several processes train together, but {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not set; start them with torchrun, or unset WORLD_SIZE"
        )
    # PyTorch imports this room sometime later. Its functions have the group of that moment as a default and would keep
    # it past the end of Python, where its threads abort the process when they let go of a tensor.
    require("torch.distributed.nn.functional", extra="torch", purpose="training by several processes")
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    group = current()
    try:
        store, rank, size = next(distributed.rendezvous("env://"))
        # torchrun keeps one store over restarts: without a prefix, addresses of processes that died are found in it.
        store = distributed.PrefixStore(f"glassnet/{group.restarts}", store)
        distributed.init_process_group(backend, store=store, rank=rank, world_size=size)
    except RuntimeError as error:
        raise EngineError(
            f"{group.name} has not found the others at {os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']} "
            f"({_reason(error)}); all must be running, and that place be reachable from here"
        ) from error
    atexit.register(distributed.destroy_process_group)
    return distributed
