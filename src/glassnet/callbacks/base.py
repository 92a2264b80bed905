"""What a callback is, and what it sees of a training run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glassnet.errors import ArgumentError
from glassnet.network.history import History
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import registry_of

if TYPE_CHECKING:
    from glassnet.network.network import Network
    from glassnet.network.state import TrainingState
    from glassnet.training.data import Data


@dataclass
class Session:
    """A training run as callbacks see it.

    Attributes
    ----------
    network : Network
        With its parameters as they are now.
    state : TrainingState
        Epochs and steps made so far, over all fits; ``state.rate_factor`` multiplies the learning rate.
    history : History
        The epochs of this fit so far.
    epochs : int
        How many this fit was asked for.
    data : Data
        What is trained on, as the engine takes it.
    stopped_by : str
        Why training ends early; empty if it does not.
    error : BaseException or None
        The error that ended training, such as a divergence.
    measure : callable
        What :meth:`loss` asks.
    """

    network: Network
    state: TrainingState
    history: History
    epochs: int
    data: Data
    stopped_by: str = ""
    error: BaseException | None = None
    measure: Callable[[], float] | None = None

    def loss(self) -> float:
        """The loss of the network as it is now, on all samples that it is trained on, weights and penalties included.

        ``history["loss"]`` is that of each batch before its update, so none of it belongs to these parameters; a
        callback that keeps parameters compares this. It takes a forward pass over the samples, one for the same
        parameters however often it is asked for; without dropout, and with the running statistics.

        Raises
        ------
        ArgumentError
            If batches come from an iterable, which is not gone through again.
        """
        if self.measure is None:
            raise ArgumentError("this session is of no training, so there is no loss to measure")
        return self.measure()

    def stop(self, reason: str) -> None:
        """End training after this epoch."""
        self.stopped_by = reason


class Callback:
    """Base of callbacks: override what is wanted.

    A fit calls, in this order: :meth:`adjust` and :meth:`check` before anything is changed; :meth:`remember` and
    :meth:`begin`; in every epoch :meth:`epoch_begin`, :meth:`step_end` after each step and :meth:`steps_end`; then the
    epoch is measured; :meth:`epoch_end` of all callbacks, then :meth:`write` of all, then :meth:`save` of all; and
    :meth:`end`.
    """

    @property
    def name(self) -> str:
        """The name under which a checkpoint keeps what this callback remembers."""
        return type(self).__name__

    @property
    def measures_loss(self) -> bool:
        """Whether it asks for the loss of the parameters as they are, of samples that can be looked at again."""
        return False

    def check(self, greater_is_better: Mapping[str, bool | None]) -> None:
        """Raise `ArgumentError` if this training is not one for this callback.

        `greater_is_better` holds what the history will measure, and whether more of it is better: None for a user's
        own metric that does not say.
        """

    @property
    def owns_parameters(self) -> bool:
        """Whether the network holds parameters of this callback between epochs, and others while it trains."""
        return False

    def adjust(self, optimizer: Optimizer) -> Optimizer:
        """The optimizer to train by, in place of the one that fit was given."""
        return optimizer

    def begin(self, session: Session) -> None:
        """Before the first epoch."""

    def epoch_begin(self, session: Session) -> None:
        """Before the first step of every epoch."""

    @property
    def watches_steps(self) -> bool:
        """Whether :meth:`step_end` does anything; an engine then takes one step at a time."""
        return type(self).step_end is not Callback.step_end

    def step_end(self, session: Session) -> None:
        """After every step."""

    def steps_end(self, session: Session) -> None:
        """After the last step of every epoch, before the epoch is measured, and where Ctrl-C ends one in the middle."""

    def epoch_end(self, session: Session) -> None:
        """After every epoch, when it has been measured: act."""

    def write(self, session: Session) -> None:
        """After every epoch, when all callbacks have acted: write down how things stand."""

    def save(self, session: Session) -> None:
        """After every epoch, when all callbacks have written: save what a resumed training begins with.

        So whatever is saved, no file that another callback writes is behind it.
        """

    def end(self, session: Session) -> None:
        """After the last epoch, also when training is interrupted or fails."""

    def memory(self) -> dict[str, Any]:
        """What a resumed training must know: plain data, and float arrays."""
        return {}

    def remember(self, memory: dict[str, Any]) -> None:
        """Take up what :meth:`memory` gave; an empty one says that training starts afresh."""


@explained
class Function(Callback):
    """Any callable, called with the session after every epoch."""

    def __init__(self, function: Callable[[Session], Any]) -> None:
        self.function = checks.function("function of a callback", function)

    def epoch_end(self, session: Session) -> None:
        self.function(session)


def as_callbacks(callbacks: Sequence[Any]) -> list[Callback]:
    """The callbacks that a list of callbacks and callables means.

    Raises `ArgumentError` if it is not a list, or something in it is neither.
    """
    return [
        _as_callback(callback) for callback in checks.sequence("callbacks", callbacks, "[EarlyStopping()]")
    ]


def _as_callback(callback: Any) -> Callback:
    if isinstance(callback, Callback):
        return callback
    if isinstance(callback, type) or not callable(callback) or registry_of(callback) is not None:
        raise ArgumentError(
            f"a callback must be a Callback object or a function; got {checks.shown(callback)}"
        )
    return Function(callback)


def refuse_twice(callbacks: Sequence[Callback]) -> None:
    """Raise `ArgumentError` where two callbacks would each put parameters of their own into the network."""
    owners = [callback for callback in callbacks if callback.owns_parameters]
    if len(owners) > 1:
        raise ArgumentError(
            f"callbacks holds {len(owners)} that put parameters of their own into the network at the end of every "
            f"epoch, {' and '.join(callback.name for callback in owners)}: the network can hold those of one; give one"
        )


def adjusted(optimizer: Optimizer, callbacks: Sequence[Callback]) -> Optimizer:
    """The optimizer that the callbacks make of one."""
    for callback in callbacks:
        optimizer = callback.adjust(optimizer)
    return optimizer


def named(callbacks: Sequence[Callback]) -> dict[str, Callback]:
    """Callbacks by the names under which their memories are kept; equal names are counted."""
    by_name: dict[str, Callback] = {}
    for callback in callbacks:
        n_equal = sum(other.name == callback.name for other in by_name.values())
        by_name[f"{callback.name} {n_equal + 1}" if n_equal else callback.name] = callback
    return by_name


def memories(callbacks: Sequence[Callback]) -> dict[str, dict[str, Any]]:
    """What callbacks remember, by name."""
    return {name: memory for name, callback in named(callbacks).items() if (memory := callback.memory())}
