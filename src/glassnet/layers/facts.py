"""How a layer is written: entry by entry, where each output comes from one input and one weight; else in words."""

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


@dataclass(frozen=True, kw_only=True)
class LayerWords:
    """What becomes of whole arrays, each in text and in LaTeX.

    ``<x>`` stands for the input, ``<d>`` for the gradient of the output, ``<k>`` for the number of the row of the plan.

    Attributes
    ----------
    value : (str, str)
        The output.
    back : (str, str)
        The gradient of the input.
    gradient : (str, str)
        That of the first array of parameters, of a layer that has any.
    """

    value: tuple[str, str]
    back: tuple[str, str]
    gradient: tuple[str, str] = ("", "")
