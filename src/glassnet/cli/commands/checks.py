"""Parts of the command that look for faults: check, diagnose; and warmup, which compiles ahead."""

import typer

from glassnet.cli.commands import options


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

    DATA is what it was trained on: a data set, arrays, or the table of a model of a table. Samples held back by
    glassnet train are compared with the others.
    With the optimizer, the learning rate and the batch size of the training, other rates are tried on copies, if one of
    them ends where the training did.

    The exit code is 1 if an error is found, and 0 if there are warnings and notes only, or nothing.
    """
    from glassnet.cli import choosing

    run = choosing.diagnosis_of(model)
    raise typer.Exit(run(model, data, loss, optimizer, learning_rate, batch_size, as_json))


def warmup(quiet: options.Quiet = False) -> None:
    """Compile everything that networks of built-in parts need, once for this machine.

    Training does that by itself for the parts at hand; this is for images of containers, and for those who do not
    want to wait later. A folder is named by the variable GLASSNET_CACHE.
    """
    from glassnet.cli.warmup import run

    run(quiet)
