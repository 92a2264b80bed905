"""Compiled code on disk: found again, never trusted when it is damaged or not our own, and never needed."""

from __future__ import annotations

import ast
import hashlib
import os
import pickle
import shutil
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet
from glassnet import activations
from glassnet.engines.compiled import kernels
from glassnet.kernels import blas, cache, store
from glassnet.kernels.cache import KernelFile
from glassnet.kernels.store import CFunction

FLOAT64 = np.dtype(np.float64)
RELU = activations.ReLU()
NAME = "relu_slope_gate_float64"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, and nothing in memory."""
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path))
    monkeypatch.setattr(store, "_kept", {})
    cache.folder.cache_clear()
    yield tmp_path / cache.key()
    cache.folder.cache_clear()


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the functions that are compiled, not read."""
    names: list[str] = []
    make = store._made

    def counted(file: KernelFile, code: bytes, kind: Any) -> CFunction:
        names.append(file.name)
        return make(file, code, kind)

    monkeypatch.setattr(store, "_made", counted)
    return names


def gate() -> CFunction:
    """relu's kernel as a new process would get it."""
    store._kept.clear()
    kernel = kernels.gate(RELU, FLOAT64)
    assert kernel is not None and kernel.key == NAME
    return kernel.make()


def assert_right(made: CFunction) -> None:
    """It multiplies by 1 above 0, and by 0 elsewhere."""
    z, error = np.array([-1.0, 0.0, 2.0]), np.array([3.0, 4.0, 5.0])
    pointers = [part.ctypes.data_as(made.ctypes.argtypes[0]) for part in (z, z, error, np.empty(0))]
    made.ctypes(*pointers[:3], 1, 3, pointers[3])
    np.testing.assert_array_equal(error, [0, 0, 5])


def test_what_was_compiled_once_is_found_again(folder: Path, compilations: list[str]) -> None:
    assert_right(gate())
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.kernel"]
    assert_right(gate())
    assert compilations == [NAME]


def test_it_is_asked_for_without_compiling(folder: Path, compilations: list[str]) -> None:
    assert not store.is_ready(NAME)
    gate()
    assert store.is_ready(NAME)
    store._kept.clear()
    assert store.is_ready(NAME)
    (folder / f"{NAME}.kernel").write_bytes(b"damaged")
    assert not store.is_ready(NAME)
    assert compilations == [NAME]


def signed(payload: bytes, name: str = NAME, key: str = "") -> bytes:
    """A payload as this package would have written it."""
    return hashlib.sha256(f"{key or cache.key()} {name} ".encode() + payload).digest() + payload


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "one byte": lambda content: content[:1],
    "the digest alone": lambda content: content[:32],
    "half of it": lambda content: content[: len(content) // 2],
    "without its last byte": lambda content: content[:-1],
    "longer": lambda content: content + b"\0",
    "zeros": lambda content: bytes(len(content)),
    "text": lambda content: b"import os\n" * 100,
    "a pickle": lambda content: pickle.dumps({"a": 1}),
    "a pickle without a digest": lambda content: content[32:],
    "a bare digest of the pickle": lambda content: hashlib.sha256(content[32:]).digest() + content[32:],
    "of another name": lambda content: signed(content[32:], name="tanh_slope_gate_float64"),
    "of another key": lambda content: signed(content[32:], key="0" * 24),
    "signed, and no pickle": lambda content: signed(b"garbage"),
    "signed, and another pickle": lambda content: signed(pickle.dumps((1, 2, 3))),
    "signed, and empty": lambda content: signed(b""),
    "signed, and cut": lambda content: signed(content[32:-100]),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_or_foreign_file_is_compiled_anew(name: str, folder: Path, compilations: list[str]) -> None:
    gate()
    path = folder / f"{NAME}.kernel"
    path.write_bytes(DAMAGE[name](path.read_bytes()))
    assert_right(gate())
    assert compilations == [NAME, NAME]
    assert_right(gate())
    assert compilations == [NAME, NAME]


def test_a_change_of_any_bit_is_noticed(folder: Path) -> None:
    gate()
    path = folder / f"{NAME}.kernel"
    content = path.read_bytes()
    file = cache.KernelFile(NAME)
    assert file.read() == content[32:]
    places = {*range(200), *range(0, len(content), 97), *range(len(content) - 100, len(content))}
    for place in sorted(places):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        assert file.read() is None


def test_a_folder_in_the_place_of_a_file_is_left_alone(folder: Path, compilations: list[str]) -> None:
    (folder / f"{NAME}.kernel" / "inner").mkdir(parents=True)
    assert_right(gate())
    assert_right(gate())
    assert compilations == [NAME, NAME]
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.kernel"]


def test_a_file_in_the_place_of_the_folder_is_left_alone(folder: Path) -> None:
    folder.write_bytes(b"mine")
    assert cache.folder() is None
    assert_right(gate())
    assert folder.read_bytes() == b"mine"


def fails(*arguments: Any, **options: Any) -> Any:
    raise OSError(30, "Read-only file system")


@pytest.mark.parametrize("function", ["mkstemp", "open", "replace"])
def test_where_nothing_can_be_written_nothing_is(
    function: str, folder: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if function == "mkstemp":
        monkeypatch.setattr(cache.tempfile, "mkstemp", fails)
    elif function == "replace":
        monkeypatch.setattr(Path, "replace", fails)
    else:
        monkeypatch.setattr(cache.os, "fdopen", lambda number, mode: os.close(number) or fails())
    assert_right(gate())
    assert_right(gate())
    assert compilations == [NAME, NAME]
    assert list(folder.iterdir()) == []


def test_a_folder_that_can_only_be_read_is_read(
    folder: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate()
    folder.chmod(0o500)
    monkeypatch.setattr(cache.tempfile, "mkstemp", fails)
    assert_right(gate())
    assert compilations == [NAME]
    folder.chmod(0o700)


def test_where_no_folder_can_be_made_there_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", fails)
    assert cache.folder() is None
    assert_right(gate())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_can_write_to_is_neither_read_nor_written(
    mode: int, folder: Path, compilations: list[str]
) -> None:
    gate()
    content = (folder / f"{NAME}.kernel").read_bytes()
    (folder / f"{NAME}.kernel").write_bytes(content[:-1])
    folder.chmod(mode)
    cache.folder.cache_clear()
    assert cache.folder() is None
    assert_right(gate())
    assert compilations == [NAME, NAME]
    assert (folder / f"{NAME}.kernel").read_bytes() == content[:-1]
    assert len(list(folder.iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize(("owner", "trusted"), [(0, True), ("mine", True), (12345, False)])
def test_a_folder_belongs_to_this_user_or_to_root(
    owner: Any, trusted: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    real = Path.stat

    class Status:
        st_mode = stat.S_IFDIR | 0o755
        st_uid = os.getuid() if owner == "mine" else owner

    monkeypatch.setattr(os, "getuid", lambda: 777 if owner == 0 else real(folder).st_uid)
    monkeypatch.setattr(Path, "stat", lambda self, **options: Status())
    assert cache._is_private(folder) == trusted


# What may stand in a file's place, and is not run: made of a path and the file's content.
FOREIGN: dict[str, Callable[[Path, bytes], Any]] = {
    "a link to another file of ours": lambda path, content: (
        path.with_name("other").write_bytes(content),
        path.unlink(),
        path.symlink_to(path.with_name("other")),
    ),
    "a file that all can write": lambda path, content: path.chmod(0o666),
    "a file that the group can write": lambda path, content: path.chmod(0o664),
    "a pipe": lambda path, content: (path.unlink(), os.mkfifo(path)),
}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_is_not_our_own_is_not_run(name: str, folder: Path, compilations: list[str]) -> None:
    gate()
    path = folder / f"{NAME}.kernel"
    FOREIGN[name](path, path.read_bytes())
    assert_right(gate())
    assert compilations == [NAME, NAME]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_file_of_another_user_is_not_run(
    folder: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only root can give a file away, so the system is made to say that another owns what was opened."""
    gate()
    told = os.fstat

    def of_another(number: int) -> os.stat_result:
        status = told(number)
        return os.stat_result([*status[:4], 12345, *status[5:]])

    monkeypatch.setattr(os, "fstat", of_another)
    assert_right(gate())
    assert compilations == [NAME, NAME]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize(("mode", "read"), [(0o755, True), (0o1777, True), (0o777, False), (0o775, False)])
def test_a_folder_above_that_others_can_write_to_lets_nothing_in_later(
    mode: int, read: bool, folder: Path, compilations: list[str]
) -> None:
    """The folder is looked at whenever a file of it is read, and those above it, too: it may have been swapped."""
    gate()
    folder.parent.chmod(mode)
    assert (cache.KernelFile(NAME).read() is not None) == read
    assert_right(gate())
    assert compilations == ([NAME] if read else [NAME, NAME])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_folders_that_are_made_are_ours_alone_whatever_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path / "one" / "two"))
    before = os.umask(0)
    cache.folder.cache_clear()
    try:
        assert cache.folder() == tmp_path / "one" / "two" / cache.key()
    finally:
        os.umask(before)
        cache.folder.cache_clear()
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o755


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_this_user_can_write_what_is_written(folder: Path) -> None:
    before = os.umask(0)
    try:
        gate()
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / f"{NAME}.kernel").stat().st_mode) == 0o644


# ---- the key


# What the cache finds out once in a process.
digest_of_sources = cache.sources.__wrapped__


def key_of(package: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(cache, "PACKAGE", package)
    monkeypatch.setattr(cache, "sources", digest_of_sources)
    return cache.key.__wrapped__()


PACKAGE = Path(glassnet.__file__).parent
SOURCES = sorted(
    str(path.relative_to(PACKAGE)) for pattern in cache.SOURCES for path in PACKAGE.glob(pattern)
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the sources."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "glassnet", ignore=shutil.ignore_patterns("__pycache__")))


def test_the_key_follows_every_source_that_is_compiled(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {key_of(package, monkeypatch)}
    assert keys == {cache.key()}
    for source in SOURCES:
        content = (package / source).read_bytes()
        (package / source).write_bytes(content + b"\n")
        keys.add(key_of(package, monkeypatch))
        (package / source).write_bytes(content)
    assert len(keys) == len(SOURCES) + 1 > 15
    assert key_of(package, monkeypatch) == cache.key()


def test_a_new_source_has_a_new_key_and_another_text_has_not(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "cli" / "app.py").write_text("")
    (package / "__pycache__").mkdir()
    assert key_of(package, monkeypatch) == cache.key()
    (package / "formulas" / "more.py").write_text("")
    assert key_of(package, monkeypatch) != cache.key()


VERSIONS = [
    (np, "__version__"),
    (cache.llvmlite, "__version__"),
    (cache.sys, "version"),
]


@pytest.fixture
def usual_key() -> str:
    """The key as it is, asked for before anything changes: it is kept."""
    return cache.key()


@pytest.mark.parametrize(("module", "name"), VERSIONS)
def test_the_key_follows_versions(
    module: Any, name: str, monkeypatch: pytest.MonkeyPatch, usual_key: str
) -> None:
    monkeypatch.setattr(module, name, "0.0")
    assert cache.key.__wrapped__() != usual_key


def test_the_key_follows_the_version_of_numba(monkeypatch: pytest.MonkeyPatch, usual_key: str) -> None:
    monkeypatch.setattr(cache, "version", lambda package: {"numba": "0.0"}[package])
    assert cache.key.__wrapped__() != usual_key


@pytest.mark.parametrize("function", ["get_host_cpu_name", "get_host_cpu_features"])
def test_the_key_follows_the_processor(
    function: str, monkeypatch: pytest.MonkeyPatch, usual_key: str
) -> None:
    class Features(dict[str, bool]):
        def flatten(self) -> str:
            return "+another"

    monkeypatch.setattr(cache.llvmlite.binding, function, Features)
    assert cache.key.__wrapped__() != usual_key


@pytest.mark.parametrize(("name", "value"), [("INTEGER_BITS", 32), ("FOUND", None)])
def test_the_key_follows_the_blas(
    name: str, value: Any, monkeypatch: pytest.MonkeyPatch, usual_key: str
) -> None:
    monkeypatch.setattr(blas, name, value)
    assert cache.key.__wrapped__() != usual_key


# ---- what compiled code is made of


def key_after(change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder's key for a copy of the package with a change."""
    package = shutil.copytree(
        cache.PACKAGE, tmp_path / "glassnet", ignore=shutil.ignore_patterns("__pycache__")
    )
    change(Path(package))
    with monkeypatch.context() as patched:
        patched.setattr(cache, "PACKAGE", Path(package))
        patched.setattr(cache, "sources", digest_of_sources)
        return cache.key.__wrapped__()


@pytest.mark.parametrize("room", ["activations", "losses", "optimizers", "layers", "schedules"])
def test_a_change_of_words_recompiles_nothing(
    room: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reword(package: Path) -> None:
        paths = [package / f"{room}.py", *package.glob(f"{room}/*.py")]
        changed = [path for path in paths if path.exists()]
        assert changed
        for path in changed:
            path.write_text(path.read_text() + "\n# Another word.\n")

    assert key_after(reword, tmp_path, monkeypatch) == cache.key.__wrapped__()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("formulas/activations.py", "return maximum(z, 0)", "return maximum(z, 1)"),
        ("formulas/updates.py", "(w - rate * (g + decay * w),)", "(w + rate * (g + decay * w),)"),
        ("kernels/templates.py", "z[i, j] += bias[j]", "z[i, j] -= bias[j]"),
        ("engines/loop.py", "at += n * room.n_mask_columns", "at += n"),
    ],
)
def test_a_change_of_a_formula_recompiles(
    file: str, old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rewrite(package: Path) -> None:
        text = (package / file).read_text()
        assert old in text
        (package / file).write_text(text.replace(old, new))

    assert key_after(rewrite, tmp_path, monkeypatch) != cache.key.__wrapped__()


def test_no_two_formulas_have_one_name() -> None:
    """A kernel is known by the names of its formulas."""
    names = [
        node.name
        for path in sorted((cache.PACKAGE / "formulas").rglob("*.py"))
        if path.stem != "elementary"
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []
