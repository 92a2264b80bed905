"""Compiled bodies of a learned share of SELU."""

from __future__ import annotations

from glassnet.formulas.activations import selu, selu_slope
from glassnet.kernels import shares
from glassnet.kernels.lift import specialise

FORMULAS = {"VALUE": selu, "SLOPE": selu_slope}

parametric_selu = specialise(shares.share, "parametric_selu")
parametric_selu_backward = specialise(shares.share_backward, "parametric_selu_backward")
