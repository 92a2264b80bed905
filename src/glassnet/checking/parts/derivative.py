"""The check of a function's derivative, which tells what the derivative is instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.checking.numerics.calling import Elementwise
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.parts.comparison import Comparison
from glassnet.checking.parts.derivative_slips import beside_the_slope, changing, explanations
from glassnet.checking.parts.jacobian import check_jacobian, is_rowwise
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.calls import explained

SUBJECT = "check_derivative"


@explained
def check_derivative(
    f: Callable[..., Any],
    df: Callable[..., Any],
    *,
    takes: str = "input",
    points: ArrayLike | None = None,
    subject: str = SUBJECT,
) -> Report:
    """Compare a derivative with central differences of its function in float64; where they differ, tell why.

    Functions may take arrays, single numbers, lists or PyTorch tensors. Points near a kink are left out; at the kink
    itself every value between the slopes of both sides is right. Softmax and other functions of whole rows are
    compared by their Jacobian.

    Parameters
    ----------
    f, df : callable
        ``f(z)`` and its derivative.
    takes : {"input", "output"}
        What `df` is called with in your code: z, or f(z).
    points : array, optional
        Where to compare; by default about a hundred points from -6 to 6, as far as f is finite there.
    subject : str
        What the report calls the check.

    Returns
    -------
    Report
        Codes: derivative_expects_output, derivative_expects_input, sign_flipped, constant_factor, factor_missing,
        square_missing, sign_inside, leaky_slope_forgotten, function_itself, derivative_missing,
        derivative_of_another_function, argument_changed, softmax_without_jacobian, wrong_at_kink, integer_result,
        truncated_for_integers, overflow.

    Raises
    ------
    ArgumentError
        If a function cannot be called, or f has a finite slope nowhere.
    """
    checks.text("subject", subject)
    if not isinstance(takes, str) or takes not in ("input", "output"):
        raise ArgumentError(f"takes must be 'input' or 'output', what df is called with; got {takes!r}")
    for name, function in (("f", f), ("df", df)):
        if isinstance(function, type):
            raise ArgumentError(f"{name} must be a function; got {checks.shown(function)}")
    if points is not None:
        points = _points(points)
    if is_rowwise(f):
        return check_jacobian(f, df, takes, subject)
    with np.errstate(all="ignore"):
        comparison = Comparison(Elementwise("f", f), Elementwise("df", df), takes, points)
        wrong = bool(comparison.wrong.any())
        slips = tuple(explanations(comparison))[:1] if wrong else tuple(beside_the_slope(comparison))
        slips += (*changing("f", f, comparison.z), *changing("df", df, comparison.z))
        return Report(subject, not wrong and not slips, slips, comparison.evidence(), comparison.notes())


def _points(points: ArrayLike) -> Array:
    """Where to compare, as finite numbers on one axis."""
    numbers = checks.real("points", points).astype(np.float64).ravel()
    if not numbers.size or not np.isfinite(numbers).all():
        raise ArgumentError("points must hold finite numbers, two at least")
    return numbers
