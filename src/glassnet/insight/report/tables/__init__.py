"""The report of a model of a table: the same page, told by columns."""
