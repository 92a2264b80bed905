"""How a layer is written that makes each entry of its output from one entry of its input and one learned weight."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LayerFacts:
    """The arithmetic of one entry, in the letters x and w; see :mod:`glassnet.support.expressions`.

    Attributes
    ----------
    value : str
        The output a.
    slope : str
        Its derivative in x.
    slope_of_weight : str
        Its derivative in w.
    """

    value: str
    slope: str
    slope_of_weight: str
