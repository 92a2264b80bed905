"""Networks that are not glassnet's own: PyTorch modules, and what a learner wrote in NumPy."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import activations
from glassnet.activations import ActivationFunction
from glassnet.bridges import pieces
from glassnet.errors import ArgumentError, ShapeError
from glassnet.insight.diagnosis.training import TRAINED
from glassnet.layers import Activation as ActivationLayer
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.arrays import Array, as_array
from glassnet.support.calls import explained
from glassnet.support.optional import require

_KEY = re.compile(r"([wb])_?(\d+)", re.IGNORECASE)


@explained
def adapt(
    weights: Sequence[tuple[ArrayLike, ArrayLike | None]] | Mapping[str, ArrayLike],
    activations: Sequence[str | ActivationFunction],
    *,
    samples_in: str = "rows",
    trained: bool | None = None,
) -> Network:
    """A glassnet network with the numbers of your own one, for `diagnose`, `trace` and all the rest.

    Parameters
    ----------
    weights : sequence of (W, b), or dictionary
        Of each dense layer, from input to output: W ``(n_inputs, n_outputs)``, b ``(n_outputs,)`` or
        ``(1, n_outputs)``, or None where there is no bias. Or a dictionary with the keys W1, b1, W2, b2, …, in any
        order; layers without a b have no bias. They are copied.
    activations : sequence of str or ActivationFunction
        One for each layer; a pair of functions is wrapped in ``gn.activations.Function(f, df)``.
    samples_in : {"rows", "columns"}
        Your convention: "columns" for Z = W X + b, where W is ``(n_outputs, n_inputs)`` and b ``(n_outputs, 1)``.
        Data are given to glassnet with samples in rows either way.
    trained : bool, optional
        Whether these weights come from a training, or are the first ones (False), for :func:`glassnet.diagnose`, which
        says nothing about a start that it does not know. Kept in ``network.metadata["trained"]``.

    Returns
    -------
    Network
        Of dtype float64.

    Raises
    ------
    ArgumentError, ShapeError
        If there are not as many activations as layers, or arrays do not fit.
    """
    checks.choice("samples_in", samples_in, ("rows", "columns"))
    pairs = (
        _named(weights) if isinstance(weights, Mapping) else checks.sequence("weights", weights, "[(W1, b1)]")
    )
    activations = checks.sequence("activations", activations, "['relu', 'softmax']")
    if not pairs or len(pairs) != len(activations):
        raise ArgumentError(
            f"adapt needs one activation for each pair (W, b); got {len(pairs)} pairs and "
            f"{len(activations)} activations"
        )
    parts = []
    for index, (pair, name) in enumerate(zip(pairs, activations, strict=True)):
        W, b = _pair(index, pair, samples_in)
        parts += [pieces.dense(W, b, f"layer {index}"), pieces.Piece(_activation(name), f"layer {index}")]
    network = pieces.assembled(parts, None, np.dtype(np.float64))
    if trained is not None:
        network.metadata[TRAINED] = checks.truth("trained", trained)
    return network


def _activation(name: str | ActivationFunction) -> ActivationLayer:
    return ActivationLayer(activations.get(name))


def _named(weights: Mapping[str, ArrayLike]) -> list[tuple[ArrayLike, ArrayLike | None]]:
    """Pairs from a dictionary with the keys W1, b1, W2, b2, …; other keys of it, such as A1, are left aside."""
    arrays = {
        (m[1].lower(), int(m[2])): array
        for name, array in weights.items()
        if (m := _KEY.fullmatch(str(name)))
    }
    numbers = sorted(number for kind, number in arrays if kind == "w")
    if not numbers or any(kind == "b" and number not in numbers for kind, number in arrays):
        raise ArgumentError(
            f"adapt reads a dictionary with the keys W1, b1, W2, b2, ...; got the keys {', '.join(map(str, weights))}"
        )
    return [(arrays["w", number], arrays.get(("b", number))) for number in numbers]


def _pair(index: int, pair: Any, samples_in: str) -> tuple[Any, Any]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ArgumentError(f"weights[{index}] must be a pair (W, b); got {type(pair).__name__}")
    W = as_array(pair[0]).astype(np.float64)
    b = None if pair[1] is None else as_array(pair[1]).astype(np.float64)
    W = W.T if samples_in == "columns" and W.ndim == 2 else W
    if W.ndim != 2 or (b is not None and b.size != W.shape[1]):
        shape = "(n_inputs, n_outputs)" if samples_in == "rows" else "(n_outputs, n_inputs)"
        raise ShapeError(
            f"weights[{index}] must hold W of shape {shape} and b of n_outputs entries; "
            f"got {np.shape(pair[0])} and {np.shape(pair[1])}"
        )
    return W, None if b is None else b.reshape(-1)


def two_predictions(model: Any, x: Array) -> tuple[Array, Array] | None:
    """What a model that is not glassnet's says of the same samples twice; None where it cannot be asked.

    A PyTorch module is copied first, in the mode in which it is; of an own network ``predict`` is called.
    """
    if isinstance(model, Network):
        return None
    if hasattr(model, "named_parameters"):
        return _of_module(model, x)
    if not callable(getattr(model, "predict", None)):
        return None
    first, second = (as_array(model.predict(x)) for _ in range(2))
    return first, second


def _of_module(module: Any, x: Array) -> tuple[Array, Array]:
    torch = require("torch", extra="torch", purpose="a diagnosis of a PyTorch module")
    copied = copy.deepcopy(module)
    parameter = next(copied.parameters())
    batch = torch.tensor(x, dtype=parameter.dtype, device=parameter.device)
    with torch.no_grad(), torch.random.fork_rng():
        first, second = (as_array(copied(batch)) for _ in range(2))
    return first, second


def active_dropout(model: Any) -> str:
    """The name of a layer of a PyTorch module that drops units in the mode in which it is; empty if none is seen."""
    if not hasattr(model, "named_modules"):
        return ""
    dropping = (
        f"{type(part).__name__} {name!r}"
        for name, part in model.named_modules()
        if part.training and "Dropout" in type(part).__name__ and getattr(part, "p", 0) > 0
    )
    return next(dropping, "")


def as_network(model: Any) -> Network:
    """The network that a model is, or has the numbers of.

    Raises `ArgumentError` if it is neither a Network, a PyTorch module, nor an object with ``weights`` and
    ``activations``.
    """
    if isinstance(model, Network):
        return model
    if hasattr(model, "state_dict") and hasattr(model, "named_parameters"):
        from glassnet.bridges.torch.modules import from_torch

        return from_torch(model)
    if hasattr(model, "weights") and hasattr(model, "activations"):
        return adapt(model.weights, model.activations)
    raise ArgumentError(
        f"diagnose takes a Network, a PyTorch module, or an object with weights [(W, b), ...] and activations "
        f"(see gn.adapt); got {type(model).__name__}"
    )
