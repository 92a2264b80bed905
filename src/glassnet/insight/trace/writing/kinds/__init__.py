"""Units of layers that are written in words of their own: a file for a kind or a few, found by itself.

Each file says by ``KINDS`` which class writes the units of which rows. A layer that is not here is written as its facts
say (:mod:`glassnet.layers.facts`).
"""

from importlib import import_module
from pkgutil import iter_modules

from glassnet.insight.trace.writing.unit import UnitTrace

KINDS: dict[str, type[UnitTrace]] = {}
for _file in iter_modules(__path__):
    KINDS |= import_module(f"{__name__}.{_file.name}").KINDS
