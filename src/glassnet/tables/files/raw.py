"""The columns of files as Polars reads them, once encoding, separator and types are found."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from glassnet.errors import DataError
from glassnet.tables.files import formats, text
from glassnet.tables.files.examining import ColumnWish
from glassnet.tables.files.formats import TablePart
from glassnet.tables.files.kinds import polars_package
from glassnet.tables.files.text import Dialect

if TYPE_CHECKING:
    import polars

_MISSING = ["", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A", "<NA>"]
_LOOKED_AT = 10_000  # rows by which Polars guesses the type of a column
_SAMPLE = 200_000  # rows that stand for a table that does not fit into memory
_SHARE = 8  # a file larger than this part of the machine's memory is read in parts
_PACKED = 4  # how much larger compressed files become


@dataclass(frozen=True)
class ReadingOptions:
    """How files are read where they do not say it themselves.

    Attributes
    ----------
    separator : str or None
        Of the columns; None looks for it.
    encoding : str or None
        None is UTF-8, or what a mark at the beginning says.
    header : bool
        Whether the first row holds names.
    wish : ColumnWish
        About columns.
    most_bytes : int or None
        Files that are larger together are read in parts; None is an eighth of the machine's memory.
    """

    separator: str | None = None
    encoding: str | None = None
    header: bool = True
    wish: ColumnWish = field(default_factory=ColumnWish)
    most_bytes: int | None = None


class Raw:
    """The columns as Polars reads them."""

    def __init__(self, parts: list[TablePart], options: ReadingOptions) -> None:
        self.parts, self.options, self.notes = parts, options, list[str]()
        self.form: Dialect | None = None
        if parts[0].kind == formats.CSV:
            self.parts = [text.with_line_feeds(part) for part in parts]
        if parts[0].kind == formats.CSV and (options.encoding or any(map(text.is_marked, parts))):
            self._change_encoding()
        size = sum(part.n_bytes * (1 if _is_plain(part) else _PACKED) for part in parts)
        most = options.most_bytes if options.most_bytes is not None else _memory() // _SHARE
        self.is_whole = size <= most
        self.lazy = self._scanned(_LOOKED_AT)
        self.frame = self._collected()

    def _scanned(self, looked_at: int | None) -> polars.LazyFrame:
        pl = polars_package()
        sources: Any = [part.content for part in self.parts]
        kind = self.parts[0].kind
        scan: dict[str, Callable[[], polars.LazyFrame]] = {
            formats.PARQUET: lambda: pl.scan_parquet(sources),
            formats.ARROW: lambda: pl.scan_ipc(sources),
            formats.ARROW_STREAM: lambda: pl.concat(map(pl.read_ipc_stream, sources)).lazy(),
            formats.JSON_LINES: lambda: pl.scan_ndjson(sources, infer_schema_length=looked_at),
            formats.CSV: lambda: self._csv(looked_at),
        }
        return scan[kind]()

    def _csv(self, looked_at: int | None) -> polars.LazyFrame:
        forms = [text.dialect(part, self.options.separator, self.options.header) for part in self.parts]
        self.form = forms[0]
        for part, form in zip(self.parts, forms, strict=True):
            text.check_same_names(part.name, form.names, self.parts[0].name, self.form.names)
        if all(form == self.form for form in forms) and (looked_at is not None or len(forms) == 1):
            return self._texts([part.content for part in self.parts], self.form, looked_at)
        # In another order, with another separator, or with types of their own, which Polars finds in one file only.
        each = [
            self._texts([part.content], form, looked_at).select(self.form.names)
            for part, form in zip(self.parts, forms, strict=True)
        ]
        lazy: polars.LazyFrame = polars_package().concat(each, how="vertical_relaxed")
        return lazy

    def _texts(self, sources: Any, form: Dialect, looked_at: int | None) -> polars.LazyFrame:
        pl = polars_package()
        names = list(form.names)
        common: dict[str, Any] = {
            "separator": form.separator, "has_header": form.has_header, "null_values": _MISSING,
            "with_column_names": lambda columns: names + columns[len(names) :],
        }  # fmt: skip
        lazy: polars.LazyFrame = pl.scan_csv(sources, infer_schema_length=looked_at, **common)
        schema = self._guarded(lazy.collect_schema)
        text_names = {name for name in self.options.wish.as_text if name in schema}
        as_text = {
            name: pl.String for name, dtype in schema.items()
            if dtype == pl.Int128 or name in text_names
        }  # fmt: skip
        if as_text:
            lazy = pl.scan_csv(sources, infer_schema_length=looked_at, schema_overrides=as_text, **common)
        return lazy

    def _collected(self) -> polars.DataFrame:
        """The rows, read again where Polars has guessed a type wrongly, or where the encoding is another."""
        pl = polars_package()
        try:
            frame = self._rows()
        except pl.exceptions.PolarsError as error:
            if "utf-8" in str(error).lower() or "utf8" in str(error).lower():
                self._change_encoding()
            elif "could not parse" not in str(error) or self.form is None:
                self._explain(error)
            else:
                self._check_rows()
            self.lazy = self._scanned(None)
            frame = self._guarded(self._rows)
        text.check_names(self.parts[0].name, tuple(frame.columns))
        if self.form is not None and frame.height and frame[:, -1].null_count():
            self._check_rows()
        return frame

    def _rows(self) -> polars.DataFrame:
        pl = polars_package()
        if self.is_whole:
            frame: polars.DataFrame = self.lazy.collect()
            return frame
        self.n_rows = int(self.lazy.select(pl.len()).collect(engine="streaming").item())
        every = max(1, -(-self.n_rows // _SAMPLE))
        index = "\0row"  # no column is called so
        drawn = self.lazy.with_row_index(index).filter(pl.col(index).hash(0) % every == 0)
        return drawn.drop(index).collect(engine="streaming")

    def _change_encoding(self) -> None:
        for place, part in enumerate(self.parts):
            self.parts[place], note = text.in_utf8(part, self.options.encoding)
            self.notes += [note] if note else []

    def _check_rows(self) -> None:
        """Raise `DataError` for the first row of a file with too many or too few entries."""
        if self.form is None:
            return
        for part in self.parts:
            if text.may_be_ragged(part, self.form):
                text.check_rows(part, self.form)

    def _guarded(self, action: Any) -> Any:
        pl = polars_package()
        try:
            return action()
        except pl.exceptions.PolarsError as error:
            self._explain(error)

    def _explain(self, error: Exception) -> None:
        self._compare_names()
        if self.parts[0].kind == formats.JSON_LINES:
            for part in self.parts:
                text.check_json(part)
        if self.form is not None:
            for part in self.parts:
                text.check_rows(part, self.form)
        where = ", ".join(part.name for part in self.parts[:3])
        said = str(error).partition("\n")[0]
        raise DataError(f"{where} cannot be read as {self.parts[0].kind.upper()}: {said}") from error

    def _compare_names(self) -> None:
        """Raise `DataError` where files of another kind than text do not have the same columns."""
        if len(self.parts) == 1 or self.parts[0].kind not in (formats.PARQUET, formats.ARROW):
            return
        pl = polars_package()
        schema_of = pl.read_parquet_schema if self.parts[0].kind == formats.PARQUET else pl.read_ipc_schema
        first = tuple(schema_of(self.parts[0].content))
        for part in self.parts[1:]:
            text.check_same_names(part.name, tuple(schema_of(part.content)), self.parts[0].name, first)


def _is_plain(part: TablePart) -> bool:
    return part.kind in (formats.CSV, formats.JSON_LINES) and not part.name.endswith(".gz")


def _memory() -> int:
    """Bytes of this machine's memory; two gigabytes where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2 * 2**30
