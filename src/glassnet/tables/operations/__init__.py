"""The small table of operations that make numbers of columns; each is plain data, and says how it is applied."""

from glassnet.tables.operations.base import Operation, operation_of
from glassnet.tables.operations.category import Category
from glassnet.tables.operations.date import Date
from glassnet.tables.operations.number import Number, Numbers

__all__ = ["Category", "Date", "Number", "Numbers", "Operation", "operation_of"]
