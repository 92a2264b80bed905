"""The handful of elementary functions that the formulas are written in, for NumPy arrays.

The compiled engine and PyTorch replace these names by their own; nothing else in a formula changes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import abs as absolute
from numpy import exp, expm1, log, log1p, maximum, minimum, sign, sqrt, tanh, where

__all__ = [
    "absolute", "erf", "exp", "expm1", "log", "log1p", "maximum", "minimum", "positive", "sign", "sqrt",
    "tanh", "where",
]  # fmt: skip

# The rational approximations of W. J. Cody: numerators and denominators, lowest power first.
_SMALL_P = (3.20937758913846947e03, 3.77485237685302021e02, 1.13864154151050156e02,
            3.16112374387056560e00, 1.85777706184603153e-1)  # fmt: skip
_SMALL_Q = (2.84423683343917062e03, 1.28261652607737228e03, 2.44024637934444173e02,
            2.36012909523441209e01, 1.0)  # fmt: skip
_MIDDLE_P = (1.23033935479799725e03, 2.05107837782607147e03, 1.71204761263407058e03,
             8.81952221241769090e02, 2.98635138197400131e02, 6.61191906371416295e01,
             8.88314979438837594e00, 5.64188496988670089e-1, 2.15311535474403846e-8)  # fmt: skip
_MIDDLE_Q = (1.23033935480374942e03, 3.43936767414372164e03, 4.36261909014324716e03,
             3.29079923573345963e03, 1.62138957456669019e03, 5.37181101862009858e02,
             1.17693950891312499e02, 1.57449261107098347e01, 1.0)  # fmt: skip


SMALL_ERF, MIDDLE_ERF = (_SMALL_P, _SMALL_Q), (_MIDDLE_P, _MIDDLE_Q)


def positive(z: Any) -> Any:
    """1 where z > 0, else 0, in z's own type: the slope of max(z, 0), with 0 at the kink."""
    return np.greater(z, 0).astype(np.asarray(z).dtype)


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    """c0 + c1 x + c2 x^2 + ... by Horner's rule."""
    total = x * 0 + coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


def erf(z: Any) -> Any:
    """Error function 2/sqrt(pi) * integral of exp(-t^2) from 0 to z.

    Rational approximations of W. J. Cody, Math. Comp. 23 (1969) 631-637; beyond |z| = 4 the middle one is
    used up to |z| = 6, where erf is 1 to the last digit.
    """
    size = minimum(absolute(z), 6.0)
    square = minimum(size, 0.5) ** 2
    small = z * (_polynomial(_SMALL_P, square) / _polynomial(_SMALL_Q, square))
    complement = exp(-size * size) * (_polynomial(_MIDDLE_P, size) / _polynomial(_MIDDLE_Q, size))
    return where(size <= 0.46875, small, sign(z) * (1.0 - complement))
