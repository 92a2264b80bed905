"""What the fields of a part take: stated where each is declared, and checked when one is made."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Any


def takes(accept: Callable[..., Any], **limits: Any) -> Mapping[str, Any]:
    """Metadata of a field: the check of :mod:`glassnet.support.checks` that its value goes through, with its limits."""
    return {"takes": partial(accept, **limits)}


@cache
def _checks_of(kind: type) -> list[tuple[str, Callable[[str, Any], Any]]]:
    """By the names of fields; one that is declared anew, with another default, keeps the check of its base."""
    declared = [part for base in reversed(kind.__mro__) if is_dataclass(base) for part in fields(base)]
    checks = {part.name: part.metadata["takes"] for part in declared if "takes" in part.metadata}
    return list(checks.items())


def check_fields(part: Any) -> None:
    """Put into each field of a new part what its check makes of it, or raise `ArgumentError`."""
    kind: Any = type(part)
    for name, accepted in _checks_of(kind):
        object.__setattr__(part, name, accepted(f"{name} of {kind.__name__}", getattr(part, name)))
