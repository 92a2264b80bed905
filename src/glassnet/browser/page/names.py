"""Names under which the page may save a model: plain ones that are a file's everywhere."""

from __future__ import annotations

import re

from glassnet.errors import ArgumentError

_NAME = re.compile(r"[\w][\w .()+-]{0,120}\.safetensors")
_MOST_BYTES = 255  # that the file systems of Linux and macOS take
# What means a device on Windows, where it stands before the first full stop of a file's name.
_DEVICE = re.compile(r"(con|prn|aux|nul|(?:com|lpt)[0-9¹²³]) *\.", re.IGNORECASE)


def refuse_name(name: str) -> None:
    """Raise `ArgumentError` where a name is more than a name, or not a file's on every system."""
    if not _NAME.fullmatch(name) or len(name.encode()) > _MOST_BYTES:
        raise ArgumentError(
            "a model is saved under a plain name that ends in .safetensors, such as model.safetensors; "
            f"got {name[:80]!r}"
        )
    device = _DEVICE.match(name)
    if device is not None:
        raise ArgumentError(
            f"{name} cannot be a file on Windows, where {device[1].upper()} is the name of a device; "
            "choose another name"
        )
