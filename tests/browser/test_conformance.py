"""The browser engine trains as the numpy engine does: all parts, the same seeds, fifty epochs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from glassnet import activations, layers, losses
from tests.browser.engine import call, spec
from tests.engines.conformance import (
    BATCH_SIZE,
    CASES,
    EPOCHS,
    SEED,
    TOLERANCES,
    Case,
    assert_close,
    reference,
)
from tests.gradients.table import LOSSES, TAME

Array = NDArray[Any]
# Options of fit that Python turns into others, or that belong to Python alone.
OF_PYTHON = {"class_weight", "callbacks", "validation_data", "validation_split", "metrics", "threads"}
TRAIN = """
  const network = glassnet.create(data.spec);
  const first = network.vector.slice();
  const { epochs, ...options } = data.options;
  const history = network.training(data.X, data.y, options).run({ epochs });
  return {
    first, last: network.vector, running: network.running, states: network.optimizer_states, step: network.step_count,
    losses: history.map((row) => row.loss), rates: history.map((row) => row.learning_rate),
    output: network.outputOf(network.features(data.X, data.members), network.trainedRoom()),
  };
"""
OWN = [
    replace(part, **{field: f"own_{k}"})
    for k, (part, field) in enumerate(
        [(part, "name") for part in TAME if isinstance(part, activations.Function)]
        + [(part, "title") for part in LOSSES if isinstance(part, losses.Function)]
    )
]


def renamed(part: Any) -> Any:
    """A user's own part under the name that it has in the browser; layers with such parts."""
    if isinstance(part, activations.Function | losses.Function):
        return next(own for own in OWN if (own.function, own.derivative) == (part.function, part.derivative))
    if isinstance(part, layers.Dense | layers.Activation):
        return replace(part, activation=renamed(part.activation))
    return part


def understood(case: Case) -> bool:
    return OF_PYTHON.isdisjoint(case.options())


CHOSEN = [case for case in CASES if understood(case)]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.name)
def test_it_trains_as_numpy_does(case: Case, dtype: str) -> None:
    for name, ours, theirs in results(case, dtype):
        assert_close(f"{name} of {case.name}", ours, theirs, TOLERANCES[dtype])


def results(case: Case, dtype: str, call: Callable[..., Any] = call) -> Iterator[tuple[str, Array, Array]]:
    theirs = reference(case, dtype)
    X, y = case.data()
    options = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, **case.options()}
    found = call(
        TRAIN,
        {
            "spec": spec(
                map(renamed, case.layers), renamed(case.loss), case.optimizer,
                input_shape=list(case.shape), dtype=dtype, seed=SEED,
            ),
            "X": X.reshape(len(X), -1), "y": y, "options": options, "members": case.loss.rows_per_sample,
        },
        OWN,
    )  # fmt: skip
    network, history = theirs.network, theirs.history
    yield "loss", np.array(found["losses"]), np.array(history["loss"])
    yield "learning rate", np.array(found["rates"]), np.array(history["learning_rate"])
    last = np.array(found["last"])
    slots = network.layout.parameters
    for layer in {slot.layer for slot in slots}:
        ends = [end for slot in slots if slot.layer == layer for end in (slot.start, slot.stop)]
        place = slice(min(ends), max(ends))
        yield f"layer {layer}", last[place], network.parameters[place]
    yield "running statistics", np.array(found["running"]), network.running_statistics
    assert network.state is not None and network.state.step == found["step"]
    for k, state in enumerate(network.state.vectors):
        if dtype == "float64":
            yield f"state {k} of the optimizer", np.array(found["states"][k]), state
    output = np.array(found["output"]["values"]).reshape(found["output"]["shape"])
    yield "output", output, theirs.output
