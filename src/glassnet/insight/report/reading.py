"""What a user gives for a report, checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import losses
from glassnet.errors import ArgumentError
from glassnet.insight.report.subject import NamedSamples, Names, Subject, Trained
from glassnet.insight.samples import checked, pair_of
from glassnet.losses import Loss
from glassnet.metrics.targets import several_hot
from glassnet.network import inputs
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.plots.drawing.naming import names_of
from glassnet.plots.images import sides
from glassnet.training.evaluation import default_loss

Given = tuple[Sequence[Any] | None, Sequence[Any] | None, tuple[int, int] | None, str]
_PIXEL = re.compile(r"pixel_(\d+)_(\d+)")


def read(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    history: History | None,
    loss: str | Loss | None,
    validation_data: tuple[ArrayLike, ArrayLike] | None,
    named: Given,
    test_data: tuple[ArrayLike, ArrayLike] | None = None,
) -> Subject:
    """The subject of a report; `named` are names of features and classes, the shape of images, and the source.

    Raises `GlassnetError` if anything does not fit the network.
    """
    objective = default_loss(network, y) if loss is None else losses.get(loss)
    refuse_embeddings(objective)
    training = _samples(network, "training", "", X, y, objective)
    held = _pair(network, "validation", "validation_data", validation_data, objective)
    test = _pair(network, "test", "test_data", test_data, objective)
    parts = [part for part in (training, held, test) if part is not None]
    trained = Trained(network, training, held, parts[-1])
    names = _names(network, parts, objective, named)
    return Subject(network, objective, training, held, test, trained, history, names)


def refuse_embeddings(loss: Loss) -> None:
    """Raise `ArgumentError` for a loss of distances, whose outputs predict nothing."""
    if loss.targets == "labels":
        raise ArgumentError(
            f"a report tells how well classes or values are predicted; {loss.name} trains embeddings, "
            "which predict neither. Draw them with gn.plots.embedding"
        )


def _pair(network: Network, name: str, option: str, pair: Any, loss: Loss) -> NamedSamples | None:
    if pair is None:
        return None
    return _samples(network, name, option, *pair_of(option, pair), loss)


def _samples(
    network: Network, name: str, option: str, X: ArrayLike, y: ArrayLike, loss: Loss
) -> NamedSamples:
    _, targets = checked(network, option, X, y, loss)
    targets_as_given = np.asarray(y)
    named = targets_as_given.dtype.kind not in "biuf" or (
        inputs.names_classes(targets, loss)
        and targets_as_given.size == len(targets_as_given)
        and bool((targets_as_given.ravel() != targets[:, 0]).any())
    )
    return NamedSamples(name, np.asarray(X), targets if named else targets_as_given)


def _names(network: Network, parts: list[NamedSamples], loss: Loss, named: Given) -> Names:
    features, classes, image_shape, source = named
    n_features, n_outputs = network.layout.n_features, network.plan().n_outputs
    meaning = network.meaning
    if features is None and len(meaning.features) == n_features:
        features = list(map(str, meaning.features))
    if classes is None and len(meaning.classes) == max(n_outputs, 2):
        classes = list(map(str, meaning.classes))
    feature_names = tuple(names_of("feature_names", features, n_features, "x"))
    class_names: tuple[str, ...] = ()
    if all(_names_classes(part, loss) for part in parts):
        class_names = tuple(names_of("class_names", classes, max(n_outputs, 2), ""))
    elif named[1] is not None:
        raise ArgumentError("class_names are for samples of classes; y holds values")
    return Names(source, feature_names, class_names, _image(network, feature_names, image_shape))


def _names_classes(part: NamedSamples, loss: Loss) -> bool:
    y = part.y.reshape(len(part.y), -1)
    return inputs.names_classes(y, loss) or (loss.domain == (0.0, 1.0) and several_hot(y))


def _image(network: Network, feature_names: tuple[str, ...], image_shape: Any) -> tuple[int, int] | None:
    """The rows and columns of pixels: as given, of samples with two axes, or of features that are called so."""
    shape = network.layout.input_shape
    if image_shape is None:
        return (shape[0], shape[1]) if len(shape) == 2 else image_of(feature_names)
    rows, columns = sides(image_shape)
    if rows * columns != network.layout.n_features:
        raise ArgumentError(
            f"image_shape must be rows and columns of {network.layout.n_features} pixels; got {image_shape!r}"
        )
    return rows, columns


def image_of(feature_names: Sequence[str]) -> tuple[int, int] | None:
    """The rows and columns of an image whose pixels are called pixel_0_0, pixel_0_1 ...; None for other features."""
    places = [_PIXEL.fullmatch(name) for name in feature_names]
    last = places[-1]
    if last is None or len(places) < 2:
        return None
    rows, columns = (int(number) + 1 for number in last.groups())
    expected = [f"pixel_{row}_{column}" for row in range(rows) for column in range(columns)]
    return (rows, columns) if list(feature_names) == expected else None
