"""What a plan is made of: rows, the layout of the parameters, and the columns of a batch's memory."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from glassnet import schedules
from glassnet.activations import ActivationFunction, Linear
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.schedules import Schedule

if TYPE_CHECKING:
    from glassnet.layers import Layer, Parameter

# Kinds of rows: the names of layers. The loop computes the first three itself.
DENSE, ACTIVATION, DROPOUT, BATCH_NORM, LAYER_NORM = (
    "dense",
    "activation",
    "dropout",
    "batch_norm",
    "layer_norm",
)
OF_LOOP = (DENSE, ACTIVATION, DROPOUT)
# The two ends of what is inside of a residual layer.
BRANCH, SUM = "branch", "sum"
NOWHERE = -1

Place = tuple[int, int, int]
Shape = tuple[int, ...]


class OwnFunctions(NamedTuple):
    """A layer whose forward and backward are its own, and where its arrays lie.

    Parameters and running statistics are places (start, rows, columns) in their flat vectors; what forward keeps,
    (column, width) in the memory.
    """

    layer: Layer
    parameters: tuple[Place, ...]
    statistics: tuple[Place, ...]
    kept: tuple[tuple[int, int], ...]
    input_shape: Shape = ()

    @property
    def n_parameters(self) -> int:
        """How many parameters the layer has."""
        return sum(rows * columns for _, rows, columns in self.parameters)


class Row(NamedTuple):
    """One operation of the forward pass, and the same one of the backward pass.

    Fields ``source, z, a, error, source_error, kept`` are columns of the memory (`NOWHERE`: the batch itself, or
    not wanted), ``weights, bias`` positions in the parameters (`NOWHERE`: there is none), ``statistics`` in the running
    statistics, ``mask`` a column of the dropout masks, ``dropout`` the place among the rows that drop. ``own`` is there
    where the layer's own functions compute it.
    """

    kind: str
    layer: int
    n_inputs: int
    n_outputs: int
    source: int = NOWHERE
    z: int = NOWHERE
    a: int = NOWHERE
    error: int = NOWHERE
    source_error: int = NOWHERE
    kept: int = NOWHERE
    weights: int = NOWHERE
    bias: int = NOWHERE
    statistics: int = NOWHERE
    mask: int = NOWHERE
    dropout: int = NOWHERE
    rate: float | Schedule = 0.0
    momentum: float = 0.0
    epsilon: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    bias_l1: float = 0.0
    bias_l2: float = 0.0
    activation: ActivationFunction = Linear()
    own: OwnFunctions | None = None


@dataclass(frozen=True)
class Slot:
    """A parameter or a running statistic: where it lies in its flat vector."""

    layer: int
    parameter: Parameter
    start: int

    @property
    def stop(self) -> int:
        """One past the last entry."""
        return self.start + prod(self.parameter.shape)


@dataclass(frozen=True)
class Layout:
    """Where every parameter and running statistic of a network lies."""

    input_shape: tuple[int, ...]
    output_shapes: tuple[tuple[int, ...], ...]
    parameters: tuple[Slot, ...]
    statistics: tuple[Slot, ...]

    @property
    def n_parameters(self) -> int:
        """Length of the flat parameter vector."""
        return self.parameters[-1].stop if self.parameters else 0

    def learning_rate_factors(self, dtype: DTypeLike) -> NDArray[Any]:
        """The factor of each parameter's steps; empty where all are 1."""
        factors = np.ones(self.n_parameters, dtype)
        for slot in self.parameters:
            factors[slot.start : slot.stop] = slot.parameter.learning_rate_factor
        return factors if (factors != 1).any() else factors[:0]

    @property
    def n_statistics(self) -> int:
        """Length of the flat vector of running statistics."""
        return self.statistics[-1].stop if self.statistics else 0

    @property
    def n_features(self) -> int:
        """Entries of one sample."""
        return prod(self.input_shape)


@dataclass(frozen=True)
class Plan:
    """The rows of a network, and how much memory a batch takes.

    Attributes
    ----------
    rows : tuple of Row
        In the order of the forward pass.
    layout : Layout
        Where the parameters lie.
    n_columns, n_mask_columns : int
        Entries of the memory, and of the dropout masks, for each sample of a batch.
    loss : Loss or None
        The loss as computed from the last row's output; ``loss.activation`` turns that into probabilities where the
        loss took the last activation over.
    last_activation : ActivationFunction
        What the network's own last row ends with, which is linear in `rows` where the loss took it over.
    """

    rows: tuple[Row, ...]
    layout: Layout
    n_columns: int
    n_mask_columns: int
    loss: Loss | None
    last_activation: ActivationFunction

    @property
    def own_rows(self) -> tuple[Row, ...]:
        """The rows as they are without the loss."""
        return (*self.rows[:-1], self.rows[-1]._replace(activation=self.last_activation))

    def drop_rates(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """The share that each dropout row drops in steps at these epochs, (n_steps, n_dropout_rows).

        Raises `ArgumentError` if a schedule wants to drop everything.
        """
        dropouts = [row.rate for row in self.rows if row.dropout != NOWHERE]
        rates = np.empty((len(epochs), len(dropouts)))
        for place, rate in enumerate(dropouts):
            rates[:, place] = schedules.get(rate)(epochs)
        if (rates >= 1).any():
            step = int(np.argmax((rates >= 1).any(axis=1)))
            raise ArgumentError(
                f"the schedule of a Dropout must stay below 1, where all units are dropped; at epoch {epochs[step]:g} "
                f"it is {rates[step].max():g}"
            )
        return rates

    @property
    def n_outputs(self) -> int:
        """Outputs of the last row for one sample."""
        return self.rows[-1].n_outputs

    @property
    def objective(self) -> Loss:
        """The loss, which must be there."""
        if self.loss is None:
            raise ValueError("this plan was built without a loss; give plan.build one")
        return self.loss
