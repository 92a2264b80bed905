"""What a network learns to tell: classes, labels, values, counts or quantiles, and the way back from its outputs."""

from glassnet.tables.target.fitting import missing_targets, target_of
from glassnet.tables.target.target import CLASSES, COUNTS, LABELS, QUANTILES, TASKS, VALUES, Target

__all__ = [
    "CLASSES",
    "COUNTS",
    "LABELS",
    "QUANTILES",
    "TASKS",
    "VALUES",
    "Target",
    "missing_targets",
    "target_of",
]
