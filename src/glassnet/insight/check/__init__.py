"""Checks that name the slip: a learner's derivative, loss, backward pass, layer, activation or optimizer."""

from glassnet.insight.check.activation import check_activation
from glassnet.insight.check.backward import check_backward
from glassnet.insight.check.derivative import check_derivative
from glassnet.insight.check.layer import check_layer
from glassnet.insight.check.loss import check_loss
from glassnet.insight.check.optimizer import check_optimizer
from glassnet.insight.check.report import Evidence, Report, Slip

__all__ = [
    "Evidence", "Report", "Slip", "check_activation", "check_backward", "check_derivative", "check_layer",
    "check_loss", "check_optimizer",
]  # fmt: skip
