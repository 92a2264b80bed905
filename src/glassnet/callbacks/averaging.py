"""Averaged weights: the mean of where training has been is calmer than where it is."""

from __future__ import annotations

from typing import Any

from glassnet.callbacks.base import Callback, Session
from glassnet.errors import ArgumentError
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.support.registry import compact_repr

# Under this name the history has the parameters of the training beside which the network holds their average.
AVERAGED = "averaged"


@explained
class AverageWeights(Callback):
    """Keeps an exponential moving average of the parameters, and has the network measured and kept with it.

    After the first step the average is the parameters; after every other, average ← decay · average + (1 − decay) ·
    parameters. Training goes on from the parameters themselves, and ``history["loss"]`` is theirs; but at the end of
    every epoch, and of the fit, the network holds the average: validation, metrics, other callbacks, checkpoints and
    what EarlyStopping puts back are of the average. A checkpoint holds both, so a resumed training goes on as if it had
    not been interrupted; a second fit goes on from the average. Running statistics of BatchNorm are those of the
    training. Where a step fails, the network keeps the last good parameters themselves.

    An engine takes one step at a time, so that small networks train slower.

    Parameters
    ----------
    decay : float
        Share of the old average that is kept at each step, in [0, 1). The average reaches over about 1 / (1 − decay)
        steps, so with fewer steps than some times that it still remembers how training began.

    Raises
    ------
    ArgumentError
        If it is out of range; by fit, if there are two of them, the optimizer takes no steps, or a checkpoint is of
        another network.

    References
    ----------
    Polyak, Juditsky 1992, SIAM J. Control 30; torch.optim.swa_utils.get_ema_multi_avg_fn, with the same numbers.
    """

    def __init__(self, decay: float = 0.999) -> None:
        self.decay = checks.number("decay of AverageWeights", decay, least=0, below=1)
        self._average: Array | None = None
        self._parameters: Array | None = None  # of the training, while the network holds the average

    @property
    def owns_parameters(self) -> bool:
        """The network holds the average between epochs."""
        return True

    def adjust(self, optimizer: Optimizer) -> Optimizer:
        """The optimizer as it is; it must take steps."""
        if not optimizer.takes_steps:
            raise ArgumentError(
                f"AverageWeights averages over steps, and {compact_repr(optimizer)} takes none; choose another"
            )
        return optimizer

    def begin(self, session: Session) -> None:
        """A network that was loaded holds the average; without one it begins after the first step."""
        if self._parameters is None:
            return
        if self._parameters.shape != session.network.parameters.shape:
            raise ArgumentError(
                "what AverageWeights remembers is not of this network; its file is not to be trusted"
            )
        self._average = session.network.parameters.copy()

    def epoch_begin(self, session: Session) -> None:
        """Training goes on from its own parameters."""
        if self._parameters is not None:
            session.network.parameters = self._parameters
            self._parameters = None

    def step_end(self, session: Session) -> None:
        """Move the average."""
        parameters = session.network.parameters
        if self._average is None:
            self._average = parameters.copy()
        else:
            self._average += (1 - self.decay) * (parameters - self._average)

    def steps_end(self, session: Session) -> None:
        """The network is looked at with the average."""
        if self._average is not None:
            self._parameters = session.network.parameters.copy()
            session.network.parameters = self._average
            session.history.records[AVERAGED] = self._parameters

    def memory(self) -> dict[str, Any]:
        """The parameters of the training; the network holds the average."""
        return {} if self._parameters is None else {"parameters": self._parameters}

    def remember(self, memory: dict[str, Any]) -> None:
        self._average, self._parameters = None, memory.get("parameters")
