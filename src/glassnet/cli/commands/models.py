"""Parts of the command that use a model file: predict, evaluate, explain, export, summary."""

from glassnet.cli.commands import options
from glassnet.cli.commands import table_options as of_tables


def predict(model: options.ModelFile, data: options.DataName, output: options.File = None) -> None:
    """Write the model's prediction for each sample of DATA, as CSV.

    One row for each sample, in the order of DATA: the class and the probability of every class, or the value. Columns
    of a table are matched by name; what it lacks, or holds besides, is named.
    """
    from glassnet.cli.choosing import is_model_of_table

    if is_model_of_table(model):
        from glassnet.cli.table import using

        using.predict(model, data, output)
        return
    from glassnet.cli import use

    use.predict(model, data, output)


def evaluate(model: options.ModelFile, data: options.DataName) -> None:
    """Print the model's loss and accuracy, or errors, on DATA.

    On the very samples that it was trained on, those held back for testing are shown apart. A model of a table is
    compared with what its test promised, and columns are named that have moved since.
    """
    from glassnet.cli.choosing import is_model_of_table

    if is_model_of_table(model):
        from glassnet.cli.table import using

        using.evaluate(model, data)
        return
    from glassnet.cli import use

    use.evaluate(model, data)


def summary(model: options.ModelFile) -> None:
    """Print the layers of a model, and what its file says about data and training."""
    from glassnet.cli.choosing import is_model_of_table

    if is_model_of_table(model):
        from glassnet.cli.table import using

        using.summary(model)
        return
    from glassnet.cli import use

    use.summary(model)


def explain(
    model: options.ModelFile,
    data: of_tables.TableName,
    row: of_tables.Row = None,
    answer: of_tables.Answer = None,
    trace: of_tables.TraceFile = None,
) -> None:
    """Say what a model of a table leans on, or what each column added to the prediction for one row.

    Of the whole table: by how much the error rises when a column is shuffled, and how far the mean prediction moves
    with it. Of one row: integrated gradients; their sum is checked to be the difference from a mean row's prediction.
    """
    from glassnet.cli.table import explaining

    explaining.run(model, data, row, answer, trace)


def export(model: options.ModelFile, to: of_tables.ExportTo, output: of_tables.ExportFile) -> None:
    """Write a model for other programs: an ONNX graph, or one Python file that needs NumPy alone.

    Of a table's model the preprocessing goes with it, so that raw columns go in: numbers as floats, categories as
    strings, dates as whole days or seconds; the file says which.
    """
    from glassnet.cli import exporting

    exporting.run(model, to, output)
