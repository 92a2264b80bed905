"""How the page writes numbers."""

from __future__ import annotations

from glassnet.metrics import is_share


def number(value: float) -> str:
    """Four significant digits, with a true minus sign."""
    return f"{float(value) + 0.0:.4g}".replace("-", "−")


def percent(share: float) -> str:
    """A share in percent, to a hundredth."""
    return f"{100 * share:.2f} %"


def score(name: str, value: float, share: bool | None = None) -> str:
    """A score, in percent where it is a share; that of an own metric must be told so."""
    return percent(value) if (is_share(name) if share is None else share) else number(value)


def count(n: int, noun: str) -> str:
    """How many of something, such as "1 epoch", "1,437 samples" or "3 classes"."""
    plural = "" if n == 1 else "es" if noun.endswith("s") else "s"
    return f"{n:,} {noun}{plural}"
