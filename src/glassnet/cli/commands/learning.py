"""Parts of the command that make a model: train, tune."""

import typer

from glassnet.cli.commands import options
from glassnet.cli.commands import table_options as of_tables

# The options that go into a recipe; those about tables are found by the names that they have in TableWish.
_OF_RECIPE = (
    "hidden", "activation", "dropout", "loss", "optimizer", "learning_rate", "epochs", "batch_size", "test_share",
    "validation_share", "standardize",
)  # fmt: skip


def train(
    context: typer.Context,
    source: options.SourceName,
    target: of_tables.Target = None,
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
    watch: options.Watch = False,
    task: of_tables.Task = "auto",
    preset: of_tables.Preset = None,
    group: of_tables.Group = None,
    time: of_tables.Time = None,
    drop: of_tables.Drop = None,
    keep: of_tables.Keep = None,
    categorical: of_tables.Categorical = None,
    balance: of_tables.Balance = False,
    calibrate: of_tables.Calibrate = False,
    ensemble: of_tables.Ensemble = None,
    separator: of_tables.Separator = None,
    encoding: of_tables.Encoding = None,
    no_header: of_tables.NoHeader = False,
    decimal_comma: of_tables.DecimalComma = False,
    date_format: of_tables.DateFormat = None,
) -> None:
    """Train a network on SOURCE, and save it with its history, pictures and a report.

    The defaults below are those for a .npz file; each data set has its own, with which it is learned in seconds; of a
    table the preset chooses.

    Ctrl-C ends training, saves what was learned, and exits with code 130; SIGTERM does so with code 143.
    """
    from glassnet.cli import choosing
    from glassnet.cli.table.wishes import TableWish, refuse_for_data_sets

    of_recipe = {name: context.params[name] for name in _OF_RECIPE} | {"hidden": hidden or None}
    wish = TableWish.of_options(context.params)
    if choosing.is_table(source, target):
        from glassnet.cli.table.training import run as train_on_table

        settings = {"seed": seed, "engine": engine, "device": device}
        code = train_on_table(
            source, output, of_recipe, wish, settings, quiet=quiet, watch=watch, every=checkpoint_every, resume=resume
        )  # fmt: skip
    else:
        refuse_for_data_sets(source, wish)
        from glassnet.cli.train import Wish, run

        beside = Wish(seed, engine, device, quiet, checkpoint_every, resume, watch)
        code = run(source, output, of_recipe, beside)
    raise typer.Exit(code)


def tune(
    context: typer.Context,
    table: of_tables.TableName,
    target: of_tables.Target = None,
    budget: of_tables.Budget = "10m",
    trials: of_tables.Trials = None,
    jobs: of_tables.Jobs = 1,
    output: options.Folder = None,
    seed: options.Seed = 0,
    test_share: options.TestShare = None,
    validation_share: options.ValidationShare = None,
    quiet: options.Quiet = False,
    task: of_tables.Task = "auto",
    group: of_tables.Group = None,
    time: of_tables.Time = None,
    drop: of_tables.Drop = None,
    keep: of_tables.Keep = None,
    categorical: of_tables.Categorical = None,
    balance: of_tables.Balance = False,
    calibrate: of_tables.Calibrate = False,
    separator: of_tables.Separator = None,
    encoding: of_tables.Encoding = None,
    no_header: of_tables.NoHeader = False,
    decimal_comma: of_tables.DecimalComma = False,
    date_format: of_tables.DateFormat = None,
) -> None:
    """Look for good settings for a table, by Optuna, and save the best model with its history and a report.

    Settings are compared on the validation part; the test part is looked at once, at the end. What was tried is kept in
    the output folder, and the same command goes on from there. Ctrl-C ends the search and saves the best model so far.
    """
    from glassnet.cli.table.search.tuning import run
    from glassnet.cli.table.wishes import TableWish

    of_recipe = {"test_share": test_share, "validation_share": validation_share}
    wish = TableWish.of_options(context.params)
    raise typer.Exit(
        run(table, output, of_recipe, wish, budget=budget, trials=trials, jobs=jobs, seed=seed, quiet=quiet)
    )
