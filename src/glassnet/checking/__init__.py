"""Checks that name the slip: a learner's derivative, activation, loss, layer, backward pass or optimizer.

Every check compares with a referee that knows no formula (central differences) or with the checker's own backward pass
in float64, and names a slip only if it gives the learner's numbers. A map of the room:

- What all share: ``report`` (Report, Slip, Evidence), ``calling`` and ``parts`` (a learner's functions and objects,
  called in the way that they want), ``arrays``, ``numeric`` (central differences, kinks).
- ``check_derivative``: ``derivative``, ``comparison`` (f and df at many points), ``derivative_slips``; ``jacobian`` for
  functions of whole rows.
- ``check_activation``: ``activation``, and ``upstream`` for backward passes that take the error.
- ``check_loss``: ``loss``, ``loss_value`` (which loss it is), ``gradient_slips``, ``loss_batches``,
  ``loss_epsilon``, ``loss_shapes``.
- ``check_layer``: the room ``layer``, on ``finding``, which finds arrays and gradients in code of somebody else's.
- ``gn.check``, a whole program: the room ``program``, on ``finding`` and on all other checks.
- ``check_optimizer``: the room ``optimizer``.
- ``check_backward``: ``backward`` reads the arguments, ``observed`` the gradients, ``verdict`` decides. The network as
  the checker runs it: ``stages``, ``chain``, ``rounding`` (numbers with the reach of rounding), ``problem`` (when
  numbers count as equal). The search from the output down: ``search``, ``steps``, ``places``, and the slips of each
  step in ``output_slips``, ``slope_slips``, ``carry_slips``, ``array_slips``. Words: ``catalogue``, ``terms``,
  ``naming``.
"""

from glassnet.checking.layer import check_layer
from glassnet.checking.loss.checking import check_loss
from glassnet.checking.network.backward import check_backward
from glassnet.checking.optimizer import check_optimizer
from glassnet.checking.parts.activation import check_activation
from glassnet.checking.parts.derivative import check_derivative
from glassnet.checking.report import Evidence, Report, Slip

__all__ = [
    "Evidence", "Report", "Slip", "check_activation", "check_backward", "check_derivative", "check_layer",
    "check_loss", "check_optimizer",
]  # fmt: skip
