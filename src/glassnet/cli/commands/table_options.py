"""Options of the command that are about tables, with the text that ``--help`` shows for them."""

from typing import Annotated

import typer
from typer.models import OptionInfo

from glassnet.cli.commands.options import argument

_PANEL = "Tables"


def _option(metavar: str, text: str, *names: str) -> OptionInfo:
    option: OptionInfo = typer.Option(
        *names, metavar=metavar, help=text, show_default=False, rich_help_panel=_PANEL
    )
    return option


def _flag(name: str, text: str) -> OptionInfo:
    flag: OptionInfo = typer.Option(name, help=text, show_default=False, rich_help_panel=_PANEL)
    return flag


TableName = Annotated[
    str,
    argument("TABLE", "CSV, Parquet, Arrow or JSON lines, gzip too; a pattern such as 'part-*.csv'; or -."),
]
Target = Annotated[str | None, _option("COLUMN", "The column to predict.", "--target")]
Task = Annotated[
    str,
    _option(
        "TASK",
        "classify, regress, or auto: text, true and false, and whole numbers of at most 20 kinds are classes.",
        "--task",
    ),
]
Preset = Annotated[
    str | None,
    _option(
        "NAME", "tabular (the default), tabular-strong, small or sklearn: what is chosen where you do not."
    ),
]
Group = Annotated[
    str | None,
    _option("COLUMN", "Rows with the same entry stay in the same part; it is not learned from.", "--group"),
]
Time = Annotated[str | None, _option("COLUMN", "The latest rows are for the test.", "--time")]
Drop = Annotated[
    list[str] | None, _option("COLUMN", "Not to be learned from; may be given several times.", "--drop")
]
Keep = Annotated[
    list[str] | None,
    _option("COLUMN", "To be learned from, although it looks like an identifier.", "--keep"),
]
Categorical = Annotated[
    list[str] | None,
    _option("COLUMN", "Holds names of categories, although these are numbers or dates.", "--categorical"),
]
Balance = Annotated[bool, _flag("--balance", "Let rare classes weigh as much as frequent ones.")]
Calibrate = Annotated[bool, _flag("--calibrate", "Temper the probabilities, so that they hold.")]
Ensemble = Annotated[
    int | None, _option("NUMBER", "So many networks, their predictions averaged. Default: 1.", "--ensemble")
]
Separator = Annotated[
    str | None, _option("SIGN", "Between columns, such as ';' or tab. Default: it is found.", "--separator")
]
Encoding = Annotated[
    str | None, _option("NAME", "Of the text, such as latin-1. Default: UTF-8, or what it turns out to be.")
]
NoHeader = Annotated[
    bool, _flag("--no-header", "The first row holds no names; columns are column_1, column_2 …")
]
DecimalComma = Annotated[bool, _flag("--decimal-comma", "Read 3,5 as a number.")]
DateFormat = Annotated[
    str | None, _option("FORMAT", "Of dates, such as %d/%m/%Y. Default: it is found.", "--date-format")
]

Budget = Annotated[str, _option("TIME", "How long to try, such as 90s, 10m or 2h. Default: 10m.", "--budget")]
Trials = Annotated[int | None, _option("NUMBER", "At most so many settings. Default: no limit.", "--trials")]
Jobs = Annotated[
    int, _option("NUMBER", "Processes that try settings at the same time. Default: 1.", "--jobs")
]

ExportTo = Annotated[
    str, typer.Option("--to", metavar="KIND", help="onnx, or python (one file that needs NumPy alone).")
]
ExportFile = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")]
Row = Annotated[
    int | None,
    typer.Option(
        "--row", metavar="NUMBER", help="Explain this row, counted from 1, instead of the whole table."
    ),
]
TraceFile = Annotated[
    str | None,
    typer.Option("--trace", metavar="FILE", help="Write every number of that row's prediction to a page."),
]
Answer = Annotated[
    str | None,
    typer.Option(
        "--class",
        metavar="NAME",
        help="The class whose probability is explained. Default: the predicted one.",
    ),
]
