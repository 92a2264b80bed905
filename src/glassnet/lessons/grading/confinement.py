"""How a learner's process is kept from network, files and other processes, as far as this system lets us.

On Linux ``unshare`` gives it a network without a way out, processes and mounts of its own: everything is read-only but
a folder in memory, and the submissions are out of sight. Root becomes nobody. What of this works is tried, and what
holds is looked at from inside, not assumed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOBODY = 65534
_NAMESPACES = ("--net", "--pid", "--ipc", "--mount", "--fork", "--kill-child", "--mount-proc")
# Arguments: the folder to write in, its size in MiB, the folder to hide or nothing, and what is started.
_MOUNTS = """
mount --make-rprivate / || exit 1
while read -r _ _ _ _ point _; do mount -o remount,bind,ro "$point" 2>/dev/null; done </proc/self/mountinfo
mount -t tmpfs -o size="$2"m,mode=1777 tmpfs "$1" || exit 1
[ -z "$3" ] || mount -t tmpfs -o size=4k,mode=555 tmpfs "$3" || exit 1
cd "$1" || exit 1
shift 3
exec "$@"
"""
# Where the grader would be the parent, a shell is; whoever kills that ends one notebook.
_KEEPER = ("sh", "-c", '"$@"; exit $?', "sh")
_READS_ALL = ("--inh-caps=-all,+dac_read_search", "--bounding-set=-all,+dac_read_search")
_AS_NOBODY = (
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs",
)  # fmt: skip
_WITHOUT_RIGHTS = ("setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all")
_LOOK = """
import json, os, pathlib, sys, uuid
import glassnet
def writes(folder):
    file = pathlib.Path(folder) / uuid.uuid4().hex
    try:
        file.touch()
        file.unlink()
    except OSError:
        return False
    return True
try:
    names = [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]]
except OSError:
    names = ["unknown"]
seen = {"own": writes(sys.argv[1]), "others": writes(sys.argv[2])}
print(json.dumps({**seen, "apart": os.getppid() == 0, "network": names != ["lo"]}))
"""


@dataclass(frozen=True)
class Confinement:
    """What stands before a command, and what was seen to hold behind it."""

    namespaces: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    has_network: bool = True
    writes_elsewhere: bool = True
    is_apart: bool = False

    def command(self, scratch: Path, disk: int, hidden: Path | None, start: Sequence[str]) -> list[str]:
        """The whole command."""
        outside = (
            [*self.namespaces, str(scratch), str(disk), str(hidden or "")] if self.namespaces else _KEEPER
        )
        return [*outside, *self.rights, *start]

    @property
    def becomes_nobody(self) -> bool:
        """Whether files must be given to that user."""
        return f"--reuid={NOBODY}" in self.rights

    def __str__(self) -> str:
        """What holds, and what does not, in one line."""
        facts = (
            ("network off", "the network stays on", not self.has_network),
            ("files read-only", "files can be written", not self.writes_elsewhere),
            ("other processes out of sight", "other processes in sight", self.is_apart),
        )
        holds = [yes for yes, _, is_so in facts if is_so]
        lacks = [no for _, no, is_so in facts if not is_so]
        said = ["each notebook in a process of its own", *holds]
        return ", ".join(said) + (
            f"; this system does not let us do more: {', '.join(lacks)}" if lacks else ""
        )


def _candidates() -> list[Confinement]:
    """From the tightest to none."""
    if sys.platform != "linux":
        return [Confinement()]
    is_root = os.geteuid() == 0
    user = () if is_root else ("--user", "--map-root-user")
    spaces = ("unshare", *user, *_NAMESPACES, "sh", "-c", _MOUNTS, "sh")
    rights = [(*_AS_NOBODY, *_READS_ALL, "--ambient-caps=-all,+dac_read_search"), _WITHOUT_RIGHTS]
    if not is_root:
        return [Confinement(spaces, _WITHOUT_RIGHTS), Confinement()]
    return [
        *(Confinement(spaces, one) for one in rights),
        Confinement((), (*_AS_NOBODY, "--inh-caps=-all", "--bounding-set=-all")),
        Confinement(),
    ]


@cache
def confinement() -> Confinement:
    """The tightest one in which Python starts and finds glassnet."""
    for candidate in _candidates():
        sight = _look(candidate)
        if sight is not None:
            return Confinement(
                candidate.namespaces, candidate.rights, sight["network"], sight["others"], sight["apart"]
            )
    return Confinement()


def _look(candidate: Confinement) -> dict[str, bool] | None:
    """What a process sees there; none where it does not start, or cannot write where it should."""
    with scratch_for(candidate) as scratch:
        start = [*python(_LOOK), str(scratch), tempfile.gettempdir()]
        try:
            done = subprocess.run(
                candidate.command(scratch, 8, None, start), cwd=scratch, env=environment(scratch),
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True,
            )  # fmt: skip
            sight = json.loads(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            return None
    return sight if sight["own"] else None


def python(program: str) -> list[str]:
    """Python without a user's own settings, and with the modules that this process finds."""
    return [sys.executable, "-I", "-B", "-c", f"import sys; sys.path[:] = {sys.path!r}\n{program}"]


def environment(scratch: Path) -> dict[str, str]:
    """The variables of a learner's process: none of the teacher's."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    own = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "GLASSNET_CACHE"), str(scratch))
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        **own,
        **threads,
    }


class scratch_for:  # reads as a function where it is used
    """A folder to write in, which is gone afterwards."""

    def __init__(self, held: Confinement) -> None:
        self.held = held

    def __enter__(self) -> Path:
        self.folder = Path(tempfile.mkdtemp(prefix="glassnet-grading-"))
        if self.held.becomes_nobody:
            os.chown(self.folder, NOBODY, NOBODY)
        return self.folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
