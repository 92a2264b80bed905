"""A learned factor for each feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.kernels.arrays import Own
from glassnet.layers.base import registry
from glassnet.layers.entrywise import Entrywise
from glassnet.layers.facts import LayerFacts
from glassnet.support.arrays import Array


@registry.register("scale")
@dataclass(repr=False)
class Scale(Entrywise):
    """a = w x: a learned factor w for each feature, which begins at 1.

    Parameters
    ----------
    learning_rate_factor : float
        Multiplies every step of the factors, >= 0; 0 freezes them.

    Notes
    -----
    x, a ``(n_samples, n_features)``, w ``(n_features,)``. Before the first Dense layer it learns what each feature is
    worth; Holzmüller et al., NeurIPS 2024, section 3.
    """

    is_affine: ClassVar[bool] = True
    facts: ClassVar[LayerFacts] = LayerFacts(value="w * x", slope="w", slope_of_weight="x")

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = w X."""
        np.multiply(x, own.parameters[0], out=a)

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dw = sum dA X;  dX = w dA."""
        np.add.reduce(error * x, axis=0, out=own.gradients[0][0])
        np.multiply(error, own.parameters[0], out=d_x)
