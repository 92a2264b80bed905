"""What all members of an ensemble share: how their networks are made and watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from glassnet.callbacks import Callback
from glassnet.estimators.learning.features import numbers_of
from glassnet.estimators.learning.heads import NetworkEnd
from glassnet.estimators.learning.members import Member, Part
from glassnet.estimators.learning.stopping import ByScore, StoppingByScore
from glassnet.estimators.presets import Settings
from glassnet.layers import Layer
from glassnet.network.network import Network
from glassnet.network.random import Random
from glassnet.optimizers import Adam, Optimizer
from glassnet.schedules import Schedule
from glassnet.tables.preprocessing import Preprocessing


@dataclass(frozen=True)
class Work:
    """What all members of an ensemble share."""

    settings: Settings
    head: NetworkEnd
    preprocessing: Preprocessing
    callbacks: Sequence[Callback | Callable[..., Any]]  # the user's own
    shuffle: bool
    engine: str
    device: str
    epochs: int  # of this call
    # Epochs of all trainings of this call, where they are more: they decide whether compiling pays
    foreseen: int = 0
    # In the place of the schedule, where nobody knows how many epochs will follow
    constant_rate: bool = False
    # Of a new network and its optimizer: the network of a training that was cut off, to go on with, or None
    cut_off: Callable[[Network, Optimizer], Network | None] | None = None

    def network(self, seed: int | Random) -> Network:
        """A new network for these features."""
        n_features = self.preprocessing.n_features
        layers: list[Layer] = self.settings.hidden_layers(
            n_features, self.preprocessing.index_columns, numbers_of(self.preprocessing)
        )
        layers.append(self.settings.output_layer(n_features, self.head.n_outputs, self.head.activation))
        return Network(layers, seed=seed, dtype=self.settings.dtype, input_shape=n_features)

    def begun(self, network: Network, n_rows: int) -> Network:
        """The network of the training that was cut off, if there is one, else this new one."""
        saved = None if self.cut_off is None else self.cut_off(network, self.optimizer(n_rows))
        return network if saved is None else saved

    def epochs_left(self, network: Network) -> int:
        """Those of this call that the network has not seen before it was cut off."""
        epochs_before = 0 if self.cut_off is None or network.state is None else network.state.epoch
        return max(0, self.epochs - epochs_before)

    def optimizer(self, n_rows: int) -> Optimizer:
        """By its schedule, or at one rate; one that takes no steps cannot go on from batch to batch."""
        settings = self.settings
        if not self.constant_rate:
            return settings.scheduled_optimizer()
        if not settings.optimizer.takes_steps:
            return Adam()
        rate: Any = settings.learning_rate
        return (
            settings.optimizer
            if isinstance(rate, Schedule)
            else replace(settings.optimizer, learning_rate=rate)
        )

    def batch_size(self, n_rows: int) -> int | None:
        """That of the settings; with batch norm, none that leaves a batch of one row."""
        size = self.settings.batch_size
        if size is None or size >= n_rows or not self.settings.batch_norm:
            return size
        while n_rows % size == 1:
            size += 1
        return size

    def begin(self, member: Member, optimizer: Optimizer) -> None:
        """Before the network of a member is trained by this optimizer."""

    def end(self, member: Member) -> None:
        """After it was trained, whatever ended it."""

    def watching(
        self, optimizer: Optimizer, part: Part, held: Part | None, score: Callable[[Network], float] | None
    ) -> tuple[list[Callback], list[str]]:
        """Callbacks that choose the best epoch, and the metrics that they watch."""
        settings = self.settings
        stopping: list[Callback] = [*settings.stopping()]
        needs_held = settings.monitor.startswith("validation_")
        if not stopping or (held is None and (needs_held or score is not None)):
            return [], []
        if score is not None:
            patience = settings.epochs if settings.patience is None else settings.patience
            return [ByScore(score), StoppingByScore(max(patience, 1), settings.minimum_change)], []
        metric = settings.monitor.removeprefix("validation_")
        return stopping, [] if metric == "loss" else [metric]
