"""Programs that the page writes, run: whether they print the losses of the page."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from glassnet.browser.page import steps
from glassnet.errors import EngineError
from glassnet.insight.trace.moment import Moment
from tests.browser.page.v8 import call

EPOCHS = 3
# Programs, and how near they come; of numbers of float32 that NumPy, PyTorch and JavaScript round at other places.
WRITERS = {"numpyCode": 1e-12, "torchCode": 1e-10}
FLOAT32 = 1e-4
WRITTEN = """
const told = (make) => { try { return make(); } catch (error) { return "refused: " + error.message; } };
const of = (state, spec, session) => {
  for (let epoch = 0; epoch < data.epochs; epoch += 1) session.advanceEpoch();
  return {
    losses: session.history.rows.map((row) => row.loss), dtype: spec.dtype,
    programs: Object.fromEntries(data.writers.map((writer) => [writer, told(() => page[writer](state))])),
  };
};
"""
OF_MOMENT = f"""{WRITTEN}
const {{ step, data: given, address }} = data.document, {{ spec, head, shuffle }} = step;
const choices = {{ ...page.readAddress("#" + address).choices, data: "given" }}; // whose samples a page has with it
const source = {{ ...given, X: Float64Array.from(given.X) }}, samples = page.prepare(source, choices, head), {{ train }} = samples.parts;
const session = new page.Session({{ spec, state: null, shuffle, train, batch: choices.batch, grid: null }});
return of({{ choices, head, samples, source, network: {{ spec }}, frame: {{ epoch: data.epochs }}, table: null }}, spec, session);
"""
OF_CHOICES = f"""{WRITTEN}
const made = page.made(data.choices, data.choices.source ?? null), {{ train }} = made.samples.parts;
const session = new page.Session({{ spec: made.spec, state: null, train, batch: made.choices.batch, grid: null, columns: made.columns }});
return of({{ ...made, frame: {{ epoch: data.epochs }}, table: null }}, made.spec, session);
"""


def of_moment(moment: Moment, writers: Sequence[str] = tuple(WRITERS)) -> dict[str, Any]:
    """Losses and programs of the training that begins at a moment."""
    document = steps.document_of(moment)
    own = document.pop("own")
    found: dict[str, Any] = call(
        OF_MOMENT,
        {"document": json.loads(json.dumps(document)), "writers": list(writers), "epochs": EPOCHS},
        own,
    )
    return found


def of_choices(choices: dict[str, Any], writers: Sequence[str] = tuple(WRITERS)) -> dict[str, Any]:
    """Those of a training that choices of the page make."""
    found: dict[str, Any] = call(OF_CHOICES, {"choices": choices, "writers": list(writers), "epochs": EPOCHS})
    return found


def printed(text: str) -> list[float]:
    """The losses that a program prints; what it sets of PyTorch is put back."""
    usual, out = torch.get_default_dtype(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(text, "program", "exec"), {})
    finally:
        torch.set_default_dtype(usual)
    epochs, losses = zip(*(line.split() for line in out.getvalue().splitlines()), strict=True)
    assert epochs == tuple(str(epoch) for epoch in range(1, EPOCHS + 1))
    return [float(loss) for loss in losses]


def assert_right(found: dict[str, Any], torch_near: float = WRITERS["torchCode"]) -> None:
    """Each program prints the losses of the engine; PyTorch's as near as its own constants let it."""
    assert np.isfinite(found["losses"]).all()
    for writer, text in found["programs"].items():
        if text.startswith("refused: "):
            raise EngineError(text)
        near = {"numpyCode": WRITERS["numpyCode"], "torchCode": torch_near}[writer]
        near = near if found["dtype"] == "float64" else FLOAT32
        np.testing.assert_allclose(printed(text), found["losses"], rtol=near, err_msg=text)
