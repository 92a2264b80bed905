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

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from glassnet.bridges.description import describe, rebuild
from glassnet.bridges.writing import write
from glassnet.errors import ArgumentError, MissingFileError, ModelFileError
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from glassnet.network.network import Network

Array = NDArray[Any]

FORMAT, VERSION = "glassnet", "1"
PLAIN_DATA = "plain data (text, numbers, True, False, None, lists, dicts with text as keys)"
PIECE = 1 << 20
DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("float32"), "F64": np.dtype("float64")}


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
    if json.loads(_as_json(network.metadata)) != network.metadata:
        raise ArgumentError(f"net.metadata must be {PLAIN_DATA}; got {network.metadata!r}")
    text = _as_json(config | {"tensors_checksum": _checksum_of(arrays)})
    metadata = {
        "format": FORMAT, "format_version": VERSION, "config": text, "checksum": _checksum(text.encode()),
    }  # fmt: skip
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    write(checks.path("path", path), safetensors.numpy.save(contiguous, metadata))


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
    place = checks.path("path", path)
    try:
        return _load(place)
    except MissingFileError:
        raise
    except Exception as error:  # whatever a hostile file breaks, the caller sees one kind of error
        raise ModelFileError(f"cannot load {place}: {_reason(error)}") from error


def _load(place: Path) -> Network:
    if not place.exists():
        raise MissingFileError(f"cannot load {place}: there is no such file")
    if not place.is_file():
        raise ModelFileError("it is not a regular file")
    with safetensors.safe_open(place, framework="numpy") as file:
        config = _verified_config(file.metadata() or {})
        if _checksum_of_tensors(place) != config["tensors_checksum"]:
            raise ModelFileError("its tensors were altered after they were written (the checksum differs)")
        tensors = _Tensors(file)
        network = rebuild(config, tensors)
        tensors.refuse_unread()
    return network


def _reason(error: Exception) -> str:
    if isinstance(error, safetensors.SafetensorError):
        return f"it is not a safetensors file, or it is damaged ({error})"
    if isinstance(error, (ModelFileError, ArgumentError)):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"it cannot be understood ({type(error).__name__}: {error})"


def _verified_config(metadata: Mapping[str, str]) -> dict[str, Any]:
    """The configuration, if this file is glassnet's, of a known version, and unaltered."""
    if metadata.get("format") != FORMAT:
        raise ModelFileError("it is a safetensors file, but glassnet did not write it")
    version = metadata.get("format_version")
    if version != VERSION:
        raise ModelFileError(
            f"its format version is {version!r} and this glassnet reads {VERSION!r}; use the glassnet that wrote it"
        )
    text = metadata.get("config", "")
    if metadata.get("checksum") != _checksum(text.encode()):
        raise ModelFileError("its configuration was altered after it was written (the checksum differs)")
    config = json.loads(text)
    if not isinstance(config, dict) or not isinstance(config.get("tensors_checksum"), str):
        raise ModelFileError("its configuration has no checksum of the tensors")
    return config


class _Tensors:
    """The arrays of an open file; a file may say that they are large, so each is checked before it is read."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.names = set(file.keys())
        self.read_names: set[str] = set()

    def check(self, name: str, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None) -> None:
        """Raise unless there is an array called `name`, of this dtype and shape; None: of any."""
        if name not in self.names:
            raise ModelFileError(f"it has no tensor {name!r}, which its configuration needs")
        head = self.file.get_slice(name)
        stored_shape = tuple(head.get_shape())
        fits = (dtype is None or dtype == _dtype(name, head.get_dtype())) and (
            shape is None or shape == stored_shape
        )
        if not fits:
            raise ModelFileError(
                f"tensor {name!r} is {head.get_dtype()} {stored_shape}; its configuration needs "
                f"{dtype or 'float32 or float64'} {shape or 'of any shape'}"
            )

    def read(self, name: str, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None) -> Array:
        """The array called `name`, after a check."""
        self.check(name, dtype, shape)
        self.read_names.add(name)
        array: Array = self.file.get_tensor(name)
        return array

    def refuse_unread(self) -> None:
        """Raise where a tensor was not wanted."""
        extra = self.names - self.read_names
        if extra:
            told = ", ".join(map(repr, sorted(extra)))
            raise ModelFileError(f"it holds tensors that its configuration does not mention: {told}")


def _dtype(name: str, stored: str) -> np.dtype[Any]:
    if stored not in DTYPES:
        raise ModelFileError(f"tensor {name!r} is {stored}; glassnet writes float32 and float64 only")
    return DTYPES[stored]


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _checksum_of(arrays: Mapping[str, Array]) -> str:
    total = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        total.update(_title(name, array.dtype, array.shape))
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def _checksum_of_tensors(place: Path) -> str:
    """Of the tensors in a file that safetensors has found in order; a piece at a time is in memory."""
    total = hashlib.sha256()
    with place.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        header.pop("__metadata__")
        for name, entry in sorted(header.items()):
            begin, end = entry["data_offsets"]
            total.update(_title(name, _dtype(name, entry["dtype"]), tuple(entry["shape"])))
            file.seek(8 + length + begin)
            for start in range(begin, end, PIECE):
                total.update(file.read(min(PIECE, end - start)))
    return total.hexdigest()


def _title(name: str, dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    return f"{name} {dtype.str} {shape}\n".encode()


def _as_json(config: Mapping[str, Any]) -> str:
    try:
        return json.dumps(config, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(
            f"net.metadata and what callbacks remember must be {PLAIN_DATA}: {error}"
        ) from error
