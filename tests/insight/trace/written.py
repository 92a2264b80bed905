"""The layers that a trace writes out, and those that it refuses by name."""

import glassnet as gn
from glassnet.layers import Layer
from tests.gradients.table import LAYERS

REFUSED: dict[str, str] = {
    "embedding": "it takes rows of its weights by the integers in the samples",
}
COMPUTES_NOTHING = {"flatten"}
WRITTEN: list[Layer] = [
    layer for name, some in LAYERS.items() if name not in REFUSED.keys() | COMPUTES_NOTHING for layer in some
]
NOT_WRITTEN: list[Layer] = [
    *(layer for name in REFUSED for layer in LAYERS.get(name, [])),
    gn.Embedding({0: 3}, 2),
]
