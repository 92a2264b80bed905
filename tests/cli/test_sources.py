"""Files of data: what cannot be read or learned is refused, in one line."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import DataError, GlassnetError
from glassnet.recipes import sources
from tests.cli.conftest import Complaint, Run

X = np.random.default_rng(0).normal(size=(30, 3))

NO_X = (
    "must hold an array 'X', and for training and evaluation 'y'; it holds {}. "
    "Write it with numpy.savez('data.npz', X=X, y=y)"
)
OBJECTS = (
    "cannot be read: an array in it holds Python objects, and restoring those could run code; "
    "save numbers, or text as str"
)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X, "labels": [1]}, NO_X.format("'x', 'labels'")),
        ({}, NO_X.format("nothing")),
        ({"X": np.array([[None, "a"]], dtype=object), "y": [1]}, OBJECTS),
        ({"X": X, "y": np.array([None] * 30)}, OBJECTS),
    ],
)
def test_a_file_without_samples_is_refused(
    complaint: Complaint, arrays: dict[str, Any], message: str
) -> None:
    np.savez("data.npz", **arrays)
    assert complaint("train", "data.npz") == f"data.npz {message}"


ONE_ROW_EACH = "y of data.npz must have one row for each of the 30 samples of X; it has shape "
ONE_CLASS = "y of data.npz holds one class only ('0' in all 30 samples), so there is nothing to tell apart"
MANY_CLASSES = (
    "y of data.npz holds 30 different classes in 30 samples, fewer than 2 of each. "
    "If y is measured or counted, train with --loss mean_squared_error"
)
TEXT = "data.npz must hold y with numbers for a regression; it has text"
FEW = (
    "a regression needs at least 2 samples to train on and 2 to test; data.npz has 5, "
    "of which a share of 0.2 is for the test"
)
LARGE = (
    "X of data.npz holds numbers up to 2e+300, too large to measure their spread; give them in a larger unit"
)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X, np.zeros(29), f"{ONE_ROW_EACH}(29,)"),
        (X, np.zeros((30, 2, 2)), f"{ONE_ROW_EACH}(30, 2, 2)"),
        (X, np.float64(3), f"{ONE_ROW_EACH}()"),
        (X, np.zeros(30, int), ONE_CLASS),
        (X, np.arange(30), MANY_CLASSES),
        (X, np.array([["a", "b"]] * 30), TEXT),
        (X[:5], X[:5, 0], FEW),
        (np.linspace(0, 2e300, 30)[:, None], np.arange(30) % 2, LARGE),
    ],
)
def test_samples_that_cannot_be_learned_are_refused(
    complaint: Complaint, X: Any, y: Any, message: str
) -> None:
    np.savez("data.npz", X=X, y=y)
    assert complaint("train", "data.npz") == message
    assert [path.name for path in Path().iterdir()] == ["data.npz"]


@pytest.mark.parametrize(
    ("X", "y", "part"),
    [
        (np.where(X > 1, np.nan, X), np.arange(30) % 2, "X of data.npz holds nan at row "),
        (X, np.full(30, np.inf), "y of data.npz holds inf at row 0"),
        (X.astype(str), np.arange(30) % 2, "X of data.npz must hold "),
        (X.astype(complex), np.arange(30) % 2, "X of data.npz must hold "),
        (X[:0], np.zeros(0), "X of data.npz is empty (shape (0, 3))"),
        (X[:, 0], np.arange(30) % 2, "X of data.npz must have shape (n_samples, n_features); got (30,)"),
    ],
)
def test_numbers_that_are_none_are_found(complaint: Complaint, X: Any, y: Any, part: str) -> None:
    np.savez("data.npz", X=X, y=y)
    assert complaint("train", "data.npz").startswith(part)


def test_a_missing_file_a_folder_and_another_format_are_told_apart(
    complaint: Complaint, tmp_path: Path
) -> None:
    Path("folder.npz").mkdir()
    Path("text.npz").write_text("hello")
    Path("empty.npz").touch()
    assert complaint("train", "data.npz") == "there is no file 'data.npz'"
    assert complaint("train", "folder.npz") == "folder.npz cannot be read: Is a directory"
    assert complaint("train", "text.npz") == "text.npz is not a .npz file, or it is cut off"
    assert complaint("train", "empty.npz") == "empty.npz is not a .npz file, or it is cut off"


def test_without_y_there_is_nothing_to_train_on_or_to_compare_with(complaint: Complaint, run: Run) -> None:
    np.savez("data.npz", X=gn.datasets.iris().X)
    run("train", "iris", "--epochs", "1", "--quiet")
    assert complaint("train", "data.npz") == "data.npz must hold y with numbers for a regression; it has no y"
    assert complaint("evaluate", "runs/iris/model.safetensors", "data.npz") == (
        "data.npz must hold y with one class for each sample, integers or text; it has no y"
    )


def test_a_broken_file_never_does_more_than_complain(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez_compressed(path, X=X, y=np.arange(30) % 3)
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    complaints = 0
    for _ in range(300):
        broken = bytearray(whole)
        for place in random.integers(len(broken), size=3):
            broken[place] = random.integers(256)
        path.write_bytes(broken[: random.integers(len(broken) // 2, 2 * len(broken))])
        try:
            assert sources.read(str(path)).X.shape[0] >= 1
        except GlassnetError as error:
            complaints += "data.npz" in str(error)
    assert complaints > 200


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (3,",
        b"((((((((",
        b"'unclosed",
        b"{'descr': 'wrong', 'fortran_order': False, 'shape': (3,), }",
        b"{'descr': [('a', 'f8', (-1,))], 'fortran_order': False, 'shape': (3,), }",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (-3,), }",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': 3}",
        b"\xff\xfe",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (" + b"9" * 50 + b",), }",
        b"(" * 5000,
        b"lambda: 0",
        b"",
    ],
)
def test_a_damaged_header_is_told_and_not_run(header: bytes, tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(DataError) as caught:
        sources.read(str(path))
    assert str(caught.value).startswith(f"{path} cannot be read: ")


def test_a_file_that_claims_to_be_larger_than_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 1000), }"
    header += b" " * (128 - 10 - len(header) - 1) + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises((DataError, MemoryError)):
        sources.read(str(path))
