"""Learners' programs, one for each way in which a program may be put together; SLIP is what is wrong in them."""

INPUTS_BY_NAME = """
import numpy as np

def initialize_weights(inputs, hidden_units, outputs):
    w1 = np.random.rand(inputs, hidden_units) - 0.5
    w2 = np.random.rand(hidden_units, outputs) - 0.5
    return w1, w2

def forward_pass(x, w1, w2, activation):
    hidden = activation(np.dot(x, w1))
    return hidden, activation(np.dot(hidden, w2))

def backpropagation(x, y, w1, w2, activation, derivative, lr):
    hidden, output = forward_pass(x, w1, w2, activation)
    delta = (y - output) * derivative(output)
    back = np.dot(delta, w2.T)SLIP
    w2 += lr * np.dot(hidden.T, delta)
    w1 += lr * np.dot(x.T, back)
    return w1, w2
"""

COST_OF_A_VECTOR = """
import numpy as np

class SoftmaxRegression:
    def __init__(self, input_size, num_classes, lamda):
        self.input_size, self.num_classes, self.lamda = input_size, num_classes, lamda
        self.theta = 0.05 * np.random.normal(size=(num_classes * input_size, 1))

    def cost(self, theta, data, labels):
        theta = theta.reshape(self.num_classes, self.input_size)
        hot = np.eye(self.num_classes)[:, labels]
        e = np.exp(theta @ data)
        p = e / e.sum(axis=0)
        cost = -np.sum(hot * np.log(p)) / data.shape[1] + 0.5 * self.lamda * np.sum(theta**2)
        gradient = (p - hot) @ data.T / data.shape[1] + self.lamda * thetaSLIP
        return [cost, gradient.flatten()]
"""

COST_FUNCTION = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def costFunction(theta, X, y):
    h = sigmoid(X @ theta)
    J = -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))
    return J, X.T @ (h - y) / len(y)SLIP
"""

SETTINGS = """
from math import tanh
from random import random

class Perceptron:
    def __init__(self, topology):
        n, h, k = topology
        self._w1 = [[random() - 0.5 for _ in range(h)] for _ in range(n)]
        self._w2 = [[random() - 0.5 for _ in range(k)] for _ in range(h)]
        self._hidden, self._out, self._lr, self._fx = [0] * h, [0] * k, None, None

    def configuration(self, conf):
        self._lr = conf["lr"]
        self._fx = tanh if conf["fx"] is None else conf["fx"]
        self._steps = conf.get("epochs")

    def propagation(self, x):
        self._x = x
        for j in range(len(self._hidden)):
            self._hidden[j] = self._fx(sum(self._w1[i][j] * x[i] for i in range(len(x))))
        for k in range(len(self._out)):
            self._out[k] = self._fx(sum(self._w2[j][k] * self._hidden[j] for j in range(len(self._hidden))))
        return self._out

    def backpropagation(self, y):
        error = sum(0.5 * (y[k] - self._out[k]) ** 2 for k in range(len(y)))
        last = [(y[k] - self._out[k]) * (1 - self._out[k] ** 2) for k in range(len(y))]
        first = [sum(last[k] * self._w2[j][k] for k in range(len(y)))SLIP for j in range(len(self._hidden))]
        for j in range(len(self._hidden)):
            for k in range(len(y)):
                self._w2[j][k] += self._lr * last[k] * self._hidden[j]
        for i in range(len(self._x)):
            for j in range(len(self._hidden)):
                self._w1[i][j] += self._lr * first[j] * self._x[i]
        return error
"""

GLOBAL_NODES = """
import numpy as np

class Node:
    def __init__(self, children):
        self.theta, self.children = np.random.random(len(children)) - 0.5, children
        self.grad = np.zeros(len(children))

class Value:
    def __init__(self, z):
        self.z = z

bias, x0, x1 = Value(1), Value(0), Value(0)
hidden = [Node([bias, x0, x1]), Node([bias, x0, x1])]
out = Node([bias, *hidden])

def hypothesis(x):
    x0.z, x1.z = x[0], x[1]
    for node in (*hidden, out):
        node.z = 1 / (1 + np.exp(-node.theta @ np.array([child.z for child in node.children])))
    return [out.z]

def backpropagation_step(X, y, alpha):
    for i in range(len(y)):
        hypothesis(X[i])
        out.delta = 2 * (out.z - y[i]) * out.z * (1 - out.z)
        for j, node in enumerate(hidden):
            node.delta = out.delta * out.theta[j + 1]SLIP
        for node in (*hidden, out):
            node.grad += node.delta * np.array([child.z for child in node.children])
    for node in (*hidden, out):
        node.theta = node.theta - alpha * node.grad
        node.grad = np.zeros(len(node.theta))

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([0, 1, 1, 0])
"""
# Each program with what stands for SLIP where it is right, and where it is wrong.
KINDS = {
    "inputs by name": (INPUTS_BY_NAME, " * derivative(hidden)", ""),
    "cost of a vector": (COST_OF_A_VECTOR, "", " + 0.3 * data.mean()"),
    "cost function": (COST_FUNCTION, "", " + X[0]"),
    "settings": (SETTINGS, " * (1 - self._hidden[j] ** 2)", ""),
    "global nodes": (GLOBAL_NODES, " * node.z * (1 - node.z)", ""),
}
