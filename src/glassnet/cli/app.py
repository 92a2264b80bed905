"""The command `glassnet`: its parts and their options. What they do is imported when they are called."""

from typing import Annotated

import typer

from glassnet import __version__
from glassnet.cli.errors import Command

app = typer.Typer(
    cls=Command,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

SourceName = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A data set: xor, spiral, digits, iris, wine, breast_cancer, diabetes, moons, circles, blobs, sine; "
        "or a .npz file with arrays X and y.",
        show_default=False,
    ),
]
ModelFile = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model.safetensors file.", show_default=False)
]
DataName = Annotated[
    str,
    typer.Argument(
        metavar="DATA", help="A data set's name, or a .npz file with X (and y).", show_default=False
    ),
]


def _option(metavar: str, text: str, *names: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*names, metavar=metavar, help=text, show_default=False)
    return option


def _examples(*lines: str) -> str:
    """Text below a help page; the leading backspace keeps its line breaks."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"glassnet {__version__}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    epilog=_examples(
        "glassnet train digits",
        "glassnet summary runs/digits/model.safetensors",
        "glassnet evaluate runs/digits/model.safetensors digits",
        "glassnet predict runs/digits/model.safetensors digits --output new.csv",
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


@app.command(
    epilog=_examples(
        "glassnet train digits",
        "glassnet train spiral --hidden 64,64 --activation tanh --epochs 300",
        "glassnet train wine --optimizer sgd --learning-rate 0.05 --dropout 0.2",
        "glassnet train measurements.npz --loss huber --output runs/huber",
    )
)
def train(
    source: SourceName,
    output: Annotated[
        str | None,
        _option(
            "FOLDER", "Where results go; runs/SOURCE by default. Files there are replaced.", "--output", "-o"
        ),
    ] = None,
    hidden: Annotated[
        list[str] | None, _option("UNITS", "Units of each hidden layer, such as 64 or 32,16; or none.")
    ] = None,
    activation: Annotated[
        str | None, _option("NAME", "Of the hidden layers: relu, tanh, silu, gelu …")
    ] = None,
    dropout: Annotated[
        float | None, _option("SHARE", "Of each hidden layer's outputs that a step drops, 0 to 1.")
    ] = None,
    loss: Annotated[
        str | None, _option("NAME", "Cross-entropy for classes and mse for values by default; mae, huber …")
    ] = None,
    optimizer: Annotated[str | None, _option("NAME", "adam, adamw, sgd, rmsprop or adagrad.")] = None,
    learning_rate: Annotated[float | None, _option("RATE", "Length of the optimizer's steps.")] = None,
    epochs: Annotated[int | None, _option("NUMBER", "How often to go through the samples.")] = None,
    batch_size: Annotated[
        int | None, _option("NUMBER", "Samples of a step; as many as there are: all at once.")
    ] = None,
    test_share: Annotated[
        float | None,
        _option("SHARE", "Of the samples, held back to watch and to report; 0.2, or 0 for none."),
    ] = None,
    standardize: Annotated[
        bool | None,
        typer.Option(
            "--standardize/--no-standardize",
            help="Bring features, and values to predict, to mean 0 and deviation 1.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int, _option("NUMBER", "Of first weights, batches and dropout; 0. The test samples stay the same.")
    ] = 0,
    engine: Annotated[
        str, _option("NAME", "What computes: auto takes the fastest that fits; numpy, compiled.")
    ] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Train a network on SOURCE, and save it with its history and pictures.

    Every data set has defaults under which it is learned in seconds; options replace them. Ctrl-C ends training,
    keeps and saves what was learned, and exits with code 130.
    """
    from glassnet.cli.train import run

    given = {
        "hidden": hidden or None,
        "activation": activation,
        "dropout": dropout,
        "loss": loss,
        "optimizer": optimizer,
        "learning_rate": learning_rate,
        "epochs": epochs,
        "batch_size": batch_size,
        "test_share": test_share,
        "standardize": standardize,
    }
    raise typer.Exit(run(source, output, given, seed, engine, quiet))


@app.command(
    epilog=_examples(
        "glassnet predict runs/digits/model.safetensors digits | head",
        "glassnet predict runs/digits/model.safetensors new.npz --output new.csv",
    )
)
def predict(
    model: ModelFile,
    data: DataName,
    output: Annotated[
        str | None, _option("FILE.csv", "Where to write; otherwise to the screen.", "--output", "-o")
    ] = None,
) -> None:
    """Write the model's prediction for each sample of DATA, as CSV.

    One row for each sample, in the order of DATA: the class and the probability of every class, or the value.
    """
    from glassnet.cli import use

    use.predict(model, data, output)


@app.command(
    epilog=_examples(
        "glassnet evaluate runs/digits/model.safetensors digits",
        "glassnet evaluate runs/digits/model.safetensors new.npz",
    )
)
def evaluate(model: ModelFile, data: DataName) -> None:
    """Print the model's loss and accuracy, or errors, on DATA.

    On the very samples that it was trained on, those held back for testing are shown apart.
    """
    from glassnet.cli import use

    use.evaluate(model, data)


@app.command(
    epilog=_examples(
        "glassnet summary runs/digits/model.safetensors",
    )
)
def summary(model: ModelFile) -> None:
    """Print the layers of a model, and what its file says about data and training."""
    from glassnet.cli import use

    use.summary(model)
