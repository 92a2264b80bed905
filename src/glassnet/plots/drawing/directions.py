"""Two directions in the space of all parameters, and what lies along them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError
from glassnet.insight.recording import Recorder

if TYPE_CHECKING:
    from glassnet.network.network import Network

_LEAST_PATH = 3


class Directions(NamedTuple):
    """A plane through the space of parameters."""

    origin: NDArray[np.float64]  # (n_parameters,): the parameters at (0, 0)
    # first, second: (n_parameters,): what one step along either axis adds
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    labels: tuple[str, str]  # what to call them

    def coordinates(self, parameters: NDArray[Any]) -> NDArray[np.float64]:
        """The points (n, 2) of the plane that are nearest to these parameters (n, n_parameters)."""
        plane = np.column_stack([self.first, self.second])
        places, *_ = np.linalg.lstsq(plane, (parameters - self.origin).T, rcond=None)
        return places.T.astype(np.float64)


def principal(recorder: Recorder) -> Directions:
    """The two principal components of the path of training, of length 1, through its end.

    Notes
    -----
    Li et al. 2018, Visualizing the Loss Landscape of Neural Nets, section 7.2: the components of the matrix
    [θ_0 - θ_n; ...; θ_{n-1} - θ_n].

    Raises
    ------
    DataError
        If the path has fewer than three points, or all of them are on one line.
    """
    path = np.array([recording.parameters for recording in recorder.recordings], np.float64)
    if len(path) < _LEAST_PATH:
        raise DataError(
            f"the principal components of a path need at least {_LEAST_PATH} recordings; this recorder holds "
            f"{len(path)}. Record more often, or choose directions='random'"
        )
    steps = path[:-1] - path[-1]
    _, sizes, components = np.linalg.svd(steps, full_matrices=False)
    if sizes[1] <= 1e-9 * sizes[0] or sizes[0] == 0:
        raise DataError(
            "the path of training is a straight line, so it has no second principal component; choose "
            "directions='random'"
        )
    shares = np.square(sizes) / np.square(sizes).sum()
    first, second = (
        f"path component {number} ({100 * share:.3g} %)"
        for number, share in zip((1, 2), shares, strict=False)
    )
    return Directions(path[-1], components[0], components[1], (first, second))


def random(network: Network, seed: int) -> Directions:
    """Two random directions, normalised filter by filter: the weights into a unit get the length of its own weights.

    Biases, and what normalisation layers learn, stay as they are.

    Notes
    -----
    Li et al. 2018, section 4: d_i <- d_i / |d_i| · |θ_i| for each filter i, which for a dense layer is a unit.
    """
    source = np.random.default_rng(seed)
    first, second = (_filterwise(network, source) for _ in range(2))
    labels = ("random direction 1", "random direction 2")
    return Directions(network.parameters.astype(np.float64), first, second, labels)


def _filterwise(network: Network, source: np.random.Generator) -> NDArray[np.float64]:
    direction = np.zeros(network.parameters.size)
    for slot in network.layout.parameters:
        if len(slot.parameter.shape) == 2:
            weights = network.parameters[slot.start : slot.stop].reshape(slot.parameter.shape)
            drawn = source.standard_normal(weights.shape)
            drawn *= np.linalg.norm(weights, axis=0) / np.linalg.norm(drawn, axis=0)
            direction[slot.start : slot.stop] = drawn.ravel()
    return direction
