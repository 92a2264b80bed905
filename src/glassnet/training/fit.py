"""The one way in: :func:`fit` checks everything, then lets an engine train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from glassnet import losses, optimizers
from glassnet.callbacks import base as listeners
from glassnet.engines.base import Placement, Task
from glassnet.engines.choice import Work, choose
from glassnet.engines.numpy import NumpyEngine
from glassnet.engines.threads import checked_threads
from glassnet.errors import ArgumentError
from glassnet.metrics import Custom, Metric
from glassnet.network.history import History
from glassnet.network.random import Streams
from glassnet.optimizers.lbfgs import Unchanged
from glassnet.support import checks
from glassnet.training import minimisation
from glassnet.training.agreement import refuse_differences
from glassnet.training.batches import Batches
from glassnet.training.data import Data, Request, prepare, refuse_lonely_batches
from glassnet.training.evaluation import chosen_metrics, scores, told
from glassnet.training.minimisation import Minimisation
from glassnet.training.options import FitOptions
from glassnet.training.origin import Origin, digest_of
from glassnet.training.progress import announce
from glassnet.training.refusals.suitability import refuse_full_dropout
from glassnet.training.training import Training

if TYPE_CHECKING:
    from glassnet.network.network import Network
    from glassnet.network.state import TrainingState


def fit(network: Network, X: Any, y: ArrayLike | None, options: FitOptions) -> History:
    """Train a network as :meth:`glassnet.Network.fit` says, which gives all options."""
    seed, progress = options["seed"], checks.truth("progress", options["progress"])
    objective = losses.get(options["loss"])
    n_epochs = checks.integer("epochs", options["epochs"], least=0)
    measures = chosen_metrics(options["metrics"])
    heard_by = listeners.as_callbacks(options["callbacks"])
    listeners.refuse_twice(heard_by)
    rule = listeners.adjusted(optimizers.get(options["optimizer"]), heard_by)
    request = Request(
        objective,
        n_epochs,
        options["batch_size"],
        checks.truth("shuffle", options["shuffle"]),
        options["validation_data"],
        options["validation_split"],
        options["sample_weight"],
        options["class_weight"],
    )
    data = prepare(network, X, y, request)
    refuse_lonely_batches(data)
    streams = network.streams if seed is None else replace(Streams.of(seed), seed=network.streams.seed)
    measures = told(measures, data.meaning)
    measured = _measured(measures, data)
    for callback in heard_by:
        callback.check(measured)
        if callback.measures_loss and data.source.parts() is None:
            raise ArgumentError(
                f"{callback.name} keeps the parameters of the smallest loss, and of an iterable of batches only that "
                "before each update is known; give validation_data and watch 'validation_loss', or keep no parameters"
            )
    minimises = isinstance(rule, optimizers.LBFGS)
    if minimises:
        minimisation.refuse(data, rule)
    _rehearse(network, data, measures)
    threads = options["threads"]
    if threads is not None:
        threads = checked_threads(threads)
    source = data.source
    placement = Placement(
        options["device"],
        checks.truth("mixed_precision", options["mixed_precision"]),
        checks.truth("torch_compile", options["torch_compile"]),
    )
    work = Work(
        data.plan, Unchanged() if minimises else rule,
        minimisation.PRECISION if minimises else network.dtype,
        n_epochs * (source.n_steps or 1), source.batch_size, placement,
    )  # fmt: skip
    continues = network.state is not None and network.state.optimizer == rule
    earlier = network.state.engine if network.state is not None and continues else ""
    runs_on = choose(options["engine"], work, earlier, announce if progress else None)
    reached = network.state.epoch if network.state is not None and continues else 0
    refuse_full_dropout(data.plan, reached, n_epochs, source.n_steps)
    refuse_differences(network, streams, data, rule, n_epochs)
    digest = digest_of(data) if heard_by else ""
    memories = _memories(network.state, digest) if continues else {}
    for name, callback in listeners.named(heard_by).items():
        callback.remember(memories.get(name, {}))

    if not network.built:
        network.build(data.input_shape)
    network.streams = streams
    network.loss = objective
    data.meaning.note(network.metadata)
    state = network.training_state(rule)
    state.engine, state.data = runs_on.name, digest
    task = Task(
        data.plan, network.vectors, state.optimizer, state.vectors, network.dtype,
        source.batch_size, source.gathers, threads,
    )  # fmt: skip
    if minimises:
        training: Training = Minimisation(
            network, state, runs_on, minimisation.in_float64(task), data, measures, heard_by
        )
    else:
        training = Training(network, state, runs_on, task, data, measures, heard_by)
    training.history.greater_is_better = measured
    training.history.shares = {
        column
        for metric in measures
        if metric.is_share
        for column in (metric.name, f"validation_{metric.name}")
    }
    training.history.origin = Origin.of(network, rule, data, request, threads)
    try:
        return training.run(n_epochs, progress)
    finally:
        if isinstance(source, Batches):
            source.meaning.note(network.metadata)


def _memories(state: TrainingState | None, digest: str) -> dict[str, Any]:
    """What callbacks remember of an interrupted training; what they saw of other data says nothing about these."""
    return state.callbacks if state is not None and state.data in ("", digest) else {}


def _rehearse(network: Network, data: Data, metrics: Sequence[Metric]) -> None:
    """Measure a copy of the network as it is, so that a metric which does not suit these data says so now.

    A user's own functions are called after epochs only: they may count on it.
    """
    metrics = [metric for metric in metrics if not isinstance(metric, Custom)]
    if not metrics:
        return
    trial, engine = network.copy(), NumpyEngine()
    if not trial.built:
        trial.build(data.input_shape)
    held = None if data.held is None else data.held.parts()
    for parts in (data.source.parts(), held):
        if parts is not None:
            x, y = next(parts)
            scores(trial, data.plan, engine.forward(data.plan, trial.vectors, x), y, metrics)


def _measured(metrics: Sequence[Metric], data: Data) -> dict[str, bool | None]:
    """What the history is going to measure, and whether more of it is better; None where nobody has said."""
    loss: dict[str, bool | None] = {"loss": False}
    named = {metric.name: metric.greater_is_better for metric in metrics}
    seen_twice = data.source.parts() is not None
    if metrics and not seen_twice and data.held is None:
        raise ArgumentError(
            "metrics need data that can be looked at again after each epoch; "
            "give validation_data beside an iterable of batches"
        )
    measured = loss | (named if seen_twice else {})
    if data.held is not None:
        measured |= {f"validation_{name}": more for name, more in (loss | named).items()}
    return measured
