"""Schedules: the learning rate as a function of the epoch.

A schedule is a closed formula, so it can be asked for any epoch in any order, fractional ones
included. At whole epochs it has the values of its namesake in torch.optim.lr_scheduler that is
stepped once per epoch.
"""

from __future__ import annotations

from glassnet.schedules import chain, decay, rising, waves
from glassnet.schedules.base import Constant, Schedule, get, names, register
from glassnet.schedules.chain import *
from glassnet.schedules.decay import *
from glassnet.schedules.rising import *
from glassnet.schedules.waves import *

__all__ = ["Constant", "Schedule", "get", "names", "register"]
__all__ += chain.__all__
__all__ += decay.__all__
__all__ += rising.__all__
__all__ += waves.__all__


def __dir__() -> list[str]:
    return sorted(__all__)
