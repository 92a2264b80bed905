"""Files that appear whole or not at all, whatever ends the process that writes them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from glassnet.bridges import writing
from glassnet.errors import ModelFileError

WRITES = """
import os, sys
from pathlib import Path
from glassnet.bridges import writing
os.fsync = lambda number: (print("written", flush=True), sys.stdin.read())
writing.write(Path(sys.argv[1]), b"new" * 1000)
"""


@pytest.fixture(autouse=True)
def _new_process() -> None:
    writing._remove_unfinished.cache_clear()


def writer(path: Path) -> subprocess.Popen[str]:
    """A process that has written all and not yet put it into its place; it does so when its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    return process


def unfinished(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix == ".part"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_killed_process_leaves_is_removed_by_the_next_one(
    tmp_path: Path, number: signal.Signals
) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"old")
    process = writer(path)
    process.send_signal(number)
    process.communicate()
    assert path.read_bytes() == b"old"
    assert len(unfinished(tmp_path)) == 1
    writing.write(tmp_path / "other.bin", b"other")
    assert {file.name for file in tmp_path.iterdir()} == {"model.bin", "other.bin"}


def test_what_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    process = writer(path)
    assert len(unfinished(tmp_path)) == 1
    writing.write(tmp_path / "other.bin", b"other")
    assert len(unfinished(tmp_path)) == 1
    process.communicate("")
    assert (process.returncode, path.read_bytes()) == (0, b"new" * 1000)
    assert unfinished(tmp_path) == []


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    for name in ("video.part", ".part", ".0123456789abcdeX.part", "0123456789abcdef.part"):
        (tmp_path / name).write_bytes(b"mine")
    writing.write(tmp_path / "model.bin", b"new")
    assert len(unfinished(tmp_path)) == 3 and (tmp_path / ".part").exists()


def test_many_writers_of_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    code = f"""
from pathlib import Path
from glassnet.bridges import writing
for number in range(60):
    writing._remove_unfinished.cache_clear()
    writing.write(Path({str(path)!r}), bytes([number]) * 100_000)
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [("", 0)] * 3
    content = path.read_bytes()
    assert len(content) == 100_000 and len(set(content)) == 1
    assert unfinished(tmp_path) == []


def test_a_disk_that_is_full_keeps_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "model.bin"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelFileError, match=re.escape(f"cannot write {path}: No space left on device")):
        writing.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert unfinished(tmp_path) == []


def test_where_files_cannot_be_locked_they_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(file: object, *, waits: bool) -> None:
        raise OSError(37, "No locks available")

    left_behind = tmp_path / ".0123456789abcdef.part"
    left_behind.touch()
    monkeypatch.setattr(writing, "_lock", no_locks)
    writing.write(tmp_path / "model.bin", b"new")
    assert (tmp_path / "model.bin").read_bytes() == b"new"
    assert left_behind.exists()
