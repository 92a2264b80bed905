"""Tables in files of every kind are the same table, and what had to be decided is said."""

from __future__ import annotations

import datetime
import gzip
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from glassnet.errors import DataError, ModelFileError
from glassnet.tables.columns import DATES, NUMBERS, TEXT
from glassnet.tables.files.columns import facts_of
from glassnet.tables.files.examining import ColumnWish
from glassnet.tables.files.kinds import Kind
from glassnet.tables.files.raw import ReadingOptions
from glassnet.tables.files.reading import TableFile, read, read_like

FRAME = pl.DataFrame(
    {
        "size": [1.5, None, 3.0, 4.25],
        "rooms": [1, 2, 3, 4],
        "town": ["Bonn", "Köln", None, "a, b"],
        "built": [datetime.date(1999, 1, day) for day in (1, 2, 3, 4)],
        "sold": [True, False, True, None],
    }
)


def as_csv(**options: Any) -> bytes:
    return FRAME.write_csv(**options).encode()


def as_parquet() -> bytes:
    file = io.BytesIO()
    FRAME.write_parquet(file)
    return file.getvalue()


def as_arrow(stream: bool) -> bytes:
    file = io.BytesIO()
    (FRAME.write_ipc_stream if stream else FRAME.write_ipc)(file)
    return file.getvalue()


WRITTEN = {
    "table.csv": as_csv(),
    "table.tsv": as_csv(separator="\t"),
    "semicolons.csv": as_csv(separator=";"),
    "windows.csv": as_csv().replace(b"\n", b"\r\n"),
    "old_mac.csv": as_csv().replace(b"\n", b"\r"),
    "marked.csv": b"\xef\xbb\xbf" + as_csv(),
    "utf16.csv": as_csv().decode().encode("utf-16"),
    "latin.csv": as_csv().decode().encode("latin-1"),
    "blank_lines.csv": as_csv() + b"\n\n",
    "table.csv.gz": gzip.compress(as_csv()),
    "called_anything": as_csv(),
    "table.parquet": as_parquet(),
    "table.parquet.gz": gzip.compress(as_parquet()),
    "table.arrow": as_arrow(stream=False),
    "stream.arrow": as_arrow(stream=True),
    "table.jsonl": FRAME.write_ndjson().encode(),
    "table.jsonl.gz": gzip.compress(FRAME.write_ndjson().encode()),
}


def put(path: Path, content: bytes | str) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_kind_of_file_holds_the_same_columns(name: str, tmp_path: Path) -> None:
    found = read(put(tmp_path / name, WRITTEN[name]))
    assert {kind.name: kind.kind for kind in found.kinds} == {
        "size": NUMBERS, "rooms": NUMBERS, "town": TEXT, "built": DATES, "sold": NUMBERS,
    }  # fmt: skip
    assert found.rows["size"].to_list() == [1.5, None, 3.0, 4.25]
    assert found.rows["rooms"].to_list() == [1.0, 2.0, 3.0, 4.0]
    assert found.rows["town"].to_list() == ["Bonn", "Köln", None, "a, b"]
    assert found.rows["built"].dt.date().to_list() == FRAME["built"].to_list()
    assert found.rows["sold"].to_list() == [1.0, 0.0, 1.0, None]
    assert (found.n_rows, found.is_whole) == (4, True)


def test_what_was_decided_is_said(tmp_path: Path) -> None:
    assert read(put(tmp_path / "a.csv", WRITTEN["table.csv"])).notes == ()
    (said,) = read(put(tmp_path / "b.csv", WRITTEN["latin.csv"])).notes
    assert "is no UTF-8 (line 3: " in said and "is read as Windows-1252; --encoding names another" in said
    assert read(put(tmp_path / "c.csv", WRITTEN["blank_lines.csv"])).notes == ("2 empty rows left out",)


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(WRITTEN["table.csv.gz"])

    monkeypatch.setattr(sys, "stdin", Input)
    assert read("-").rows["rooms"].to_list() == [1, 2, 3, 4]


def test_a_pattern_is_all_its_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for number in (2, 1):
        put(tmp_path / f"part-{number}.csv", f"a,b\n{number},x\n")
    found = read(str(tmp_path / "part-*.csv"))
    assert found.rows["a"].to_list() == [1, 2]
    put(tmp_path / "part-3.csv", "a,c\n3,x\n")
    with pytest.raises(
        DataError, match=r"part-3.csv does not have the columns of .*part-1.csv: it has 'c' and lacks 'b'$"
    ):
        read(str(tmp_path / "part-*.csv"))
    put(tmp_path / "part-4.jsonl", '{"a": 1}\n')
    with pytest.raises(
        DataError, match="names files of several kinds, csv and json lines; give those of one"
    ):
        read(str(tmp_path / "part-*"))


def test_files_of_a_pattern_are_put_together_by_the_names_of_their_columns(tmp_path: Path) -> None:
    put(tmp_path / "part-1.csv", "a,b\n1,2\n")
    put(tmp_path / "part-2.csv", "b;a\n4.5;k\n")  # in another order, with another separator and another type
    put(tmp_path / "part-3.csv", "a,b\n5,6\n")
    found = read(str(tmp_path / "part-*.csv")).rows
    assert found["a"].to_list() == ["1", "k", "5"] and found["b"].to_list() == [2.0, 4.5, 6.0]
    (tmp_path / "part-2.csv").unlink()
    put(tmp_path / "part-3.csv", "a,b\n0.5,k\n")
    assert read(str(tmp_path / "part-*.csv")).rows["a"].to_list() == [1.0, 0.5]
    for name, columns in (("1", "ab"), ("2", "ac")):
        pl.DataFrame({column: [1] for column in columns}).write_parquet(tmp_path / f"p-{name}.parquet")
    with pytest.raises(DataError, match="p-2.parquet does not have the columns of .*: it has 'c' and lacks"):
        read(str(tmp_path / "p-*.parquet"))


def column(
    tmp_path: Path, entries: list[str], wish: ColumnWish | None = None
) -> tuple[Kind, list[Any], tuple[str, ...]]:
    quoted = "\n".join(f'"{entry}",1' for entry in entries)
    options = ReadingOptions(wish=wish or ColumnWish())
    found = read(put(tmp_path / "column.csv", f"a,b\n{quoted}\n"), options)
    return found.kinds[0], found.rows["a"].to_list(), found.notes


def test_numbers_in_text(tmp_path: Path) -> None:
    assert column(tmp_path, [" 1", "2 ", "?"])[1] == [1, 2, None]
    assert column(tmp_path, [" 1", "2 ", "?"])[2] == ("column 'a': '?' is read as missing",)
    kind, numbers, notes = column(tmp_path, ["1,234", "2,345.5", "7"])
    assert (kind.kind, numbers) == (NUMBERS, [1234, 2345.5, 7])
    assert notes == ("column 'a': commas are taken to separate thousands, as in 1,234",)
    commas = ["1,5", "1.234,5", "7"]
    assert column(tmp_path, commas, ColumnWish(decimal_comma=True))[1] == [1.5, 1234.5, 7]
    assert column(tmp_path, commas, ColumnWish(as_text=("a",)))[1] == commas
    assert column(tmp_path, ["01", "02"], ColumnWish(as_text=("a",)))[1] == ["01", "02"]
    assert column(tmp_path, ["True", "false", "?"])[1] == [1, 0, None]


@pytest.mark.parametrize(
    ("entries", "numbers", "said"),
    [
        (["$1,234.50", "-$2", "$3"], [1234.5, -2, 3], "'$' is taken for a unit, and left out"),
        (["12.5%", "7 %", "?"], [12.5, 7, None], "'%' is taken for a unit, and left out"),
        (["5 kg", "17.5 kg", "6"] * 10, [5, 17.5, 6] * 10, None),
        (["1 kg"] * 2 + [f"{n} kg" for n in range(2, 30)], [1, *range(1, 30)], "'kg' is taken for a unit"),
        (["12:30", "00:01:30.5", ""], [45_000, 90.5, None], "times such as 12:30 are read as seconds"),
    ],
)
def test_numbers_with_units_and_times_of_day(
    tmp_path: Path, entries: list[str], numbers: list[float], said: str | None
) -> None:
    kind, found, notes = column(tmp_path, entries)
    if said is None:  # two of three different entries have the unit: less than nine tenths
        assert kind.kind == TEXT
        return
    assert (kind.kind, found) == (NUMBERS, numbers)
    assert any(said in note for note in notes)
    again = read_like(str(tmp_path / "column.csv"), [Kind.from_data(kind.to_data())])
    assert again.rows["a"].to_list() == numbers
    with pytest.raises(DataError, match=r"column 'a' holds numbers, but row 1 of .* has 'x5'"):
        read_like(put(tmp_path / "new.csv", "a,b\nx5,1\n"), [kind])


@pytest.mark.parametrize("entries", [["c1", "c2", "c3"], ["1st", "2nd"], ["5 kg", "3 m"], ["16:90", "12:30"]])
def test_names_with_digits_in_them_are_no_numbers(tmp_path: Path, entries: list[str]) -> None:
    assert column(tmp_path, entries)[0].kind == TEXT


def test_whole_numbers_that_no_float_tells_apart_are_names(tmp_path: Path) -> None:
    first = 10**25
    assert column(tmp_path, [str(first), str(first + 1)])[0].kind == TEXT
    assert column(tmp_path, [str(first), str(2 * first)])[0].kind == NUMBERS


def test_a_column_that_is_missing_altogether_is_one_of_numbers(tmp_path: Path) -> None:
    assert column(tmp_path, ["", "", ""])[0].kind == NUMBERS
    assert column(tmp_path, ["?", "", "-"])[1] == [None, None, None]


def test_names_of_categories_stay_as_they_are(tmp_path: Path) -> None:
    assert column(tmp_path, ["?", "x", "None"])[1] == ["?", "x", "None"]
    assert column(tmp_path, ["1", "2", "x"])[0].kind == TEXT


@pytest.mark.parametrize(
    ("entries", "format_", "second"),
    [
        (["2024-01-05", "2024-02-03", ""], "%Y-%m-%d", (2024, 2, 3)),
        (["2024-01-05 10:30:00", "2024-02-03 11:00:00"], "%Y-%m-%d %H:%M:%S%.f", (2024, 2, 3)),
        (["05.01.2024", "03.02.2024"], "%d.%m.%Y", (2024, 2, 3)),
        (["05/01/2024", "13/02/2024"], "%d/%m/%Y", (2024, 2, 13)),
        (["01/05/2024", "02/13/2024"], "%m/%d/%Y", (2024, 2, 13)),
        (["31.12.24", "13.02.24"], "%d.%m.%y", (2024, 2, 13)),
        (["12/31/24", "02/13/24"], "%m/%d/%y", (2024, 2, 13)),
        (["5 Jan 2024", "13 february 2024"], "%d %B %Y", (2024, 2, 13)),
        (["Jan 5, 2024", "Feb 13, 2024"], "%B %d, %Y", (2024, 2, 13)),
        (["01/05/2024 1:30 PM", "02/13/2024 12:05 am"], "%m/%d/%Y %I:%M %p", (2024, 2, 13)),
        (["2024-01-05T10:30:00Z", "2024-02-14T01:00:00+02:00"], "%Y-%m-%dT%H:%M:%S%.f%#z", (2024, 2, 13)),
    ],
)
def test_dates_in_text(
    tmp_path: Path, entries: list[str], format_: str, second: tuple[int, int, int]
) -> None:
    kind, dates, _ = column(tmp_path, entries)
    assert (kind.kind, kind.format) == (DATES, format_)
    assert dates[1].date() == datetime.date(*second)


def test_which_comes_first_is_said_of_dates_with_slashes(tmp_path: Path) -> None:
    (said,) = column(tmp_path, ["01/02/2024", "03/04/2024"])[2]
    assert (
        said
        == "column 'a': dates are read with the day first, %d/%m/%Y; --date-format %m/%d/%Y reads the month first"
    )
    wish = ColumnWish(date_format="%m/%d/%Y")
    assert column(tmp_path, ["01/02/2024", "03/04/2024"], wish)[1][0].date() == datetime.date(2024, 1, 2)


def test_what_has_to_be_known_about_dates_is_said(tmp_path: Path) -> None:
    assert "years of two digits, 69 to 99, are read as 1969 to 1999" in column(tmp_path, ["31.12.24"])[2][0]
    days = [f"202401{day:02d}" for day in range(1, 21)]
    kind, _, (said,) = column(tmp_path, days)
    assert kind.kind == NUMBERS
    assert said.endswith("look like dates, such as 20240101; --date-format %Y%m%d reads them so")
    assert column(tmp_path, days[:-1])[2] == () == column(tmp_path, [*days, "20240230"])[2]
    kind, dates, _ = column(tmp_path, days, ColumnWish(date_format="%Y%m%d"))
    assert kind.kind == DATES and dates[19].day == 20
    assert read_like(str(tmp_path / "column.csv"), [kind]).rows["a"].to_list() == dates
    with pytest.raises(DataError, match="no column holds dates as --date-format says, '%Y'"):
        column(tmp_path, ["x", "y"], ColumnWish(date_format="%Y"))


def test_a_wished_format_leaves_other_dates_to_be_found(tmp_path: Path) -> None:
    content = "a,b\n01/02/2024,2024-05-06\n"
    options = ReadingOptions(wish=ColumnWish(date_format="%m/%d/%Y"))
    assert [kind.kind for kind in read(put(tmp_path / "two.csv", content), options).kinds] == [DATES, DATES]


def test_a_new_file_is_read_as_the_first_one_was(tmp_path: Path) -> None:
    wish = ColumnWish(decimal_comma=True, as_text=("t",))
    content = 'n,t,d\n"1,5",01,05.01.2024\n"2,5",02,06.01.2024\n'
    first = read(put(tmp_path / "a.csv", content), ReadingOptions(wish=wish))
    kinds = [Kind.from_data(kind.to_data()) for kind in first.kinds]
    assert tuple(kinds) == first.kinds
    other = read_like(put(tmp_path / "b.csv", 'd,t,n,more\n07.01.2024,003,"3,25",x\n'), kinds)
    assert other.rows["n"].to_list() == [3.25] and other.rows["t"].to_list() == ["003"]
    assert other.rows["d"].dt.day().to_list() == [7]
    assert other.extra == ("more",)
    assert read_like(put(tmp_path / "c.csv", "n,t\n4,1\n"), kinds).rows["n"].to_list() == [4.0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("n,t\nx,a\n", r"column 'n' holds numbers, but row 1 of .*new.csv has 'x'"),
        ("n,t\n2024-01-01,a\n", r"column 'n' holds numbers, but row 1 of .*new.csv has '2024-01-01'"),
        ("n,t\n1,a\ninf,b\n", r"column 'n' holds an infinite number in row 2 of .*new.csv"),
    ],
)
def test_what_does_not_fit_is_named_with_its_row(tmp_path: Path, content: str, message: str) -> None:
    kinds = read(put(tmp_path / "a.csv", "n,t\n1.5,a\n2,b\n")).kinds
    with pytest.raises(DataError, match=message):
        read_like(put(tmp_path / "new.csv", content), kinds)


@pytest.mark.parametrize(
    "change", [{"kind": "code"}, {"written": "x"}, {"missing": "?"}, {"name": 3}, {"more": 1}]
)
def test_a_hostile_description_of_a_column_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ModelFileError):
        Kind.from_data(Kind("a", NUMBERS).to_data() | change)


# ---- larger than memory


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    draw = np.random.default_rng(0)
    n = 5_000
    frame = pl.DataFrame(
        {
            "x": draw.normal(size=n).round(3),
            "c": draw.choice(["u", "v"], n),
            "row": np.arange(n),
            "y": draw.normal(size=n),
        }
    )
    return put(tmp_path_factory.mktemp("large") / "large.csv", frame.write_csv())


def in_parts(source: str) -> TableFile:
    return read(source, ReadingOptions(most_bytes=1000))


def test_a_table_that_is_too_large_is_read_in_parts(large: str) -> None:
    whole, parts = read(large), in_parts(large)
    assert not parts.is_whole and parts.n_rows == whole.n_rows == 5_000
    assert [kind.to_data() for kind in parts.kinds] == [kind.to_data() for kind in whole.kinds]
    slices = list(parts.slices(1_000))
    assert len(slices) > 1 and pl.concat(slices).equals(whole.rows)
    assert parts.series("row").to_list() == list(range(5_000))


def test_a_fault_far_down_in_a_large_table_is_found(tmp_path: Path, large: str) -> None:
    lines = Path(large).read_text().splitlines()
    lines[4_001] = "oops" + lines[4_001][lines[4_001].index(",") :]
    with pytest.raises(DataError, match=r"column 'x' holds numbers, but 'oops' in row 4,001"):
        in_parts(put(tmp_path / "bad.csv", "\n".join(lines)))


def test_columns_in_brief() -> None:
    file = pl.DataFrame({"a": [1.0, None, 3.0], "b": ["x", "x", "y"]})
    number, text = facts_of(file, [Kind("a", NUMBERS), Kind("b", TEXT)])
    assert (number.missing, number.n_distinct, number.shown) == (pytest.approx(1 / 3), 2, "1 to 3")
    assert (text.n_distinct, text.shown) == (2, "x, y")
