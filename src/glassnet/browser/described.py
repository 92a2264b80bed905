"""What the browser engine is told of the parts: names, fields with defaults, facts, and which loss takes what over."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from glassnet import activations, initializers, layers, losses, optimizers, schedules
from glassnet.activations import ActivationFunction
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.support.registry import Registry, to_config

REGISTRIES: dict[str, Registry[Any]] = {
    "layer": layers.base.registry, "activation": activations.base.registry, "loss": losses.base.registry,
    "optimizer": optimizers.base.registry, "schedule": schedules.base.registry,
    "initializer": initializers.base.registry,
}  # fmt: skip
REFUSED = {
    "lbfgs": (
        "its line search is SciPy's, which the browser does not have; choose another optimizer, or train in Python"
    ),
}
# Whose formulas a page writes with numbers in them.
WRITTEN = ("activation", "loss", "optimizer", "layer")
# Facts for bridges, checks and other pages.
UNTOLD = {
    "latex",
    "elsewhere",
    "plain",
    "torch_with",
    "in_words_latex",
    "slope_in_words_latex",
    "range",
    "logarithms",
    "slope_in_output",
    "torch_options",
    "torch",
    "onnx",
    "sklearn",
    "without_overflow",
    "arguments",
    "initializer",
    "torch_arguments",
    "needs_fans",
}


# What the engine must have of a layer that is computed by its own functions, where its class has it.
COMPUTED = ("parameters", "statistics", "forward", "infer", "backward")


def parts() -> dict[str, dict[str, Any]]:
    """All built-in parts, by kind and name, as plain data."""
    return {
        kind: {name: _described(registry, name, cls) for name, cls in registry.classes().items()}
        for kind, registry in REGISTRIES.items()
    }


def _described(registry: Registry[Any], name: str, cls: type) -> dict[str, Any]:
    """A part; what is empty is left out, and comes back when the module is loaded."""
    fields = [part for part in dataclasses.fields(cls) if part.init]
    description: dict[str, Any] = {
        "aliases": [
            alias for alias, factory in registry._factories.items() if factory is cls and alias != name
        ],
        "fields": {
            part.name: to_config(part.default) for part in fields if part.default is not dataclasses.MISSING
        },
        "required": [part.name for part in fields if part.default is dataclasses.MISSING],
        "facts": _facts(getattr(cls, "facts", None)) if registry.kind in WRITTEN else {},
    }
    description = {key: value for key, value in description.items() if value}
    if name in REFUSED:
        description["refused"] = REFUSED[name]
    if issubclass(cls, Loss):
        description |= of_loss(cls)
    if issubclass(cls, Layer) and cls.forward is not Layer.forward:
        description["computed"] = [
            name for name in COMPUTED if getattr(cls, name) is not getattr(Layer, name)
        ]
    if issubclass(cls, ActivationFunction):
        description |= of_activation(cls())
    return description


def of_loss(loss: type[Loss] | Loss) -> dict[str, Any]:
    """What the loop reads of a loss beside its formulas; limits that are infinite are null."""
    return {
        "targets": loss.targets, "takes_targets": loss.takes_targets, "members": list(loss.members),
        "least_outputs": loss.least_outputs, "only_targets": list(loss.only_targets),
        "domain": [None if math.isinf(limit) else limit for limit in loss.domain],
        "rows_sum_to_one": loss.rows_sum_to_one,
        "mean_over": getattr(loss, "mean_over", "rows"), "activation": to_config(loss.activation)["name"],
    }  # fmt: skip


def of_activation(part: ActivationFunction) -> dict[str, Any]:
    """What diagnosis reads of an activation beside its formulas."""
    facts = part.facts
    description = {"outputs": part.outputs, "forward_only": part.forward_only, "is_of_rows": part.is_of_rows}
    if facts is None:
        return description
    bounded = facts.is_bounded and not part.is_of_rows and not part.forward_only
    return description | {
        "is_gate": facts.is_gate, "is_bounded": bounded, "steepest": part.steepest if bounded else None,
        "rectifies": facts.is_gate and facts.range[0] == "0",
    }  # fmt: skip


def _facts(facts: Any) -> Any:
    """Facts as plain data, without those that are not told."""
    if facts is None:
        return {}
    plain = {
        part.name: getattr(facts, part.name) for part in dataclasses.fields(facts) if part.name not in UNTOLD
    }
    return {name: _plain(value) for name, value in plain.items() if value not in ("", (), {}, None)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return _facts(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (tuple, list)) else value


def taken_over() -> dict[str, dict[str, str]]:
    """Of each loss the activations that it takes over, and the loss of their pre-activations."""
    by_loss: dict[str, dict[str, str]] = {}
    for name in losses.names():
        for activation in activations.names():
            on_logits = losses.get(name).on_logits(activations.get(activation))
            if on_logits is not None:
                by_loss.setdefault(name, {})[activation] = on_logits.name
    return by_loss
