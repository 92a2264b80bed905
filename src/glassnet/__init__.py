"""glassnet: neural networks you can see through.

Importing it loads NumPy and nothing heavier; everything else is loaded where it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from glassnet import activations, initializers, losses, metrics, optimizers, schedules
from glassnet.layers import Activation, BatchNorm, Dense, Dropout, Flatten, LayerNorm
from glassnet.network import Network
from glassnet.optimizers import SGD, AdaGrad, Adam, AdamW, RMSProp

if TYPE_CHECKING:
    from glassnet.data import datasets
    from glassnet.data.preparation import Standardizer, one_hot, train_test_split
    from glassnet.interop.files import load
    from glassnet.training import callbacks
    from glassnet.training.callbacks import Callback
    from glassnet.training.history import History

__version__ = "0.1.0"

_AT_FIRST_USE = {
    "datasets": "glassnet.data.datasets",
    "callbacks": "glassnet.training.callbacks",
    "Standardizer": "glassnet.data.preparation:Standardizer",
    "one_hot": "glassnet.data.preparation:one_hot",
    "train_test_split": "glassnet.data.preparation:train_test_split",
    "load": "glassnet.interop.files:load",
    "Callback": "glassnet.training.callbacks:Callback",
    "History": "glassnet.training.history:History",
}

__all__ = [
    "SGD", "Activation", "AdaGrad", "Adam", "AdamW", "BatchNorm", "Callback", "Dense", "Dropout", "Flatten",
    "History", "LayerNorm", "Network", "RMSProp", "Standardizer", "activations", "callbacks", "datasets",
    "initializers", "load", "losses", "metrics", "one_hot", "optimizers", "schedules", "train_test_split",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _AT_FIRST_USE:
        raise AttributeError(f"module 'glassnet' has no attribute {name!r}")
    module, _, attribute = _AT_FIRST_USE[name].partition(":")
    found = import_module(module)
    value = getattr(found, attribute) if attribute else found
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
