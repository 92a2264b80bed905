"""Started before a learner's process, in its place: builds the walls, and starts it behind them.

What to build is read from the standard input as JSON (`Plan`). With namespaces three processes stand behind each other:
this one, which the grader waits for; the first one in the room, which keeps it; and the learner's, which has no rights.
The second waits until the learner's has loaded what it needs, hides the solutions, and ends with it all that is left.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from glassnet.lessons.grading.apart import kernel, rules

FOLDER = "/learner"  # in a room: where a notebook writes
DEVICES = ("null", "zero", "full", "random", "urandom")
_ROOM = "room"
_MOST_DESCRIPTORS = 1 << 20
_NAMESPACES = kernel.NEW_PROCESSES | kernel.NEW_NETWORK | kernel.NEW_MEMORY | kernel.NEW_NAME
_ACCOUNTS = {
    "passwd": "learner:x:{user}:{user}:learner:/learner:/bin/sh\n",
    "group": "learner:x:{user}:\n",
    "hosts": "127.0.0.1 localhost {machine}\n",
    "nsswitch.conf": "hosts: files\n",
}


@dataclass(frozen=True)
class Plan:
    """The walls, and what is started behind them.

    Attributes
    ----------
    namespaces : bool
        Whether the process gets files, processes and a network of its own.
    users : bool
        Whether a namespace of users comes with them, as it must where the grader is not root.
    user : int or None
        Whom the process becomes; None where it stays who the grader is.
    rules : bool
        Whether it is kept by Landlock, and by a filter of system calls from all sockets and what accounts share.
    visible : sequence of str
        What it can read, and it alone where there are namespaces or rules.
    listed : sequence of str
        Folders of which it sees the names below, where there are rules: Python looks there for modules.
    hidden : sequence of str
        What of that it cannot.
    forgotten : sequence of str
        What it can read until it has loaded what it needs; with namespaces.
    folder : str
        Where it can write; with namespaces that is `FOLDER`, and this one a place to build the room at.
    disk : int
        How much it can write there, in MiB; with namespaces.
    command : sequence of str
        What is started. With namespaces the number of a socket follows, on which it says that it has loaded.
    """

    namespaces: bool
    users: bool
    user: int | None
    rules: bool
    visible: Sequence[str]
    listed: Sequence[str]
    hidden: Sequence[str]
    forgotten: Sequence[str]
    folder: str
    disk: int
    command: Sequence[str]


def main() -> NoReturn:
    """Read the plan and carry it out; the exit code is that of the learner's process."""
    plan = Plan(**json.load(sys.stdin))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    with contextlib.suppress(
        OSError
    ):  # where there is no such file; then it is as likely to be killed as others
        Path("/proc/self/oom_score_adj").write_text("1000")
    kernel.adopt_orphans()
    kernel.end_with_parent(signal.SIGTERM)
    signal.signal(signal.SIGTERM, _ended)
    if plan.namespaces:
        _leave_namespaces(plan)
    child = _in_child(_keep, plan) if plan.namespaces else _in_child(_start, plan, [])
    _close_all_but(0)
    code = 1
    with contextlib.suppress(_Ended):
        code = _wait(child)
    _end_descendants()
    os._exit(code)


class _Ended(BaseException):
    """The grader has heard enough."""


def _ended(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Ended


def _in_child(step: Callable[..., object], *arguments: object) -> int:
    """Do a step in a process of its own, which ends with it; the number of the process."""
    child = os.fork()
    if child:
        return child
    try:
        step(*arguments)
    finally:
        os._exit(1)


def _close_all_but(kept: int) -> None:
    """What the learner's process says and is told goes past those before it."""
    os.closerange(3, max(3, kept))
    os.closerange(max(3, kept + 1), _MOST_DESCRIPTORS)


def _wait(child: int) -> int:
    """The exit code of a child, as a shell has it; other children are taken away on the way."""
    while True:
        process, status = os.wait()
        if process == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _end_descendants() -> None:
    """Kill what a learner's process left behind; orphans among them are children of this process."""
    while descendants := _descendants():
        for process in descendants:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.wait()


def _descendants() -> list[int]:
    parents = {int(one.name): _parent(one) for one in Path("/proc").iterdir() if one.name.isdigit()}
    processes = [os.getpid()]
    for process in processes:  # which grows meanwhile
        processes += [child for child, parent in parents.items() if parent == process]
    return processes[1:]


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _leave_namespaces(plan: Plan) -> None:
    user, group = os.getuid(), os.getgid()
    kernel.unshare(_NAMESPACES | (kernel.NEW_USERS if plan.users else 0))
    if plan.users:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{plan.user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{plan.user} {group} 1")


def _keep(plan: Plan) -> NoReturn:
    """The first process in the room."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    kernel.end_with_parent(signal.SIGKILL)
    kernel.be_opaque()
    _build(plan)
    ours, theirs = socket.socketpair()
    theirs.set_inheritable(True)
    child = _in_child(_start, plan, [str(theirs.fileno())])
    _close_all_but(ours.fileno())
    if ours.recv(1):
        for path in plan.forgotten:
            _cover(path)
        with contextlib.suppress(OSError):  # it has ended
            ours.send(b".")
    os._exit(_wait(child))


def _start(plan: Plan, told: Sequence[str]) -> NoReturn:
    with contextlib.suppress(OSError):  # where the call is refused, keys cannot be reached either
        kernel.forget_keys()
    os.chdir(FOLDER if plan.namespaces else plan.folder)
    kernel.bound_rights()
    if plan.user is not None and not plan.users:
        os.setgroups([])
        os.setresgid(plan.user, plan.user, plan.user)
        os.setresuid(plan.user, plan.user, plan.user)
    kernel.give_up_rights()
    if plan.rules:
        own = [plan.folder, *(f"/dev/{name}" for name in DEVICES)]
        rules.see_only([*plan.visible, f"/proc/{os.getpid()}"], plan.listed, own)
    if plan.rules or plan.namespaces:
        rules.open_sockets_only(rules.LOCAL_SOCKETS if plan.namespaces else ())
    os.execv(plan.command[0], [*plan.command, *told])


def _build(plan: Plan) -> None:
    """A root of its own: what is visible, at its place and read-only, and one folder in memory to write in."""
    kernel.reach_itself()
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.mount("none", "/", flags=kernel.WITH_ALL_BELOW | kernel.PRIVATE)
    inert = kernel.NO_SETUID | kernel.NO_DEVICES
    kernel.mount("none", plan.folder, "tmpfs", inert, "size=1m,mode=755")
    room = f"{plan.folder}/{_ROOM}"
    for name in ("", "/dev", "/dev/pts", "/proc", "/etc", FOLDER):
        Path(room + name).mkdir(0o755)
    for device in DEVICES:
        Path(f"{room}/dev/{device}").touch()
    Path(f"{room}/dev/shm").symlink_to(FOLDER)
    Path(f"{room}/dev/ptmx").symlink_to("pts/ptmx")
    for name, text in _ACCOUNTS.items():
        Path(f"{room}/etc/{name}").write_text(text.format(user=plan.user, machine=socket.gethostname()))
    _show(room, plan.visible)
    if not Path(f"{room}/tmp").exists():
        Path(f"{room}/tmp").symlink_to(FOLDER)
    kernel.make_read_only(plan.folder)
    for device in DEVICES:
        kernel.mount(f"/dev/{device}", f"{room}/dev/{device}", flags=kernel.BOUND)
    kernel.mount("none", room + FOLDER, "tmpfs", inert, f"size={plan.disk}m,nr_inodes=64k,mode=1777")
    with contextlib.suppress(OSError):  # where there are no terminals, IPython's !command does not run
        options = "newinstance,ptmxmode=0666,mode=620"
        kernel.mount("devpts", f"{room}/dev/pts", "devpts", kernel.NO_SETUID | kernel.NO_PROGRAMS, options)
    with contextlib.suppress(
        OSError
    ):  # where parts of /proc are covered it cannot be had anew, and there is none
        kernel.mount("proc", f"{room}/proc", "proc", inert | kernel.NO_PROGRAMS)
    kernel.change_root(plan.folder)
    os.chroot(_ROOM)  # whoever is in one can make no namespaces of users
    os.chdir("/")
    for path in plan.hidden:
        _cover(path)


def _show(room: str, paths: Iterable[str]) -> None:
    """Make paths visible at their places; symbolic links on the way stay what they are."""
    links: dict[str, str] = {}
    bound: list[str] = []
    for place in sorted({_followed(path, links) for path in paths}):
        if not _is_in(place, bound):
            bound.append(place)
            target = Path(room + place)
            target.parent.mkdir(0o755, parents=True, exist_ok=True)
            target.mkdir(0o755) if Path(place).is_dir() else target.touch()
            kernel.mount(place, str(target), flags=kernel.BOUND | kernel.WITH_ALL_BELOW)
    for link, leads_to in links.items():
        if not _is_in(link, bound):
            Path(room + link).parent.mkdir(0o755, parents=True, exist_ok=True)
            Path(room + link).symlink_to(leads_to)


def _followed(path: str, links: dict[str, str]) -> str:
    """Where a path leads; the links on the way are noted."""
    place, rest = "", path.split("/")
    while rest:
        part = rest.pop(0)
        if part == "..":
            place = place.rpartition("/")[0]
        elif part not in ("", "."):
            step = f"{place}/{part}"
            if Path(step).is_symlink():
                links[step] = str(Path(step).readlink())
                place = "" if links[step].startswith("/") else place
                rest = links[step].split("/") + rest
            else:
                place = step
    return place


def _is_in(path: str, folders: Iterable[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _cover(folder: str) -> None:
    if Path(folder).is_dir():
        kernel.mount("none", folder, "tmpfs", kernel.NO_SETUID | kernel.NO_DEVICES, "size=4k,mode=555")
