"""Tables in files, read by Polars: what kind of file it is, how it is written, and what its columns stand for.

file = gn.tables.files.read("houses.csv")              # or .parquet, .arrow, .jsonl, "part-*.csv", "-"
file.rows                                              # a data frame of Polars: numbers, text and dates
file.notes                                             # what had to be decided
"""

from glassnet.tables.files.columns import ColumnFacts, facts_of
from glassnet.tables.files.examining import ColumnWish
from glassnet.tables.files.kinds import Kind
from glassnet.tables.files.leakage import Suspect, rows_in_both, suspects
from glassnet.tables.files.raw import ReadingOptions
from glassnet.tables.files.reading import TableFile, read, read_like
from glassnet.tables.files.splitting import Split, split

__all__ = [
    "ColumnFacts",
    "ColumnWish",
    "Kind",
    "ReadingOptions",
    "Split",
    "Suspect",
    "TableFile",
    "facts_of",
    "read",
    "read_like",
    "rows_in_both",
    "split",
    "suspects",
]


def __dir__() -> list[str]:
    return __all__
