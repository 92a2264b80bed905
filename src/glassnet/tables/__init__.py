"""From any table to numbers and back: columns, their preprocessing as plain data, models in one file.

preprocessing = gn.tables.Preprocessing.fit(frame)         # a data frame, a dict of columns, an array ...
target = gn.tables.target_of(y)
network.fit(preprocessing.transform(frame), target.encode(y), ...)
model = gn.tables.TableModel(preprocessing, [network], target)
model.save("model.safetensors")
gn.tables.load("model.safetensors").predict(other_frame)

`gn.tables.files` reads tables from files, `gn.tables.explain` tells why a model predicts what it does.
"""

from glassnet.tables import explain as explain
from glassnet.tables import files as files
from glassnet.tables.export.onnx import to_onnx
from glassnet.tables.export.python import to_python
from glassnet.tables.model import TableModel
from glassnet.tables.model_file import load
from glassnet.tables.notes import Note
from glassnet.tables.operations import Category, Date, Number, Operation
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.settings import TableSettings
from glassnet.tables.table import Table
from glassnet.tables.target import Target, missing_targets, target_of

__all__ = [
    "Category",
    "Date",
    "Note",
    "Number",
    "Operation",
    "Preprocessing",
    "Table",
    "TableModel",
    "TableSettings",
    "Target",
    "load",
    "missing_targets",
    "target_of",
    "to_onnx",
    "to_python",
]


def __dir__() -> list[str]:
    return __all__
