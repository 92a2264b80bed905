"""The layers that a trace writes out behind a first Dense layer, and one of a user's that it refuses by name."""

import numpy as np

from glassnet.kernels.arrays import Own
from glassnet.layers import Layer
from tests.gradients.table import LAYERS

COMPUTES_NOTHING = "flatten"
WRITTEN: list[Layer] = [layer for name, some in LAYERS.items() if name != COMPUTES_NOTHING for layer in some]


class Doubled(Layer):
    """A layer of a user's own, for which a trace has no words."""

    def forward(self, x: np.ndarray, own: Own, a: np.ndarray) -> None:
        np.multiply(x, 2, out=a)

    def backward(self, x: np.ndarray, a: np.ndarray, own: Own, error: np.ndarray, d_x: np.ndarray) -> None:
        np.multiply(error, 2, out=d_x)
