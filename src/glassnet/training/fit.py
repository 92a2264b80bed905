"""The one way in: :func:`fit` checks everything, then lets an engine train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from glassnet import checks, losses, optimizers
from glassnet.engines.base import Placement, Task
from glassnet.engines.choice import Work, choose
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.metrics import Custom, Metric
from glassnet.optimizers import Optimizer
from glassnet.random import Seed, Streams
from glassnet.training.agreement import refuse_differences
from glassnet.training.callbacks import base as listeners
from glassnet.training.data import Data, Wanted, prepare, refuse_lonely_batches
from glassnet.training.evaluation import chosen_metrics, scores
from glassnet.training.history import History
from glassnet.training.origin import Origin
from glassnet.training.progress import announce
from glassnet.training.training import Training

if TYPE_CHECKING:
    from glassnet.network import Network


def fit(
    network: Network,
    X: Any,
    y: ArrayLike | None = None,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "adam",
    epochs: int = 1,
    batch_size: int | None = None,
    validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    validation_split: float = 0.0,
    sample_weight: ArrayLike | None = None,
    class_weight: dict[int, float] | str | None = None,
    shuffle: bool = True,
    metrics: Sequence[Any] = (),
    callbacks: Sequence[Any] = (),
    engine: str = "auto",
    threads: int | None = None,
    device: str = "cpu",
    mixed_precision: bool = False,
    torch_compile: bool = False,
    seed: Seed = None,
    progress: bool = True,
) -> History:
    """Train a network; called again with the same optimizer, it continues.

    Parameters
    ----------
    network : Network
        Built by X if it is not yet.
    X : array_like, (n_samples, n_features) or the network's input shape; or an iterable of batches
        Finite numbers. A ``numpy.memmap`` larger than 64 MB is read a few batches at a time. An iterable gives
        ``(X, y)`` or ``(X, y, weights)``, is gone through once in every epoch, and takes the place of y.
    y : array_like
        (n_samples, n_outputs) values or one-hot rows, or (n_samples,) integers, as the loss says.
    loss : str or Loss
    optimizer : str or Optimizer
    epochs : int
        How many more times to go through the data, >= 1.
    batch_size : int, optional
        Samples of a step, >= 1; all of them by default.
    validation_data : (X, y), optional
        Evaluated after every epoch.
    validation_split : float
        Instead: the share of the samples, the last ones, that is held back, in [0, 1).
    sample_weight : array_like, (n_samples,), optional
        Weight of each sample, >= 0; only ratios matter.
    class_weight : dict or "balanced", optional
        Weight of each class, >= 0, 1 for those left out; "balanced" weighs the classes alike, however often they occur.
    shuffle : bool
        Take the samples in a new order every epoch.
    metrics : sequence of str or callable
        Computed after every epoch on the training and validation data.
    callbacks : sequence of Callback or callable
    engine : {"auto", "numpy", "compiled", "torch"}
    threads : int, optional
        Threads of matrix products; the engine's choice by default.
    device : {"cpu", "cuda", "mps"}
        Where the torch engine computes; "cuda:1" is the second GPU.
    mixed_precision, torch_compile : bool
        Let the torch engine compute in bfloat16 where that is harmless (parameters stay in float32), and let
        torch.compile translate forward and backward pass first, which takes a while.
    seed : int, optional
        Starts the order of batches and the dropout masks anew; by default they follow from the network's seed, and
        go on where the last fit, or the file that the network was loaded from, left them.
    progress : bool
        Show a bar.

    Returns
    -------
    History

    Raises
    ------
    ArgumentError, ShapeError, DataError
        Before any work is done, and nothing is changed.
    DivergenceError
        If the loss becomes NaN or infinite; the network keeps its last good parameters.
    """
    chosen = losses.get(loss)
    n_epochs = checks.integer("epochs", epochs, least=1)
    measures = chosen_metrics(metrics)
    heard_by = listeners.chosen(callbacks)
    rule = listeners.adjusted(optimizers.get(optimizer), heard_by)
    wanted = Wanted(
        chosen,
        n_epochs,
        batch_size,
        checks.truth("shuffle", shuffle),
        validation_data,
        validation_split,
        sample_weight,
        class_weight,
    )
    data = prepare(network, X, y, wanted)
    refuse_lonely_batches(data)
    streams = network.streams if seed is None else replace(Streams.of(seed), seed=network.streams.seed)
    measured = _measured(measures, data)
    for callback in heard_by:
        callback.check(measured)
    _rehearse(network, data, measures)
    if threads is not None:
        checks.integer("threads", threads, least=1)
    source = data.source
    placement = Placement(
        device,
        checks.truth("mixed_precision", mixed_precision),
        checks.truth("torch_compile", torch_compile),
    )
    work = Work(
        data.plan, rule, network.dtype, n_epochs * (source.n_steps or 1), source.batch_size, placement
    )
    continues = network.state is not None and network.state.optimizer == rule
    earlier = network.state.engine if network.state is not None and continues else ""
    runs_on = choose(engine, work, earlier, announce if progress else None)
    refuse_differences(network, streams, data, rule, n_epochs)
    memories = network.state.callbacks if network.state is not None and continues else {}
    for name, callback in listeners.named(heard_by).items():
        callback.remember(memories.get(name, {}))

    if not network.built:
        network.build(data.input_shape)
    network.streams = streams
    network.loss = chosen
    state = network.training_state(rule)
    state.engine = runs_on.name
    task = Task(
        data.plan, network.vectors, state.optimizer, state.vectors, network.dtype,
        source.batch_size, source.gathers, threads,
    )  # fmt: skip
    training = Training(network, state, runs_on, task, data, measures, heard_by)
    training.history.origin = Origin.of(network, rule, data, wanted, threads)
    return training.run(n_epochs, progress)


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


def _measured(metrics: Sequence[Metric], data: Data) -> dict[str, bool]:
    """What the history is going to measure, and whether more of it is better."""
    named = {metric.name: metric.greater_is_better for metric in metrics}
    seen_twice = data.source.parts() is not None
    if metrics and not seen_twice and data.held is None:
        raise ArgumentError(
            "metrics need data that can be looked at again after each epoch; "
            "give validation_data beside an iterable of batches"
        )
    found = {"loss": False} | (named if seen_twice else {})
    if data.held is not None:
        found |= {f"validation_{name}": more for name, more in ({"loss": False} | named).items()}
    return found
