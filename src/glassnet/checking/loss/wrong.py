"""Formulas that are taken for those of a loss: values that are wrong, and gradients that are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.checking.loss.batches import LossBatch
from glassnet.checking.numerics.rounding import Array

VALUES: dict[str, dict[str, Callable[[LossBatch], float]]] = {
    "binary_cross_entropy": {
        "second_term_sign_flipped": lambda b: float(np.mean((1 - b.y) * np.log(1 - b.p) - b.y * np.log(b.p))),
        "second_term_missing": lambda b: float(-np.mean(b.y * np.log(b.p))),
        "first_term_missing": lambda b: float(-np.mean((1 - b.y) * np.log(1 - b.p))),
    },
    "mean_squared_error": {"square_missing": lambda b: float(np.mean(b.p - b.y))},
}
GRADIENTS: dict[str, dict[str, Callable[[LossBatch], Array]]] = {
    "binary": {
        "second_term_sign_flipped": lambda b: (-b.y / b.p - (1 - b.y) / (1 - b.p)) / b.p.size,
        "second_term_missing": lambda b: -b.y / b.p / b.p.size,
        "first_term_missing": lambda b: (1 - b.y) / (1 - b.p) / b.p.size,
    },
    "values": {"factor_of_square_missing": lambda b: np.full_like(b.p, 2.0 / b.p.size)},
}
MESSAGES = {
    "second_term_sign_flipped": (
        "The second term, (1 - y) log(1 - p), has the wrong sign.", "-(y * np.log(p) + (1 - y) * np.log(1 - p))"),
    "second_term_missing": (
        "The second term, (1 - y) log(1 - p), is missing.", "-(y * np.log(p) + (1 - y) * np.log(1 - p))"),
    "first_term_missing": (
        "The first term, y log(p), is missing.", "-(y * np.log(p) + (1 - y) * np.log(1 - p))"),
    "square_missing": ("The differences are not squared: errors of both signs cancel.", "np.mean((y - p)**2)"),
    "factor_of_square_missing": ("The difference is missing in the derivative of its square.", "2 * (p - y) / y.size"),
}  # fmt: skip
# The same for gradients.
GRADIENT_LINES = {
    "second_term_sign_flipped": "-y / p + (1 - y) / (1 - p)",
    "second_term_missing": "-y / p + (1 - y) / (1 - p)",
    "first_term_missing": "-y / p + (1 - y) / (1 - p)",
}
