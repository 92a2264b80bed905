"""The command `glassnet`: its parts and their options. What they do is imported when they are called."""

from typing import Annotated

import typer

from glassnet import __version__
from glassnet.cli import options
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
        "torchrun --nproc-per-node=2 --max-restarts=3 -m glassnet train digits",
    )
)
def train(
    source: options.SourceName,
    output: options.Folder = None,
    hidden: options.Hidden = None,
    activation: options.Activation = None,
    dropout: options.Dropout = None,
    loss: options.Loss = None,
    optimizer: options.Optimizer = None,
    learning_rate: options.LearningRate = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    test_share: options.TestShare = None,
    validation_share: options.ValidationShare = None,
    standardize: options.Standardize = None,
    seed: options.Seed = 0,
    engine: options.Engine = "auto",
    device: options.Device = "cpu",
    checkpoint_every: options.CheckpointEvery = None,
    resume: options.Resume = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a network on SOURCE, and save it with its history, pictures and a report.

    The defaults below are those for a file; each data set has its own, with which it is learned in seconds.

    Ctrl-C ends training, saves what was learned, and exits with code 130; SIGTERM does so with code 143.
    """
    from glassnet.cli.train import Wish, run

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
        "validation_share": validation_share,
        "standardize": standardize,
    }
    raise typer.Exit(run(source, output, given, Wish(seed, engine, device, quiet, checkpoint_every, resume)))


@app.command(
    epilog=_examples(
        "glassnet predict runs/digits/model.safetensors digits | head",
        "glassnet predict runs/digits/model.safetensors new.npz --output new.csv",
    )
)
def predict(model: options.ModelFile, data: options.DataName, output: options.File = None) -> None:
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
def evaluate(model: options.ModelFile, data: options.DataName) -> None:
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
def summary(model: options.ModelFile) -> None:
    """Print the layers of a model, and what its file says about data and training."""
    from glassnet.cli import use

    use.summary(model)


@app.command(epilog=_examples("glassnet warmup", "GLASSNET_CACHE=build/kernels glassnet warmup --quiet"))
def warmup(quiet: options.Quiet = False) -> None:
    """Compile everything that networks of built-in parts need, once for this machine.

    Training does that by itself for the parts at hand; this is for images of containers, and for those who do not
    want to wait later. A folder is named by the variable GLASSNET_CACHE.
    """
    from glassnet.cli.warmup import run

    run(quiet)


@app.command(
    epilog=_examples(
        "glassnet check my_network.py",
        "glassnet check my_network.py --data xor --loss mse",
        "glassnet check my_network.py --data measured.npz --forward predict_proba --json",
    )
)
def check(
    file: options.ProgramFile,
    data: options.CheckData = None,
    loss: options.CheckLoss = None,
    forward: options.ForwardName = None,
    backward: options.BackwardName = None,
    seconds: options.Seconds = 120.0,
    as_json: options.Json = False,
) -> None:
    """Check the gradients of a program of your own: a class, functions or layers, as they stand in FILE.

    FILE is run: in a process of its own, without input and windows, in an empty folder, and not longer than --seconds.
    What stands under if __name__ == "__main__": is run only where nothing else shows how the program is put together.

    The exit code is 0 where all gradients are right, 1 where one is wrong, and 2 where not all could be checked.
    """
    from glassnet.cli.check import run

    raise typer.Exit(run(file, data, loss, forward, backward, seconds, as_json))


@app.command(
    epilog=_examples(
        "glassnet diagnose runs/digits/model.safetensors digits",
        "glassnet diagnose runs/digits/model.safetensors digits --optimizer adam --learning-rate 0.1 --batch-size 32",
        "glassnet diagnose runs/digits/model.safetensors digits --json",
    )
)
def diagnose(
    model: options.ModelFile,
    data: options.DataName,
    loss: options.TrainedLoss = None,
    optimizer: options.Optimizer = None,
    learning_rate: options.LearningRate = None,
    batch_size: options.BatchSize = None,
    as_json: options.Json = False,
) -> None:
    """Say why a model does not learn, or does not learn well: what is wrong, in numbers, and what to do.

    DATA is what it was trained on. Samples held back by glassnet train are compared with the others.
    With the optimizer, the learning rate and the batch size of the training, other rates are tried on copies, if one of
    them ends where the training did.

    The exit code is 1 if an error is found, and 0 if there are warnings and notes only, or nothing.
    """
    from glassnet.cli.diagnose import run

    raise typer.Exit(run(model, data, loss, optimizer, learning_rate, batch_size, as_json))


@app.command(
    epilog=_examples(
        "glassnet lessons",
        "glassnet lessons my-course --lesson 6",
        "glassnet lessons --list",
        "glassnet lessons my-course --seed 17 --no-open",
    )
)
def lessons(
    folder: options.CourseFolder = "glassnet-lessons",
    lesson: options.LessonNumber = None,
    show_list: options.LessonList = False,
    seed: options.LearnerSeed = 0,
    no_open: options.NoOpen = False,
) -> None:
    """Copy the course to FOLDER as notebooks, and open Jupyter there.

    Notebooks that lie there already stay as they are. What is done is kept in FOLDER/progress.json.
    """
    from glassnet.cli.lessons import run

    run(folder, lesson, show_list, seed, no_open)


@app.command(
    epilog=_examples(
        "glassnet play",
        "glassnet play digits",
        "glassnet play measured.csv",
        "glassnet play runs/moons/model.safetensors",
        "glassnet play xor --output page.html",
    )
)
def play(
    what: options.Played = None,
    output: options.PageFile = None,
    port: options.Port = 0,
    no_browser: options.NoBrowser = False,
) -> None:
    """Open the page: see a network, train it, change it, and read every number.

    It is served to this machine alone until Ctrl-C; models that you save there go into the present folder.
    """
    from glassnet.browser.page.playing import play as open_page

    opened = open_page(what, output=output, port=port, browser=not no_browser)
    if opened is None:
        typer.echo(f"wrote {output}")
        return
    typer.echo(f"the page is at {opened.address}\nCtrl-C ends it; models are saved into this folder")
    opened.wait()
