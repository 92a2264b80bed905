"""A network as a table: what every engine reads.

:func:`build` turns layers and an input shape into rows over flat vectors, and raises every shape error. Positions in
the flat parameter vector are absolute; positions in the memory of a batch are columns: for a batch of capacity B
the array that starts at column c lies at ``memory[c * B : ]``, row after row.
"""

from glassnet.plan.building import build, lay_out
from glassnet.plan.rows import (
    ACTIVATION,
    BATCH_NORM,
    BRANCH,
    DENSE,
    DROPOUT,
    LAYER_NORM,
    NOWHERE,
    OF_LOOP,
    SUM,
    Layout,
    OwnFunctions,
    Place,
    Plan,
    Row,
    Shape,
    Slot,
)

__all__ = [
    "ACTIVATION",
    "BATCH_NORM",
    "BRANCH",
    "DENSE",
    "DROPOUT",
    "LAYER_NORM",
    "NOWHERE",
    "OF_LOOP",
    "SUM",
    "Layout",
    "OwnFunctions",
    "Place",
    "Plan",
    "Row",
    "Shape",
    "Slot",
    "build",
    "lay_out",
]
