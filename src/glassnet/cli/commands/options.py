"""Arguments and options of the command, with the text that ``--help`` shows for them."""

from typing import Annotated

import typer
from typer.models import ArgumentInfo, OptionInfo


def argument(metavar: str, text: str) -> ArgumentInfo:
    """What stands in the command without a name, with its text for ``--help``."""
    info: ArgumentInfo = typer.Argument(metavar=metavar, help=text, show_default=False)
    return info


def _option(metavar: str, text: str, *names: str) -> OptionInfo:
    option: OptionInfo = typer.Option(*names, metavar=metavar, help=text, show_default=False)
    return option


SourceName = Annotated[
    str,
    argument(
        "SOURCE",
        "A data set: xor, spiral, digits, iris, wine, breast_cancer, diabetes, moons, circles, blobs, sine; "
        "a .npz file with arrays X and y; or a table, with --target: CSV, Parquet, Arrow or JSON lines, a pattern of "
        "names, or - for standard input.",
    ),
]
ModelFile = Annotated[str, argument("MODEL", "A model.safetensors file, or the folder of a training.")]
DataName = Annotated[
    str, argument("DATA", "A data set's name, a .npz file with X (and y); for a model of a table, a table.")
]

Folder = Annotated[
    str | None,
    _option(
        "FOLDER", "Where results go; runs/SOURCE by default. Files there are replaced.", "--output", "-o"
    ),
]
File = Annotated[
    str | None, _option("FILE", "Where to write; to standard output by default.", "--output", "-o")
]
Hidden = Annotated[
    list[str] | None,
    _option("UNITS", "Units of each hidden layer, such as 64 or 32,16; or none. Default: 32."),
]
Activation = Annotated[
    str | None, _option("NAME", "Of the hidden layers: relu, tanh, silu, gelu … Default: relu.")
]
Dropout = Annotated[
    float | None,
    _option(
        "SHARE", "Share of each hidden layer's outputs that a step drops, from 0 to below 1. Default: 0."
    ),
]
Loss = Annotated[
    str | None, _option("NAME", "Default: cross-entropy for classes, mse for values; also mae, huber …")
]
Optimizer = Annotated[
    str | None, _option("NAME", "adam, adamw, sgd, nadam, lion …: any of gn.optimizers. Default: adam.")
]
LearningRate = Annotated[
    float | None, _option("RATE", "Length of the optimizer's steps. Default: 0.005 for adam, 0.1 for sgd.")
]
Epochs = Annotated[int | None, _option("NUMBER", "How often to go through the samples. Default: 100.")]
BatchSize = Annotated[
    int | None, _option("NUMBER", "Samples of a step; with as many as there are, all at once. Default: 32.")
]
TestShare = Annotated[
    float | None,
    _option("SHARE", "Share of the samples that is held back to test on; 0 for none. Default: 0.2."),
]
ValidationShare = Annotated[
    float | None,
    _option(
        "SHARE", "Share that is held back to watch training on. Default: 0.1, and 0 without a test share."
    ),
]
Standardize = Annotated[
    bool | None,
    typer.Option(
        "--standardize/--no-standardize",
        help="Scale features, and values to predict, to mean 0 and standard deviation 1. Default: yes.",
        show_default=False,
    ),
]
Seed = Annotated[
    int,
    _option("NUMBER", "Of first weights, batches and dropout. The test samples stay the same. Default: 0."),
]
Engine = Annotated[
    str,
    _option("NAME", "What computes: auto (the fastest that fits), numpy, compiled, torch. Default: auto."),
]
Device = Annotated[
    str, _option("NAME", "Where the torch engine computes: cpu, cuda, cuda:1, mps. Default: cpu.")
]
CheckpointEvery = Annotated[
    int | None,
    _option(
        "EPOCHS",
        "Save checkpoint.safetensors after so many epochs; 1 with --resume and under torchrun, else never.",
        "--checkpoint-every",
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on from the checkpoint in the output folder, if there is one; torchrun does when it restarts.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Watch = Annotated[bool, typer.Option("--watch", help="Show the curves in the terminal while it trains.")]
TrainedLoss = Annotated[
    str | None,
    _option("NAME", "What it was trained on; by default as MODEL says, or what goes with its last layer."),
]
ProgramFile = Annotated[str, argument("FILE", "Your Python file. It is run, in a process of its own.")]
CheckData = Annotated[
    str | None,
    _option("DATA", "A data set's name, or a .npz file with X and y; by default a few samples are drawn."),
]
CheckLoss = Annotated[
    str | None,
    _option(
        "NAME", "The loss that it should descend, such as mse; by default its own, or what its output says."
    ),
]
ForwardName = Annotated[str | None, _option("NAME", "Its function that is the forward pass.", "--forward")]
BackwardName = Annotated[str | None, _option("NAME", "Its function that gives the gradients.", "--backward")]
Seconds = Annotated[float, typer.Option(metavar="NUMBER", help="How long it may run before it is ended.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]

CourseFolder = Annotated[
    str, typer.Argument(metavar="[FOLDER]", help="Where the notebooks go.", show_default=True)
]
LessonNumber = Annotated[int | None, typer.Option("--lesson", metavar="NUMBER", help="One lesson alone.")]
LessonList = Annotated[
    bool, typer.Option("--list", help="List lessons and exercises, with what is done in FOLDER.")
]
LearnerSeed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="NUMBER", min=0,
        help="Of the numbers in the exercises, such as a student's number; 0 for those of the texts.",
    ),
]  # fmt: skip
Learners = Annotated[
    str | None,
    typer.Option(
        "--learners", metavar="FILE",
        help="A file with a name in each line: a folder for each, with numbers of their own.",
    ),
]  # fmt: skip
SubmittedFolder = Annotated[str, typer.Argument(metavar="FOLDER", help="The notebooks that were handed in.")]
GradesFile = Annotated[str, typer.Option("--out", metavar="FILE", help="Where the table goes, as CSV.")]
OwnNumbers = Annotated[
    bool,
    typer.Option(
        "--own-numbers",
        help="Judge with the numbers of each learner's name, as glassnet lessons --learners gives them.",
    ),
]
NotebookSeconds = Annotated[
    int,
    typer.Option(
        "--seconds", metavar="NUMBER", min=1, help="Time for one notebook; a third of it for a cell."
    ),
]
NotebookMemory = Annotated[
    int,
    typer.Option("--memory", metavar="NUMBER", min=512, help="Memory for one process of a notebook, in MiB."),
]
NotebookJobs = Annotated[
    int, typer.Option("--jobs", metavar="NUMBER", min=1, help="How many notebooks run at a time.")
]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Copy only; open nothing.")]

Played = Annotated[
    str | None,
    argument(
        "[WHAT]",
        "A data set's name, a .csv or .npz file, or a .safetensors model. Without it the page opens on circles.",
    ),
]
PageFile = Annotated[
    str | None,
    _option(
        "FILE", "Write the page into this file, which needs no server, and open nothing.", "--output", "-o"
    ),
]
Port = Annotated[
    int,
    typer.Option(
        "--port", metavar="NUMBER", min=0, max=65535, help="Where to serve; 0 takes one that is free."
    ),
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Serve the page and print its address; open nothing.")
]
