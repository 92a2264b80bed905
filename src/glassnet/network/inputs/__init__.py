"""The door: data are checked here, before any work is done, and leave as contiguous arrays of one dtype."""

from __future__ import annotations

from glassnet.metrics.targets import several_hot
from glassnet.network.inputs.checked_targets import classes_of, more_than_one_class, names_classes, targets
from glassnet.network.inputs.meaning import UNNAMED, Meaning
from glassnet.network.inputs.members import are_parts, rows, spread
from glassnet.network.inputs.names import by_number
from glassnet.network.inputs.numbers import features, numeric
from glassnet.network.inputs.weights import (
    ClassWeight,
    refuse_weights_of_pairs,
    relative,
    sample_weights,
    shares,
)

__all__ = [
    "UNNAMED",
    "ClassWeight",
    "Meaning",
    "are_parts",
    "by_number",
    "classes_of",
    "features",
    "more_than_one_class",
    "names_classes",
    "numeric",
    "refuse_weights_of_pairs",
    "relative",
    "rows",
    "sample_weights",
    "several_hot",
    "shares",
    "spread",
    "targets",
]
