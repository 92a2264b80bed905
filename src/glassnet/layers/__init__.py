"""What a layer is: its shapes, its parameters, its row in the plan, and for most kinds its arithmetic, both ways.

Each kind is one file. Dense, Activation and Dropout are computed by the engines' loop itself; every other kind by its
own ``forward`` and ``backward``, which the loop calls. A layer given to a network is copied; the copy in ``net.layers``
has ``weights`` and ``bias``, views into the network's flat parameter vector.
"""

from glassnet.layers.activation import Activation as Activation
from glassnet.layers.base import Layer as Layer
from glassnet.layers.base import Parameter as Parameter
from glassnet.layers.base import registry as _registry
from glassnet.layers.columns.embedding import Embedding as Embedding
from glassnet.layers.columns.periodic import Periodic as Periodic
from glassnet.layers.dense import Dense as Dense
from glassnet.layers.dropout import Dropout as Dropout
from glassnet.layers.flatten import Flatten as Flatten
from glassnet.layers.normalising.batch_norm import BatchNorm as BatchNorm
from glassnet.layers.normalising.layer_norm import LayerNorm as LayerNorm
from glassnet.layers.normalising.rms_norm import RMSNorm as RMSNorm
from glassnet.layers.parametric import ParametricMish as ParametricMish
from glassnet.layers.parametric import ParametricSELU as ParametricSELU
from glassnet.layers.prelu import PReLU as PReLU
from glassnet.layers.residual import Residual as Residual
from glassnet.layers.scale import Scale as Scale

__all__ = [
    "Activation", "BatchNorm", "Dense", "Dropout", "Embedding", "Flatten", "LayerNorm", "PReLU", "ParametricMish",
    "ParametricSELU", "Periodic", "RMSNorm", "Residual", "Scale",
]  # fmt: skip


def names() -> list[str]:
    """The names of all built-in layers."""
    return list(_registry)
