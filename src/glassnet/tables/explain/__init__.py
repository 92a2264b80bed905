"""Why a model of a table predicts what it does, and what differs between tables."""

from glassnet.tables.explain.contributions import Contributions, contributions
from glassnet.tables.explain.drift import ColumnSummary, Difference, drift, summaries
from glassnet.tables.explain.importance import (
    Dependence,
    Importance,
    Importances,
    partial_dependence,
    permutation_importance,
)

__all__ = [
    "ColumnSummary",
    "Contributions",
    "Dependence",
    "Difference",
    "Importance",
    "Importances",
    "contributions",
    "drift",
    "partial_dependence",
    "permutation_importance",
    "summaries",
]
