"""What flows through a network, computed here, layer by layer: the referee of what a diagnosis says about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

import glassnet as gn
from benchmarks.diagnosis.learning import compared
from benchmarks.diagnosis.problems import Array
from glassnet import activations
from glassnet.losses import Loss


@dataclass(frozen=True)
class Signal:
    """Of one dense layer with the activation behind it: before (z) and after (a), (n_samples, units).

    ``scale`` is what batch norm behind the activation multiplies it by.
    """

    activation: activations.ActivationFunction
    z: Array
    a: Array
    weights: Array
    scale: Array | float = 1.0

    @property
    def never_active(self) -> Array:
        """For each unit whether it is a rectifier that gives 0 for every sample."""
        return (self.a == 0).all(axis=0) & isinstance(self.activation, activations.ReLU)

    @property
    def saturated(self) -> Array:
        """For each unit the share of samples where its slope is below 5 % of the steepest."""
        if isinstance(self.activation, activations.Tanh):
            return (1 - self.a**2 < 0.05).mean(axis=0)
        if isinstance(self.activation, activations.Sigmoid):
            return (4 * self.a * (1 - self.a) < 0.05).mean(axis=0)
        return np.zeros(self.z.shape[1])

    @property
    def gain(self) -> float:
        """Root mean square of the weights times the root of the number of inputs; about 1 is usual."""
        return float(np.sqrt(np.mean(self.weights**2) * len(self.weights)))

    @property
    def repeated(self) -> float:
        """Share of units that have the same incoming weights as another one."""
        n, sizes = self.weights.shape[1], np.linalg.norm(self.weights, axis=0)
        apart = np.linalg.norm(self.weights[:, :, None] - self.weights[:, None, :], axis=0)
        same = apart <= 1e-5 * np.minimum(sizes[:, None], sizes)
        return float((same.sum(axis=0) > 1).mean()) if n > 1 else 0.0


def signals(network: gn.Network, X: Array) -> list[Signal]:
    """The signal of every dense layer, in float64, as in prediction."""
    found: list[Signal] = []
    a = np.asarray(X, np.float64)
    with np.errstate(all="ignore"):
        for layer in network.layers:
            if isinstance(layer, gn.Dense):
                weights = np.asarray(layer.weights, np.float64)
                z = a @ weights + (layer.bias if layer.use_bias else 0.0)
                function = activations.get(layer.activation)
                a = function.value(z)
                found.append(Signal(function, z, a, weights))
            elif isinstance(layer, gn.Activation):
                function = activations.get(layer.activation)
                before, a = a, function.value(a)
                found[-1] = replace(found[-1], activation=function, z=before, a=a)
            elif isinstance(layer, gn.BatchNorm):
                spread = np.sqrt(layer.view("running_variance") + layer.epsilon)
                a = layer.weights * (a - layer.view("running_mean")) / spread + layer.bias
                found[-1] = replace(found[-1], scale=layer.weights / spread)
            elif isinstance(layer, gn.LayerNorm):
                centred = a - a.mean(axis=1, keepdims=True)
                spread = np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + layer.epsilon)
                a = layer.weights * centred / spread + layer.bias
    return found


def gradient_sizes(network: gn.Network, X: Array, y: Array, loss: Loss) -> Array:
    """Root mean square of the gradient of every dense layer's weights, in float64."""
    copy = gn.Network(
        [layer for layer in network.layers if not isinstance(layer, gn.Dropout)],
        dtype="float64", input_shape=network.input_shape, seed=0,
    )  # fmt: skip
    copy.parameters = network.parameters
    copy.running_statistics[...] = network.running_statistics
    with np.errstate(all="ignore"):
        output = copy.forward(X)
        copy.backward(compared(loss, y, output)[1])
    slots = [
        slot
        for slot in copy.layout.parameters
        if slot.parameter.name == "weights" and isinstance(copy.layers[slot.layer], gn.Dense)
    ]
    with np.errstate(over="ignore"):
        return np.array([np.sqrt(np.mean(copy.gradients[slot.start : slot.stop] ** 2)) for slot in slots])


def error_sizes(network: gn.Network, X: Array, y: Array, loss: Loss) -> Array:
    """Root mean square of the loss's gradient with respect to each dense layer's z, by the chain rule."""
    flow, sizes = signals(network, X), []
    with np.errstate(all="ignore"):
        fused = loss.on_logits(flow[-1].activation)
        gradient = compared(loss, y, flow[-1].a)[1]
        for place, signal in reversed(list(enumerate(flow))):
            error = signal.activation.backward(signal.z, signal.a, gradient * signal.scale)
            if (
                fused is not None and place == len(flow) - 1
            ):  # as it is trained: no sure and wrong answer is lost
                error = compared(fused, y, signal.z)[1]
            sizes.append(float(np.sqrt(np.mean(error**2))))
            gradient = error @ signal.weights.T
    return np.array(sizes[::-1])


def indistinct(a: Array, y: Array) -> float:
    """Share of samples that must be answered wrongly, since their row of `a` is that of samples with another target.

    Of those that share a row, the ones that have not the most frequent class, or a value far from their median.
    """
    scale = np.abs(a).max() or 1.0
    _, place = np.unique(np.round(a / scale, 6) + 0.0, axis=0, return_inverse=True)
    lost = 0
    for group in range(place.max() + 1):
        targets = y[place.ravel() == group]
        if y.ndim == 1:
            lost += len(targets) - int(np.bincount(targets).max())
        else:
            lost += int((np.abs(targets - np.median(targets)) > 0.5 * y.std()).sum())
    return lost / len(y)
