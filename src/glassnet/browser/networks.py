"""Networks as the plain data of a page, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import activations, losses, optimizers
from glassnet.bridges.description import describe, rebuild
from glassnet.browser import described
from glassnet.browser.formulas import Part
from glassnet.browser.own.layers import OwnLayer, own_layers
from glassnet.browser.own.losses import OwnLoss, own_loss, why_not
from glassnet.errors import ArgumentError, EngineError
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.network.state import TrainingState
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import lent, registry_of, to_config

Array = NDArray[Any]

# Up to here JavaScript's numbers hold every integer.
_WHOLE = 2**53 - 1


def own_parts(network: Network, loss: str | Loss | None = None) -> tuple[Part, ...]:
    """The user's own activations, losses and layers of a network, for :func:`glassnet.browser.module`."""
    objective = network.loss if loss is None else losses.get(loss)
    parts = [part for thing in (*network.layers, objective) for part in _parts(thing)]
    functions = [part for part in parts if isinstance(part, activations.Function | losses.Function)]
    own = [*functions, *(part for part in map(own_loss, parts) if part is not None)]
    return (*{part.registered_name: part for part in own}.values(), *own_layers(network))


def lendable(own: Sequence[Part]) -> dict[str, Any]:
    """Own parts by the names that they have in files of the page, for :func:`glassnet.support.registry.lent`."""
    return {
        part.registered_name: _lent(part)
        for part in own
        if isinstance(part, OwnLayer | OwnLoss | activations.Function | losses.Function)
    }


def _lent(part: Part) -> Any:
    match part:
        case OwnLayer():
            return part.layer
        case OwnLoss():
            return part.loss
        case _:
            return part


@explained
def spec_of(
    network: Network, *, optimizer: str | Optimizer | None = None, loss: str | Loss | None = None
) -> dict[str, Any]:
    """A built network as plain data: ``{"spec": ..., "state": ...}``, what ``create`` of ``glassnet.js`` takes.

    Parameters
    ----------
    network : Network
        Built.
    optimizer, loss : optional
        By default those of its last training; without one Adam and the mean squared error.

    Raises
    ------
    NotBuiltError
        If the network has no parameters yet.
    EngineError
        If the browser engine does not know some of its parts; the message names all of them.
    """
    checks.network("network", network)
    network.vectors  # noqa: B018, refuses what is not built
    rule = optimizers.get(optimizer) if optimizer is not None else _rule(network)
    objective = losses.get(loss) if loss is not None else network.loss or losses.MeanSquaredError()
    refuse_unknown(network, objective, rule)
    with lent(lendable(own_parts(network, objective))):
        config, _ = describe(network)
        choices = {"loss": to_config(objective), "optimizer": to_config(rule)}
    state = TrainingState.continued(network.state, rule, network.parameters)
    seed = config["seed"]
    return {
        "spec": {
            **{key: config[key] for key in ("layers", "input_shape", "dtype", "metadata")},
            "seed": str(seed) if seed is not None and seed > _WHOLE else seed,
            **choices,
        },
        "state": {
            "parameters": network.parameters.tolist(), "running": network.running_statistics.tolist(),
            "optimizer": [vector.tolist() for vector in state.vectors], "step": state.step, "epoch": state.epoch,
            "rate_factor": state.rate_factor,
            "streams": {name: _as_text(stream) for name, stream in config["streams"].items()},
        },
    }  # fmt: skip


def _rule(network: Network) -> Optimizer:
    return optimizers.Adam() if network.state is None else network.state.optimizer


def _as_text(stream: Mapping[str, Any]) -> dict[str, Any]:
    """A stream whose integers of 128 bits are text, since JavaScript's numbers do not hold them."""
    return {**stream, "state": {name: str(value) for name, value in stream["state"].items()}}


def _as_numbers(stream: Mapping[str, Any]) -> dict[str, Any]:
    return {**stream, "state": {name: int(value) for name, value in stream["state"].items()}}


def refuse_unknown(network: Network, loss: Loss | None, rule: Optimizer | None) -> None:
    """Raise `EngineError` where the browser engine does not know some of the parts, by their names."""
    own = [*lendable(own_parts(network, loss)).values()]
    unknown = [
        part
        for thing in (*network.layers, loss, rule)
        for part in _parts(thing)
        if part not in own and (type(part) not in _BUILT_IN or _BUILT_IN[type(part)] in described.REFUSED)
    ]
    if unknown:
        names = [_BUILT_IN.get(type(part), "") for part in unknown]
        reasons = [described.REFUSED[name] for name in names if name in described.REFUSED]
        reasons += [why for why in (why_not(part) for part in unknown if isinstance(part, Loss)) if why]
        raise EngineError(
            f"the browser engine does not know {', '.join(dict.fromkeys(map(repr, unknown)))}"
            + "".join(f": {reason}" for reason in reasons[:1])
        )


_BUILT_IN = {
    cls: name for registry in described.REGISTRIES.values() for name, cls in registry.classes().items()
}


def _parts(thing: Any) -> Iterator[Any]:
    """A part, and those that are its fields."""
    if isinstance(thing, (list, tuple)):
        for item in thing:
            yield from _parts(item)
    elif registry_of(thing) is not None:
        yield thing
        for part in dataclasses.fields(thing):
            yield from _parts(getattr(thing, part.name))


@explained
def network_of(document: Mapping[str, Any]) -> Network:
    """The network of what ``network.document()`` gives in JavaScript, or :func:`spec_of` in Python.

    Raises
    ------
    ArgumentError
        If it is not such a document, saying which part.
    """
    if not isinstance(document, Mapping) or not {"spec", "state"} <= set(document):
        raise ArgumentError(
            f"document must be what network.document() gives, with a 'spec' and a 'state'; got {checks.shown(document)}"
        )
    spec, state = document["spec"], document["state"]
    try:
        config = {
            **{key: spec[key] for key in ("layers", "dtype", "input_shape", "loss", "metadata")},
            "seed": None if spec["seed"] is None else int(spec["seed"]),
            "streams": {name: _as_numbers(stream) for name, stream in state["streams"].items()},
            "training": {
                "optimizer": spec["optimizer"], **{key: state[key] for key in ("step", "epoch", "rate_factor")},
                "batch_size": None, "engine": "numpy", "callbacks": {}, "data": "",
            },
        }  # fmt: skip
        stored = _Flat(state)
        network = rebuild(config, stored)
        stored.refuse_rest()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArgumentError(f"document cannot be understood: {type(error).__name__}: {error}") from error
    return network


class _Flat:
    """The vectors of a document, from which arrays are taken one after the other, as they are laid out."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.vectors = {
            name: np.asarray(values, np.float64)
            for name, values in (
                ("parameters", state["parameters"]), ("running", state["running"]),
                *((f"optimizer.{k}", vector) for k, vector in enumerate(state["optimizer"])),
            )
        }  # fmt: skip
        self.taken = dict.fromkeys(self.vectors, 0)

    def check(self, name: str, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None) -> None:
        """Nothing is known of single arrays before they are taken."""

    def read(self, name: str, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None) -> Array:
        """The next array of its vector."""
        vector = name
        if name.startswith("layers."):
            vector = "running" if name.rpartition(".")[2].startswith("running_") else "parameters"
        if vector not in self.vectors or shape is None:
            raise ArgumentError(f"document has no {name}")
        start, size = self.taken[vector], int(np.prod(shape))
        numbers = self.vectors[vector][start : start + size]
        if len(numbers) != size:
            raise ArgumentError(
                f"{vector} of document are too few: {name} needs {size} more, and {len(numbers)} are left"
            )
        self.taken[vector] += size
        return numbers.reshape(shape).astype(dtype)

    def refuse_rest(self) -> None:
        """Raise where more numbers were given than the network takes."""
        for name, values in self.vectors.items():
            if len(values) != self.taken[name]:
                raise ArgumentError(
                    f"{name} of document are {len(values)}; the network takes {self.taken[name]}"
                )
