"""The command `glassnet`: its parts, with examples. What they do is imported when they are called."""

from typing import Annotated

import typer

from glassnet import __version__
from glassnet.cli.commands import checks, course, learning, models
from glassnet.cli.errors import Command

app = typer.Typer(
    cls=Command,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _examples(*lines: str) -> str:
    """Text below a help page; the leading backspace keeps its line breaks."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"glassnet {__version__}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    epilog=_examples(
        "glassnet train digits",
        "glassnet train houses.csv --target price",
        "glassnet summary runs/digits/model.safetensors",
        "glassnet evaluate runs/digits/model.safetensors digits",
        "glassnet predict runs/houses/model.safetensors new.csv --output prices.csv",
    ),
)
def glassnet(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Neural networks you can see through."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


_PARTS = (
    (
        learning.train,
        "glassnet train digits",
        "glassnet train houses.csv --target price",
        "glassnet train 'visits-*.parquet' --target bought --group customer --balance",
        "glassnet train spiral --hidden 64,64 --activation tanh --epochs 300 --watch",
        "glassnet train measurements.npz --loss huber --output runs/huber",
        "torchrun --nproc-per-node=2 --max-restarts=3 -m glassnet train digits",
    ),
    (
        learning.tune,
        "glassnet tune houses.csv --target price --budget 10m",
        "glassnet tune houses.csv --target price --budget 1h --jobs 4",
    ),
    (
        models.predict,
        "glassnet predict runs/digits/model.safetensors digits | head",
        "glassnet predict runs/houses/model.safetensors new.csv --output prices.csv",
        "zcat new.csv.gz | glassnet predict runs/houses/model.safetensors -",
    ),
    (
        models.evaluate,
        "glassnet evaluate runs/digits/model.safetensors digits",
        "glassnet evaluate runs/houses/model.safetensors sold_since.csv",
    ),
    (
        models.explain,
        "glassnet explain runs/houses/model.safetensors houses.csv",
        "glassnet explain runs/houses/model.safetensors houses.csv --row 17 --trace row17.html",
    ),
    (
        models.export,
        "glassnet export runs/houses/model.safetensors --to onnx --output houses.onnx",
        "glassnet export runs/houses/model.safetensors --to python --output houses.py",
    ),
    (models.summary, "glassnet summary runs/digits/model.safetensors"),
    (checks.warmup, "glassnet warmup", "GLASSNET_CACHE=build/kernels glassnet warmup --quiet"),
    (
        checks.check,
        "glassnet check my_network.py",
        "glassnet check my_network.py --data xor --loss mse",
        "glassnet check my_network.py --data measured.npz --forward predict_proba --json",
    ),
    (
        course.lessons,
        "glassnet lessons",
        "glassnet lessons my-course --lesson 6",
        "glassnet lessons --list",
        "glassnet lessons my-course --seed 17 --no-open",
        "glassnet lessons handed-out --learners names.txt --lesson 6",
    ),
    (
        course.grade,
        "glassnet grade submitted --lesson 6",
        "glassnet grade submitted --own-numbers --out marks.csv",
    ),
    (
        course.play,
        "glassnet play",
        "glassnet play digits",
        "glassnet play measured.csv",
        "glassnet play runs/moons/model.safetensors",
        "glassnet play xor --output page.html",
    ),
    (
        checks.diagnose,
        "glassnet diagnose runs/digits/model.safetensors digits",
        "glassnet diagnose runs/digits/model.safetensors digits --optimizer adam --learning-rate 0.1 --batch-size 32",
        "glassnet diagnose runs/digits/model.safetensors digits --json",
    ),
)
for _part, *_lines in _PARTS:
    app.command(epilog=_examples(*_lines))(_part)
