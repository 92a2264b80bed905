"""Several networks as one: their hidden layers side by side, and the mean of what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from glassnet.estimators.learning.members import Member
from glassnet.estimators.learning.work import Work


def joined(members: Sequence[Member], work: Work) -> Member:
    """One network of the hidden units of all; before its last activation it says the mean of what they say.

    With f = sum_j v_j a(w_j x + b_j) + c for each of K networks, their mean is again such a sum, over the units of all,
    with v_j / K: so the mean of networks of one hidden layer is a network of one hidden layer.

    The members' networks have two dense layers each, and the same inputs and outputs; the history is that of the first.
    """
    wide = replace(work, settings=replace(work.settings, hidden=hidden(members)))
    firsts, lasts = zip(*(member.network.layers for member in members), strict=True)
    network = wide.network(members[0].network.streams.seed or 0)
    first, last = network.layers
    first.weights = np.concatenate([layer.weights for layer in firsts], axis=1)
    first.bias = np.concatenate([layer.bias for layer in firsts])
    last.weights = np.concatenate([layer.weights for layer in lasts]) / len(members)
    last.bias = np.mean([layer.bias for layer in lasts], axis=0)
    return replace(members[0], network=network, state=None)


def hidden(members: Sequence[Member]) -> tuple[int]:
    """The units of the joined network."""
    return (sum(member.network.layers[0].units for member in members),)
