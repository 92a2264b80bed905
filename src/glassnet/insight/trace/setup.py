"""Everything that a training follows from: a network, data, and the options of fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from glassnet import losses, optimizers
from glassnet.errors import ArgumentError, DataError
from glassnet.losses import Loss
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.network.random import Seed, Streams
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import compact_repr
from glassnet.training.batches import Batches
from glassnet.training.data import Request, prepare
from glassnet.training.origin import Origin, fingerprint, fingerprint_of_data

USE_A_SETUP = "make a gn.TrainingSetup(net, X, y, …) of the network before its training, and replay that"


@explained
class TrainingSetup:
    """A training that can be gone through step by step; see :func:`glassnet.replay`.

    Parameters
    ----------
    network : Network
        As it is before the training; the setup keeps a copy.
    X, y : array_like
        As for fit. They are held, not copied where they have the network's dtype already.
    loss, optimizer, epochs, batch_size, shuffle, validation_split, sample_weight, class_weight, seed, threads
        As for fit.
    engine : {"numpy", "compiled"}
        What takes the steps on the way to the one that is traced.

    Raises
    ------
    ArgumentError, ShapeError, DataError
        As fit would.
    """

    def __init__(
        self,
        network: Network,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        loss: str | Loss,
        optimizer: str | Optimizer = "adam",
        epochs: int = 1,
        batch_size: int | None = None,
        shuffle: bool = True,
        validation_split: float = 0.0,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
        seed: Seed = None,
        threads: int | None = None,
        engine: str = "numpy",
    ) -> None:
        self.engine = checks.choice("engine of a TrainingSetup", engine, ("numpy", "compiled"))
        checks.network("network", network)
        self.network, self.loss = network.copy(), losses.get(loss)
        self.threads = None if threads is None else checks.integer("threads", threads, least=1)
        self.epochs = checks.integer("epochs", epochs, least=1)
        request = Request(
            self.loss,
            self.epochs,
            batch_size,
            checks.truth("shuffle", shuffle),
            None,
            validation_split,
            sample_weight,
            class_weight,
        )
        self.data = prepare(self.network, X, y, request)
        if isinstance(self.data.source, Batches):
            raise ArgumentError("a TrainingSetup takes arrays X and y, not an iterable of batches")
        if not self.network.built:
            self.network.build(self.data.input_shape)
        if seed is not None:
            self.network.streams = replace(Streams.of(seed), seed=self.network.streams.seed)
        self.network.loss = self.loss
        self.state = self.network.training_state(_of_steps(optimizer))
        self.rate_factors: list[float] = []  # where a history knows them
        self.losses: list[float] = []

    @classmethod
    def of(cls, history: History, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> TrainingSetup:
        """The training that gave this history, for the data that it was given.

        Raises
        ------
        ArgumentError
            If it cannot be gone through again from its seed.
        DataError
            If these are not the data that it was trained on.
        """
        origin = _repeatable(history)
        network = Network(origin.layers, seed=origin.seed, dtype=origin.dtype, input_shape=origin.input_shape)
        if fingerprint(network.parameters) + fingerprint(network.running_statistics) != origin.parameters:
            raise ArgumentError(
                f"the weights that this training began with do not follow from its seed, {origin.seed}: they were "
                f"loaded, trained or set by hand; {USE_A_SETUP}"
            )
        network.streams.restore(origin.streams)
        if origin.classes:
            network.metadata["class_names"] = list(origin.classes)
        setup = cls(
            network, X, y, loss=origin.loss, optimizer=origin.optimizer, epochs=history.n_epochs,
            batch_size=origin.batch_size, shuffle=origin.shuffle, validation_split=origin.validation_split,
            sample_weight=sample_weight, class_weight=origin.class_weight, threads=origin.threads,
            engine="compiled" if history.engine == "compiled" else "numpy",
        )  # fmt: skip
        if fingerprint_of_data(setup.data) != origin.data:
            raise DataError(
                "these are not the data that the history was trained on: X, y or sample_weight differ in shape, in "
                "values or in their order; give the same arrays as to fit"
            )
        setup.rate_factors = history.rate_factors
        setup.losses = history["loss"] if history.engine == setup.engine else []
        return setup


def _of_steps(optimizer: str | Optimizer) -> Optimizer:
    rule = optimizers.get(optimizer)
    if not rule.takes_steps:
        raise ArgumentError(
            f"{compact_repr(rule)} does not train by single steps, so there is none to go through again"
        )
    return rule


def _repeatable(history: History) -> Origin:
    """Where the fit began, or an error that says why its steps cannot be taken again."""
    origin = checks.instance("history", history, History, "net.fit(...)").origin
    if origin is None or not history.n_epochs:
        raise ArgumentError("this history holds no epoch of a fit, so there is no step to replay")
    if origin.data is None:
        raise ArgumentError("this training took its batches from an iterable; replay needs arrays X and y")
    if origin.seed is None:
        raise ArgumentError(
            f"this network was seeded with a generator, whose first state is not known any more; {USE_A_SETUP}"
        )
    if origin.steps_before:
        raise ArgumentError(
            f"this training went on from step {origin.steps_before} of an earlier fit; {USE_A_SETUP}"
        )
    return origin
