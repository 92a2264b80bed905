"""A network as text, so that what a learner trained is judged elsewhere, from its numbers alone."""

from __future__ import annotations

import tempfile
from base64 import b64decode, b64encode
from pathlib import Path

import glassnet as gn

NAME = "network.safetensors"


def as_text(network: gn.Network) -> str:
    """A built network, as its model file has it."""
    with tempfile.TemporaryDirectory() as folder:
        network.save(Path(folder) / NAME)
        return b64encode((Path(folder) / NAME).read_bytes()).decode("ascii")


def network_of(text: str) -> gn.Network:
    """The network of such a text; nothing in it can run code."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(b64decode(text, validate=True))
        return gn.load(Path(folder) / NAME)
