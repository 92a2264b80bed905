"""What the page's programs are made of: every part's formulas as pieces of plain NumPy, classes, layers in steps."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

import numpy as np

from glassnet import activations, initializers, layers, losses, optimizers, schedules
from glassnet.activations import ActivationFunction, RowActivation
from glassnet.browser.described import REGISTRIES
from glassnet.browser.formulas import Part
from glassnet.browser.own.layers import Recorded
from glassnet.browser.own.losses import OwnLoss
from glassnet.browser.sources import Sources
from glassnet.errors import EngineError
from glassnet.formulas import elementary, rows, updates
from glassnet.layers import Layer
from glassnet.losses import ElementwiseLoss, Loss, RowLoss
from glassnet.losses.distributions import GaussianNLL, Quantiles
from glassnet.losses.embeddings import EmbeddingLoss

# Its products of all momenta so far are kept in a table; a program multiplies them anew.
_NADAM = '''def nadam_coefficients(rates, steps, beta1, beta2, epsilon, weight_decay, momentum_decay):
    """The rates of gradient and mean, and what the rule takes beside them."""
    momenta = beta1 * (1 - 0.5 * 0.96 ** (np.arange(1, steps + 2) * momentum_decay))
    mu, ahead, product = momenta[-2], momenta[-1], np.prod(momenta[:-1])
    of_gradient, of_mean = rates * (1 - mu) / (1 - product), rates * ahead / (1 - product * ahead)
    fixed = [weight_decay, epsilon, beta1, 1 - beta1, beta2, 1 - beta2]
    return [of_gradient, of_mean, *fixed, 1 / np.sqrt(1 - beta2**steps)]'''
_NADAM_FIELDS = ["beta1", "beta2", "epsilon", "weight_decay", "momentum_decay"]
# Schedules that programs put together from others, or do not need.
_COMPOSED = {"chain", "constant"}
_WIDTHS = (3, 5)


@lru_cache(maxsize=4)
def programs(own: tuple[Part, ...] = ()) -> dict[str, Any]:
    """All of that as plain data; a user's own parts among them, where their source can stand in a program."""
    sources = Sources()
    found: dict[str, Any] = {
        "classes": {
            kind: {name: cls.__name__ for name, cls in registry.classes().items()}
            for kind, registry in REGISTRIES.items()
        },
        "activations": {
            name: _activation(sources, activations.get(name), name) for name in activations.names()
        },
        "losses": {name: _loss(sources, losses.get(name)) for name in losses.names()},
        "updates": {rule: sources.add(getattr(updates, rule)) for rule in _rules()},
        "coefficients": {
            name: _coefficients(sources, name, cls)
            for name, cls in optimizers.base.registry.classes().items()
            if cls.takes_steps
        },
        "schedules": {
            name: _method(sources, cls.rates, name, cls)
            for name, cls in schedules.base.registry.classes().items()
            if name not in _COMPOSED
        },
        "initializers": {
            name: _method(sources, cls.draw, f"draw_{name}", cls)
            for name, cls in initializers.base.registry.classes().items()
        },
        "layers": {
            name: described
            for name, cls in layers.base.registry.classes().items()
            if (described := _layer(cls)) is not None
        },
        "erf": sources.add(elementary.erf),
    }
    for part in own:
        _add_own(sources, found, part)
    return found | {"pieces": sources.pieces}


def _rules() -> list[str]:
    return [
        rule
        for cls in optimizers.base.registry.classes().values()
        if cls.facts is not None and cls.takes_steps
        for rule in cls.facts.updates
    ]


def _method(sources: Sources, method: Any, name: str, owner: type) -> dict[str, Any]:
    piece, fields = sources.method(method, name, owner)
    return {"piece": piece, "fields": fields}


def _coefficients(sources: Sources, name: str, cls: type[optimizers.Optimizer]) -> dict[str, Any]:
    if name == "nadam":
        sources.pieces["nadam_coefficients"] = {"text": _NADAM, "needs": []}
        return {"piece": "nadam_coefficients", "fields": _NADAM_FIELDS}
    return _method(sources, cls.coefficients, f"{name}_coefficients", cls)


def _activation(sources: Sources, part: ActivationFunction, name: str) -> dict[str, Any]:
    kind: Any = type(part)
    if isinstance(part, RowActivation):
        return {"value": sources.add(kind.formula, name), "backward": sources.add(kind.backward_formula)}
    return {
        "value": sources.add(kind.formula, name),
        "slope": sources.add(kind.slope_formula),
        "letters": ["z", "a"],
    }


def _loss(sources: Sources, loss: Loss) -> dict[str, Any]:
    """How a loss is computed, and its pieces.

    Raises
    ------
    EngineError
        If nobody says how programs compute it.
    """
    kind: Any = type(loss)
    match loss:
        case RowLoss():
            return {
                "how": "rows",
                **_pieces(sources, terms=kind.terms, value=kind.formula, slopes=kind.slope_formula),
            }
        case ElementwiseLoss():
            return {"how": "entries", **_pieces(sources, value=kind.formula, slope=kind.slope_formula)}
        case EmbeddingLoss():
            return {"how": "batch", **_pieces(sources, value=kind.formula)}
        case GaussianNLL():
            slopes = {"slope": kind.slope_formula, "slope_of_variance": kind.variance_slope_formula}
            return {"how": "moments", **_pieces(sources, value=kind.formula, **slopes)}
        case Quantiles():
            return {"how": "levels", **_pieces(sources, value=kind.formula, slope=kind.slope_formula)}
        case losses.SoftmaxCrossEntropy():
            return {"how": "logits", **_pieces(sources, value=rows.softmax_cross_entropy)}
    raise EngineError(f"programs do not write {loss!r}")


def _pieces(sources: Sources, **functions: Any) -> dict[str, str]:
    return {name: sources.add(function) for name, function in functions.items()}


def _layer(cls: type[Layer]) -> dict[str, Any] | None:
    """What training makes of samples of any width, in steps; None for a layer that computes otherwise."""
    if cls.forward is Layer.forward or any(
        part.default is dataclasses.MISSING for part in dataclasses.fields(cls)
    ):
        return None
    found = [_steps(cls(), width) for width in _WIDTHS]
    return found[0] if found[0] == found[1] else None


def _steps(layer: Layer, width: int) -> dict[str, Any]:
    recorded = Recorded(np.dtype(np.float64))
    result = layer.describe_training(recorded, recorded.input, width)
    return {"steps": recorded.steps, "wishes": recorded.wishes, "result": result.place}


def _add_own(sources: Sources, found: dict[str, Any], part: Part) -> None:
    """The formulas of a user's own part; where their source cannot stand in a program, why not."""
    try:
        match part:
            case activations.Function():
                value = sources.add(part.function, f"{part.registered_name}_value")
                slope = sources.add(part.derivative, f"{part.registered_name}_slope")
                found["activations"][part.registered_name] = {
                    "value": value, "slope": slope, "letters": list(part.slope_letters), "is_own": True,
                }  # fmt: skip
            case losses.Function():
                value = sources.add(part.function, f"{part.registered_name}_value")
                pieces = {
                    "value": value,
                    "slope": sources.add(part.derivative, f"{part.registered_name}_slope"),
                }
                found["losses"][part.registered_name] = {"how": "entries", "is_own": True, **pieces}
            case OwnLoss():
                numbers = [float(value) for value in part.loss.parameters]
                found["losses"][part.name] = {
                    **_loss(sources, part.loss),
                    "constants": numbers,
                    "is_class": True,
                }
    except EngineError as reason:
        found.setdefault("refused", {})[part.registered_name] = str(reason)  # type: ignore[union-attr]
