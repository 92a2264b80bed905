"""A module of PyTorch that computes what a layer of glassnet describes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from glassnet.engines.torch.code import Shape, identifier
from glassnet.engines.torch.layers import Body, described
from glassnet.layers import Layer


class Described(nn.Module):
    """The module of a layer that torch.nn has none for; its arrays are called as glassnet calls them.

    Parameters
    ----------
    layer : Layer
        It describes itself, and keeps no statistics.
    input_shape : tuple of int
        Of one sample that it reads.
    dtype : numpy.dtype
        Of the network.
    """

    def __init__(self, layer: Layer, input_shape: Shape, dtype: np.dtype[Any]) -> None:
        super().__init__()
        self.layer, self.input_shape, self.dtype = copy.copy(layer), input_shape, dtype
        vars(self.layer).pop("_views", None)
        self.parameter_names = [parameter.name for parameter in layer.parameters(input_shape)]
        self._body: Body | None = None
        for parameter in layer.parameters(input_shape):
            self.register_parameter(identifier(parameter.name), nn.Parameter(torch.empty(parameter.shape)))

    def array(self, name: str) -> Tensor:
        """What glassnet calls `name`."""
        tensor: Tensor = getattr(self, identifier(name))
        return tensor

    def forward(self, x: Tensor) -> Tensor:
        """What the layer makes of x."""
        if self._body is None:
            self._body = described(self.layer, self.input_shape, self.dtype)
        parameters = tuple(map(self.array, self.parameter_names))
        return self._body(self.layer, x, parameters, (), self.training)

    def __getstate__(self) -> dict[str, Any]:
        """Without its lines as a function, which no file can hold; they are written anew."""
        return {**vars(self), "_body": None}
