"""What an installation weighs on disk."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import glassnet
from benchmarks.speed.figures import Figure, Setting


def measure(setting: Setting) -> list[Figure]:
    """Megabytes of glassnet and of all that it needs, extras left out."""
    sizes = {name: size_of(found) for name, found in needed("glassnet").items()}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:4]
    note = ", ".join(f"{name} {sizes[name] / 1e6:.0f}" for name in largest)
    return [Figure("plain installation on disk", sum(sizes.values()) / 1e6, "MB", note=note)]


def needed(name: str) -> dict[str, Distribution]:
    """A distribution and, recursively, those that it requires here without extras."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        key = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if key in found:
            continue
        try:
            found[key] = distribution(key)
        except PackageNotFoundError:
            continue
        for text in found[key].requires or ():
            requirement, _, marker = text.partition(";")
            if "extra" not in marker:
                waiting += re.findall(r"^[\w.-]+", requirement)
    return found


def size_of(found: Distribution) -> int:
    """Bytes of all its files; of the package's own folder where it is installed in place."""
    files = {Path(str(file.locate())).resolve() for file in found.files or ()}
    if found.metadata["Name"] == "glassnet":
        files |= set(Path(glassnet.__file__).parent.rglob("*.py"))
    return sum(file.stat().st_size for file in files if file.is_file())
