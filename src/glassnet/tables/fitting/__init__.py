"""From a table to the operations that make numbers of it."""

from glassnet.tables.fitting.fit import Fitted, fit_operations

__all__ = ["Fitted", "fit_operations"]
