"""Rules that a process lays upon itself where it gets no namespaces: Landlock for files, a filter for system calls."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterable
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

# Numbers of calls: of sockets, and of what opens them behind the filter's back.
_IO_URING = 425
_SOCKET = {"x86_64": (0xC000_003E, 41), "aarch64": (0xC000_00B7, 198), "riscv64": (0xC000_00F3, 198)}
_LOWEST_FOREIGN = 0x4000_0000  # x86-64 has its calls a second time, from here on
_LOAD, _IS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF_0000, 0x0005_0000 | 1  # the latter with "not permitted"
_SECCOMP, _FILTER = 22, 2


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


def open_no_sockets() -> None:
    """No socket can be opened any more, of no kind; pairs of connected ones can.

    Raises
    ------
    OSError
        If the numbers of the calls are not known for this processor, or the kernel has no filters.
    """
    if platform.machine() not in _SOCKET:
        raise OSError(f"the number of socket is not known for {platform.machine()}")
    architecture, socket = _SOCKET[platform.machine()]
    steps = [
        _Step(_LOAD, 0, 0, 4),
        _Step(_IS, 0, 5, architecture),
        _Step(_LOAD, 0, 0, 0),
        _Step(_AT_LEAST, 3, 0, _LOWEST_FOREIGN),
        _Step(_IS, 2, 0, socket),
        _Step(_IS, 1, 0, _IO_URING),
        _Step(_RETURN, 0, 0, _ALLOW),
        _Step(_RETURN, 0, 0, _REFUSE),
    ]
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    zero = ctypes.c_ulong(0)
    call("prctl", ctypes.c_int(_SECCOMP), ctypes.c_ulong(_FILTER), ctypes.byref(program), zero, zero)
