"""Every error that glassnet raises on purpose.

All of them are :class:`GlassnetError`, but :class:`Interrupted`: it is a Ctrl-C, and ends loops and programs as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glassnet.network.history import History
    from glassnet.sweeps.result import SweepResult

__all__ = [
    "ArgumentError", "CallError", "DataError", "DivergenceError", "EngineError", "GlassnetError",
    "Interrupted", "MissingDependencyError", "MissingFileError", "ModelFileError", "NotBuiltError", "ShapeError",
    "UnknownNameError",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


class GlassnetError(Exception):
    """Base class of the errors that a user can cause and mend."""


class ArgumentError(GlassnetError, ValueError):
    """An argument has a value that cannot be used."""


class CallError(ArgumentError, TypeError):
    """An argument is unknown, missing, or given twice; the message says which one may be meant."""


class UnknownNameError(ArgumentError):
    """A name stands for nothing; the message lists the nearest valid ones."""


class ShapeError(ArgumentError):
    """An array or a layer has a shape that does not fit its neighbours."""


class DataError(ArgumentError):
    """The data cannot be trained on: not finite, empty, of the wrong kind, or out of range."""


class NotBuiltError(GlassnetError, RuntimeError):
    """A network is used before its input shape is known."""


class DivergenceError(GlassnetError, ArithmeticError):
    """Training produced a loss, outputs or parameters that are not finite.

    Attributes
    ----------
    history : History or None
        Of the epochs before.
    """

    history: History | None = None


class Interrupted(KeyboardInterrupt):
    """Training was ended by Ctrl-C or SIGTERM; the network is whole and keeps what it learned.

    Attributes
    ----------
    history : History or None
        Of the epochs of a fit until then.
    result : SweepResult or None
        Of the runs of a sweep until then.
    """

    history: History | None = None
    result: SweepResult | None = None


class EngineError(GlassnetError, RuntimeError):
    """An engine that was asked for by name cannot do what was asked."""


class ModelFileError(GlassnetError, ValueError):
    """A file is not a readable glassnet model."""


class MissingFileError(ModelFileError, FileNotFoundError):
    """There is no file of that name."""


class MissingDependencyError(GlassnetError, ImportError):
    """An optional package is needed for this and not installed."""
