"""Calls of Linux that Python's standard library has no functions for: namespaces, mounts, rights."""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
from functools import cache

NEW_MOUNTS, NEW_USERS, NEW_PROCESSES = 0x0002_0000, 0x1000_0000, 0x2000_0000
NEW_NAME, NEW_MEMORY, NEW_NETWORK = 0x0400_0000, 0x0800_0000, 0x4000_0000
WITH_ALL_BELOW, BOUND, PRIVATE = 0x4000, 0x1000, 0x4_0000
NO_SETUID, NO_DEVICES, NO_PROGRAMS = 0x2, 0x4, 0x8
_DETACH = 0x2
_READ_ONLY, _OF_ATTRIBUTES_NO_SETUID, _OF_ATTRIBUTES_NO_DEVICES = 0x1, 0x2, 0x4
_HERE, _RECURSIVE = -100, 0x8000
_MOUNT_SETATTR = 442
_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219}
_JOIN_SESSION_KEYRING = 1
_PDEATHSIG, _DUMPABLE, _BOUNDING_DROP, _SUBREAPER, _NO_NEW_PRIVILEGES, _AMBIENT = 1, 4, 24, 36, 38, 47
_AMBIENT_CLEAR_ALL = 4
_CAPABILITIES_3 = 0x2008_0522
_MOST_CAPABILITIES = 64

_SET_FLAGS, _IS_UP = 0x8914, 1  # of a network's interface


@cache
def _library() -> ctypes.CDLL:
    """The system's, which Windows has not under no name."""
    return ctypes.CDLL(None, use_errno=True)


class _Head(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("process", ctypes.c_int)]


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user")]


def call(name: str, *arguments: object) -> int:
    """A function of the system's library.

    Raises
    ------
    OSError
        If the system refuses.
    """
    done = int(getattr(_library(), name)(*arguments))
    if done == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return done


def number_call(number: int, *arguments: object) -> int:
    """A call of the kernel by its number; whole numbers as it takes them, of 64 bits."""
    return call(
        "syscall", *(ctypes.c_long(one) if isinstance(one, int) else one for one in (number, *arguments))
    )


def unshare(namespaces: int) -> None:
    """Leave namespaces for new ones."""
    call("unshare", ctypes.c_int(namespaces))


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount something at a folder."""
    texts = (source.encode(), target.encode(), kind.encode())
    call("mount", *texts, ctypes.c_ulong(flags), options.encode())


def make_read_only(folder: str) -> None:
    """All that is mounted at and below a folder can no more be written; nor are there devices or changes of user."""
    attributes = _MountAttributes(_READ_ONLY | _OF_ATTRIBUTES_NO_SETUID | _OF_ATTRIBUTES_NO_DEVICES)
    size = ctypes.sizeof(attributes)
    number_call(_MOUNT_SETATTR, _HERE, folder.encode(), _RECURSIVE, ctypes.byref(attributes), size)


def change_root(folder: str) -> None:
    """See a mounted folder as the root; what was there before is out of reach."""
    os.chdir(folder)
    call("pivot_root", b".", b".")
    call("umount2", b".", ctypes.c_int(_DETACH))
    os.chdir("/")


def reach_itself() -> None:
    """In a network of its own, the address 127.0.0.1 leads to this machine's own programs."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _IS_UP))


def forget_keys() -> None:
    """A new ring of session keys in place of the one that the user's session has."""
    number = _KEYCTL.get(platform.machine())
    if number is None:
        raise OSError(f"the number of keyctl is not known for {platform.machine()}")
    number_call(number, _JOIN_SESSION_KEYRING, None)


def end_with_parent(signal: int) -> None:
    """Get a signal when the parent, or the thread that started this process, ends."""
    call("prctl", ctypes.c_int(_PDEATHSIG), ctypes.c_ulong(signal))


def be_opaque() -> None:
    """Give nobody a look inside this process."""
    call("prctl", ctypes.c_int(_DUMPABLE), ctypes.c_ulong(0))


def adopt_orphans() -> None:
    """Be the parent of all descendants whose own parents end."""
    call("prctl", ctypes.c_int(_SUBREAPER), ctypes.c_ulong(1))


def bound_rights() -> None:
    """No program that is started from now on can have a capability."""
    for capability in range(_MOST_CAPABILITIES):
        try:
            call("prctl", ctypes.c_int(_BOUNDING_DROP), *_numbers(capability))
        except OSError:  # there are not that many, or there is no right to drop any, and then none to lose
            return


def give_up_rights() -> None:
    """No capability any more, for this process and whatever it starts, and no way to new ones."""
    call("prctl", ctypes.c_int(_AMBIENT), *_numbers(_AMBIENT_CLEAR_ALL))
    call("capset", ctypes.byref(_Head(_CAPABILITIES_3, 0)), (ctypes.c_uint32 * 6)())
    call("prctl", ctypes.c_int(_NO_NEW_PRIVILEGES), *_numbers(1))


def _numbers(first: int) -> list[ctypes.c_ulong]:
    return [ctypes.c_ulong(number) for number in (first, 0, 0, 0)]


def has_rights() -> bool:
    """Whether this process has a capability."""
    rights = (ctypes.c_uint32 * 6)()
    call("capget", ctypes.byref(_Head(_CAPABILITIES_3, 0)), rights)
    return any(rights)
