"""How the page writes numbers."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet.metrics import is_share

TITLES = {"r2": "R²", "mean_absolute_error": "mean absolute error", "f1": "F1"}


def number(value: float) -> str:
    """Four significant digits, with a true minus sign."""
    return f"{float(value) + 0.0:.4g}".replace("-", "−")


def percent(share: float) -> str:
    """A share in percent, to a hundredth."""
    return f"{100 * share:.2f} %"


def score(name: str, value: float) -> str:
    """A score, in percent where it is a share."""
    return percent(value) if is_share(name) else number(value)


def title(name: str) -> str:
    """The name of a score or a column in words."""
    held = name.startswith("validation_")
    plain = name.removeprefix("validation_")
    return ("validation " if held else "") + TITLES.get(plain, plain.replace("_", " "))


def count(n: int, noun: str) -> str:
    """How many of something, such as "1 epoch", "1,437 samples" or "3 classes"."""
    plural = "" if n == 1 else "es" if noun.endswith("s") else "s"
    return f"{n:,} {noun}{plural}"


def listed(names: Sequence[str]) -> str:
    """Names in a row, such as "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
