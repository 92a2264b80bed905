"""A user's own classes of losses for the browser: their formulas, with the numbers of their fields in them."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet import activations, losses
from glassnet.losses import ElementwiseLoss, Loss, RowLoss
from glassnet.losses.base import registry
from glassnet.losses.pairs import GroupLoss
from glassnet.support.text import in_snake_case

# What targets of groups may be: whether the members belong together.
_TRUTHS = ((0.0, 1.0), (-1.0, 1.0))


@dataclass(frozen=True)
class OwnLoss:
    """A loss of a user's own class, under the name that it has in the browser."""

    name: str
    loss: ElementwiseLoss | RowLoss

    @property
    def registered_name(self) -> str:
        """The name in files that a page writes."""
        return self.name

    @property
    def data(self) -> str:
        """What it is given as targets, in the words of :class:`glassnet.losses.LossFacts`."""
        if not self.loss.members:
            return self.loss.targets
        if not self.loss.takes_targets:
            return "triplets"
        return "signed_pairs" if self.loss.only_targets == _TRUTHS[1] else "pairs"


def own_loss(loss: object) -> OwnLoss | None:
    """A loss of one's own by its formulas; None for others, and for one whose formulas do not say all."""
    if not isinstance(loss, ElementwiseLoss | RowLoss) or isinstance(loss, losses.Function) or why_not(loss):
        return None
    name = registry.known_as(loss) or in_snake_case(type(loss).__name__)
    while name in registry.classes():
        name = f"own_{name}"
    return OwnLoss(name, loss)


def data_of(loss: Loss) -> str:
    """What a loss is given as targets; empty where nobody says."""
    own = own_loss(loss)
    if own is not None:
        return own.data
    return "" if loss.facts is None else loss.facts.data


def why_not(loss: Loss) -> str:
    """Why a loss is not computed from the formulas of its class; empty where it is."""
    kind, base = type(loss), RowLoss if isinstance(loss, RowLoss) else ElementwiseLoss
    if kind in registry.classes().values():
        return "it is built in"
    if kind.compare is not base.compare:
        return f"{kind.__name__} compares in a way of its own, where a browser computes the formulas of a class alone"
    if loss.label_smoothing > 0 or loss.outputs_per_target != 1 or _is_fused(loss):
        return f"{kind.__name__} does more than its formulas say: it smooths or repeats targets, or holds an activation"
    if not all(isinstance(value, (bool, int, float)) for value in loss.parameters):
        return f"fields of {kind.__name__} are no numbers"
    if isinstance(loss, GroupLoss) and loss.takes_targets and loss.only_targets not in _TRUTHS:
        return f"targets of {kind.__name__} are {loss.only_targets}, and the page has 0 and 1, or -1 and 1, for groups"
    return ""


def _is_fused(loss: Loss) -> bool:
    return any(loss.on_logits(activations.get(name)) is not None for name in activations.names())
