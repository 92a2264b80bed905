"""What kind of file a table stands in: known by its first bytes, and where these tell nothing by its name."""

from __future__ import annotations

import gzip
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from glassnet.errors import DataError, MissingFileError

CSV, PARQUET, ARROW, ARROW_STREAM, JSON_LINES = "csv", "parquet", "arrow", "arrow stream", "json lines"
STANDARD_INPUT = "-"
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".arrow", ".feather", ".ipc", ".jsonl", ".ndjson", ".json",
            ".gz", ".zst")  # fmt: skip

_GZIP, _ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_TABLES = {b"PAR1": PARQUET, b"ARROW1": ARROW, b"\xff\xff\xff\xff": ARROW_STREAM}
# What else people have, and what to do with it.
_OTHERS = {
    b"PK\x03\x04": "a ZIP archive, as .xlsx, .npz and .zip files are; save the table as CSV or Parquet",
    b"\xd0\xcf\x11\xe0": "a file of an old Excel; save the table as CSV",
    b"%PDF": "a PDF; save the table in it as CSV",
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"\x80\x04": "a pickle, and reading one could run code; save the table as CSV or Parquet",
    b"\x80\x05": "a pickle, and reading one could run code; save the table as CSV or Parquet",
    b"\x89HDF": "an HDF5 file; save the table as CSV or Parquet",
    b"SQLite format 3": "a SQLite database; save the table as CSV",
    b"BZh": "compressed by bzip2; unpack it, or compress it by gzip",
    b"\xfd7zXZ": "compressed by xz; unpack it, or compress it by gzip",
    b"Obj\x01": "an Avro file; save the table as Parquet",
    b"ORC": "an ORC file; save the table as Parquet",
    b"\x7fELF": "a program",
}  # fmt: skip
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MOST_CONTROL = 0.01  # share of control characters among the first bytes of a text
_BEGINNING = 65536


@dataclass(frozen=True, eq=False)
class TablePart:
    """One file of a table."""

    name: str  # as the user wrote it; "standard input" for that
    # Where it is, or what it holds, where it does not stand unpacked and in UTF-8 on a disk
    content: Path | bytes
    kind: str  # one of the constants above
    beginning: bytes  # of what it holds, unpacked
    n_bytes: int  # as it is stored


def is_table(source: str) -> bool:
    """Whether the name is one of a table: standard input, a pattern, or a file that is called as tables are."""
    return source == STANDARD_INPUT or _is_pattern(source) or Path(source).suffix.lower() in SUFFIXES


def find(source: str) -> list[TablePart]:
    """The files that `source` names, in the order of their names.

    Raises `MissingFileError` if there is none; `DataError` if one of them is no table, or they are of several
    kinds.
    """
    if source == STANDARD_INPUT:
        return [_of_bytes("standard input", sys.stdin.buffer.read())]
    parts = [_of_file(path) for path in _paths(source)]
    kinds = sorted({part.kind for part in parts})
    if len(kinds) > 1:
        raise DataError(f"{source} names files of several kinds, {' and '.join(kinds)}; give those of one")
    return parts


def _is_pattern(source: str) -> bool:
    return any(sign in source for sign in "*?[") and not Path(source).exists()


def _paths(source: str) -> list[Path]:
    path = Path(source)
    if path.is_dir():
        names = sorted(one.name for one in path.iterdir() if one.suffix.lower() in SUFFIXES)
        held = (
            f"it holds {', '.join(names[:3])}{', …' if len(names) > 3 else ''}"
            if names
            else "it holds no tables"
        )
        suffix = Path(names[0]).suffix if names else ".csv"
        raise DataError(f"{source} is a folder; name a file, or several as '{path}/*{suffix}': {held}")
    if not _is_pattern(source):
        if not path.exists():
            raise MissingFileError(f"there is no file {source!r}{_near(path)}")
        return [path]
    anchor = Path(path.anchor) if path.anchor else Path()
    paths = sorted(one for one in anchor.glob(str(path.relative_to(anchor))) if one.is_file())
    if not paths:
        raise MissingFileError(f"no file has a name like {source!r}")
    return paths


def _near(path: Path) -> str:
    from difflib import get_close_matches

    if not path.parent.is_dir():
        return f", since there is no folder {str(path.parent)!r}"
    near = get_close_matches(path.name, [one.name for one in path.parent.iterdir()], n=1, cutoff=0.8)
    return f"; did you mean {str(path.parent / near[0])!r}?" if near else ""


def _of_file(path: Path) -> TablePart:
    if not path.is_file():  # a pipe or a device can be read once
        return _of_bytes(str(path), path.read_bytes())
    n_bytes = path.stat().st_size
    with path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
    beginning = _unpacked_beginning(path) if packed else _first_bytes(path)
    kind = _kind(str(path), beginning, Path(path.name.removesuffix(".gz")).suffix.lower())
    if packed and kind not in (CSV, JSON_LINES):  # Polars unpacks text only
        return TablePart(str(path), gzip.decompress(path.read_bytes()), kind, beginning, n_bytes)
    return TablePart(str(path), path, kind, beginning, n_bytes)


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_BEGINNING)


def _unpacked_beginning(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(_BEGINNING)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} is compressed by gzip and cut off or damaged: {error}") from error


def _of_bytes(name: str, content: bytes) -> TablePart:
    n_bytes = len(content)
    if content.startswith(_GZIP):
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise DataError(f"{name} is compressed by gzip and cut off or damaged: {error}") from error
    beginning = content[:_BEGINNING]
    return TablePart(name, content, _kind(name, beginning, ""), beginning, n_bytes)


def _kind(name: str, beginning: bytes, suffix: str) -> str:
    if not beginning.strip():
        raise DataError(f"{name} is empty{' but for blank lines' if beginning else ''}")
    for start, kind in _TABLES.items():
        if beginning.startswith(start):
            return kind
    for start, what in _OTHERS.items():
        if beginning.startswith(start):
            raise DataError(f"{name} is no table but {what}")
    if b'"__metadata__"' in beginning[:4096] and beginning[7:9] in (b"\x00{", b'{"'):
        raise DataError(f"{name} is no table but a file of a model; give the data")
    if beginning.startswith(_ZSTANDARD):
        return CSV
    _refuse_binary(name, beginning)
    if suffix == ".json" and beginning.lstrip().startswith(b"["):
        raise DataError(f"{name} holds one list of JSON; write one object on each line (JSON lines)")
    return JSON_LINES if beginning.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else CSV


def _refuse_binary(name: str, beginning: bytes) -> None:
    if beginning.startswith(_UTF_16):
        return
    control = sum(byte < 9 or 13 < byte < 32 for byte in beginning)
    if control > _MOST_CONTROL * len(beginning) or b"\x00" in beginning:
        raise DataError(
            f"{name} is no table: it holds bytes that no text has; glassnet reads CSV, Parquet, Arrow and JSON lines"
        )
