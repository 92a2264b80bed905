"""Rules that a process lays upon itself where it gets no namespaces: Landlock for files, a filter for system calls."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from glassnet.lessons.grading.apart.kernel import call, number_call

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _CONTROL = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _CONTROL
# How many kinds of access to files the first versions know; from then on 16.
_KINDS = (13, 14, 15, 15)
_MOST_KINDS = 16
_VERSION_OF_SCOPES = 6
_SIGNALS_AND_ABSTRACT_SOCKETS = 3

_SECCOMP, _FILTER = 22, 2
_LOAD, _IS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF_0000, 0x0005_0000 | 1  # the latter with "not permitted"
_CALL, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # where they stand in what a filter looks at
_LOWEST_FOREIGN = 0x4000_0000  # x86-64 has its calls a second time, from here on
LOCAL_SOCKETS = (
    1,
    2,
    10,
    16,
)  # Unix, IPv4, IPv6 and netlink, which end in a network of its own; others may not


@dataclass(frozen=True)
class _Numbers:
    """Of calls, which each processor has its own of."""

    architecture: int
    socket: int
    limits: int  # of processes, also of other ones
    shared: tuple[int, ...]  # memory, queues and semaphores that processes of an account share by numbers


_GENERIC_SHARED = (180, 186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 196)
_NUMBERS = {
    "x86_64": _Numbers(0xC000_003E, 41, 302, (29, 30, 31, 64, 65, 66, 68, 69, 70, 71, 220, 240)),
    "aarch64": _Numbers(0xC000_00B7, 198, 261, _GENERIC_SHARED),
    "riscv64": _Numbers(0xC000_00F3, 198, 261, _GENERIC_SHARED),
}
_IO_URING = 425  # opens sockets behind a filter's back


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "network", "scopes")]


class _Below(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("access", ctypes.c_uint64), ("folder", ctypes.c_int32)]


class _Step(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16), ("if_so", ctypes.c_uint8), ("if_not", ctypes.c_uint8), ("value", ctypes.c_uint32),
    ]  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step))]


def see_only(readable: Iterable[str], listed: Iterable[str], writable: Iterable[str]) -> None:
    """No file but those of some folders can be opened any more; of others, the names alone can be listed.

    Raises
    ------
    OSError
        If the kernel has no Landlock.
    """
    version = number_call(_CREATE, None, 0, 1)
    kinds = (1 << (_KINDS[version - 1] if version <= len(_KINDS) else _MOST_KINDS)) - 1
    rules = _Ruleset(kinds, 0, _SIGNALS_AND_ABSTRACT_SOCKETS if version >= _VERSION_OF_SCOPES else 0)
    size = ctypes.sizeof(rules) if version >= _VERSION_OF_SCOPES else 8
    ruleset = number_call(_CREATE, ctypes.byref(rules), size, 0)
    for path in readable:
        _allow(ruleset, path, _READ | _LIST | _EXECUTE)
    for path in listed:
        _allow(ruleset, path, _LIST)
    for path in writable:
        _allow(ruleset, path, kinds)
    number_call(_RESTRICT, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    if not Path(path).is_dir():
        access &= _OF_FILES
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = _Below(access, folder)
    number_call(_ADD, ruleset, 1, ctypes.byref(rule), 0)
    os.close(folder)


def open_sockets_only(domains: Sequence[int]) -> None:
    """Of sockets, only those of some domains can be opened; where there are none, nothing is shared with others either.

    Pairs of connected sockets can be made all the same.

    Raises
    ------
    OSError
        If the numbers of the calls are not known for this processor, or the kernel has no filters.
    """
    numbers = _NUMBERS.get(platform.machine())
    if numbers is None:
        raise OSError(f"the numbers of system calls are not known for {platform.machine()}")
    refused = (_IO_URING, *(() if domains else numbers.shared))
    n_domains = len(domains)
    # Each step: what it does, with what number, and how many steps are left out if it is so, and if not; "refuse" is
    # the last step, "allow" the one before it.
    steps: list[tuple[int, int, int | str, int | str]] = [
        (_LOAD, _ARCHITECTURE, 0, 0),
        (_IS, numbers.architecture, 0, "refuse"),
        (_LOAD, _CALL, 0, 0),
        (_AT_LEAST, _LOWEST_FOREIGN, "refuse", 0),
        *((_IS, number, "refuse", 0) for number in refused),
        (_IS, numbers.socket, 0, n_domains + 2),
        (_LOAD, _FIRST_ARGUMENT, 0, 0),
        *((_IS, domain, "allow", 0) for domain in domains),
        (_RETURN, _REFUSE, 0, 0),
        (_IS, numbers.limits, 0, "allow"),
        (_LOAD, _FIRST_ARGUMENT, 0, 0),
        (_IS, 0, "allow", "refuse"),
        (_RETURN, _ALLOW, 0, 0),
        (_RETURN, _REFUSE, 0, 0),
    ]

    def length(jump: int | str, place: int) -> int:
        return jump if isinstance(jump, int) else len(steps) - place - (2 if jump == "refuse" else 3)

    written = [
        _Step(code, length(if_so, place), length(if_not, place), value)
        for place, (code, value, if_so, if_not) in enumerate(steps)
    ]
    program = _Program(len(written), (_Step * len(written))(*written))
    zero = ctypes.c_ulong(0)
    call("prctl", ctypes.c_int(_SECCOMP), ctypes.c_ulong(_FILTER), ctypes.byref(program), zero, zero)
