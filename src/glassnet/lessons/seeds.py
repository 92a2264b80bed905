"""The seed that stands for a learner's name."""

from __future__ import annotations

from hashlib import sha256


def seed_of(learner: str) -> int:
    """A number above 0, the same for a name everywhere; capital letters and blanks around it do not count."""
    name = " ".join(learner.casefold().split())
    return 1 + int.from_bytes(sha256(name.encode("utf-8", "surrogatepass")).digest()[:6])
