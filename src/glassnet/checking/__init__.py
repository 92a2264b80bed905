"""Checks that name the slip: a learner's derivative, activation, loss, layer, backward pass, optimizer or program.

Every check compares with a referee that knows no formula (central differences) or with the checker's own backward pass
in float64, and names a slip only if it gives the learner's numbers. Each room says what it holds, the lowest first:

- ``report`` (what a check says) and ``numerics`` (rounding, differences, calling what a learner wrote);
- ``finding``: one's way in code of somebody else's;
- ``network``: ``check_backward``, with the ``slips`` of each step;
- ``parts`` (``check_derivative``, ``check_activation``), ``loss``, ``layer``, ``optimizer``;
- ``program``: ``gn.check``, over all of them.
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
