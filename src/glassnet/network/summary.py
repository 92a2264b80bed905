"""The table of a network."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from glassnet.support.registry import compact_repr

if TYPE_CHECKING:
    from glassnet.network.network import Network


@dataclass(frozen=True, repr=False)
class Summary:
    """Layers, output shapes and numbers of parameters; printed as a table.

    Attributes
    ----------
    rows : tuple of (str, tuple of int, int)
        Layer, shape of one sample behind it, number of trained parameters.
    n_parameters : int
        In all.
    """

    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    n_parameters: int
    bytes_per_parameter: int

    @classmethod
    def of(cls, network: Network) -> Summary:
        """The table of a built network."""
        layout = network.layout
        own = [0] * len(network.layers)
        for slot in layout.parameters:
            own[slot.layer] += prod(slot.parameter.shape)
        rows = [("input", layout.input_shape, 0)]
        for layer, shape, count in zip(network.layers, layout.output_shapes, own, strict=True):
            rows.append((compact_repr(layer), shape, count))
        return cls(tuple(rows), layout.n_parameters, network.dtype.itemsize)

    def __str__(self) -> str:
        cells = [("layer", "output shape", "parameters")]
        cells += [
            (layer, "(" + ", ".join(["n", *map(str, shape)]) + ")", f"{count:,}")
            for layer, shape, count in self.rows
        ]
        first, second, third = (max(len(row[i]) for row in cells) for i in range(3))
        lines = [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in cells]
        rule = "-" * len(lines[0])
        kilobytes = self.n_parameters * self.bytes_per_parameter / 1000
        total = f"{self.n_parameters:,} parameters, {kilobytes:,.1f} kB"
        return "\n".join([lines[0], rule, *lines[1:], rule, total])

    __repr__ = __str__
