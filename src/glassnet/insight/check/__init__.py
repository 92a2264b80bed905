"""Checks that name the slip: a learner's derivative, loss, backward pass, layer, activation or optimizer."""

from glassnet.insight.check.backward import check_backward
from glassnet.insight.check.report import Evidence, Report, Slip

__all__ = ["Evidence", "Report", "Slip", "check_backward"]
