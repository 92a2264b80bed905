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
FIRST_FIT = """
import numpy as np

class Classifier:
    def __init__(self, n_hidden=4, learning_rate=0.01):
        self.n_hidden, self.learning_rate, self._w1, self._w2 = n_hidden, learning_rate, None, None

    def _initialize(self, X, y):
        self._X, self._y = X, np.eye(len(set(y)))[y]
        self._w1 = np.random.rand(X.shape[1], self.n_hidden)
        self._w2 = np.random.rand(self.n_hidden, len(set(y)))

    def fit(self, X, y):
        self._initialize(X, y)
        for i in range(1000):
            self.feed_forward(self._X)
            self.backpropagate()

    def feed_forward(self, data):
        self.hidden = np.tanh(data @ self._w1)
        e = np.exp(self.hidden @ self._w2)
        self.output = e / e.sum(axis=1, keepdims=True)

    def backpropagate(self):
        delta = self.output - self._y
        back = delta @ self._w2.TSLIP
        self._w2 -= self.learning_rate * self.hidden.T @ delta
        self._w1 -= self.learning_rate * self._X.T @ back
"""

LIST_OF_LAYERS = """
import numpy as np

class Sigmoid:
    def forward(self, z):
        self.a = 1 / (1 + np.exp(-z))
        return self.a

    def backward(self, error):
        return error * self.a * (1 - self.a)

class Dense:
    def __init__(self, n_inputs, n_outputs):
        self.W, self.b = np.random.normal(size=(n_inputs, n_outputs)), np.zeros((1, n_outputs))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, error):
        self.dW = self.x.T @ error
        self.db = error.sum(axis=0, keepdims=True)
        return error @ self.W.T

class NeuralNetwork:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def loss(self, output, y):
        return np.mean((output - y) ** 2)

    def train(self, X, y, lr):
        error = 2 * (self.forward(X) - y) / y.size
        for layer in reversed(self.layers):
            error = layer.backward(error)SLIP
            if hasattr(layer, "W"):
                layer.W -= lr * layer.dW
                layer.b -= lr * layer.db
"""
KINDS["first fit"] = (FIRST_FIT, " * (1 - self.hidden**2)", "")
KINDS["list of layers"] = (LIST_OF_LAYERS, "", " + 0.1 * X.mean()")
