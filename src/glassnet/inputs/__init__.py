"""The door: data are checked here, before any work is done, and leave as contiguous arrays of one dtype."""

from __future__ import annotations

from glassnet.inputs.checked_targets import classes_of, more_than_one_class, names_classes, targets
from glassnet.inputs.numbers import features, numeric
from glassnet.inputs.weights import sample_weights, shares

__all__ = [
    "classes_of",
    "features",
    "more_than_one_class",
    "names_classes",
    "numeric",
    "sample_weights",
    "shares",
    "targets",
]
