"""What is known of a training, and only that: what nobody saw or said is None."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from glassnet.insight.diagnosis.observed import Observed
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.schedules import Schedule
from glassnet.support.arrays import Array
from glassnet.training.origin import fingerprint

Vectors = tuple[Array, Array]

# Under this name `adapt` writes what its user says into the network's metadata.
TRAINED = "trained"


def drawn(network: Network) -> Vectors | None:
    """Parameters and running statistics as the network's seed draws them; None where its generator is not known."""
    source = network.streams.seed if network.streams.seed is not None else network.streams.given
    if source is None or not network.built:
        return None
    fresh = Network(
        network.layers, seed=copy.deepcopy(source), dtype=network.dtype.name,
        input_shape=network.layout.input_shape,
    )  # fmt: skip
    return fresh.parameters, fresh.running_statistics


def is_as_drawn(network: Network) -> bool:
    """Whether the parameters are those that its seed draws: nothing has trained it, nobody has set them."""
    vectors = drawn(network)
    return vectors is not None and np.array_equal(vectors[0], network.parameters)


@dataclass(frozen=True, eq=False)
class Said:
    """What the user says of the training; None where nothing is said."""

    trained: bool | None = None
    start: Network | None = None  # before training
    optimizer: Optimizer | None = None
    epochs: int | None = None
    batch_size: int | None = None
    weights: Array | None = None  # (n_samples, 1): of the samples, with mean 1


@dataclass(frozen=True, eq=False)
class Training:
    """A training, put together of what was said, what the callback saw, the history, and the state of the network."""

    trained: bool | None  # whether the network was trained
    # Parameters and running statistics before any training, seen or proved by a fingerprint
    first: Vectors | None
    begun: Vectors | None  # those with which the last fit began
    supposed: bool  # whether `begun` is only what the seed draws: trials must then go as the training went
    optimizer: Optimizer | None
    epochs: int  # 0 where nothing is known
    batch_size: int | None
    shuffled: bool
    weights: Array | None  # (n_samples, 1)
    weighed: bool  # whether samples were weighed, though it may not be known how
    steady: bool  # whether nothing but the optimizer set the learning rate

    @property
    def scheduled(self) -> bool:
        """Whether a schedule moves the learning rate."""
        return self.optimizer is not None and isinstance(self.optimizer.learning_rate, Schedule)


def known(
    network: Network, said: Said, history: History | None, observed: Observed | None, n: int
) -> Training:
    """Everything that is known of the training of a network on n samples."""
    state = network.state
    trained = _trained(network, said, history)
    first = _first(network, said, history, observed, trained)
    begun, supposed = _begun(network, history, observed, first)
    weights = said.weights if said.weights is not None else observed.weights if observed is not None else None
    weights = weights if weights is not None and len(weights) == n else None
    n_epochs = history.n_epochs if history is not None else 0
    return Training(
        trained, first, begun, supposed,
        said.optimizer, said.epochs or n_epochs or (state.epoch if state is not None else 0),
        _batch_size(network, said, history, observed, n),
        _shuffled(history, observed), weights,
        _was_weighed(weights, history, observed, n),
        (state is None or state.rate_factor == 1) and (history is None or set(history.rate_factors) <= {1.0}),
    )  # fmt: skip


def _trained(network: Network, said: Said, history: History | None) -> bool | None:
    if said.trained is not None:
        return said.trained
    updated = network.state is not None and network.state.step > 0
    if updated or said.start is not None or (history is not None and history.n_epochs > 0):
        return True
    noted = network.metadata.get(TRAINED)
    if isinstance(noted, bool):
        return noted
    return False if is_as_drawn(network) else None


def _first(
    network: Network, said: Said, history: History | None, observed: Observed | None, trained: bool | None
) -> Vectors | None:
    if said.start is not None:
        return said.start.parameters, said.start.running_statistics
    if observed is not None and observed.fresh:
        return observed.parameters, observed.running
    if trained is False:
        return network.parameters, network.running_statistics
    if history is None or history.origin is None or history.origin.steps_before:
        return None
    vectors = drawn(network)
    if vectors is None or sum(map(fingerprint, vectors), ()) != history.origin.parameters:
        return None
    return vectors


def _begun(
    network: Network, history: History | None, observed: Observed | None, first: Vectors | None
) -> tuple[Vectors | None, bool]:
    if observed is not None:
        return (observed.parameters, observed.running), False
    if first is not None:
        return first, False
    if history is not None and history.origin is not None:
        return None, False
    trained_here = history is not None or (network.state is not None and network.state.step > 0)
    return (drawn(network) if trained_here else None), True


def _batch_size(
    network: Network, said: Said, history: History | None, observed: Observed | None, n: int
) -> int | None:
    """As said, observed or noted, or as steps and epochs tell."""
    if said.batch_size is not None:
        return said.batch_size
    if observed is not None:
        return observed.batch_size
    if history is not None and history.origin is not None:
        return history.origin.batch_size or n
    state = network.state
    if state is None or state.epoch == 0 or state.step == 0:
        return None
    return max(1, -(-n // max(1, round(state.step / state.epoch))))


def _shuffled(history: History | None, observed: Observed | None) -> bool:
    if observed is not None:
        return observed.shuffled
    return history is None or history.origin is None or history.origin.shuffle


def _was_weighed(weights: Array | None, history: History | None, observed: Observed | None, n: int) -> bool:
    """Whether the weights differ; where they are not known, whether their fingerprint is none of n ones."""
    if weights is not None:
        return bool(np.ptp(weights) > 0)
    if observed is not None and observed.weighed:
        return True
    if history is None or history.origin is None or history.origin.data is None:
        return False
    noted = history.origin.data[2 * len(history.origin.data) // 3 :]
    dtype = np.dtype(history.origin.dtype)
    rows = noted[0][0] if noted else n
    return noted != fingerprint(np.ones((rows, 1), dtype))
