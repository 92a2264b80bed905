"""Units that are left out at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassnet import plan
from glassnet.layers.base import Layer, registry
from glassnet.support import checks


@registry.register("dropout")
@dataclass(repr=False)
class Dropout(Layer):
    """In training a = x m / (1 - rate), m = 0 with probability `rate`, else 1; in prediction a = x.

    Parameters
    ----------
    rate : float
        Share of inputs set to zero, in [0, 1). Srivastava et al., JMLR 15 (2014), in its inverted form.
    """

    rate: float = 0.5

    def __post_init__(self) -> None:
        self.rate = checks.number("rate of Dropout", self.rate, least=0, below=1)

    def row_fields(self) -> dict[str, Any]:
        return {"kind": plan.DROPOUT, "rate": self.rate}
