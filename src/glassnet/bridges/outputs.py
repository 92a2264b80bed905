"""What the outputs of a network from elsewhere mean: known from the loss that it was trained on."""

from __future__ import annotations

from glassnet import losses
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.training.refusals.suitability import refuse_outputs


def note(network: Network, loss: str | Loss | None) -> None:
    """The network's outputs are what this loss compares with targets; None: nothing is known.

    With several outputs, a loss that takes each for itself means classes that do not exclude each other.

    Raises `ArgumentError` if the outputs can be nothing that this loss takes.
    """
    if loss is None:
        return
    objective = losses.get(loss)
    plan = network.plan(objective)
    refuse_outputs(network.layers, plan, objective)
    network.loss = objective
    independent = (
        objective.domain == (0.0, 1.0) and objective.targets == "values" and not objective.rows_sum_to_one
    )
    if independent and plan.n_outputs > 1:
        network.metadata.setdefault("multi_label", True)
