"""``gn.play``: the page opened on some data, or a network, in the browser of this machine."""

from __future__ import annotations

import base64
import copy
import webbrowser
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import datasets, losses
from glassnet.bridges import writing
from glassnet.bridges.files import load
from glassnet.browser.networks import own_parts
from glassnet.browser.page import embedding, steps, tables
from glassnet.browser.page.catalogue import catalogue
from glassnet.browser.page.document import page
from glassnet.browser.page.groups import group_data
from glassnet.browser.page.opened import Play, bridge_or_none, refuse_unshown
from glassnet.browser.page.server import Server
from glassnet.browser.page.shared import Shared, model_bytes
from glassnet.errors import ArgumentError, DataError
from glassnet.insight.trace.forward import ForwardTrace
from glassnet.insight.trace.replay import Replay
from glassnet.insight.trace.trace import Trace
from glassnet.network.network import Network
from glassnet.recipes.description import Description
from glassnet.recipes.sources import Source, of_arrays, read
from glassnet.support import checks, notebook
from glassnet.support.calls import explained
from glassnet.support.text import in_one_line
from glassnet.training.data import Request, prepare
from glassnet.training.evaluation import default_loss

if TYPE_CHECKING:
    from os import PathLike

_DRAWN = ("xor", "circles", "moons", "spiral", "blobs", "sine")
MOST_VALUES = 2_000_000
_LARGEST = 1e100


@explained
def play(
    what: str | Network | Trace | ForwardTrace | Replay | None = None,
    X: ArrayLike | None = None, y: ArrayLike | None = None, *,
    output: str | PathLike[str] | None = None, browser: bool = True, port: int = 0, folder: str | PathLike[str] = ".",
) -> Play | None:  # fmt: skip
    """Open the page on some data or a network: see it, train it, change it.

    A server on this machine alone hands the page out; it returns at once.

    Parameters
    ----------
    what : str, path, Network, Trace, ForwardTrace or Replay, optional
        The name of a data set, a file (``.csv``, ``.npz`` with X and y), a ``.safetensors`` model, a network that is
        built, a step of a training or a prediction; without it the page opens on circles.
    X, y : array_like, optional
        Samples and targets in the place of the page's: classes as integers or text, or values.
    output : path, optional
        Write the page into one file, which needs no server and no network, and open nothing. A name that ends in
        ``.js`` becomes a script that puts the page, written beside it, into any site by one tag (docs/page.md).
    browser : bool
        Open the page in the browser; in a notebook it stands below the cell whose value is what comes back.
    port : int
        0 takes one that is free.
    folder : path
        Where the page may save models.

    Returns
    -------
    Play or None
        ``play.network`` is what the network has become, ``play.stop()`` ends the server. None where a file was written.

    Raises
    ------
    ArgumentError, DataError, ShapeError, EngineError, ModelFileError, MissingFileError
        If there is no such data or model, the data do not fit the network, or the page does not draw what it is made
        of, by name: what ``glassnet.js`` does not compute, and parts of one's own that cannot be translated.
    """
    file = None if output is None else _page_file(checks.path("output", output))
    document = document_of(what, X, y)
    title = f"glassnet: {in_one_line(document['title'])}"
    if file is not None:
        _write(file, page(title=title, document=document))
        return None
    into = checks.path("folder", folder)
    if not into.is_dir():
        raise ArgumentError(f"folder must be one that is there; got {str(into)!r}")
    port = checks.integer("port", port, least=0, most=65535)

    is_in_notebook = notebook.shell() is not None
    is_alone = is_in_notebook and document["data"] is not None
    data = document["data"] or {}
    shared = Shared(into, document.get("own", ()), data.get("members", 1))

    def shown(told: Mapping[str, str]) -> str:
        return page(title=title, document=document, server=told, is_alone=is_alone)

    bridge = bridge_or_none(shown, shared) if is_in_notebook else None
    opened = Play(shared, lambda: Server(shown, shared, port, is_in_notebook), bridge)
    if checks.truth("browser", browser) and not is_in_notebook:
        webbrowser.open(opened.address)
    return opened


def _page_file(path: Path) -> Path:
    """A file of another kind may be the user's data, and is not written over."""
    if path.suffix not in (".html", ".htm", ".js"):
        raise ArgumentError(
            f"output must be a name that ends in .html, or in .js for another site; got {str(path)!r}"
        )
    return path


def _write(path: Path, text: str) -> None:
    if path.suffix == ".js":
        embedding.write(path, text)
    else:
        writing.write(path, text.encode())


def document_of(what: Any, X: ArrayLike | None, y: ArrayLike | None) -> dict[str, Any]:
    """What the page begins with, as plain data."""
    name = "network"
    if isinstance(what, str | PurePath) and PurePath(what).suffix == ".safetensors":
        name, what = PurePath(what).name, load(what)
    if isinstance(what, Network) and what.loss is None and X is not None and y is not None:
        what = _with_loss(what, y)
    loss = what.loss if isinstance(what, Network) else None
    compares_groups = loss is not None and bool(loss.members)
    if not compares_groups and (X is None) != (y is None):
        raise ArgumentError("X and y go together: give both, or none")
    document: dict[str, Any] = {"title": "circles", "address": "", "data": None, "table": None, "model": None}
    if loss is not None and compares_groups:
        document |= {"data": group_data(loss, X, y), "address": "data=given"}
    elif X is not None and y is not None:
        document |= {"title": "data", "data": plain_data(of_arrays(X, y)), "address": "data=given"}
    if what is None:
        return document
    if isinstance(what, ForwardTrace):
        _refuse_data(X)
        return steps.document_of_prediction(what)
    if isinstance(what, Trace | Replay):
        _refuse_data(X)
        return steps.document_of((what.trace if isinstance(what, Replay) else what).moment)
    if isinstance(what, Network):
        if X is not None and not compares_groups:
            _refuse_misfit(what, X, y)
        return document | _of_network(what, name, document["data"] is not None)
    path = checks.path("what", what)
    if path.suffix in (".csv", ".tsv", ".txt"):
        return document | _of_table(path)
    if path.suffix == ".npz":
        return document | {
            "title": path.name,
            "data": plain_data(read(str(path))),
            "address": "data=given",
        }
    name = datasets.get(str(what)).name
    return document | {"title": name, "address": urlencode({"data": name})}


def _with_loss(network: Network, y: ArrayLike) -> Network:
    """A copy that has the loss which goes with its last activation and these targets, where that tells it."""
    if network.plan().rows[-1].activation.outputs not in ("classes", "probabilities"):
        return network
    copied = copy.deepcopy(network)
    copied.loss = default_loss(network, y)
    return copied


def _refuse_misfit(network: Network, X: ArrayLike, y: ArrayLike | None) -> None:
    """Raise what fit would raise of these samples: the page would show another network instead."""
    loss = network.loss or losses.MeanSquaredError()
    prepare(network, X, y, Request(loss, 1, None, False, None, 0.0, None, None))
    n_outputs, n_classes = network.plan().n_outputs, len(np.unique(np.asarray(y)))
    if loss.takes_classes and n_classes != n_outputs:
        raise ArgumentError(
            f"the network tells {n_outputs} classes apart, and y holds {n_classes}; the page draws an output for each "
            "class of its data: give samples of all classes"
        )


def _refuse_data(X: ArrayLike | None) -> None:
    if X is not None:
        raise ArgumentError("a step of a training has its own samples; leave X and y out")


def _of_table(path: Path) -> dict[str, Any]:
    return {
        "title": path.name, "table": {"name": path.name, "text": tables.text_of(path)},
        "address": "data=own",
    }  # fmt: skip


def _of_network(network: Network, name: str, has_data: bool) -> dict[str, Any]:
    own = own_parts(network)
    refuse_unshown(network, own)
    catalogue(own)
    model = base64.b64encode(model_bytes(network, own)).decode()
    opened = {"title": name, "model": {"name": name, "bytes": model}, "own": own}
    chosen = {"data": "given", "standardize": 0, "validation": 0} if has_data else _data_for(network)
    batch = {} if network.state is None else {"batch": network.state.batch_size or 0}
    return opened | {"address": urlencode({**chosen, **batch})}


def _data_for(network: Network) -> Mapping[str, Any]:
    """The data that a network was trained on, where they are a data set's, else one with as many inputs and outputs.

    As they are: the model of a command has the scaling of its samples inside.
    """
    description, n_outputs = Description.of(network), network.plan().n_outputs
    if description.source in datasets.names():
        return {"data": description.source, "standardize": 0}
    for name in _DRAWN:
        dataset = datasets.get(name)
        n_classes = 1 if dataset.target_names is None else len(dataset.target_names)
        if dataset.X.shape[1] == network.layout.n_features and n_outputs in (n_classes, n_classes - 1):
            return {"data": name, "standardize": 0}
    raise ArgumentError(
        f"the network takes {network.layout.n_features} inputs and gives {n_outputs} outputs, and it is not known "
        "what it was trained on; give data: gn.play(network, X, y)"
    )


def _refuse_large(values: NDArray[Any], name: str) -> None:
    largest = np.abs(values).max(initial=0.0)
    if largest > _LARGEST:
        raise DataError(
            f"{name} holds numbers up to {largest:.3g}, and the page, which squares them, takes them up to {_LARGEST:g}"
        )


def plain_data(source: Source) -> dict[str, Any]:
    """Samples as the page's modules take them."""
    if source.X.size > MOST_VALUES:
        raise ArgumentError(
            f"X holds {source.X.size:,} numbers, and the page takes up to {MOST_VALUES:,}; give a part of the samples"
        )
    _refuse_large(source.X, "X")
    classes = source.task == "classification" and not source.multi_label and source.labels is not None
    places = {name: place for place, name in enumerate(source.class_names)}
    values = source.values
    if not classes and values is None:
        raise ArgumentError("y holds neither classes nor numbers")
    if not classes and values is not None:
        _refuse_large(values, "y")
    return {
        "name": "given", "task": "classification" if classes else "regression", "n": len(source.X),
        "width": source.X.shape[1], "X": source.X.ravel().tolist(),
        "labels": [places[str(label)] for label in source.labels] if classes and source.labels is not None else None,
        "values": None if classes or values is None else values.ravel().tolist(),
        "n_values": 0 if classes or values is None else values.shape[1],
        "featureNames": list(source.feature_names), "classNames": list(source.class_names) if classes else [],
        "image": [8, 8] if source.X.shape[1] == 64 and source.X.min() >= 0 and source.X.max() <= 1 else None,
    }  # fmt: skip
