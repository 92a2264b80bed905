"""What a wrong derivative is instead, and what else can be wrong with a right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from glassnet import activations
from glassnet.checking.network.slips.slope_slips import NEAR, written_in_output
from glassnet.checking.network.terms import slope_text
from glassnet.checking.numerics import numeric
from glassnet.checking.numerics.calling import Elementwise, changes
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.parts.comparison import Comparison
from glassnet.checking.report import Slip

COMMON = ("relu", "leaky_relu", "sigmoid", "tanh", "elu", "softplus", "silu", "gelu")
# Values that are not finite: probed here, and taken as the function's own growth behind a value as large as this.
FAR = np.array([15.0, 40.0, 90.0, 350.0, 750.0, 2000.0, 10000.0])
LARGE = 1e100


def slip(code: str, message: str, fix: str) -> Slip:
    """A slip of a function, which belongs to no layer."""
    return Slip(code, (), message, fix)


def explanations(c: Comparison) -> Iterator[Slip]:
    """What the wrong derivative is, the likeliest first."""
    g, s = c.given, c.right
    if c.df.dtype.kind in "iu" and c.equal(g, np.trunc(s)):
        yield slip("integer_result", "df returns integers, which cut its values off.", "return 1.0 * ...")
    if c.equal(g, -s):
        yield slip("sign_flipped", "df has the wrong sign.", "return -(...)")
    if c.takes == "input" and c.equal(c.df(c.a), s):
        message = "df is written in f's output, but is called with f's input."
        yield slip("derivative_expects_output", message, "df(f(z))")
    if c.takes == "output" and c.equal(c.df(c.z), s):
        message = "df is written in f's input, but is called with f's output."
        yield slip("derivative_expects_input", message, "df(z)")
    below = c.z < 0
    if below.any() and (g[below] == 0).all() and not c.wrong[~below].any() and np.ptp(s[below]) <= 1e-6:
        message = f"Below 0 df is 0, but f has the slope {s[below].mean():.6g} there."
        yield slip("leaky_slope_forgotten", message, f"return np.where(z > 0, 1, {s[below].mean():.6g})")
    if c.equal(g, c.a):
        yield slip("function_itself", "df returns f itself.", "return the derivative of f")
    if c.equal(g, np.ones_like(g)):
        yield slip("derivative_missing", "df is 1 everywhere.", "return the derivative of f")
    factor = float((g * s).sum() / (s * s).sum()) if (s * s).sum() > 0 else 0.0
    if factor != 0 and c.equal(g / factor, s):
        yield slip(
            "constant_factor", f"df is {factor:.6g} times the derivative.", f"return (...) / {factor:.6g}"
        )
    yield from _other_formulas(c)


def _other_formulas(c: Comparison) -> Iterator[Slip]:
    """The derivative of another common activation, or nearly the right formula."""
    for name, near in NEAR.items():
        if not c.equal(c.a, activations.get(name).value(c.z)):
            continue
        right = slope_text(activations.get(name), "z", "a")
        for code, written, formula in near:
            if c.equal(c.given, formula(c.a)):
                message = f"df is {written}; with a = f(z) the derivative of {name} is {right}."
                yield slip(code, message, f"return {right}")
    for name in COMMON:
        activation = activations.get(name)
        candidates = [activation.slope(c.z, activation.value(c.z))]
        in_output = written_in_output(activation)
        if in_output is not None:
            candidates += [in_output(c.a), in_output(c.z)]
        if any(c.equal(c.given, candidate) for candidate in candidates):
            message = f"df is the derivative of {name}, and f is another function."
            yield slip("derivative_of_another_function", message, "return the derivative of f")


def beside_the_slope(c: Comparison) -> Iterator[Slip]:
    """What can be wrong with a derivative that is right at all points: kinks, integers, numbers far from 0."""
    for kink in c.kinks:
        yield from _at_kink(c, np.array([kink]))
    if c.df.dtype.kind in "iu":
        message = f"df returns integers ({c.df.dtype}): arrays made of them cut off what is stored there."
        yield slip("integer_result", message, "return (...) * 1.0")
    yield from _for_integers("f", c.f)
    if c.takes == "input":
        yield from _for_integers("df", c.df)
    yield from _far_out("f", c.f)
    yield from _far_out("df", c.derivative_at)


def _at_kink(c: Comparison, kink: Array) -> Iterator[Slip]:
    slope, h = float(c.derivative_at(kink)[0]), 4 * c.width
    low, high = sorted(float((c.f(kink + 2 * k) - c.f(kink + k))[0] / k) + 0.0 for k in (h, -h))
    if not low - numeric.KINK_JUMP <= slope <= high + numeric.KINK_JUMP:
        yield slip(
            "wrong_at_kink",
            f"At its kink z = {kink[0]:g} f has the slopes {low:.4g} and {high:.4g}; df gives {slope:.6g}.",
            f"return a number from {low:.4g} to {high:.4g} there",
        )


def _for_integers(name: str, function: Elementwise) -> Iterator[Slip]:
    """Whether values are cut off where the argument is an array of integers."""
    whole = np.array([-3, -2, -1, 1, 2, 3])
    try:
        of_integers = np.asarray(function.raw(whole), np.float64)
    except Exception:  # a function that refuses integers cuts nothing off
        return
    of_floats = function(whole.astype(np.float64))
    alike = of_integers.shape == of_floats.shape
    if alike and not np.allclose(of_integers, of_floats, rtol=1e-3, atol=1e-6, equal_nan=True):
        i = int(np.argmax(np.nan_to_num(np.abs(of_integers - of_floats), nan=-1.0)))
        yield slip(
            "truncated_for_integers",
            f"{name} cuts its values off where z is an array of integers: at z = {whole[i]} it gives "
            f"{of_integers[i]:g}, for floats {of_floats[i]:g}.",
            "z = np.asarray(z, dtype=float)",
        )


def row_overflow(f: Callable[[Array], Array], rows: Array) -> Iterator[Slip]:
    """Whether a function of whole rows, such as softmax, overflows where all of them are large."""
    if not np.isfinite(f(rows)).all():
        return
    alone = np.zeros_like(rows)
    alone[0] = 1
    for shift in (*FAR, *-FAR):
        for moved, where in (
            (rows + shift, "all numbers"),
            (rows + shift * alone, "the first sample's numbers"),
        ):
            values = f(moved)
            if not np.isfinite(values).all():
                lost = values[~np.isfinite(values)].flat[0]
                message = f"f gives {lost:g} where {where} are about {shift:g}."
                yield slip("overflow", message, "np.exp(z - z.max(axis=-1, keepdims=True)) / ...")
                return


def changing(name: str, function: Callable[..., Any], values: Array) -> Iterator[Slip]:
    """Whether a function changes the array that it is given."""
    if changes(function, values):
        yield slip(
            "argument_changed",
            f"{name} changes the array that it is given: whoever passed it finds other numbers in it.",
            "work on a copy: z = z.copy()",
        )


def _far_out(name: str, function: Callable[[Array], Array]) -> Iterator[Slip]:
    """Whether exp overflows: a value that is not finite behind one that is small."""
    for z in (FAR, -FAR):
        values = function(z)
        lost = np.flatnonzero(~np.isfinite(values))
        if len(lost) and lost[0] > 0 and abs(values[lost[0] - 1]) < LARGE:
            i = int(lost[0])
            yield slip(
                "overflow",
                f"{name} gives {values[i]:g} at z = {z[i]:g}, and {values[i - 1]:.6g} at z = {z[i - 1]:g}.",
                "take exp of no positive number, such as np.exp(-abs(z)), or limit z with np.clip",
            )
            return
