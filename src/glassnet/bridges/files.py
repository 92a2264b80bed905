"""Model files: one ``.safetensors`` file that holds arrays and JSON, never code.

The tensors are ``layers.{i}.weights``, ``layers.{i}.bias``, the running statistics of batch norm beside them,
``optimizer.{k}`` (the vectors that the optimizer carries), and arrays that callbacks remember. The file's metadata hold

=================== ===================================================================================
``format``          "glassnet"
``format_version``  "1"
``config``          JSON: layers, dtype, input shape, loss, seed, random streams, the state of training,
                    the network's metadata, and the SHA-256 of the tensors
``checksum``        SHA-256 of ``config``
=================== ===================================================================================

A checksum shows damage; it is no signature.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from glassnet.bridges.container import NETWORK, PLAIN_DATA, as_json, open_container, save_container
from glassnet.bridges.description import describe, rebuild
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from glassnet.network.network import Network

VERSION = "1"


def save(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network to one file: parameters, configuration, and the state of its training.

    The file appears whole or not at all; one that was there before is replaced.

    Parameters
    ----------
    network : Network
        Built.
    path : str or path
        Usually ends in ``.safetensors``; its folder must exist.

    Raises
    ------
    NotBuiltError
        If the network has no parameters yet.
    ArgumentError
        If a part of the network, or its metadata, is no plain data.
    ModelFileError
        If the file cannot be written.
    """
    config, arrays = describe(network)
    if json.loads(as_json(network.metadata)) != network.metadata:
        raise ArgumentError(f"net.metadata must be {PLAIN_DATA}; got {network.metadata!r}")
    save_container(checks.path("path", path), NETWORK, VERSION, config, arrays)


@explained
def load(path: str | os.PathLike[str]) -> Network:
    """Read a network that ``net.save`` wrote. Nothing in the file can run code, and nothing is trusted.

    A network loaded from a checkpoint goes on training where the checkpoint was written: the next ``fit`` with the same
    data, optimizer and callbacks gives to the last bit what an uninterrupted one would have given (not by LBFGS, whose
    memory begins anew).

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Network

    Raises
    ------
    MissingFileError
        If there is no such file; it is a ModelFileError and a FileNotFoundError.
    ModelFileError
        If it is truncated, altered, not written by glassnet, of another format version, or needs a part of your
        own that is not registered. The message names the file and the reason.
    """
    with open_container(checks.path("path", path), NETWORK, VERSION) as (config, tensors):
        return rebuild(config, tensors)
