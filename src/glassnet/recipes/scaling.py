"""Scaling of samples and targets, beside a network or inside it, where it needs nothing but its own layers."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.activations import Linear
from glassnet.datasets.preparation import Standardizer
from glassnet.errors import DataError, ShapeError
from glassnet.layers import Dense, Flatten, Layer
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained

# Where a column lies further from zero than this many of its spreads, float32 keeps too few digits of what differs.
_MOST_SPREADS = 100.0
_SMALLEST, _LARGEST = 1e-18, 1e18


@dataclass(frozen=True, eq=False)
class Scaling:
    """z = (x - mean) / scale for each column; mean and scale have shape (n_columns,)."""

    mean: Floats
    scale: Floats

    @classmethod
    def none(cls, n_columns: int) -> Scaling:
        """Leaves everything as it is."""
        return cls(np.zeros(n_columns), np.ones(n_columns))

    @classmethod
    def measured(cls, name: str, samples: Floats) -> Scaling:
        """Gives these samples mean 0 and standard deviation 1; raises `DataError` if they are too large for that."""
        with np.errstate(over="ignore", invalid="ignore"):
            standardizer = Standardizer().fit(samples)
        if not np.isfinite(standardizer.scale).all():
            raise DataError(
                f"{name} holds numbers up to {np.abs(samples).max():.3g}, too large to measure their spread; "
                "give them in a larger unit"
            )
        return cls(standardizer.mean, standardizer.scale)

    @property
    def changes_something(self) -> bool:
        """Whether anything is shifted or scaled."""
        return bool(self.mean.any() or (self.scale != 1).any())

    def apply(self, x: Floats) -> Floats:
        """z = (x - mean) / scale."""
        return (x - self.mean) / self.scale

    def undo(self, z: NDArray[Any]) -> Floats:
        """x = z scale + mean."""
        return z * self.scale + self.mean

    def to_plain(self) -> dict[str, list[float]]:
        """Mean and scale as lists, for JSON."""
        return {"mean": self.mean.tolist(), "scale": self.scale.tolist()}

    @classmethod
    def from_plain(cls, plain: Any, n_columns: int) -> Scaling:
        """From lists; raises if they are not ones of that many columns."""
        mean, scale = (np.array(plain[key], np.float64) for key in ("mean", "scale"))
        if not mean.shape == scale.shape == (n_columns,) or not np.isfinite(mean + scale).all():
            raise ValueError("a scaling does not fit the network")
        if scale.min() <= 0:
            raise ValueError("a scale is not above 0")
        return cls(mean, scale)


@explained
def scaling_inside(
    network: Network,
    inputs: Scaling | Standardizer | None = None,
    targets: Scaling | Standardizer | None = None,
) -> Network:
    """The network whose prediction for x is ``targets.undo(network.predict(inputs.apply(x)))``.

    The scaling moves into the first and the last dense layer::

        z = ((x - mean) / scale) W + b = x W' + b'       W' = W / scale,  b' = b - (mean / scale) W
        y = (a W + b) scale + mean     = a W' + b'       W' = W scale,    b' = b scale + mean

    Where there is no such layer, or it has no bias, or a penalty, which would change with its weights, a linear dense
    layer is added for it. The dtype is float64 where float32 could not hold columns that lie far from zero. The state
    of training belongs to the weights as they were and is left out.

    Parameters
    ----------
    network : Network
        Built.
    inputs, targets : Scaling or Standardizer, optional
        Of the features and of the outputs, one mean and scale for each; by default they stay as they are.

    Raises
    ------
    NotBuiltError
        Before the network is built, or the standardizer fitted.
    ArgumentError, ShapeError
        For something else, or of another number of columns.
    """
    checks.network("network", network)
    inputs = _scaling("inputs", inputs, network.layout.n_features)
    targets = _scaling("targets", targets, network.plan().n_outputs)
    result = _with_ends(network, inputs, targets)
    dense = [layer for layer in result.layers if isinstance(layer, Dense)]
    if inputs.changes_something:
        first, shares = dense[0], 1 / inputs.scale
        first.bias = first.bias - (inputs.mean * shares) @ first.weights
        first.weights = first.weights * shares[:, None]
    if targets.changes_something:
        last = dense[-1]
        last.weights = last.weights * targets.scale
        last.bias = last.bias * targets.scale + targets.mean
    suffices = network.dtype == np.float32 and _suits_float32(inputs) and _suits_float32(targets)
    return _like(network, result.layers, result.parameters, "float32" if suffices else "float64")


def _scaling(name: str, scaling: Scaling | Standardizer | None, n_columns: int) -> Scaling:
    if scaling is None:
        return Scaling.none(n_columns)
    if isinstance(scaling, Standardizer):
        scaling = Scaling(scaling.mean, scaling.scale)
    checks.instance(name, scaling, Scaling, "a fitted Standardizer")
    if scaling.mean.shape != (n_columns,):
        raise ShapeError(f"{name} must scale {n_columns} columns; got {len(scaling.mean)}")
    return scaling


def _with_ends(network: Network, inputs: Scaling, targets: Scaling) -> Network:
    """The same network in float64, with layers that can take the scaling."""
    layers, parameters = list(network.layers), [network.parameters.astype(np.float64)]
    n_flat = int(isinstance(layers[0], Flatten))
    if inputs.changes_something and not _is_free(layers[n_flat]):
        layers.insert(n_flat, Dense(len(inputs.scale)))
        parameters.insert(0, _identity(len(inputs.scale)))
    if targets.changes_something and not (_is_free(layers[-1]) and _is_linear(layers[-1])):
        layers.append(Dense(len(targets.scale)))
        parameters.append(_identity(len(targets.scale)))
    return _like(network, tuple(layers), np.concatenate(parameters), "float64")


def _is_free(layer: Layer) -> bool:
    """Whether nothing depends on how large the weights and the bias of this layer are."""
    if not isinstance(layer, Dense):
        return False
    return layer.use_bias and not any((layer.l1, layer.l2, layer.bias_l1, layer.bias_l2))


def _is_linear(layer: Layer) -> bool:
    return isinstance(layer, Dense) and layer.activation == Linear()


def _identity(n: int) -> Floats:
    """Weights and bias of a dense layer that changes nothing."""
    return np.concatenate([np.eye(n).ravel(), np.zeros(n)])


def _suits_float32(scaling: Scaling) -> bool:
    near = (np.abs(scaling.mean) <= _MOST_SPREADS * scaling.scale).all()
    return bool(near and scaling.scale.min() >= _SMALLEST and scaling.scale.max() <= _LARGEST)


def _like(
    network: Network,
    layers: tuple[Layer, ...],
    parameters: Floats,
    dtype: str,
) -> Network:
    """A network of these layers and parameters, with everything else of `network` but its state of training."""
    result = Network(layers, seed=0, dtype=dtype, input_shape=network.input_shape)
    result.parameters = parameters
    result.running_statistics[...] = network.running_statistics
    result.streams = copy.deepcopy(network.streams)
    result.loss, result.metadata = network.loss, copy.deepcopy(network.metadata)
    return result
