"""What the page is told about the parts beside what the engine knows: what they are called in programs."""

from __future__ import annotations

from typing import Any

from glassnet import activations, losses, optimizers
from glassnet.insight.diagnosis.rules.table import RULES
from glassnet.insight.diagnosis.rules.words import WORDS
from glassnet.losses.base import Loss
from glassnet.losses.base import registry as losses_by_name
from glassnet.optimizers.base import registry as optimizers_by_name


def catalogue() -> dict[str, Any]:
    """Activations, losses and optimizers by their names."""
    return {
        "activations": {name: _activation(name) for name in activations.names()},
        "losses": {name: _loss(losses_by_name.classes()[name]()) for name in losses.names()},
        "optimizers": {
            name: _optimizer(name) for name in optimizers.names() if optimizers.get(name).takes_steps
        },
        "diagnosis": {
            "words": WORDS | {f"initializer.{name}": _initializer(name) for name in activations.names()},
            "rules": [
                {"name": rule.find.__name__, "place": rule.place, "explained_by": rule.explained_by}
                for rule in RULES
                if not rule.trains
            ],
        },
    }


def _initializer(name: str) -> str:
    """How weights before an activation begin, by name."""
    facts = activations.get(name).facts
    return "he_normal" if facts is None else facts.initializer


def _activation(name: str) -> dict[str, Any]:
    facts = activations.get(name).facts
    return {"torch": "" if facts is None or facts.torch is None else f"nn.{facts.torch.source}"}


def _loss(loss: Loss) -> dict[str, Any]:
    """Its module in PyTorch, and the losses of pre-activations that it becomes after some last activations."""
    found = {name: loss.on_logits(activations.get(name)) for name in activations.names()}
    taken_over = {name: losses_by_name.name_of(other) for name, other in found.items() if other is not None}
    torch = "" if loss.facts is None else loss.facts.torch or ""
    return {"class": type(loss).__name__, "torch": torch, "on_logits": taken_over}


def _optimizer(name: str) -> dict[str, Any]:
    optimizer = optimizers.get(name)
    facts = optimizer.facts
    return {
        "class": type(optimizers_by_name.get(name)).__name__, "torch": "" if facts is None else facts.torch or "",
        "arguments": {} if facts is None else dict(facts.arguments),
    }  # fmt: skip
