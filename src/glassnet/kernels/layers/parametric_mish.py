"""Compiled bodies of a learned share of Mish."""

from __future__ import annotations

from glassnet.formulas.activations import mish, mish_slope
from glassnet.kernels import shares
from glassnet.kernels.lift import specialise

FORMULAS = {"VALUE": mish, "SLOPE": mish_slope}

parametric_mish = specialise(shares.share, "parametric_mish")
parametric_mish_backward = specialise(shares.share_backward, "parametric_mish_backward")
