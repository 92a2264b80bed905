"""What a notebook tries to reach while it is graded, behind each kind of walls that this system has."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

import glassnet
from glassnet.lessons.grading import Limits
from glassnet.lessons.grading.confinement import Confinement, confinement, look
from glassnet.lessons.grading.running import run
from glassnet.lessons.grading.seen import Sight
from glassnet.lessons.grading.surroundings import TASKS, path_of_modules, visible

# Each is one expression; it succeeds where it raises nothing and gives something.
ATTEMPTS = {
    "reads another's notebook": "open(CLASS + '/berta.ipynb').read()",
    "lists the class": "os.listdir(CLASS)",
    "reads the grades": "open(TEACHER + '/grades.csv').read()",
    "reads the key": "open(TEACHER + '/answers/key').read()",
    "goes there by a link": "os.symlink(TEACHER, 'there') or open('there/answers/key').read()",
    "goes up from an open folder": "os.open('../../../..' + TEACHER + '/answers/key', os.O_RDONLY)",
    "reads the shadow file": "open('/etc/shadow').read()",
    "reads what the first process was told": "open('/proc/1/environ').read()",
    "reads what the grader was told": "open(f'/proc/{GRADER}/environ').read()",
    "reads the first process's memory": "open('/proc/1/mem', 'rb')",
    "looks through the first process's root": "os.listdir('/proc/1/root')",
    "takes the first process's channels": "os.listdir('/proc/1/fd')",
    "knows the grader's secret": "'hidden-word' in str(dict(os.environ)) or None",
    "writes beside the class": "open(TEACHER + '/x', 'w')",
    "writes into glassnet": "open(os.path.dirname(gn.__file__) + '/x', 'w')",
    "writes into the system": "open('/usr/lib/x', 'w')",
    "empties the grades": "os.truncate(TEACHER + '/grades.csv', 0) or 1",
    "removes the grades": "os.remove(TEACHER + '/grades.csv') or 1",
    "reaches an address": "socket.create_connection(('192.0.2.1', 80), 0.3)",
    "sends a packet": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
    "reaches the grader's socket": "socket.socket(socket.AF_UNIX).connect(TEACHER + '/socket') or 1",
    "opens a socket to the host": "socket.socket(40)",
    "leaves a core": "resource.getrlimit(resource.RLIMIT_CORE) != (1, 1)",
    "limits its parent": "os.getppid() != 1 and resource.prlimit(os.getppid(), resource.RLIMIT_CORE)",
    "traces its parent": "call('ptrace', 16, os.getppid(), 0, 0)",
    "ends the grader": "os.kill(GRADER, 0) or 1",
    "becomes root": "os.setuid(0) or 1",
    "makes a device": "os.mknod('d', 0o060666, os.makedev(254, 0)) or 1",
    "mounts": "call('mount', b'none', b'.', b'tmpfs', 0, 0)",
    "makes users of its own": "call('unshare', 0x10000000)",
    "lifts its limits": "resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999)) or 1",
    "gets rights from a program": "'NoNewPrivs:\\t1' not in open('/proc/self/status').read()",
    "has rights": "'CapBnd:\\t0000000000000000' not in open('/proc/self/status').read()",
    "sees processes": "[name for name in os.listdir('/proc') if name.isdigit()][2:]",
    "changes the modes of the grades": "os.chmod(TEACHER + '/grades.csv', 0o777) or 1",
    "reads the solutions": "open(TASKS + '/lesson_02/layers.py').read()",
    "takes the solutions from memory": "gn.lessons.exercises(2)[0].solution(1)",
}  # fmt: skip
TRY = """
import ctypes, os, resource, socket, subprocess, time
import glassnet as gn
def call(name, *arguments):
    return getattr(ctypes.CDLL(None), name)(*arguments) + 1
done = ["nothing"]
for name, attempt in ATTEMPTS.items():
    try:
        given = eval(attempt)
    except Exception:
        continue
    if given:
        done.append(name)
"""
WORKS = """
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname())
lines = !{os.sys.executable} -c "import glassnet; print(glassnet.__name__)"
gn.lessons.check("5.5", ["works", *lines])
"""
LEAVES = "subprocess.Popen(['sh', '-c', 'exec setsid sleep 60 MARK'], start_new_session=True)"
ROOM = confinement()
RULES = Confinement(room=True, rules=True)


def done_by(walls: Confinement, folder: Path, monkeypatch: pytest.MonkeyPatch, works: str = "") -> set[str]:
    """The attempts that succeed, of those above; what should work besides is seen to work."""
    group, teacher = folder / "class", folder / "teacher"
    for place in (group, teacher / "answers"):
        place.mkdir(parents=True)
    for file in (group / "berta.ipynb", teacher / "grades.csv", teacher / "answers" / "key"):
        file.write_text("secret")
    monkeypatch.setenv("SECRET", "hidden-word")
    names = {
        "CLASS": str(group), "TEACHER": str(teacher), "GRADER": os.getpid(), "TASKS": str(TASKS), "ATTEMPTS": ATTEMPTS
    }  # fmt: skip
    cells = [
        "; ".join(f"{name} = {value!r}" for name, value in names.items()),
        TRY,
        'gn.lessons.check("1.2", done)',
    ]
    mark = str(uuid.uuid4().int % 10**9)
    record = run([*cells, works, LEAVES.replace("MARK", mark)], 0, walls, group, Limits(seconds=30))
    assert not record.ended and not record.errors, record
    assert (teacher / "grades.csv").read_text() == "secret"
    left = [file for file in Path("/proc").glob("[0-9]*/cmdline") if mark.encode() in _content(file)]
    assert not left
    (outputs,) = record.answers["1.2"].outputs or []
    assert isinstance(outputs, dict)
    if works:
        assert record.answers["5.5"].outputs == [{"[0]": "works", "[1]": "glassnet"}]
    return {str(value) for value in outputs.values()} - {"nothing"}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has ended
        return b""


@pytest.mark.skipif(not ROOM.namespaces, reason="this system lets nobody make namespaces")
def test_a_notebook_in_a_room_reaches_nothing_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert done_by(ROOM, tmp_path, monkeypatch, WORKS) == set()
    assert ROOM.sight.lacks == []


@pytest.mark.skipif(look(RULES) is None, reason="this system has no Landlock")
def test_where_no_room_is_to_be_had_rules_keep_a_notebook_but_from_what_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = done_by(RULES, tmp_path, monkeypatch)
    assert "reads the solutions" in done  # as docs/teaching.md says
    of_its_own = {
        "becomes root",
        "reads the solutions",
        "makes users of its own",
        "gets rights from a program",
        "has rights",
    }
    sight = look(RULES)
    assert sight is not None
    assert done - of_its_own == ({"changes the modes of the grades"} if sight.changes_modes else set())
    assert not sight.has_rights


def test_what_walls_do_not_hold_is_said() -> None:
    said = str(Confinement())
    assert said.startswith(
        "each notebook in a process of its own; this system does not let us do more: it has r"
    )
    assert ", the network stays on, it can read what this account can, other notebooks too, " in said
    assert said.endswith(
        "it sees other processes, it can end processes of this account, and go on when its notebook is graded"
    )
    without_rights = look(Confinement(room=True))
    if without_rights is not None:
        assert not without_rights.has_rights and without_rights.reads_own and without_rights.has_network
    changing = Confinement(sight=Sight(**(dict.fromkeys(vars(Sight()), False) | {"changes_modes": True})))
    assert str(changing).endswith("do more: it can change the modes of this account's files")


def test_no_folder_of_work_is_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    assert str(tmp_path) not in path_of_modules()
    assert not any(tmp_path.is_relative_to(path) for path in visible())
    assert str(Path(glassnet.__file__).parents[1]) in path_of_modules()
