"""The page opened at one step of a training: what a trace wrote down, computed again from the state before it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import losses, optimizers
from glassnet.browser.networks import own_parts, spec_of
from glassnet.browser.own.losses import data_of
from glassnet.browser.page.catalogue import catalogue
from glassnet.browser.page.document import page
from glassnet.browser.page.groups import told_of_groups
from glassnet.errors import ArgumentError, GlassnetError
from glassnet.insight.trace.forward import ForwardTrace
from glassnet.insight.trace.moment import Moment
from glassnet.insight.trace.trace import Trace
from glassnet.insight.trace.writing.written import Written
from glassnet.losses import Loss
from glassnet.network.inputs.meaning import Meaning
from glassnet.support.looks import stylesheet
from glassnet.support.text import markup

MOST_NUMBERS = 2_000_000
Array = NDArray[Any]


def page_of(trace: Trace) -> str:
    """The page of a trace; where it is not drawn, a page that says why, above all of its formulas as a table."""
    try:
        document = document_of(trace.moment)
    except GlassnetError as reason:
        return plain_page(trace, str(reason))
    return page_at(document, trace.title)


def page_at(document: dict[str, Any], title: str, *, hide: str = "", output: int = 0) -> str:
    """The page of a document that :func:`document_of` made.

    Parameters
    ----------
    document : dict
    title : str
    hide : str
        Panels that are not shown.
    output : int
        Whose formulas stand there first.
    """
    begun = {
        **document,
        "address": f"{document['address']}&hide={hide}",
        "step": {**document["step"], "output": output},
    }
    return page(title=f"glassnet: {title}", document=begun, is_alone=True)


def page_of_prediction(trace: ForwardTrace) -> str:
    """The page of a prediction, without a loss and a way back; where it is not drawn, its formulas as a table."""
    try:
        document = document_of_prediction(trace)
    except GlassnetError as reason:
        return plain_page(trace, str(reason))
    return page(title=f"glassnet: {trace.title}", document=document, is_alone=True)


def document_of_prediction(trace: ForwardTrace) -> dict[str, Any]:
    """What the page begins with, as plain data: samples without targets, in whose place nothing is shown.

    Raises
    ------
    ArgumentError, EngineError
        As :func:`document_of`.
    """
    network, x = trace.record.network, trace.record.x
    outputs = network.plan().n_outputs
    nothing = np.zeros((len(x), outputs))
    weights = np.ones((len(x), 1))
    moment = Moment(network, losses.MeanSquaredError(), optimizers.SGD(), x, nothing, weights, len(x))
    values = {
        "task": "regression", "labels": None, "values": nothing.ravel().tolist(), "n_values": outputs,
        "classNames": [],
    }  # fmt: skip
    document = _document(moment, values | {"form": "values"})
    document["step"]["prediction"] = True
    hidden = "data,network,training,view,output"
    return document | {"title": "a prediction", "address": f"{document['address']}&hide={hidden}"}


def plain_page(trace: Written, reason: str) -> str:
    """The formulas of a trace as a table, and why they are not the page."""
    style = "body { font: 16px/1.5 var(--text); color: var(--ink); background: var(--paper); margin: 1.5rem }"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>glassnet: {markup(trace.title)}</title>'
        f"<style>{stylesheet()}{style}</style></head><body><p>These are the formulas as a table: {markup(reason)}.</p>"
        f"{trace._repr_html_()}</body></html>\n"
    )


def document_of(moment: Moment) -> dict[str, Any]:
    """What the page begins with, as plain data.

    Raises
    ------
    ArgumentError, EngineError
        If the page does not draw or compute what the training is made of, by name.
    """
    return _document(moment, _targets(moment))


def _document(moment: Moment, targets: dict[str, Any]) -> dict[str, Any]:
    _refuse(moment)
    catalogue(own_parts(moment.network, moment.loss))
    found = spec_of(moment.network, optimizer=moment.optimizer, loss=moment.loss)
    k = moment.loss.rows_per_sample
    batch = 0 if moment.batch_size >= len(moment.x) else moment.batch_size // k
    step = {
        **found, "batch": batch, "shuffle": moment.shuffle, "ahead": moment.ahead,
        "head": {
            "loss": found["spec"]["loss"]["name"], "form": targets.pop("form"),
            "outputs": moment.network.plan().n_outputs, "classes": len(targets["classNames"]),
            "activation": found["spec"]["layers"][-1].get("activation", {"name": "linear"})["name"],
        },
    }  # fmt: skip
    return {
        "title": "a step of a training", "table": None, "model": None, "data": _samples(moment) | targets, "step": step,
        "own": own_parts(moment.network, moment.loss),
        "address": f"data=given&standardize=0&validation=0&batch={batch}",
    }  # fmt: skip


def _refuse(moment: Moment) -> None:
    """Raise `ArgumentError` where the page would not show just this step."""
    if (moment.weights != 1).any():
        raise ArgumentError("the page does not write weights of samples or classes")
    vectors = 2 + moment.optimizer.n_states
    size = moment.x.size + vectors * moment.network.parameters.size
    if size > MOST_NUMBERS:
        raise ArgumentError(
            f"samples and parameters are {size:,} numbers, and the page takes up to {MOST_NUMBERS:,}"
        )


def _samples(moment: Moment) -> dict[str, Any]:
    width = moment.x.shape[1]
    names = list(map(str, Meaning.of(moment.network.metadata).features))
    is_image = width == 64 and moment.x.min() >= 0 and moment.x.max() <= 1
    return {
        "name": "given", "n": len(moment.x), "width": width, "X": moment.x.ravel().tolist(),
        "featureNames": names if len(names) == width else [f"x{column}" for column in range(width)],
        "image": [8, 8] if is_image else None,
    }  # fmt: skip


def _targets(moment: Moment) -> dict[str, Any]:
    """Targets as the page's data have them, and the form in which the loss takes them."""
    loss, n_outputs = moment.loss, moment.network.plan().n_outputs
    y = moment.y[:, : loss.n_targets(n_outputs)] if loss.outputs_per_target > 1 else moment.y
    if loss.members:
        return told_of_groups(loss, y) | {"form": data_of(loss)}
    labels, form, n_classes = _classes(y, loss, n_outputs)
    if form == "values":
        return {
            "task": "regression", "labels": None, "values": y.ravel().tolist(), "n_values": y.shape[1],
            "classNames": [], "form": form,
        }  # fmt: skip
    names = list(map(str, Meaning.of(moment.network.metadata).classes))
    return {
        "task": "classification", "labels": labels.tolist(), "values": None, "n_values": 0, "form": form,
        "classNames": names if len(names) == n_classes else list(map(str, range(n_classes))),
    }  # fmt: skip


def _classes(y: Array, loss: Loss, n_outputs: int) -> tuple[NDArray[np.int64], str, int]:
    """Labels, the form of the targets, and how many classes there are; the form of other targets is values."""
    if loss.targets == "labels":
        names, places = np.unique(y, return_inverse=True)
        return places.astype(np.int64).ravel(), "labels", len(names)
    if loss.takes_classes:
        return y.astype(np.int64).ravel(), "classes", n_outputs
    values, is_column = set(np.unique(y).tolist()), y.shape[1] == 1
    if is_column and values <= {0.0, 1.0}:
        return y[:, 0].astype(np.int64), "column", 2
    if is_column and values <= {-1.0, 1.0} and loss.only_targets:
        return ((y[:, 0] + 1) / 2).astype(np.int64), "signs", 2
    if not is_column and values <= {0.0, 1.0} and (y.sum(axis=1) == 1).all():
        return y.argmax(axis=1), "rows", y.shape[1]
    return np.empty(0, np.int64), "values", 0
