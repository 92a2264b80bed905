"""The browser engine in an embedded V8, for tests: networks of Python described to it, and what it made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from py_mini_racer import MiniRacer

from glassnet.activations import ActivationFunction
from glassnet.browser import script
from glassnet.losses import Loss
from glassnet.support.registry import to_config

Array = NDArray[Any]
TELL = """
const told = (value) => JSON.stringify(value, (key, part) => {
  if (ArrayBuffer.isView(part)) return Array.from(part);
  if (typeof part === "number" && !Number.isFinite(part)) return String(part);
  return part;
});
const performance = { now: () => Date.now() };
"""


@cache
def context(parts: tuple[ActivationFunction | Loss, ...] = ()) -> MiniRacer:
    """A V8 that knows the engine, and a user's own parts."""
    racer = MiniRacer()
    racer.eval(TELL + script(parts=parts))
    return racer


def call(body: str, data: Any = None, parts: Sequence[ActivationFunction | Loss] = ()) -> Any:
    """What a function of ``data`` with this body returns."""
    return called(body, data, context(tuple(parts)).eval)


def called(body: str, data: Any, evaluate: Callable[[str], Any]) -> Any:
    """The same, where `evaluate` runs scripts."""
    text = evaluate(f"told(((data) => {{ {body} }})({json.dumps(plain(data))}))")
    return None if text is None else json.loads(str(text))


def plain(data: Any) -> Any:
    """Arrays as lists, in whatever they stand."""
    if isinstance(data, np.ndarray):
        return data.tolist()
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(value) for value in data]
    return data


def spec(layers: Any, loss: Any, optimizer: Any, **more: Any) -> dict[str, Any]:
    """A description for ``create``."""
    return {
        "layers": to_config(tuple(layers)),
        "loss": to_config(loss),
        "optimizer": to_config(optimizer),
        **more,
    }
