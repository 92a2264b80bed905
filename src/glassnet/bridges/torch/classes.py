"""Classes of PyTorch for layers that torch.nn has no module for, as the text that a program gets, without PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet import initializers
from glassnet.engines.torch.code import Shape, forward_lines, identifier
from glassnet.errors import ArgumentError
from glassnet.initializers import Initializer
from glassnet.layers import Layer, Parameter


def class_body(layer: Layer, input_shape: Shape, dtype: np.dtype[Any]) -> str:
    """What stands below ``class ...(nn.Module):`` for a layer that describes itself.

    Raises `ArgumentError` if an array of it begins as PyTorch cannot say.
    """
    arrays = [
        f"self.{identifier(array.name)} = nn.Parameter({_drawn(array)})"
        for array in layer.parameters(input_shape)
    ]
    documented = (type(layer).__doc__ or f"{layer!r}.").strip().splitlines()[0]
    return "\n".join(
        [
            f'    """{documented}"""\n',
            "    def __init__(self) -> None:",
            *(f"        {line}" for line in ("super().__init__()", *arrays)),
            "\n    def forward(self, x: torch.Tensor) -> torch.Tensor:",
            *(f"        {line}" for line in forward_lines(layer, input_shape, dtype, "self.")),
        ]
    )


def _drawn(array: Parameter) -> str:
    """An array as it begins."""
    name, arguments = _function(array.initializer, array)
    return f"nn.init.{name}(torch.empty({', '.join(map(str, array.shape))}){arguments})"


def _function(initializer: Initializer, array: Parameter) -> tuple[str, str]:
    """The function of ``torch.nn.init``, and what it is given behind the array."""
    facts = initializer.facts
    if isinstance(initializer, initializers.TorchLinear):
        limit = array.fan_in**-0.5
        return "uniform_", f", {-limit!r}, {limit!r}"
    room, _, name = ("" if facts is None else facts.elsewhere).rpartition(".")
    if facts is None or facts.needs_fans or room != "torch.nn.init":
        raise ArgumentError(
            f"the initializer {initializer!r} of {array.name} cannot be written in PyTorch's own terms; choose another"
        )
    return name, facts.torch_arguments.format(**vars(initializer))
