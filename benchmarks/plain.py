"""Neural networks in plain NumPy, as somebody writes them who has just learned how they work.

`digits` is one function with all of the mathematics in its loop; `xor` is built from classes, a layer that remembers
what it was given and a network that asks its layers one after the other.
"""

from __future__ import annotations

import numpy as np


def digits(X, Y, parameters, epochs, learning_rate):
    """Inputs, ReLU, softmax; categorical cross-entropy; full batch. Returns the loss of every epoch."""
    W1, b1, W2, b2 = parameters
    m = len(X)
    losses = []
    for _ in range(epochs):
        Z1 = X @ W1 + b1
        A1 = np.maximum(0, Z1)
        Z2 = A1 @ W2 + b2
        exps = np.exp(Z2 - np.max(Z2, axis=1, keepdims=True))
        A2 = exps / np.sum(exps, axis=1, keepdims=True)
        losses.append(-np.sum(Y * np.log(A2 + 1e-8)) / m)

        dZ2 = A2 - Y
        dW2 = A1.T @ dZ2 / m
        db2 = np.sum(dZ2, axis=0, keepdims=True) / m
        dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
        dW1 = X.T @ dZ1 / m
        db1 = np.sum(dZ1, axis=0, keepdims=True) / m

        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
        W2 -= learning_rate * dW2
        b2 -= learning_rate * db2
    return losses


class ReLU:
    def forward(self, z):
        return np.maximum(0, z)

    def backward(self, z):
        return z > 0


class Sigmoid:
    def forward(self, z):
        return 1 / (1 + np.exp(-z))

    def backward(self, z):
        a = self.forward(z)
        return a * (1 - a)


class Layer:
    def __init__(self, weights, bias, activation):
        self.weights, self.bias, self.activation = weights, bias, activation

    def forward(self, inputs):
        self.inputs = inputs
        self.z = inputs @ self.weights + self.bias
        return self.activation.forward(self.z)

    def backward(self, d_output):
        d_z = d_output * self.activation.backward(self.z)
        self.d_weights = self.inputs.T @ d_z
        self.d_bias = np.sum(d_z, axis=0, keepdims=True)
        return d_z @ self.weights.T


class Network:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, d_output):
        for layer in reversed(self.layers):
            d_output = layer.backward(d_output)

    def update(self, learning_rate):
        for layer in self.layers:
            layer.weights -= learning_rate * layer.d_weights
            layer.bias -= learning_rate * layer.d_bias


def xor(X, y, parameters, epochs, learning_rate):
    """Inputs, ReLU, sigmoid; binary cross-entropy; full batch. Returns the loss of every epoch."""
    W1, b1, W2, b2 = parameters
    network = Network([Layer(W1, b1, ReLU()), Layer(W2, b2, Sigmoid())])
    losses = []
    for _ in range(epochs):
        output = np.clip(network.forward(X), 1e-7, 1 - 1e-7)
        losses.append(-np.mean(y * np.log(output) + (1 - y) * np.log(1 - output)))
        network.backward((output - y) / (output * (1 - output)) / len(X))
        network.update(learning_rate)
    return losses
