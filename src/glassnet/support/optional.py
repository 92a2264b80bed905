"""Optional packages, loaded at first use."""

from __future__ import annotations

import importlib
from typing import Any

from glassnet.errors import MissingDependencyError

# What a package is called where it is installed from, if not like its module.
_PACKAGES = {"PIL": "Pillow", "sklearn": "scikit-learn"}


def require(module: str, *, extra: str, purpose: str) -> Any:
    """Import and return `module`, or say which extra installs it.

    Raises `MissingDependencyError` if the package is not installed, or cannot be loaded.
    """
    first = module.partition(".")[0]
    package = _PACKAGES.get(first, first)
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"{purpose} needs {package}, which is not installed; "
            f"install it with: pip install 'glassnet[{extra}]'"
        ) from error
    except ImportError as error:
        raise MissingDependencyError(
            f"{purpose} needs {package}, which is installed but cannot be loaded: {error}"
        ) from error
