"""The diagnosis: why a network does not learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import inputs, losses, optimizers
from glassnet.errors import ArgumentError
from glassnet.insight.diagnosis.adapters import as_network
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.observed import NAME, Observed
from glassnet.insight.diagnosis.report import DiagnosisReport, report_of
from glassnet.insight.diagnosis.rules import findings
from glassnet.insight.diagnosis.targets import Targets
from glassnet.layers import Dense
from glassnet.losses import Loss
from glassnet.network import Network
from glassnet.optimizers import SGD, Optimizer
from glassnet.training.evaluation import default_loss
from glassnet.training.history import History


def diagnose(
    network: Any,
    X: ArrayLike,
    y: ArrayLike,
    history: History | None = None,
    *,
    loss: str | Loss | None = None,
    validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    optimizer: str | Optimizer | None = None,
    learning_rate: float | None = None,
) -> DiagnosisReport:
    """Why a network does not learn, or does not learn well: causes, in numbers, with what to do.

    Everything is measured on at most 2000 samples; the network stays as it is. Some rules train copies, on one common
    budget of multiply-adds (about two seconds on one core). What the network was before training is known only to the
    callback ``gn.Diagnosis()``: give its history, and more can be said.

    Parameters
    ----------
    network : Network, torch.nn.Module, or object with ``weights`` and ``activations``
        Trained or not; see :func:`glassnet.adapt` for a network of your own.
    X, y : array_like
        The training data, in the order in which they were trained on.
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

    Returns
    -------
    DiagnosisReport

    Raises
    ------
    ArgumentError, ShapeError, DataError
        If the data do not fit the network or the loss.
    """
    subject = as_network(network)
    if not subject.built:
        subject = subject.copy()
        subject.build(np.shape(X)[1:])
    if not any(isinstance(layer, Dense) for layer in subject.layers):
        raise ArgumentError("diagnose needs a network with at least one Dense layer; this one has none")
    chosen = losses.get(loss) if loss is not None else default_loss(subject, y)
    x, targets = _data(subject, "", X, y, chosen)
    held = None
    if validation_data is not None:
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
            raise ArgumentError(
                f"validation_data must be a pair (X, y); got {type(validation_data).__name__}"
            )
        held = _data(subject, " of validation_data", *validation_data, chosen)
    observed = history.records.get(NAME) if history is not None else None
    case = Case(
        network,
        subject, x, targets, held, history, observed if isinstance(observed, Observed) else None,
        _rule(subject, optimizer, learning_rate), loss is not None or subject.loss is not None,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        return report_of(findings(case))


def _data(network: Network, of_what: str, X: ArrayLike, y: ArrayLike, loss: Loss) -> tuple[Any, Targets]:
    x = network.features(X, f"X{of_what}")
    n_outputs = network.plan(loss).n_outputs
    values = inputs.targets(f"y{of_what}", y, loss, len(x), n_outputs, network.dtype)
    return x, Targets(loss, values, n_outputs)


def _rule(
    network: Network, optimizer: str | Optimizer | None, learning_rate: float | None
) -> Optimizer | None:
    known = network.state.optimizer if network.state is not None else None
    chosen = optimizers.get(optimizer) if optimizer is not None else known
    if learning_rate is None:
        return chosen
    return SGD(learning_rate) if chosen is None else chosen.with_learning_rate(learning_rate)
