"""A file that is no table, or a faulty one, is answered by one line that says where, what, and what to do."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, MissingFileError
from glassnet.tables.files.examining import ColumnWish
from glassnet.tables.files.raw import ReadingOptions
from glassnet.tables.files.reading import read


def archive() -> bytes:
    file = io.BytesIO()
    np.savez(file, X=np.eye(2))
    return file.getvalue()


def model() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        gn.Network([gn.Dense(1)], input_shape=2, seed=0).save(Path(folder) / "model.safetensors")
        return (Path(folder) / "model.safetensors").read_bytes()


DATES = "".join(f"2024-01-{day:02d},1\n" for day in range(1, 30))
BAD: dict[str, tuple[bytes | str, str]] = {
    "empty": ("", "is empty$"),
    "blank": ("\n\n", "is empty but for blank lines$"),
    "no rows": ("a,b\n", "holds the names of 2 columns and no rows"),
    "too many": ("a,b\n1,2\n3,4,5\n", r"row 2 of .* \(line 3\) has 3 entries, and there are 2 columns: '3,4,5'"),
    "too few": ("a,b,c\n1,2,3\n4,5\n", r"row 2 of .* \(line 3\) has 2 entries, and there are 3 columns: '4,5'"),
    "too few behind a long entry": ('a,b,c\n1,"x\ny",3\n4,5\n', r"row 2 of .* \(line 4\) has 2 entries"),
    "open quotation": ('a,b\n1,"x\n2,y\n3,z\n', "has a quotation mark in line 2 that is never closed"),
    "two encodings": (
        "a,b\n1,ü\n".encode() + "2,é\n".encode("latin-1"),
        r"is in two encodings: line 3 is no UTF-8, '2,é.*', and others are; save it as UTF-8 throughout",
    ),
    "twice": ("a,b,a\n1,2,3\n", "has 2 columns called 'a', in places 1 and 3; give each a name of its own"),
    "no names": ("1,2\n3,4\n", r"the first row of .* holds numbers \(1, 2 …\), not the names .* train with --no-h"),
    "no date": (DATES + "2024-02-30,1\n", r"column 'd' holds dates \(2024-01-01\), but '2024-02-30' in row 30"),
    "no number": (
        "a,b\n" + "".join(f"{n},1\n" for n in range(30)) + "abc,1\n",
        "column 'a' holds numbers, but 'abc' in row 31; mend that, or give --categorical 'a'",
    ),
    "decimal commas": (
        "a;b\n1,5;1\n2;2\n",
        "column 'a' holds numbers with commas, such as 1,5; give --decimal-comma to read them so, or --categorical 'a'",
    ),
    "infinite": ("a,b\n1,2\ninf,3\n", "column 'a' holds an infinite number in row 2 of .*; leave the entry empty"),
    "binary": (bytes(range(256)), "is no table: it holds bytes that no text has; glassnet reads CSV, Parquet, Arrow"),
    "an archive": (archive(), "is no table but a ZIP archive, as .xlsx, .npz and .zip files are; save the table"),
    "a pickle": (b"\x80\x04\x95abc", "is no table but a pickle, and reading one could run code"),
    "a model": (model(), "is no table but a file of a model; give the data"),
    "cut off": (gzip.compress(b"a,b\n1,2\n" * 100)[:-20], "is compressed by gzip and cut off or damaged"),
    "a parquet that is none": (b"PAR1" + b"x" * 100, "cannot be read as PARQUET: "),
    "json that is none": ('{"a": 1}\n{"a": \n', "cannot be read as JSON LINES: line 2 is no object of JSON, '"),
}  # fmt: skip
BAD["no date"] = ("d,b\n" + BAD["no date"][0], BAD["no date"][1])  # type: ignore[operator]


@pytest.mark.parametrize("name", BAD)
def test_it_is_said_what_is_wrong_and_where(name: str, tmp_path: Path) -> None:
    content, message = BAD[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError, match=message) as raised:
        read(str(path))
    assert "\n" not in str(raised.value)


def test_one_list_of_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text('[{"a": 1}]')
    with pytest.raises(
        DataError, match=r"holds one list of JSON; write one object on each line \(JSON lines\)"
    ):
        read(str(tmp_path / "list.json"))


def test_a_folder_says_how_its_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"is a folder; name a file, or several as '.*/\*\.csv': it holds no tables"
    ):
        read(str(tmp_path))
    (tmp_path / "a.parquet").write_bytes(b"")
    with pytest.raises(DataError, match=r"several as '.*/\*\.parquet': it holds a\.parquet"):
        read(str(tmp_path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "houses.csv").write_text("a\n1\n")
    with pytest.raises(
        MissingFileError, match=r"there is no file '.*house.csv'; did you mean '.*houses.csv'\?"
    ):
        read(str(tmp_path / "house.csv"))
    with pytest.raises(MissingFileError, match="since there is no folder"):
        read(str(tmp_path / "nowhere" / "house.csv"))
    with pytest.raises(MissingFileError, match="no file has a name like"):
        read(str(tmp_path / "*.parquet"))


def test_wishes_that_cannot_be_met(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("colour,b\nred,1\n")
    with pytest.raises(DataError, match=r"has no column 'color'; did you mean 'colour'\?"):
        read(str(path), ReadingOptions(wish=ColumnWish(as_text=("color",))))
    with pytest.raises(
        ArgumentError, match="separator must be one character, such as ';' or a tab; got '::'"
    ):
        read(str(path), ReadingOptions(separator="::"))
    with pytest.raises(ArgumentError, match="encoding must be one that Python knows, .* got 'klingon'"):
        read(str(path), ReadingOptions(encoding="klingon"))
    path.write_bytes(b"a,b\n1,\xff\n")
    with pytest.raises(DataError, match="is not in ascii: line 2 cannot be read"):
        read(str(path), ReadingOptions(encoding="ascii"))


def test_a_missing_entry_is_no_fault(tmp_path: Path) -> None:
    """Just inside: what the faults above resemble."""
    path = tmp_path / "good.csv"
    path.write_text('a,b,c\n1,"x, y",\n2,"two\nlines",3\n')
    assert read(str(path)).rows["c"].to_list() == [None, 3]
    path.write_text("a,b\n" + "".join(f"{n},1\n" for n in range(19)) + "abc,1\n")
    assert read(str(path)).kinds[0].kind == "text"
