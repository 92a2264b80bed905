"""A table written as text: its encoding, what separates its columns, the names in its first row, and its faults."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from glassnet.errors import ArgumentError, DataError
from glassnet.support import checks
from glassnet.support.text import in_one_line
from glassnet.tables.files.formats import TablePart
from glassnet.tables.files.kinds import polars_package

SEPARATORS = (",", ";", "\t", "|")
_SHOWN_LINES = 25
_BYTE_ORDER = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# What most files are in that are not UTF-8: every byte but five stands for a character in it.
_OF_ONE_BYTE = "windows-1252"


@dataclass(frozen=True)
class Dialect:
    """How the text is written."""

    separator: str  # one character
    names: tuple[str, ...]  # of the columns
    has_header: bool  # whether the first row holds the names


def with_line_feeds(part: TablePart) -> TablePart:
    """The same with lines that end as everywhere else, where they end with carriage returns alone, as on an old Mac."""
    if b"\n" in part.beginning or b"\r" not in part.beginning or is_marked(part):
        return part
    with opened(part) as file:
        written = file.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return replace(part, content=written, beginning=written[:65536])


def is_marked(part: TablePart) -> bool:
    """Whether the first bytes say that it is in UTF-16."""
    return part.beginning[:2] in _BYTE_ORDER


def in_utf8(part: TablePart, encoding: str | None) -> tuple[TablePart, str]:
    """The same in UTF-8, and what has to be known about that, if anything.

    Raises `ArgumentError` if the encoding is unknown; `DataError` if the text is not in that encoding, or in
    none, or in two.
    """
    marked = _BYTE_ORDER.get(part.beginning[:2])
    own = encoding or marked
    if own is not None:
        return _decoded(part, own), f"{part.name} is read as {own.upper()}"
    bad = _first_bad_line(part)
    if bad is None:
        return part, ""
    number, line, has_utf8 = bad
    if has_utf8:
        raise DataError(
            f"{part.name} is in two encodings: line {number} is no UTF-8, {_shown(line)}, and others are; save it as "
            "UTF-8 throughout"
        )
    return _decoded(part, _OF_ONE_BYTE), (
        f"{part.name} is no UTF-8 (line {number}: {_shown(line)}) and is read as {_OF_ONE_BYTE.title()}; "
        "--encoding names another"
    )


def _shown(line: bytes) -> str:
    """The surroundings of the first byte that is no ASCII."""
    place = next((place for place, byte in enumerate(line) if byte > 127), 0)
    return repr(in_one_line(line[max(0, place - 12) : place + 12].decode(_OF_ONE_BYTE, "replace")))


def _decoded(part: TablePart, encoding: str) -> TablePart:
    with opened(part) as file:
        content = file.read()
    try:
        text = content.decode(encoding)
    except LookupError:
        raise ArgumentError(
            f"encoding must be one that Python knows, such as utf-8, latin-1 or windows-1252; got {encoding!r}"
        ) from None
    except UnicodeError as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        raise DataError(f"{part.name} is not in {encoding}: line {line} cannot be read ({error})") from error
    written = text.removeprefix("\ufeff").encode()
    return replace(part, content=written, beginning=written[:65536])


def opened(part: TablePart) -> IO[bytes]:
    """What it holds, unpacked, to read from."""
    if isinstance(part.content, bytes):
        return io.BytesIO(part.content)
    with part.content.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(part.content) if packed else part.content.open("rb")  # type: ignore[return-value]


def _first_bad_line(part: TablePart) -> tuple[int, bytes, bool] | None:
    """The number and text of the first line that is no UTF-8, and whether others hold letters in UTF-8."""
    bad: tuple[int, bytes] | None = None
    has_utf8 = False
    with opened(part) as file:
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            try:
                line.decode()
                has_utf8 = has_utf8 or not line.startswith(b"\xef\xbb\xbf")
            except UnicodeDecodeError:
                bad = bad or (number, line)
            if bad is not None and has_utf8:
                break
    return None if bad is None else (*bad, has_utf8)


def dialect(part: TablePart, separator: str | None, has_header: bool) -> Dialect:
    """How the text of a part is written.

    Raises `ArgumentError` if the separator is not one character; `DataError` if the names in the first row are
    none, or not different.
    """
    text = part.beginning.decode("utf-8", "replace").removeprefix("\ufeff")
    if separator is not None and (len(separator.encode()) != 1 or separator in '"\r\n'):
        raise ArgumentError(f"separator must be one character, such as ';' or a tab; got {separator!r}")
    sign = separator or _separator(text)
    first = next((row for row in _rows(io.StringIO(text, newline=""), sign) if row), [])
    if not has_header:
        return Dialect(sign, tuple(f"column_{place}" for place in range(1, len(first) + 1)), False)
    names = tuple(name.strip() or f"column_{place}" for place, name in enumerate(first, 1))
    check_names(part.name, names)
    if len(names) > 1 and all(map(_is_number, names)):
        raise DataError(
            f"the first row of {part.name} holds numbers ({', '.join(names[:3])} …), not the names of columns; add a "
            "row of names, or train with --no-header, which calls them column_1, column_2 …"
        )
    return Dialect(sign, names, True)


def check_names(place: str, names: tuple[str, ...]) -> None:
    """Raise `DataError` where two columns have one name."""
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        places = [str(at) for at, name in enumerate(names, 1) if name == twice[0]]
        raise DataError(
            f"{place} has {len(places)} columns called {in_one_line(twice[0])!r}, in places {' and '.join(places)}; "
            "give each a name of its own"
        )


def check_same_names(place: str, names: tuple[str, ...], other: str, first: tuple[str, ...]) -> None:
    """Raise `DataError` where the columns of one file are not those of the first, in whatever order."""
    more, less = (
        [name for name in one if name not in set(two)] for one, two in ((names, first), (first, names))
    )
    if more or less:
        differences = [f"{verb} {', '.join(map(repr, some[:4]))}{', …' * (len(some) > 4)}"
                for verb, some in (("has", more), ("lacks", less)) if some]  # fmt: skip
        raise DataError(f"{place} does not have the columns of {other}: it {' and '.join(differences)}")


def _is_number(name: str) -> bool:
    try:
        float(name.replace(",", "."))
    except ValueError:
        return False
    return True


def _separator(text: str) -> str:
    """What separates most columns, and as many in every line; a comma where nothing does."""
    lines = [line for line in text.splitlines()[:_SHOWN_LINES] if line.strip()]
    whole = lines[:-1] if len(lines) > 1 and len(text) >= 65000 else lines

    def worth(separator: str) -> tuple[bool, int]:
        counts = [len(row) for row in _rows(iter(whole), separator)]
        return len(set(counts)) == 1 and counts[0] > 1, counts[0] if counts else 0

    return max(SEPARATORS, key=worth)


def _rows(lines: Any, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error as error:
        raise DataError(f"the table cannot be read as text with separator {separator!r}: {error}") from error


def check_rows(part: TablePart, form: Dialect) -> None:
    """Raise `DataError` for the first row that has more or fewer entries than there are names."""
    csv.field_size_limit(2**31 - 1)
    width, n_rows = len(form.names), -1 if form.has_header else 0
    with opened(part) as file, io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="") as text:
        reader, last = csv.reader(text, delimiter=form.separator), 0
        while True:
            began = reader.line_num + 1
            row = next(reader, None)
            if row is None:
                return _check_quotes(part, last)
            last = began if reader.line_num > began else 0
            if not row:
                continue
            n_rows += 1
            if len(row) == width:
                continue
            if width == 1 and not form.has_header:
                continue
            spans = reader.line_num - began
            hint = f"; it spans {spans + 1} lines, so a quotation mark may not be closed" if spans > 2 else ""
            raise DataError(
                f"row {n_rows:,} of {part.name} (line {began:,}) has {_entries(len(row))}, and there are "
                f"{width} columns: {_beginning(row, form.separator)}{hint}"
            )


def _check_quotes(part: TablePart, line: int) -> None:
    """Raise `DataError` where the last row began in this line with a quotation mark that is never closed."""
    if line:
        with opened(part) as file:
            if sum(block.count(b'"') for block in iter(lambda: file.read(2**20), b"")) % 2:
                raise DataError(f"{part.name} has a quotation mark in line {line:,} that is never closed")


def _entries(n: int) -> str:
    """How many entries."""
    return f"{n} entr{'y' if n == 1 else 'ies'}"


def _beginning(row: list[str], separator: str) -> str:
    text = in_one_line(separator.join(row))
    return checks.shown(text if len(text) <= 60 else f"{text[:60]}…")


def may_be_ragged(part: TablePart, form: Dialect) -> bool:
    """Whether some line has another number of separators, outside quotation marks, than the first.

    A line of several in one entry is such a line, too, and :func:`check_rows` tells them apart.
    """
    pl = polars_package()
    source = part.content
    line = pl.col("line")
    outside = line.str.replace_all(r'"[^"]*"', "")
    n = pl.when(line.str.contains('"', literal=True)).then(outside).otherwise(line)
    odd = n.str.count_matches(form.separator, literal=True) != len(form.names) - 1
    ragged = (
        pl.scan_lines(source).filter((line.str.strip_chars() != "") & odd).head(1).collect(engine="streaming")
    )
    return bool(ragged.height)


def check_json(part: TablePart) -> None:
    """Raise `DataError` for the first line that is no object of JSON."""
    with opened(part) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                is_object = isinstance(json.loads(line), dict)
            except ValueError:
                is_object = False
            if not is_object:
                raise DataError(
                    f"{part.name} cannot be read as JSON LINES: line {number:,} is no object of JSON, {_start(line)}"
                )


def _start(line: bytes) -> str:
    return checks.shown(in_one_line(line[:60].decode("utf-8", "replace").strip()))
