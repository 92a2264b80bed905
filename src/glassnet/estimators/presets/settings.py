"""What a preset decides for one table, as plain data, and the parts that follow from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from glassnet import schedules
from glassnet.activations import ActivationFunction
from glassnet.callbacks import EarlyStopping
from glassnet.initializers import Initializer
from glassnet.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    Layer,
    ParametricMish,
    ParametricSELU,
    Periodic,
    Scale,
)
from glassnet.optimizers import Adam, Optimizer
from glassnet.schedules import Chain, CosineDecay, LogCosineCycles, Schedule

SCHEDULES: dict[str, Callable[[float, int], Schedule]] = {
    "constant": lambda rate, epochs: schedules.get(rate),
    "log_cosine_cycles": lambda rate, epochs: LogCosineCycles(rate, epochs),
}
ADAM = Adam(beta2=0.95)
PARAMETRIC: dict[str, Callable[..., Layer]] = {"selu": ParametricSELU, "mish": ParametricMish}
REGULARISATIONS: dict[str, Callable[[float, int], float | Schedule]] = {
    "constant": lambda share, epochs: share,
    "flat_cosine": lambda share, epochs: Chain([share, CosineDecay(share, epochs / 2)], [epochs / 2]),
}


def _ends_of_cycles(epochs: int) -> tuple[int, ...]:
    """Where the rate is 0: after 1/15 of the epochs, which is too early for all, 3/15, 7/15, and all."""
    cycles = LogCosineCycles.cycles
    shares = [(2**n - 1) / (2**cycles - 1) for n in range(2, cycles + 1)]
    return tuple(sorted({max(1, round(share * epochs)) for share in shares}))


ENDS: dict[str, Callable[[int], tuple[int, ...]]] = {
    "constant": lambda epochs: (epochs,),
    "log_cosine_cycles": _ends_of_cycles,
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every choice between a table and a trained network.

    Attributes
    ----------
    scaling : {"robust", "standard", "none"}
        What numbers are centred and divided by: median and quartiles, mean and standard deviation, or nothing.
    clip : bool
        Whether scaled numbers x become x / sqrt(1 + (x/3)^2), which lie between -3 and 3.
    embed_from : int or None
        A category of at least so many levels becomes a learned vector, one with fewer a column for each level, as all
        do with None.
    embedding_dimension : int
        Entries of these vectors.
    scale_targets : bool
        Whether values are standardised for training, and predictions scaled back.
    clip_outputs : bool
        Whether predicted values are held between the smallest and the largest target of training.
    hidden : tuple of int
        Units of the hidden layers.
    activation : str, ActivationFunction or tuple of them
        Of all hidden layers, or one for each.
    share_rate_factor : float or None
        With a number, each hidden unit learns how much of its activation it takes, as
        :class:`~glassnet.layers.ParametricSELU` and :class:`~glassnet.layers.ParametricMish` do; it multiplies the
        steps of these shares. The activation is "selu" or "mish" then.
    number_pieces : int
        At most so many pieces that each number is given by, beside itself; 0 for none. See
        :class:`~glassnet.tables.TableSettings`.
    number_waves : int
        Waves of different lengths that each number is given by, beside itself; 0 for none. See
        :class:`~glassnet.layers.Periodic`, also for the next three.
    number_dimension : int
        What is learned from the waves of each number.
    number_deviation : float
        How many waves lie within one unit, at first and about.
    number_rate_factor : float
        Multiplies the steps of all this.
    front_scale : float or None
        The learning-rate factor of a learned scale before the first layer; None is no such scale.
    initializer, bias_initializer, output_initializer, output_bias_initializer : str or Initializer
        How weights and biases of the hidden layers and of the last one begin.
    rates_by_inputs : bool
        Whether the steps of weights are divided by the root of the number of inputs, as the neural tangent
        parametrisation has it.
    bias_rate_factor : float
        Multiplies the steps of biases.
    batch_norm : bool
        Whether every hidden layer normalises its pre-activations by their batch.
    dropout : float
        Share of the outputs of every hidden layer that is dropped.
    regularisation : {"constant", "flat_cosine"}
        How dropout and weight decay move over the epochs: not at all, or from the middle of them on down to 0, along
        half a cosine.
    l1, l2 : float
        Of all weights.
    optimizer : Optimizer
        Its learning rate is replaced by the schedule, if it takes steps.
    learning_rate : float
        The highest one of the schedule.
    schedule : {"constant", "log_cosine_cycles"}
        How the learning rate moves over the epochs.
    epochs : int
        The most epochs.
    batch_size : int or None
        Samples of a step; None is all of them.
    label_smoothing : float
        The share of every target that is spread over all classes.
    validation_share : float
        The share of the rows that is held back to choose the best epoch; 0 trains on all of them.
    folds : int
        The parts of the rows that are held back in turn to choose after which cycle training ends, before a training on
        all rows; 1 holds back `validation_share` once, 0 chooses the best epoch while it trains, as said there.
    decays : tuple of float
        Weight decays that are tried in all this, the best of which is taken; none leave the optimizer as it is.
    penalties : tuple of float
        The same in the place of `l2`; the training with each begins where that with the one before has ended.
    joins : bool
        Whether the networks that chose, each of which has not seen one part of the rows, are kept side by side as one
        network, in the place of one that is trained on all rows. For one hidden layer.
    beside : Settings or None
        Of a second network on the same features: what is predicted is the mean of both.
    monitor : str
        The column of the history that tells the best epoch: "validation_loss", "validation_accuracy", "loss".
    patience : int or None
        Epochs without an improvement after which training ends; None goes through all.
    minimum_change : float
        What is better by no more than this is no improvement.
    restore_best : bool
        Whether the parameters of the best epoch are put back.
    dtype : {"float32", "float64"}
        Of the network.
    """

    scaling: str = "robust"
    clip: bool = True
    embed_from: int | None = None
    embedding_dimension: int = 8
    scale_targets: bool = True
    clip_outputs: bool = False
    hidden: tuple[int, ...] = (256, 256, 256)
    activation: str | ActivationFunction | tuple[str | ActivationFunction, ...] = "selu"
    share_rate_factor: float | None = None
    number_pieces: int = 0
    number_waves: int = 0
    number_dimension: int = 3
    number_deviation: float = 0.1
    number_rate_factor: float = 0.1
    front_scale: float | None = 6.0
    initializer: str | Initializer = "lecun_normal"
    bias_initializer: str | Initializer = "zeros"
    output_initializer: str | Initializer = "zeros"
    output_bias_initializer: str | Initializer = "zeros"
    rates_by_inputs: bool = True
    bias_rate_factor: float = 0.1
    batch_norm: bool = False
    dropout: float = 0.0
    regularisation: str = "constant"
    l1: float = 0.0
    l2: float = 0.0
    optimizer: Optimizer = ADAM
    learning_rate: float = 0.04
    schedule: str = "log_cosine_cycles"
    epochs: int = 256
    batch_size: int | None = 256
    label_smoothing: float = 0.0
    validation_share: float = 0.2
    folds: int = 0
    decays: tuple[float, ...] = ()
    penalties: tuple[float, ...] = ()
    joins: bool = False
    beside: Settings | None = None
    monitor: str = "validation_loss"
    patience: int | None = None
    minimum_change: float = 0.0
    restore_best: bool = True
    dtype: str = "float32"

    def hidden_layers(
        self, n_features: int, index_columns: Mapping[int, int], number_columns: Sequence[int]
    ) -> list[Layer]:
        """Fresh layers up to the last hidden one.

        Parameters
        ----------
        n_features : int
            Columns of the preprocessed table.
        index_columns : mapping of int to int
            Which of these columns hold indices of categories, and of how many.
        number_columns : sequence of int
            Which of them hold numbers of the table, and not indices, one-hot columns or indicators.
        """
        layers: list[Layer] = []
        width = n_features
        if index_columns:
            layers.append(Embedding(index_columns, self.embedding_dimension))
            width += len(index_columns) * (self.embedding_dimension - 1)
        if self.number_waves and number_columns:
            places = _behind_embedding(number_columns, index_columns)
            layers.append(
                Periodic(
                    places, self.number_waves, self.number_dimension, self.number_deviation,
                    learning_rate_factor=self.number_rate_factor,
                )
            )  # fmt: skip
            width += len(places) * self.number_dimension
        if self.front_scale is not None:
            layers.append(Scale(learning_rate_factor=self.front_scale))
        for units, activation in zip(self.hidden, self.activations, strict=True):
            apart = self.batch_norm or self.share_rate_factor is not None
            inside = "linear" if apart else activation
            layers.append(self._dense(width, units, inside, self.initializer, self.bias_initializer))
            if self.batch_norm:
                layers.append(BatchNorm())
            if self.share_rate_factor is not None:
                layers.append(PARAMETRIC[str(activation)](learning_rate_factor=self.share_rate_factor))
            elif self.batch_norm:
                layers.append(Activation(activation))
            if self.dropout:
                layers.append(Dropout(self._over_epochs(self.dropout)))
            width = units
        return layers

    @property
    def activations(self) -> tuple[str | ActivationFunction, ...]:
        """One for each hidden layer."""
        return (
            self.activation if isinstance(self.activation, tuple) else (self.activation,) * len(self.hidden)
        )

    def output_layer(self, n_features: int, n_outputs: int, activation: str | ActivationFunction) -> Dense:
        """The last layer, behind the hidden ones, or behind `n_features` columns where there are none."""
        n_inputs = self.hidden[-1] if self.hidden else n_features
        return self._dense(
            n_inputs, n_outputs, activation, self.output_initializer, self.output_bias_initializer
        )

    def _dense(
        self, n_inputs: int, units: int, activation: str | ActivationFunction,
        weights: str | Initializer, bias: str | Initializer,
    ) -> Dense:  # fmt: skip
        return Dense(
            units, activation, initializer=weights, bias_initializer=bias, l1=self.l1, l2=self.l2,
            learning_rate_factor=1 / math.sqrt(n_inputs) if self.rates_by_inputs else 1.0,
            bias_learning_rate_factor=self.bias_rate_factor,
        )  # fmt: skip

    def scheduled_optimizer(self) -> Optimizer:
        """The optimizer, with schedules over these epochs for its rate and its decay where it takes steps."""
        if not self.optimizer.takes_steps:
            return self.optimizer
        decay = self._over_epochs(self.optimizer.weight_decay)
        return replace(self.optimizer, learning_rate=self.rates(), weight_decay=decay)

    def _over_epochs(self, share: float | Schedule) -> float | Schedule:
        """Dropout or weight decay over the epochs; a schedule that was given, and 0, as they are."""
        if isinstance(share, Schedule) or share == 0:
            return share
        return REGULARISATIONS[self.regularisation](share, self.epochs)

    def rates(self) -> Schedule:
        """The learning rate over the epochs."""
        return SCHEDULES[self.schedule](self.learning_rate, self.epochs)

    def chosen_as(self, earlier: Settings) -> Settings:
        """With what an earlier training chose, for one that goes on from there on all rows."""
        return replace(
            self, optimizer=earlier.optimizer, l2=earlier.l2, hidden=earlier.hidden, folds=0, joins=False,
            beside=None, validation_share=0.0, restore_best=False,
        )  # fmt: skip

    @property
    def ends(self) -> tuple[int, ...]:
        """The epochs after which training may end, those of :attr:`folds`."""
        return ENDS[self.schedule](self.epochs)

    def stopping(self) -> list[EarlyStopping]:
        """The callback that ends training early, or puts the best epoch back; none where nothing is to be watched."""
        if self.patience is None and not self.restore_best:
            return []
        patience = self.epochs if self.patience is None else self.patience
        return [EarlyStopping(self.monitor, max(patience, 1), self.minimum_change, self.restore_best)]


def _behind_embedding(columns: Sequence[int], index_columns: Mapping[int, int]) -> list[int]:
    """Where an embedding of the index columns hands these columns on: it closes the gaps."""
    return [column - sum(index < column for index in index_columns) for column in columns]
