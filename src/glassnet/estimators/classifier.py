"""The estimator that tells classes apart, and its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from glassnet.activations import ActivationFunction
from glassnet.callbacks import Callback
from glassnet.estimators.classifying import Classifies
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.schedules import Schedule
from glassnet.support.calls import explained

Activation = str | ActivationFunction


@explained
class NetworkClassifier(Classifies):
    """A small dense network that tells the classes of a table's rows apart: two, many, or several at once.

    It takes tables as they are: numbers of any scale, text, categories, dates, missing entries. Every parameter that is
    None is decided by the preset, for the rows and columns there are; docs/estimators.md has a page on each.

    Parameters
    ----------
    preset : {"tabular", "tabular-strong", "small", "sklearn"}
        "sklearn" is scikit-learn's MLP, number for number.
    hidden : int or sequence of int, optional
        Units of each hidden layer; there may be none, ().
    depth, width : int, optional
        In the place of `hidden`, easier to search: so many layers of so many units.
    activation : str, ActivationFunction, or one for each hidden layer, optional
    output_activation : str or ActivationFunction, optional
        By default the one that goes with the loss.
    loss : str or Loss, optional
        Such as "focal", or ``gn.losses.Function(value, derivative)``; by default cross-entropy.
    optimizer : str or Optimizer, optional
        "lbfgs", too. One of another kind than the preset's comes with rates of its own.
    learning_rate : float or Schedule, optional
        The highest rate of the schedule, or a schedule such as ``gn.schedules.ExponentialDecay(0.01, 0.98)``.
    schedule : {"constant", "log_cosine_cycles"}, optional
    batch_size : int, optional
    epochs : int, optional
        The most epochs.
    shuffle : bool
        Take the rows in a new order in every epoch.
    dropout : float, optional
        Share of the outputs of each hidden layer that a step drops, in [0, 1).
    batch_norm : bool, optional
    l1, l2 : float, optional
        Adds l1 sum abs(W) + l2 / 2 sum W^2 to the loss, >= 0.
    class_weight : dict or "balanced", optional
    early_stopping : bool, optional
        True ends training when nothing improves on a part of the rows, and keeps the best epoch; False trains on all
        rows, to the end.
    validation_share : float, optional
        Of the rows, in (0, 1), in the same shares of the classes; not where fit is given X_val and y_val.
    scorer : str or callable, optional
        A scorer of scikit-learn, by which the best epoch is chosen; by default what the preset watches.
    patience : int, optional
        Epochs without improvement after which training ends.
    callbacks : sequence
        Of ``gn.callbacks``, or functions of the session; copies for each of several networks.
    warm_start : bool
        Go on with the networks of the last fit.
    calibrate : bool
        Learn a temperature from rows that were held back, so that probabilities mean what they say.
    ensemble : int
        So many networks, trained side by side; their probabilities are averaged.
    n_jobs : int
        Threads for the networks of an ensemble, -1 for all cores; the results do not depend on it.
    engine : {"auto", "numpy", "compiled", "torch"}
        "auto" decides by the work alone, so the same fit always runs on the same one.
    device : str
        Of the torch engine.
    dtype : {"float32", "float64"}, optional
        Of training; predictions are computed in float64.
    categorical : sequence of str or int, optional
        Names or places of columns that hold categories although they hold numbers.
    categories : {"one_hot", "embedding"}, optional
        A column for each category, or learned numbers.
    embedding_dimension : int, optional
        How many learned numbers.
    scaling : {"robust", "standard", "none"}, optional
        Of numbers: by median and quartiles, by mean and standard deviation, not at all.
    clip : bool, optional
        Bring scaled numbers smoothly into (-3, 3).
    decimal_comma : bool, optional
        Whether text such as "3,5" is a number.
    random_state : int, RandomState or None
        Of first weights, batches, dropout and the split.
    verbose : bool
        Show a bar, for a single network.

    Attributes
    ----------
    classes_ : ndarray
    network_, networks_ : Network, list of Network
        The network, or the first of an ensemble; all of them. Changed parameters change no prediction.
    model_ : TableModel
        What predicts.
    preprocessing_, target_, settings_
        What became of the columns, what y is, and every choice that was made.
    history_ : History
        Of the last fit of :attr:`network_`.
    loss_curve_, validation_loss_curve_, validation_scores_ : list of float
        After every epoch so far; None where nothing was held back, or nothing scored.
    n_iter_ : int
        Epochs so far.
    coefs_, intercepts_ : list of ndarray
        Of the dense layers.
    temperature_ : float or None
    feature_names_in_, n_features_in_
        As in scikit-learn.
    """

    def __init__(
        self,
        preset: str = "tabular",
        *,
        hidden: int | Sequence[int] | None = None,
        depth: int | None = None,
        width: int | None = None,
        activation: Activation | Sequence[Activation] | None = None,
        output_activation: Activation | None = None,
        loss: str | Loss | None = None,
        optimizer: str | Optimizer | None = None,
        learning_rate: float | Schedule | None = None,
        schedule: str | None = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        shuffle: bool = True,
        dropout: float | None = None,
        batch_norm: bool | None = None,
        l1: float | None = None,
        l2: float | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
        early_stopping: bool | None = None,
        validation_share: float | None = None,
        scorer: str | Callable[..., float] | None = None,
        patience: int | None = None,
        callbacks: Sequence[Callback | Callable[..., Any]] = (),
        warm_start: bool = False,
        calibrate: bool = False,
        ensemble: int = 1,
        n_jobs: int = -1,
        engine: str = "auto",
        device: str = "cpu",
        dtype: str | None = None,
        categorical: Sequence[str | int] | None = None,
        categories: str | None = None,
        embedding_dimension: int | None = None,
        scaling: str | None = None,
        clip: bool | None = None,
        decimal_comma: bool | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.preset = preset
        self.hidden = hidden
        self.depth = depth
        self.width = width
        self.activation = activation
        self.output_activation = output_activation
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.l1 = l1
        self.l2 = l2
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_share = validation_share
        self.scorer = scorer
        self.patience = patience
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.calibrate = calibrate
        self.ensemble = ensemble
        self.n_jobs = n_jobs
        self.engine = engine
        self.device = device
        self.dtype = dtype
        self.categorical = categorical
        self.categories = categories
        self.embedding_dimension = embedding_dimension
        self.scaling = scaling
        self.clip = clip
        self.decimal_comma = decimal_comma
        self.random_state = random_state
        self.verbose = verbose
