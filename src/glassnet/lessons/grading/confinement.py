"""How a learner's process is kept from network, files and other processes, as far as this system lets us.

On Linux it gets a root, processes and a network of its own (`apart.room`): of files there are those of the system's
programs, of Python and of glassnet, read-only, and a folder in memory; it is a user without rights. Where namespaces
are not to be had, Landlock and a filter of system calls keep it (`apart.rules`). What of this works is tried, and
what holds is looked at from inside, not assumed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO, Any

from glassnet.lessons.grading.apart.room import FOLDER, Plan
from glassnet.lessons.grading.seen import LOOK, NOT_LOOKED_AT, Sight
from glassnet.lessons.grading.surroundings import (
    PACKAGE,
    environment,
    path_of_modules,
    visible,
    with_solutions,
)

NOBODY = 65534
_SPARE_USERS = 0xF000_0000  # from here on; nobody has an account there, and each process gets one of its own
_N_SPARE_USERS = 1 << 16
# Where no room can be built, a shell is the parent in the grader's place; whoever kills it ends one notebook.
_KEEPER = ("sh", "-c", '"$@"; exit $?', "sh")
_PACKAGES = ("glassnet", "glassnet.lessons", "glassnet.lessons.grading")
# The packages are bare folders here: their own code would load NumPy, and threads that no walls are built around.
_ROOM = """
import sys, types
for name, folder in {folders!r}:
    module = types.ModuleType(name)
    module.__path__ = [folder]
    sys.modules[name] = module
from glassnet.lessons.grading.apart.room import main
main()
"""


class Unprotected(UserWarning):
    """What notebooks can reach, since this system does not let us keep them from it."""


@dataclass(frozen=True)
class Confinement:
    """The walls that a process gets, and what was seen to hold behind them."""

    room: bool = False
    namespaces: bool = False
    users: bool = False
    user: int | None = None
    rules: bool = False
    sight: Sight = NOT_LOOKED_AT

    def start(
        self,
        program: str,
        scratch: Path,
        *,
        disk: int = 8,
        hidden: Path | None = None,
        channels: tuple[int, ...] = (),
        output: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start a Python program behind the walls, in a session of its own.

        It can write in the folder ``scratch``, or in one in memory in its place; it does not see the folder ``hidden``.
        """
        command = [
            sys.executable,
            "-I",
            "-B",
            "-c",
            f"import sys; sys.path[:] = {path_of_modules()!r}\n{program}",
        ]
        with tempfile.TemporaryFile() as plan:
            if self.room:
                self._write(plan, command, scratch, disk, hidden)
            return subprocess.Popen(
                _room() if self.room else [*_KEEPER, *command],
                cwd=scratch, env=environment(FOLDER if self.namespaces else str(scratch)), pass_fds=channels,
                stdin=plan, stdout=output, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def _write(
        self, file: IO[bytes], command: Sequence[str], scratch: Path, disk: int, hidden: Path | None
    ) -> None:
        plan = Plan(
            self.namespaces, self.users, self.user, self.rules, visible(), [str(PACKAGE.parent)],
            [str(hidden)] if hidden else [], with_solutions(), str(scratch), disk, command,
        )  # fmt: skip
        file.write(json.dumps(asdict(plan)).encode())
        file.seek(0)

    def alone(self) -> Confinement:
        """As this one, with a user that no other process of this moment is, where users can be chosen."""
        return replace(self, user=_spare_user()) if self.user is not None and not self.users else self

    @property
    def becomes_another(self) -> bool:
        """Whether files must be given to the user that the process becomes."""
        return self.user is not None and not self.users

    def __str__(self) -> str:
        """What holds, and what does not, in one line."""
        said = ", ".join(["each notebook in a process of its own", *self.sight.holds])
        lacks = self.sight.lacks
        return f"{said}; this system does not let us do more: {', '.join(lacks)}" if lacks else said


_numbers = iter(range(1 << 62))


def _spare_user() -> int:
    """A user that has no account; where not all numbers can be had, the one that stands for nobody."""
    last_line = Path("/proc/self/uid_map").read_text().split("\n")[0].split()
    if int(last_line[2]) < _SPARE_USERS + _N_SPARE_USERS:
        return NOBODY
    return _SPARE_USERS + (os.getpid() * 64 + next(_numbers)) % _N_SPARE_USERS


def _room() -> list[str]:
    grading = Path(__file__).parent
    folders = list(zip(_PACKAGES, map(str, (grading.parents[1], grading.parent, grading)), strict=True))
    return [sys.executable, "-I", "-S", "-B", "-c", _ROOM.format(folders=folders)]


def _candidates() -> list[Confinement]:
    """From the tightest to none."""
    if sys.platform != "linux":
        return [Confinement()]
    if os.geteuid() != 0:
        first = [Confinement(True, namespaces=True, users=True, user=NOBODY), Confinement(True, rules=True)]
    else:
        user = _spare_user()
        first = [
            Confinement(True, namespaces=True, user=user),
            Confinement(True, user=user, rules=True),
            Confinement(True, rules=True),
            Confinement(True, user=user),
        ]
    return [*first, Confinement(True), Confinement()]


@cache
def confinement() -> Confinement:
    """The tightest one in which Python starts and finds glassnet."""
    for candidate in _candidates():
        sight = look(candidate)
        if sight is not None:
            return replace(candidate, sight=sight)
    return Confinement()


def look(candidate: Confinement) -> Sight | None:
    """What a process sees there; none where it does not start, or cannot write where it should."""
    try:
        with scratch_for(candidate) as scratch, tempfile.TemporaryDirectory() as folder:
            return _seen(candidate, scratch, Path(folder))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None


def _seen(candidate: Confinement, scratch: Path, folder: Path) -> Sight:
    private, public = folder / "private", folder / "public"
    private.touch(0o600)
    public.touch(0o644)
    folder.chmod(0o777)
    folders = [str(private), str(public), str(folder)]
    process = candidate.start(LOOK.format(told=folders), scratch, output=subprocess.PIPE)
    try:
        said, _ = process.communicate(timeout=60)
        return Sight(**json.loads(said))
    finally:
        process.kill()
        process.wait()


class scratch_for:  # reads as a function where it is used
    """A folder to write in, which is gone afterwards."""

    def __init__(self, held: Confinement) -> None:
        self.held = held

    def __enter__(self) -> Path:
        self.folder = tempfile.TemporaryDirectory(prefix="glassnet-grading-", ignore_cleanup_errors=True)
        if self.held.becomes_another and self.held.user is not None:
            os.chown(self.folder.name, self.held.user, self.held.user)
        return Path(self.folder.name)

    def __exit__(self, *_: Any) -> None:
        self.folder.cleanup()
