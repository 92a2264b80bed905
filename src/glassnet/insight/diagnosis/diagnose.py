"""The diagnosis: why a network does not learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import losses, optimizers
from glassnet.activations import Linear
from glassnet.errors import ArgumentError, ShapeError
from glassnet.insight.diagnosis.adapters import as_network
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.copies import every
from glassnet.insight.diagnosis.observed import NAME, Observed
from glassnet.insight.diagnosis.report import DiagnosisReport
from glassnet.insight.diagnosis.rules.table import findings, not_looked_at
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.diagnosis.training import Said, known
from glassnet.insight.samples import checked, pair_of
from glassnet.layers import Dense
from glassnet.losses import Loss
from glassnet.network import inputs
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.optimizers import SGD, Optimizer
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.training.evaluation import default_loss


@explained
def diagnose(
    network: Any,
    X: ArrayLike,
    y: ArrayLike | None = None,
    history: History | None = None,
    *,
    loss: str | Loss | None = None,
    validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    optimizer: str | Optimizer | None = None,
    learning_rate: float | None = None,
    trained: bool | None = None,
    start: Any = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    sample_weight: ArrayLike | None = None,
    class_weight: dict[int, float] | str | None = None,
) -> DiagnosisReport:
    """Why a network does not learn, or does not learn well: causes, in numbers, with what to do.

    Everything is measured on at most 2000 samples; the network stays as it is. Some rules train copies, on one common
    budget of multiply-adds (about three seconds on one core). What cannot be known of the training is not spoken of:
    the first weights are known to the callback ``gn.Diagnosis()``, and where the history of ``fit`` proves that they
    are those that the seed draws. Of a network that was trained elsewhere nothing is said about its start or its
    learning rate unless you give them.

    Parameters
    ----------
    network : Network, torch.nn.Module, or object with ``weights`` and ``activations``
        Trained or not; see :func:`glassnet.adapt` for a network of your own.
    X, y : array_like
        The training data, in the order in which they were trained on; no y for a loss without targets.
    history : History, optional
        What ``fit`` returned, or ``Diagnosis.history`` if it raised an error.
    loss : str or Loss, optional
        That of the last fit by default; without one the loss that goes with the last activation.
    validation_data : (X, y), optional
        Samples that were held back, for overfitting and leakage.
    optimizer : str or Optimizer, optional
        That of the last fit by default.
    learning_rate : float, optional
        In place of the optimizer's, > 0; of plain SGD where no optimizer is known.
    trained : bool, optional
        False for a network that nothing has trained yet: its weights are then the first ones. By default what the
        network itself shows, or what :func:`glassnet.adapt` was told.
    start : as network, optional
        The network as it was before training, such as a copy made then.
    epochs, batch_size : int, optional
        Of the training, if it was not ``fit``: with `start` and an optimizer, the training can be repeated on copies.
        All samples are one batch by default.
    sample_weight, class_weight : optional
        As for ``fit``; those of the last fit are known to the callback.

    Returns
    -------
    DiagnosisReport

    Raises
    ------
    ArgumentError, ShapeError, DataError
        If the data do not fit the network or the loss, or what is said of the training contradicts itself.
    """
    subject = _built(as_network(network), X, loss)
    _check_history(subject, history)
    objective = losses.get(loss) if loss is not None else _loss_of(subject, y)
    x, targets = _data(subject, "", X, y, objective)
    held = None
    if validation_data is not None:
        held = _data(subject, "validation_data", *pair_of("validation_data", validation_data), objective)
    said = Said(
        _said_of_training(subject, trained, start),
        None if start is None else _start(subject, start),
        _rule(subject, optimizer, learning_rate),
        None if epochs is None else checks.integer("epochs", epochs, least=1),
        _batch_size(batch_size, start, len(x) // objective.rows_per_sample),
        _weights(sample_weight, class_weight, targets),
    )
    noted = history.records.get(NAME) if history is not None else None
    observed = noted if isinstance(noted, Observed) else None
    training = known(subject, said, history, observed, len(x))
    case = Case(
        network, subject, x, targets, held, history, observed, training,
        loss is not None or subject.loss is not None,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        return DiagnosisReport(tuple(findings(case)), not_looked_at(case))


def _loss_of(network: Network, y: ArrayLike | None) -> Loss:
    """The loss of the last fit, or the one that goes with the last activation, if that is clear."""
    linear = isinstance(network.plan().rows[-1].activation, Linear)
    if network.loss is None and linear and bool(np.isin(np.asarray(y), (0, 1)).all()):
        raise ArgumentError(
            "the network ends linear and y holds 0 and 1 only, so it cannot be known whether outputs are values or "
            "logits; give loss, such as 'mse', 'sigmoid_cross_entropy' or 'softmax_cross_entropy'"
        )
    return default_loss(network, y)


def _check_history(network: Network, history: Any) -> None:
    """Raise `ArgumentError` if it is none, or that of a network with other parameters."""
    if history is None:
        return
    if not isinstance(history, History):
        raise ArgumentError(f"history must be what fit returned; got {type(history).__name__}")
    observed = history.records.get(NAME)
    if isinstance(observed, Observed) and observed.parameters.shape != network.parameters.shape:
        raise ArgumentError(
            f"history is of a network with {len(observed.parameters)} parameters; this one has "
            f"{len(network.parameters)}"
        )


def _built(network: Network, X: ArrayLike, loss: str | Loss | None) -> Network:
    """The network, or a built copy of it, if it can be diagnosed at all."""
    if not network.built:
        network = network.copy()
        rows = X if loss is None else inputs.rows("X", X, losses.get(loss), None)
        network.build(np.shape(rows)[1:])
    if not any(isinstance(layer, Dense) for layer in every(network.layers)):
        raise ArgumentError("diagnose needs a network with at least one Dense layer; this one has none")
    return network


def _data(
    network: Network, option: str, X: ArrayLike, y: ArrayLike | None, loss: Loss
) -> tuple[Any, Targets]:
    x, values = checked(network, option, X, y, loss)
    return x, Targets(loss, values, network.plan(loss).n_outputs)


def _said_of_training(network: Network, trained: bool | None, start: Any) -> bool | None:
    """What was said, if it can be so."""
    if trained is None:
        return None
    said = checks.truth("trained", trained)
    if not said and start is not None:
        raise ArgumentError("start is the network before training, so trained=False cannot be said beside it")
    if not said and network.state is not None and network.state.step > 0:
        raise ArgumentError(
            f"trained=False was said of a network that has taken {network.state.step} steps of training"
        )
    return said


def _start(network: Network, start: Any) -> Network:
    """The network before training, which must have the layers of the trained one."""
    first = as_network(start)
    if not first.built or first.parameters.shape != network.parameters.shape:
        shape = first.parameters.shape if first.built else "none yet"
        raise ShapeError(
            f"start must be the same network before training, with {network.parameters.shape} parameters; "
            f"it has {shape}"
        )
    return first


def _batch_size(batch_size: int | None, start: Any, n_samples: int) -> int | None:
    if batch_size is not None:
        return min(checks.integer("batch_size", batch_size, least=1), n_samples)
    return None if start is None else n_samples


def _weights(sample_weight: Any, class_weight: Any, targets: Targets) -> Any:
    if sample_weight is None and class_weight is None:
        return None
    k = targets.loss.rows_per_sample
    single = np.repeat(inputs.sample_weights(sample_weight, len(targets.values) // k), k)
    return inputs.shares(single, class_weight, targets.values, targets.loss, np.float64)


def _rule(
    network: Network, optimizer: str | Optimizer | None, learning_rate: float | None
) -> Optimizer | None:
    last_rule = network.state.optimizer if network.state is not None else None
    rule = optimizers.get(optimizer) if optimizer is not None else last_rule
    if learning_rate is None:
        return rule
    learning_rate = checks.number("learning_rate", learning_rate, above=0)
    return SGD(learning_rate) if rule is None else rule.with_learning_rate(learning_rate)
