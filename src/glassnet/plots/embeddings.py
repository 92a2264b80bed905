"""Samples as a hidden layer sees them, in two dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import ArgumentError, ShapeError
from glassnet.plan import DENSE, DROPOUT
from glassnet.plots.boundary import gives_classes
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import layer_name
from glassnet.plots.drawing.points import classes_of, scatter_classes, scatter_values, values_of
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.network.network import Network
    from glassnet.plots.drawing.picture import Picture

_LEAST_SAMPLES = {"pca": 2, "tsne": 4}
_PERPLEXITY = 30.0


@explained
def embedding(
    network: Network,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    layer: int | None = None,
    method: str = "pca",
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Picture:
    """Draw each sample as a point, near to those that a layer answers alike.

    Parameters
    ----------
    network : Network
        Built.
    X : array_like, (n_samples, n_features)
    y : array_like, optional
        Targets, which give the points their colours: one colour for each class, or shades of a value.
    layer : int, optional
        Whose outputs in prediction to draw, an index of ``network.layers``; by default the last one where the network
        was trained by a loss of distances, and else the last one before the last dense layer, dropout left out.
    method : {"pca", "tsne"}
        The two directions in which the outputs vary most (Pearson 1901), or t-SNE of scikit-learn (van der Maaten and
        Hinton 2008; perplexity 30 or a third of the samples, seed 0), whose distances between groups mean nothing.
    class_names : sequence of str, optional
        One for each class.

    Raises
    ------
    NotBuiltError, ShapeError, DataError
        If the network is not built, X or y do not fit it, there are too few samples, or the layer has one output.
    ArgumentError
        If there is no such layer or method.
    MissingDependencyError
        If matplotlib, or scikit-learn for t-SNE, is not installed.
    """
    checks.choice("method", method, _LEAST_SAMPLES)
    if class_names is not None:
        checks.names("class_names", class_names)
    rows = checks.network("network", network).features(X)
    index = _default_layer(network) if layer is None else checks.integer("layer", layer, least=0)
    outputs = layer_outputs(network, rows, index).astype(np.float64)
    least = _LEAST_SAMPLES[method]
    if len(outputs) < least or outputs.shape[1] < 2:
        raise ShapeError(
            f"an embedding by {method} needs at least {least} samples and 2 outputs; layer {index} gives "
            f"{len(outputs)} samples of {outputs.shape[1]}"
        )
    points, labels = principal_components(outputs) if method == "pca" else _neighbours(outputs)
    ax = canvas.axes_of(ax, 4.8, 3.6)
    if y is None:
        ax.scatter(points[:, 0], points[:, 1], s=12, color=canvas.BLUE)
    elif _are_labels(network, y):
        _scatter_labels(ax, points, checks.array("y", y), class_names)
    elif gives_classes(network):
        scatter_classes(ax, points, classes_of(network, y, len(points)), class_names)
    else:
        shade = scatter_values(ax, points, values_of(y, len(points)))
        ax.figure.colorbar(shade, ax=ax, label="target", aspect=30)
    canvas.few_ticks(ax)
    ax.set_xlabel(labels[0])
    ax.set_ylabel(labels[1])
    ax.set_title(f"outputs of layer {index}: {layer_name(network.layers[index])}", fontsize="small")
    return ax


def _default_layer(network: Network) -> int:
    if network.loss is not None and network.loss.targets == "labels":
        return network.plan().rows[-1].layer
    return _hidden(network)


def _are_labels(network: Network, y: ArrayLike) -> bool:
    """Whether targets say which samples belong together: for a loss of distances, or no values of these outputs."""
    if network.loss is not None:
        return network.loss.targets == "labels"
    array = checks.array("y", y)
    several = network.plan().n_outputs > 1 and not gives_classes(network)
    return several and array.size == len(array) and array.dtype.kind in "biu"


def _scatter_labels(
    ax: Axes, points: NDArray[Any], y: NDArray[Any], class_names: Sequence[str] | None
) -> None:
    """A colour for each label that occurs, in their order; labels need not begin at 0."""
    if y.size != len(points):
        raise ShapeError(f"X has {len(points)} samples and y has {y.size}; they must be equal")
    labels, classes = np.unique(y.reshape(-1), return_inverse=True)
    names = [f"class {label}" for label in labels.tolist()] if class_names is None else class_names
    scatter_classes(ax, points, classes, names)


def layer_outputs(network: Network, rows: NDArray[Any], index: int) -> NDArray[Any]:
    """What layer `index` gives in prediction for checked rows, (n_samples, n_outputs)."""
    plan = network.plan()
    upto = [place for place, row in enumerate(plan.rows) if row.layer == index]
    if not upto:
        computing = ", ".join(str(row.layer) for row in plan.rows)
        raise ArgumentError(f"layer must be one that computes, {computing}; got {index!r}")
    return NumpyEngine().forward(replace(plan, rows=plan.rows[: upto[0] + 1]), network.vectors, rows)


def principal_components(
    outputs: NDArray[np.float64],
) -> tuple[NDArray[np.float64], tuple[str, str]]:
    """Coordinates (n, 2) along the two directions of largest variance, and what to call them.

    Each direction points to where its largest entry is positive.
    """
    centred = outputs - outputs.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    total = float(np.square(sizes).sum()) or 1.0
    two = directions[:2]
    two = two * np.sign(two[np.arange(2), np.abs(two).argmax(axis=1)])[:, None]
    first, second = (
        f"principal component {number} ({100 * size**2 / total:.3g} %)"
        for number, size in zip((1, 2), sizes, strict=False)
    )
    return centred @ two.T, (first, second)


def _hidden(network: Network) -> int:
    """The last layer that computes before the last dense one, dropout left out."""
    rows = [row for row in network.plan().rows if row.kind != DROPOUT]
    last = max((place for place, row in enumerate(rows) if row.kind == DENSE), default=0)
    if last == 0:
        raise ArgumentError(
            "this network has no hidden layer; choose the layer to draw, such as layer=0 for its outputs"
        )
    return rows[last - 1].layer


def _neighbours(outputs: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[str, str]]:
    manifold = require("sklearn.manifold", extra="data", purpose="an embedding by t-SNE")
    perplexity = min(_PERPLEXITY, (len(outputs) - 1) / 3)
    points = manifold.TSNE(perplexity=perplexity, init="pca", random_state=0).fit_transform(outputs)
    return np.asarray(points, np.float64), ("t-SNE coordinate 1", "t-SNE coordinate 2")
