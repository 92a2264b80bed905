"""Networks to ordinary PyTorch modules, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.bridges.outputs import note
from glassnet.bridges.pieces import assembled
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.support.calls import explained
from glassnet.support.optional import require

if TYPE_CHECKING:
    from torch import nn


def to_torch(network: Network) -> nn.Sequential:
    """The network as a ``torch.nn.Sequential`` of standard modules, in evaluation mode.

    Scale, Residual and Embedding, which torch.nn lacks, are modules of ``glassnet.bridges.torch.layers``; other layers
    that it lacks are ``Described`` modules, which compute what the layer describes.
    Children are named like the layers, with their place: ``dense_0``, ``dense_0_relu``, ``dropout_1``. Weights are
    copied (``Linear.weight`` is W transposed), and running statistics of batch norm. The outputs are those of
    ``network.predict``; call ``module.train()`` before training it.

    Parameters
    ----------
    network : Network
        Built.

    Returns
    -------
    torch.nn.Sequential
        Of the network's dtype, on the CPU.

    Raises
    ------
    MissingDependencyError
        If PyTorch is not installed.
    NotBuiltError, ArgumentError
        If the network is not built, or a layer has an activation of the user's own.
    """
    require("torch", extra="torch", purpose="to_torch")
    from glassnet.bridges.torch.building import built

    return built(network)


@explained
def from_torch(
    module: nn.Module, *, input_shape: int | Sequence[int] | None = None, loss: str | Loss | None = None
) -> Network:
    """The network of a PyTorch module: a Sequential, or a module whose ``forward`` calls one part after the other.

    Parts may be modules or functions: Linear, Dropout, BatchNorm1d, LayerNorm, RMSNorm, PReLU, Flatten, Identity, and
    every activation that ``docs/parts.md`` names a module for. ``x + f(x)`` becomes a Residual, ``x * parameter`` a
    Scale; at the beginning, ``torch.cat([x[:, numbers], embedding(x[:, column].long())], 1)`` an Embedding.
    Weights and running statistics are copied. A normalisation without weights or bias gets weights of 1 and a bias of
    0, which can be trained then.
    What ``torch.compile`` or ``DataParallel`` have put around the module is taken off.

    The module is read in evaluation mode, with samples as its only argument; what its forward does in training alone is
    no part of the network. Before it is returned, network and module are asked, in float64, for the same 72 random
    rows: of both signs, positive and negative ones, of sizes 0.1, 1 and 10. Where they differ, the module does more
    than was read, and is refused; what shows on none of these rows is not seen. Afterwards the module has the mode, the
    numbers and the attributes that it had, and PyTorch the random numbers; its hooks have been called once.

    Parameters
    ----------
    module : torch.nn.Module
        Of float32 or float64 parameters, on any device.
    input_shape : int or tuple of int, optional
        Shape of one sample; needed where a Flatten comes first, or a slice without an end is taken from the samples.
    loss : str or Loss, optional
        What the module was trained on, such as "sigmoid_cross_entropy" for ``nn.BCEWithLogitsLoss`` and
        "sparse_softmax_cross_entropy" for ``nn.CrossEntropyLoss``: the network then knows what its outputs mean. With
        several outputs, sigmoid_cross_entropy and binary_cross_entropy mean classes that do not exclude each other;
        where they do, set ``net.metadata["multi_label"] = False``. Without it, what depends on the meaning is asked.

    Returns
    -------
    Network

    Raises
    ------
    MissingDependencyError
        If PyTorch is not installed.
    ArgumentError
        If a part has no counterpart, naming its path and the nearest part that has one; if two parts share weights, or
        a weight is computed from others; if the module does not give what was read of it, naming the first part that
        differs, where that can be told; if its outputs are nothing that the loss takes.
    ShapeError
        If two parts do not fit.
    """
    torch = require("torch", extra="torch", purpose="from_torch")
    if isinstance(module, Mapping):
        raise ArgumentError("from_torch takes a module; this is a state_dict: load it into its module first")
    if not isinstance(module, torch.nn.Module):
        raise ArgumentError(f"from_torch takes a torch.nn.Module; got {type(module).__name__}")
    module = _unwrapped(module)
    if isinstance(module, torch.jit.ScriptModule):
        raise ArgumentError(
            "from_torch takes a module of Python; this is a TorchScript one, which can no longer be followed. Give the "
            "module that it was made from, with load_state_dict(scripted.state_dict()), or write it to a file, "
            "torch.onnx.export(scripted, (X,), 'net.onnx', dynamo=False), and read that with gn.from_onnx"
        )
    dtype = _dtype(module, torch)
    from glassnet.bridges.torch.comparison import in_evaluation, refuse_difference
    from glassnet.bridges.torch.reading import pieces

    with in_evaluation(module):
        parts = pieces(module, dtype, input_shape)
        network = assembled(parts, input_shape, dtype)
        refuse_difference(module, parts, network.layout.input_shape)
    note(network, loss)
    return network


# What torch.compile and training on several devices put around a module.
_WRAPPERS = {"OptimizedModule": "_orig_mod", "DataParallel": "module", "DistributedDataParallel": "module"}


def _unwrapped(module: nn.Module) -> nn.Module:
    inside = _WRAPPERS.get(type(module).__name__)
    return module if inside is None else _unwrapped(getattr(module, inside))


def _dtype(module: nn.Module, torch: Any) -> np.dtype[Any]:
    for path, parameter in module.named_parameters():
        if torch.nn.parameter.is_lazy(parameter):
            raise ArgumentError(f"{path} has no shape yet; give the module one batch first")
        if parameter.is_meta:
            raise ArgumentError(
                f"{path} has no numbers, it is on device 'meta'; load the module's weights first"
            )
    dtypes = {parameter.dtype for parameter in module.parameters()} or {torch.float32}
    if len(dtypes) > 1 or not dtypes <= {torch.float32, torch.float64}:
        listed = ", ".join(sorted(str(dtype).removeprefix("torch.") for dtype in dtypes))
        raise ArgumentError(
            f"parameters must be all float32 or all float64; these are {listed}. Call module.float() first"
        )
    return np.dtype(str(dtypes.pop()).removeprefix("torch."))
