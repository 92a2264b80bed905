"""Losses of two classes -1 and 1, by the margin y p: how far a prediction lies on the right side of 0."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.formulas import losses as formulas
from glassnet.losses.base import ElementwiseLoss, registry
from glassnet.losses.facts import LossFacts

__all__ = ["Hinge", "SquaredHinge"]


@registry.register("hinge")
@dataclass(frozen=True)
class Hinge(ElementwiseLoss):
    """Mean of max(0, 1 - y p) for targets y of -1 and 1: the loss of support vector machines."""

    formula = formulas.margin_hinge
    slope_formula = formulas.margin_hinge_slope
    domain = (-1.0, 1.0)
    only_targets = (-1.0, 1.0)
    facts = LossFacts(
        value="max(1 - y * p, 0)", slope="-y if y * p < 1 else 0", data="signs", last_activation="linear",
        aims_at_middle=False, torch="(1 - y * prediction).clamp(min=0).mean()",
        source="Cortes, Vapnik 1995, Machine Learning 20",
    )  # fmt: skip


@registry.register("squared_hinge")
@dataclass(frozen=True)
class SquaredHinge(ElementwiseLoss):
    """Mean of max(0, 1 - y p)^2 for targets y of -1 and 1: it weighs far misses more, and has no kink."""

    formula = formulas.squared_hinge
    slope_formula = formulas.squared_hinge_slope
    domain = (-1.0, 1.0)
    only_targets = (-1.0, 1.0)
    facts = LossFacts(
        value="max(1 - y * p, 0)**2", slope="-2 * y * max(1 - y * p, 0)", data="signs", last_activation="linear",
        aims_at_middle=False, torch="(1 - y * prediction).clamp(min=0).square().mean()",
        source="Cortes, Vapnik 1995, Machine Learning 20",
    )  # fmt: skip
