"""Everything about a network that an error must leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.network.network import Network


def fingerprint(network: Network) -> tuple[Any, ...]:
    """Configuration, parameters, state of training, and where the random streams are."""
    state = network.state
    vectors = (network.parameters, network.gradients, network.running_statistics) if network.built else ()
    return (
        repr(network),
        network.built,
        network.loss,
        [vector.tobytes() for vector in vectors],
        None if state is None else (state.optimizer, state.vectors.tobytes(), state.step, state.epoch),
        None if state is None else (state.rate_factor, state.engine, sorted(state.callbacks)),
        _position(network.streams.weights),
        network.streams.state(),
    )


def _position(source: np.random.Generator | np.random.RandomState) -> str:
    return repr(
        source.get_state() if isinstance(source, np.random.RandomState) else source.bit_generator.state
    )
