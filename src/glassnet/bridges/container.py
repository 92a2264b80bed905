"""One ``.safetensors`` file of arrays and JSON, with checksums of both: what every model file of glassnet is.

The file's metadata hold

=================== ===================================================================================
``format``          the kind of model
``format_version``  of that kind
``config``          JSON: what the arrays mean, and the SHA-256 of the tensors
``checksum``        SHA-256 of ``config``
=================== ===================================================================================

A checksum shows damage; it is no signature.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from glassnet.bridges.writing import write
from glassnet.errors import ArgumentError, MissingFileError, ModelFileError
from glassnet.support.arrays import Array

PLAIN_DATA = "plain data (text, numbers, True, False, None, lists, dicts with text as keys)"
PIECE = 1 << 20
# The kinds of model, and what reads them.
NETWORK, TABLE_MODEL = "glassnet", "glassnet table model"
_READ_BY = {
    NETWORK: "it holds a network and no model of a table; gn.load reads it",
    TABLE_MODEL: "it holds a model of a table, preprocessing and networks; gn.tables.load reads it",
}
DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("float32"), "F64": np.dtype("float64")}


def save_container(
    path: Path, kind: str, version: str, config: Mapping[str, Any], arrays: Mapping[str, Array]
) -> None:
    """Write a model file: it appears whole or not at all, and one that was there before is replaced.

    Raises `ArgumentError` if `config` is no plain data; `ModelFileError` if the file cannot be written.
    """
    text = as_json({**config, "tensors_checksum": _checksum_of(arrays)})
    metadata = {
        "format": kind, "format_version": version, "config": text, "checksum": _checksum(text.encode()),
    }  # fmt: skip
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    write(path, safetensors.numpy.save(contiguous, metadata))


def kind_of(path: Path) -> str:
    """The kind of model that a file says it holds; empty where it says none, or cannot be read."""
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            return str((file.metadata() or {}).get("format", ""))
    except (OSError, safetensors.SafetensorError):
        return ""


@contextmanager
def open_container(path: Path, kind: str, version: str) -> Iterator[tuple[dict[str, Any], Tensors]]:
    """The configuration and the tensors of a model file; whatever fails within is told as an error of this file.

    Raises `MissingFileError` if there is no such file; `ModelFileError` if it is truncated, altered, of another
    kind or version, or holds tensors that nobody reads.
    """
    try:
        if not path.exists():
            raise MissingFileError(f"cannot load {path}: there is no such file")
        if not path.is_file():
            raise ModelFileError("it is not a regular file")
        with safetensors.safe_open(path, framework="numpy") as file:
            config = _verified_config(file.metadata() or {}, kind, version)
            if _checksum_of_tensors(path) != config["tensors_checksum"]:
                raise ModelFileError(
                    "its tensors were altered after they were written (the checksum differs)"
                )
            tensors = Tensors(file)
            yield config, tensors
            tensors.refuse_unread()
    except MissingFileError:
        raise
    except Exception as error:  # whatever a hostile file breaks, the caller sees one kind of error
        raise ModelFileError(f"cannot load {path}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, safetensors.SafetensorError):
        return f"it is not a safetensors file, or it is damaged ({error})"
    if isinstance(error, (ModelFileError, ArgumentError)):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"it cannot be understood ({type(error).__name__}: {error})"


def _verified_config(metadata: Mapping[str, str], kind: str, version: str) -> dict[str, Any]:
    """The configuration, if this file is glassnet's, of this kind and version, and unaltered."""
    written_kind = metadata.get("format")
    if written_kind != kind:
        raise ModelFileError(
            _READ_BY.get(str(written_kind), "it is a safetensors file, but glassnet did not write it")
        )
    if metadata.get("format_version") != version:
        raise ModelFileError(
            f"its format version is {metadata.get('format_version')!r} and this glassnet reads {version!r}; "
            "use the glassnet that wrote it"
        )
    text = metadata.get("config", "")
    if metadata.get("checksum") != _checksum(text.encode()):
        raise ModelFileError("its configuration was altered after it was written (the checksum differs)")
    config = json.loads(text)
    if not isinstance(config, dict) or not isinstance(config.get("tensors_checksum"), str):
        raise ModelFileError("its configuration has no checksum of the tensors")
    return config


class Tensors:
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
            names = ", ".join(map(repr, sorted(extra)))
            raise ModelFileError(f"it holds tensors that its configuration does not mention: {names}")


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


def as_json(config: Mapping[str, Any]) -> str:
    """As JSON; raises `ArgumentError` where it is no plain data."""
    try:
        return json.dumps(config, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(
            f"net.metadata and what callbacks remember must be {PLAIN_DATA}: {error}"
        ) from error
