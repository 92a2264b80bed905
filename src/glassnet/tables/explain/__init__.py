"""Why a model of a table predicts what it does, and what differs between tables.

print(gn.tables.explain.permutation_importance(model, X, y))
print(gn.tables.explain.contributions(model, X, row=17))
gn.tables.explain.drift(gn.tables.explain.summaries(X), new)
"""

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


def __dir__() -> list[str]:
    return __all__
