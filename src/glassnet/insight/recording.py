"""How a network changes while it trains: a callback that keeps parameters, activations and gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.callbacks import Callback, Session
from glassnet.errors import ArgumentError, DataError
from glassnet.insight.trace.record import record
from glassnet.losses import Loss
from glassnet.plan import DROPOUT
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.training.evaluation import default_loss

if TYPE_CHECKING:
    from glassnet.network.network import Network

BINS = 64
NOTHING = "this recorder holds no recording yet; give it to fit first: net.fit(..., callbacks=[recorder])"


@dataclass(frozen=True)
class Spread:
    """How the entries of an array are spread: counts in bins of equal width.

    Attributes
    ----------
    counts : ndarray of int64, (64,)
    low, high : float
        Where the bins begin and end.
    n_entries : int
        Of the array; more than are counted where some were left out.
    """

    counts: NDArray[np.int64]
    low: float
    high: float
    n_entries: int

    @classmethod
    def of(cls, values: Array, n_entries: int) -> Spread:
        """The spread of these values, of `n_entries` in all; (0, 1) with nothing in it if there are none."""
        counts, edges = np.histogram(values, BINS)
        return cls(counts, float(edges[0]), float(edges[-1]), n_entries)

    @classmethod
    def of_sizes(cls, values: Array) -> Spread:
        """The spread of log10 abs(values), without those that are 0."""
        sizes = np.abs(values[values != 0].astype(np.float64))
        return cls.of(np.log10(sizes), values.size)

    def quantile(self, share: float) -> float:
        """The number below which this share of the counted entries lies, as if each bin were filled evenly."""
        own = np.linspace(self.low, self.high, BINS + 1)
        below = np.concatenate([[0.0], np.cumsum(self.counts)])
        return float(np.interp(share * below[-1], below, own))

    def shares(self, edges: NDArray[np.float64]) -> NDArray[np.float64]:
        """The share of all entries between neighbouring `edges`, as if each bin were filled evenly."""
        own = np.linspace(self.low, self.high, BINS + 1)
        below = np.concatenate([[0.0], np.cumsum(self.counts)])
        shares: NDArray[np.float64] = np.diff(np.interp(edges, own, below)) / self.n_entries
        return shares


@dataclass(frozen=True)
class LayerRecord:
    """One layer on one batch.

    Attributes
    ----------
    layer : int
        Its index in ``network.layers``.
    outputs : Spread
        Of its outputs a, over samples and units.
    gradients : Spread or None
        Of log10 abs(gradient) over its weights; entries that are 0 are left out. None for a layer without weights.
    mean_gradient, largest_gradient : float
        Mean and largest abs(gradient) over its weights; 0 for a layer without.
    """

    layer: int
    outputs: Spread
    gradients: Spread | None
    mean_gradient: float = 0.0
    largest_gradient: float = 0.0


@dataclass(frozen=True)
class Recording:
    """A network at the end of an epoch (0: before the first).

    Attributes
    ----------
    loss : float
        Of the recorder's batch, weight penalties included.
    parameters, running_statistics : ndarray
        Copies of the network's flat vectors.
    layers : tuple of LayerRecord
        All layers that compute, dropout left out.
    """

    epoch: int
    loss: float
    parameters: Array
    running_statistics: Array
    layers: tuple[LayerRecord, ...]


@explained
class Recorder(Callback):
    """Keeps how a network changes while it trains, for pictures: parameters, activations and gradients.

    Before the first epoch, after every so many epochs and after the last one, a batch of your choice goes forward and
    backward through a copy of the network; training does not notice, and it is the same with every engine. A fit that
    goes on with the same network and recorder adds to the recordings; another network, or a fresh start, replaces them.

    Parameters
    ----------
    X, y : array_like
        The batch: some hundred samples with their targets, as for training.
    every : int
        Epochs from one recording to the next, >= 1.
    most : int
        How many recordings are kept at most, >= 2. When there would be more, every second one is given up and `every`
        doubles, so that memory is bounded: at most `most` times the parameters and 1 kB for each layer.

    Attributes
    ----------
    recordings : list of Recording
        In the order of epochs.
    network : Network or None
        The one that was recorded.

    Raises
    ------
    ArgumentError
        If `every` or `most` is out of range.
    DataError
        If X or y is no array.
    ShapeError, DataError
        By fit, before the first epoch, if X or y do not fit the network.

    Examples
    --------
    >>> recorder = gn.Recorder(X[:200], y[:200], every=10)
    >>> net.fit(X, y, loss="mse", epochs=500, callbacks=[recorder])
    >>> gn.plots.gradient_histograms(recorder)
    """

    def __init__(self, X: ArrayLike, y: ArrayLike, every: int = 1, most: int = 100) -> None:
        self.X, self.y = _rows("X of Recorder", X), _rows("y of Recorder", y)
        self.every = checks.integer("every of Recorder", every, least=1)
        self.most = checks.integer("most of Recorder", most, least=2)
        self._step = self.every
        self.recordings: list[Recording] = []
        self.network: Network | None = None

    def begin(self, session: Session) -> None:
        """Record the network as it is before the first epoch."""
        epoch = session.state.epoch
        goes_on = self.network is session.network and self.recordings and self.recordings[-1].epoch <= epoch
        if not goes_on or epoch == 0:
            self.network, self.recordings, self._step = session.network, [], self.every
        if not self.recordings or self.recordings[-1].epoch < epoch:
            self._record(session)

    def epoch_end(self, session: Session) -> None:
        """Record it, if it is time or this epoch is the last."""
        is_last = session.history.n_epochs >= session.epochs or bool(session.stopped_by)
        if is_last or session.state.epoch % self._step == 0:
            self._record(session)

    def _record(self, session: Session) -> None:
        while len(self.recordings) >= self.most:
            self._step *= 2
            self.recordings[1:] = [
                recording for recording in self.recordings[1:] if recording.epoch % self._step == 0
            ]
        network = session.network
        loss, layers = observe(network, self.X, self.y, network.loss)
        self.recordings.append(
            Recording(
                session.state.epoch,
                loss,
                network.parameters.copy(),
                network.running_statistics.copy(),
                layers,
            )
        )

    def network_at(self, index: int) -> Network:
        """A copy of the network as it was at ``recordings[index]``."""
        if self.network is None:
            raise DataError(NOTHING)
        place, n = checks.integer("index", index, least=-len(self.recordings)), len(self.recordings)
        if place >= n:
            raise ArgumentError(f"index must be one of {n} recordings, from 0 to {n - 1}; got {index}")
        recording, copy = self.recordings[place], self.network.copy()
        copy.parameters[...], copy.running_statistics[...] = (
            recording.parameters,
            recording.running_statistics,
        )
        return copy


def _rows(name: str, values: ArrayLike) -> ArrayLike:
    """`values` as they are, which must be rows of something."""
    if checks.array(name, values).ndim == 0:
        raise DataError(f"{name} must be an array with one row per sample; got {checks.shown(values)}")
    return values


def observe(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str | Loss | None = None
) -> tuple[float, tuple[LayerRecord, ...]]:
    """The loss of one batch, and what every layer does with it on the way forward and back.

    The network stays as it is. Activations are those of training: batch norm uses the batch's statistics.
    """
    step = record(network, X, y, default_loss(network, y) if loss is None else loss, "sgd")
    records = []
    for of_row in step.rows:
        if of_row.row.kind == DROPOUT:
            continue
        outputs, gradient = Spread.of(of_row.a, of_row.a.size), of_row.d_weights
        if gradient is None:
            records.append(LayerRecord(of_row.row.layer, outputs, None))
            continue
        sizes = np.abs(gradient)
        records.append(
            LayerRecord(
                of_row.row.layer,
                outputs,
                Spread.of_sizes(gradient),
                float(sizes.mean()),
                float(sizes.max()),
            )
        )
    return step.value + step.penalty, tuple(records)
