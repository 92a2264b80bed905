"""The gradient of a network's prediction with respect to what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from glassnet.layers import Activation, BatchNorm, Dense, Dropout, Embedding, Layer, Residual
from glassnet.network.network import Network
from glassnet.support.arrays import Floats


class Predicting:
    """A network as it predicts, in float64, behind its embedding: what is learned for categories is its input.

    The activation that its loss contains is its last layer. Dropout is left out, and a batch norm is the affine
    function that its running statistics make of it.

    Attributes
    ----------
    embedding : Embedding or None
        The first layer of the network, where that is one.
    """

    def __init__(self, network: Network) -> None:
        first = network.layers[0]
        self.embedding = first if isinstance(first, Embedding) else None
        layers = network.layers[1:] if self.embedding else network.layers
        self._n_features = network.layout.n_features
        n_inputs = self._n_features
        if self.embedding is not None:
            (n_inputs,) = self.embedding.output_shape((self._n_features,))
        last = [] if network.loss is None else [Activation(network.loss.activation)]
        self._network = Network([*_still(layers), *last], seed=0, dtype="float64", input_shape=n_inputs)
        self._network.parameters = np.concatenate([*_parameters(layers), np.zeros(0)])

    def inputs(self, features: Floats) -> Floats:
        """What the layers behind the embedding read, (n_rows, n_inputs)."""
        if self.embedding is None:
            return np.asarray(features, np.float64)
        weights = np.asarray(self.embedding.weights, np.float64)
        vectors = [
            weights[offset + features[:, column].astype(np.int64)]
            for (column, _), offset in zip(self.embedding.pairs, self.embedding.offsets, strict=True)
        ]
        return np.hstack([features[:, self.embedding.passing(self._n_features)], *vectors])

    @property
    def feature_of_input(self) -> NDArray[np.int64]:
        """For each input of those layers the feature that it comes from."""
        if self.embedding is None:
            return np.arange(self._n_features)
        embedded = [column for column, _ in self.embedding.pairs for _ in range(self.embedding.dimension)]
        return np.array([*self.embedding.passing(self._n_features), *embedded])

    def outputs(self, inputs: Floats) -> Floats:
        """Of the last layer, (n_rows, n_outputs)."""
        outputs: Floats = self._network.forward(inputs).astype(np.float64)
        return outputs

    def gradient(self, output_gradient: Floats) -> Floats:
        """With respect to the inputs of the last :meth:`outputs`, (n_rows, n_inputs)."""
        return np.asarray(self._network.backward(output_gradient), np.float64)


def _still(layers: Sequence[Layer]) -> Iterator[Layer]:
    """The layers as they predict."""
    for layer in layers:
        match layer:
            case Dropout():
                continue
            case BatchNorm():
                yield Dense(layer.view("running_mean").size)
            case Residual():
                yield Residual(list(_still(layer.inner)))
            case _:
                yield layer


def _parameters(layers: Sequence[Layer]) -> Iterator[Floats]:
    """Of these, in their order."""
    for layer in layers:
        match layer:
            case Dropout():
                continue
            case BatchNorm():
                yield from _affine(layer)
            case Residual():
                yield from _parameters(layer.inner)
            case _:
                for parameter in layer.parameters((1,)):
                    yield np.asarray(layer.view(parameter.name), np.float64).ravel()


def _affine(layer: BatchNorm) -> Iterator[Floats]:
    """Weights and bias of the dense layer that does what a batch norm does in prediction."""
    mean, variance = (np.asarray(layer.view(f"running_{name}"), np.float64) for name in ("mean", "variance"))
    factor = np.asarray(layer.weights, np.float64) / np.sqrt(variance + layer.epsilon)
    yield np.diag(factor.ravel()).ravel()
    yield np.asarray(layer.bias, np.float64).ravel() - mean * factor.ravel()
