"""Optional packages, loaded at first use."""

from __future__ import annotations

import importlib
from typing import Any

from glassnet.errors import MissingDependencyError


def require(module: str, *, extra: str, purpose: str) -> Any:
    """Import and return `module`, or say which extra installs it.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingDependencyError(
            f"{purpose} needs {package}, which is not installed; "
            f"install it with: pip install 'glassnet[{extra}]'"
        ) from error
