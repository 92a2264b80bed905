"""A change of the training as a line of Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from glassnet.insight.report.subject import Subject
from glassnet.layers import Dense, Dropout, Layer
from glassnet.optimizers import Optimizer
from glassnet.support.registry import compact_repr

# What is called, or holds what is called: of Dense(4, activations.LeakyReLU(0.3)), Dense and activations.
_NAMES = re.compile(r"(?<![\w.'\"])(?=[A-Za-z]\w*[.(])")


def python_code(subject: Subject, change: Mapping[str, Any]) -> str:
    """What to write to train like this; names of data are those of the documentation."""
    if "standardize" in change:
        return "X = gn.Standardizer().fit_transform(X)"
    if "epochs" in change:
        return f"net.fit(X, y, epochs={change['epochs']})"
    if "learning_rate" in change and subject.optimizer is not None:
        optimizer = subject.optimizer.with_learning_rate(change["learning_rate"])
        return f"net.fit(X, y, optimizer={_written(optimizer)})"
    layers = ", ".join(map(_written, _changed(subject.trained.network.layers, change)))
    seed = change.get("seed", subject.trained.network.streams.seed)
    return f"net = gn.Network([{layers}], seed={seed})"


def _written(part: Layer | Optimizer) -> str:
    return _NAMES.sub("gn.", compact_repr(part))


def _changed(layers: tuple[Layer, ...], change: Mapping[str, Any]) -> list[Layer]:
    """The layers with other hidden units, activations, or another dropout after each of them."""
    hidden = [place for place, layer in enumerate(layers) if isinstance(layer, Dense)][:-1]
    changed: list[Layer] = []
    for place, layer in enumerate(layers):
        if place in hidden and isinstance(layer, Dense):
            units = change["hidden"][hidden.index(place)] if "hidden" in change else layer.units
            layer = replace(layer, units=units, activation=change.get("activation", layer.activation))
        if isinstance(layer, Dropout) and "dropout" in change:
            continue
        changed.append(layer)
        if place in hidden and "dropout" in change:
            changed.append(Dropout(change["dropout"]))
    return changed
