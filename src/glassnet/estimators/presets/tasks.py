"""What the target of a table can be."""

from typing import Literal

Task = Literal["classes", "labels", "values", "counts", "quantiles"]

OF_CLASSES = {"classes": True, "labels": True, "values": False, "counts": False, "quantiles": False}
"""Whether a network for this task tells classes apart."""
