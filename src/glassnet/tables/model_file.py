"""Files of table models: one ``.safetensors`` file that holds arrays and JSON, never code; see docs/tables.md.

The tensors are ``networks.{k}.layers.{i}.weights`` and so on, those of each network, and ``misses``. The file's
metadata hold

=================== ===================================================================================
``format``          "glassnet table model"
``format_version``  "1"
``config``          JSON: preprocessing (operations and notes), target, temperature, shape of the misses, description,
                    networks, and the SHA-256 of the tensors
``checksum``        SHA-256 of ``config``
=================== ===================================================================================
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.bridges.container import (
    PLAIN_DATA,
    TABLE_MODEL,
    Tensors,
    as_json,
    open_container,
    save_container,
)
from glassnet.bridges.description import describe, rebuild
from glassnet.errors import ArgumentError
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.tables.model import TableModel
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.target import Target

VERSION = "1"
KEYS = {"preprocessing", "target", "temperature", "misses", "description", "networks"}


def save(model: TableModel, path: str | os.PathLike[str]) -> None:
    """Write a model of a table to one file; the state of training is left out.

    Raises `ArgumentError` if its description, or a part of a network, is no plain data; `ModelFileError` if the
    file cannot be written.
    """
    config, arrays = description_of(model)
    if json.loads(as_json(model.description)) != model.description:
        raise ArgumentError(f"the description of a model must be {PLAIN_DATA}; got {model.description!r}")
    save_container(checks.path("path", path), TABLE_MODEL, VERSION, config, arrays)


@explained
def load(path: str | os.PathLike[str]) -> TableModel:
    """Read a model that ``model.save`` wrote. Nothing in the file can run code, and nothing is trusted.

    Raises
    ------
    MissingFileError
        If there is no such file; it is a ModelFileError and a FileNotFoundError.
    ModelFileError
        If it is truncated, altered, not written by glassnet, of another format version, a network without a table
        (``gn.load`` reads those), or needs a part of your own that is not registered.
    """
    with open_container(checks.path("path", path), TABLE_MODEL, VERSION) as (config, tensors):
        return _rebuilt(config, tensors)


def description_of(model: TableModel) -> tuple[dict[str, Any], dict[str, Array]]:
    """Configuration, ready for JSON, and arrays by name."""
    networks: list[dict[str, Any]] = []
    arrays: dict[str, Array] = {}
    for place, network in enumerate(model.networks):
        bare = copy.copy(network)
        bare.state = None
        config, own = describe(bare)
        networks.append(config)
        arrays |= {f"networks.{place}.{name}": array for name, array in own.items()}
    if model.misses is not None:
        arrays["misses"] = model.misses
    return {
        "preprocessing": model.preprocessing.to_data(),
        "target": model.target.to_data(),
        "temperature": model.temperature,
        "misses": None if model.misses is None else list(model.misses.shape),
        "description": model.description,
        "networks": networks,
    }, arrays


def _rebuilt(config: Mapping[str, Any], tensors: Tensors) -> TableModel:
    if not set(config) >= KEYS:
        raise ArgumentError(f"its configuration lacks {', '.join(sorted(KEYS - set(config)))}")
    descriptions = checks.sequence("networks", config["networks"], "[...]")
    networks: list[Network] = []
    for place, description in enumerate(descriptions):
        checks.instance(f"networks[{place}]", description, dict)
        networks.append(rebuild(description, _Own(tensors, f"networks.{place}.")))
    return TableModel(
        Preprocessing.from_data(config["preprocessing"]),
        networks,
        Target.from_data(config["target"]),
        temperature=config["temperature"],
        misses=None if config["misses"] is None else tensors.read("misses", np.dtype(np.float64), None),
        description=checks.instance("description", config["description"], dict),
    )


class _Own:
    """The tensors of one network among those of a file."""

    def __init__(self, tensors: Tensors, prefix: str) -> None:
        self.tensors, self.prefix = tensors, prefix

    def check(self, name: str, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None) -> None:
        """As the tensors of the whole file do."""
        self.tensors.check(self.prefix + name, dtype, shape)

    def read(self, name: str, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None) -> Array:
        """As the tensors of the whole file do."""
        return self.tensors.read(self.prefix + name, dtype, shape)
