"""``glassnet export``: a model for other programs."""

from __future__ import annotations

from pathlib import Path

from glassnet.bridges import files
from glassnet.cli.choosing import is_model_of_table
from glassnet.cli.shown.printer import Printer
from glassnet.errors import ArgumentError
from glassnet.recipes.model import model_file
from glassnet.support import checks

KINDS = ("onnx", "python")


def run(model: str, to: str, output: str) -> None:
    """Write the file, and say what is in it."""
    checks.choice("--to", to, KINDS)
    path = model_file(model)
    if is_model_of_table(str(path)):
        _of_table(path, to, output)
    elif to == "onnx":
        files.load(path).to_onnx(output)
    else:
        raise ArgumentError(
            f"--to python is for models of tables; {model} holds a network alone. --to onnx writes it, and in Python "
            "gn.to_torch_source(net) writes it for PyTorch"
        )
    Printer().fact("saved in", f"{output}: {Path(output).stat().st_size:,} bytes")


def _of_table(path: Path, to: str, output: str) -> None:
    from glassnet import tables
    from glassnet.tables.export.onnx import to_onnx
    from glassnet.tables.export.python import to_python

    write = {"onnx": to_onnx, "python": to_python}[to]
    write(tables.load(path), output)
