"""Learners' files, as text."""

NETWORK = """
import numpy as np


class Network:
    def __init__(self, n_inputs=2, n_hidden=3, n_outputs=1):
        self.W1, self.b1 = np.random.randn(n_inputs, n_hidden), np.zeros(n_hidden)
        self.W2, self.b2 = np.random.randn(n_hidden, n_outputs), np.zeros(n_outputs)

    def forward(self, X):
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.A2 = 1 / (1 + np.exp(-(self.A1 @ self.W2 + self.b2)))
        return self.A2

    def loss(self, y, p):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backward(self, X, y):
        dZ2 = (self.A2 - y) / y.size
        dZ1 = dZ2 @ self.W2.T * (1 - self.A1**2)
        return {"W1": X.T @ dZ1, "b1": dZ1.sum(0), "W2": self.A1.T @ dZ2, "b2": dZ2.sum(0)}
"""
WRONG = NETWORK.replace(" * (1 - self.A1**2)", "")

FUNCTIONS = """
import numpy as np
import nowhere_to_be_found

data = np.loadtxt("training.csv")


def init_params():
    W1, b1 = np.random.rand(4, 3) - 0.5, np.random.rand(4, 1) - 0.5
    W2, b2 = np.random.rand(2, 4) - 0.5, np.random.rand(2, 1) - 0.5
    return W1, b1, W2, b2


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    A2 = np.exp(Z2) / sum(np.exp(Z2))
    return Z1, A1, Z2, A2


def one_hot(Y):
    found = np.zeros((Y.size, Y.max() + 1))
    found[np.arange(Y.size), Y] = 1
    return found.T


def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2
"""

PARTS = """
import numpy as np


class Base:
    def forward(self, X):
        raise NotImplementedError

    def backward(self, error, learning_rate):
        raise NotImplementedError


class Dense(Base):
    def __init__(self, n_inputs, n_units):
        self.weights, self.bias = np.random.randn(n_inputs, n_units), np.random.randn(1, n_units)

    def forward(self, X):
        self.X = X
        return X @ self.weights + self.bias

    def backward(self, error, learning_rate):
        carried = error @ self.weights.T
        self.weights -= learning_rate * self.X.T @ error
        self.bias -= learning_rate * error.sum(axis=0)
        return carried


def affine_forward(x, w, b):
    return x @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def relu(x):
    return np.maximum(0, x)


def relu_derivative(x):
    return (x > 0) * 1.0
"""

MAIN = """
import numpy as np


class Layer:
    def __init__(self, n_units, n_inputs):
        self.weights = np.random.randn(n_inputs, n_units)


class Network:
    def __init__(self, first, second):
        self.first, self.second = first, second

    def think(self, inputs):
        hidden = np.tanh(inputs @ self.first.weights)
        return hidden, np.tanh(hidden @ self.second.weights)

    def train(self, inputs, outputs, iterations):
        for _ in range(iterations):
            hidden, output = self.think(inputs)
            delta = (outputs - output) * (1 - output**2)
            carried = delta @ self.second.weights.T * (1 - hidden**2)
            self.first.weights += inputs.T @ carried
            self.second.weights += hidden.T @ delta


if __name__ == "__main__":
    network = Network(Layer(4, 3), Layer(1, 4))
    network.train(np.random.randn(5, 3), np.random.randn(5, 1), 3)
"""

# A training loop that stands in the module, and one in a function that makes its own weights.
LOOP = """
import numpy as np

def nonlin(x, deriv=False):
    return x * (1 - x) if deriv else 1 / (1 + np.exp(-x))

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
np.random.seed(1)
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
for j in range(60_000_000):
    l0 = X
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))
    l2_error = y - l2
    if j % 10000 == 0:
        print(np.mean(np.abs(l2_error)))
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_delta = l2_delta.dot(syn1.T) * nonlin(l1, deriv=True)
    syn1 += l1.T.dot(l2_delta)
    syn0 += l0.T.dot(l1_delta)
"""

OWN_WEIGHTS = """
import numpy as np

def build(X, y, n_hidden):
    np.random.seed(0)
    W1, b1 = np.random.randn(X.shape[1], n_hidden), np.zeros((1, n_hidden))
    W2, b2 = np.random.randn(n_hidden, 2), np.zeros((1, 2))
    for _ in range(600):
        a1 = np.tanh(X.dot(W1) + b1)
        e = np.exp(a1.dot(W2) + b2)
        probs = e / e.sum(axis=1, keepdims=True)
        delta3 = probs
        delta3[range(len(X)), y] -= 1
        delta2 = delta3.dot(W2.T) * (1 - a1**2)
        W1 += -0.01 * X.T.dot(delta2)
        b1 += -0.01 * delta2.sum(axis=0)
        W2 += -0.01 * a1.T.dot(delta3)
        b2 += -0.01 * delta3.sum(axis=0)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
"""

# One sample at a time as a column of two features, with two outputs; and all samples of one feature in rows.
ONE_COLUMN = """
import numpy as np

random = np.random.default_rng(0)
X, Y = random.normal(size=(20, 2)), random.uniform(size=(20, 2))
W1, b1, W2, b2 = random.normal(size=(4, 2)), np.zeros((4, 1)), random.normal(size=(2, 4)), np.zeros((2, 1))
for epoch in range(600):
    for i in range(len(X)):
        x, y = X[i].reshape(2, 1), Y[i].reshape(2, 1)
        a1 = np.tanh(W1 @ x + b1)
        a2 = W2 @ a1 + b2
        d2 = a2 - y
        d1 = W2.T @ d2 * (1 - a1**2)
        W2 -= 0.1 * d2 @ a1.T
        b2 -= 0.1 * d2
        W1 -= 0.1 * d1 @ x.T
        b1 -= 0.1 * d1
"""

ONE_FEATURE = """
import numpy as np

random = np.random.default_rng(0)
x, y = random.normal(size=(4, 1)), random.uniform(size=(4, 1))
W1, b1, W2, b2 = random.normal(size=(1, 4)), np.zeros((1, 4)), random.normal(size=(4, 1)), np.zeros((1, 1))
for epoch in range(600):
    a1 = np.tanh(x @ W1 + b1)
    a2 = a1 @ W2 + b2
    d2 = a2 - y
    d1 = d2 @ W2.T * (1 - a1**2)
    W2 -= 0.01 * a1.T @ d2
    b2 -= 0.01 * d2.sum(0)
    W1 -= 0.01 * x.T @ d1
    b1 -= 0.01 * d1.sum(0)
"""

# Batches in a loop within a loop, and a call for the targets of samples in columns.
BATCHES = """
import numpy as np

random = np.random.default_rng(0)
X = random.normal(size=(40, 3))
y = (X[:, :1] * X[:, 1:2] > 0).astype(float)
W1, b1, W2, b2 = random.normal(size=(3, 5)), np.zeros((1, 5)), random.normal(size=(5, 1)), np.zeros((1, 1))
for epoch in range(600):
    order = random.permutation(len(X))
    for start in range(0, len(X), 8):
        xb = X[order[start:start + 8]]
        yb = y[order[start:start + 8]]
        h = np.tanh(xb @ W1 + b1)
        p = 1 / (1 + np.exp(-(h @ W2 + b2)))
        dZ2 = p - yb
        dZ1 = dZ2 @ W2.T * (1 - h**2)
        W1 -= 0.1 * xb.T @ dZ1 / len(xb)
        b1 -= 0.1 * dZ1.mean(axis=0)
        W2 -= 0.1 * h.T @ dZ2 / len(xb)
        b2 -= 0.1 * dZ2.mean(axis=0)
"""

COLUMNS = """
import numpy as np

random = np.random.default_rng(1)
X, y = random.normal(size=(3, 30)), random.integers(0, 3, 30)

def one_hot(labels):
    return np.eye(3)[labels].T

def run(params, X):
    A1 = np.maximum(params["W1"] @ X + params["b1"], 0)
    E = np.exp(params["W2"] @ A1)
    return A1, E / E.sum(axis=0)

def learn_all(X, y):
    params = {"W1": random.normal(size=(4, 3)), "b1": random.normal(size=(4, 1)), "W2": random.normal(size=(3, 4))}
    for i in range(600):
        A1, A2 = run(params, X)
        dZ2 = A2 - one_hot(y)
        dZ1 = params["W2"].T @ dZ2 * (A1 > 0)
        params["W2"] -= 0.1 * dZ2 @ A1.T / y.size
        params["W1"] -= 0.1 * dZ1 @ X.T / y.size
        params["b1"] -= 0.1 * dZ1.mean(axis=1, keepdims=True)

if __name__ == "__main__":
    learn_all(X, y)
"""

# What stands beside a network that is right: optimizers, losses and activations that it does not use, each right.
BESIDE = """

class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2, self.t, self.m, self.v = lr, beta1, beta2, 0, None, None

    def update(self, params, grads):
        if self.m is None:
            self.m = {key: np.zeros_like(value) for key, value in params.items()}
            self.v = {key: np.zeros_like(value) for key, value in params.items()}
        self.t += 1
        for key in params:
            self.m[key] = self.beta1 * self.m[key] + (1 - self.beta1) * grads[key]
            self.v[key] = self.beta2 * self.v[key] + (1 - self.beta2) * grads[key] ** 2
            m, v = self.m[key] / (1 - self.beta1**self.t), self.v[key] / (1 - self.beta2**self.t)
            params[key] -= self.lr * m / (np.sqrt(v) + 1e-8)


class SGD:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, {}

    def step(self, params, grads):
        for key in params:
            self.v[key] = self.momentum * self.v.get(key, 0) - self.lr * grads[key]
            params[key] += self.v[key]


def update_parameters(parameters, grads, learning_rate):
    for name in parameters:
        parameters[name] = parameters[name] - learning_rate * grads["d" + name]
    return parameters


class SquaredLoss:
    def forward(self, y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2)

    def backward(self, y_true, y_pred):
        return 2 * (y_pred - y_true) / y_true.size


def cross_entropy_loss(y, p):
    return -np.sum(y * np.log(p)) / len(y)


def cross_entropy_loss_derivative(y, p):
    return (p - y) / len(y)  # with respect to what softmax takes


def swish(z, derivative=False):
    s = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return s + z * s * (1 - s) if derivative else z * s


class LeakyReLU:
    def value(self, z):
        return np.where(z > 0, z, 0.01 * z)

    def derivative(self, z):
        return np.where(z > 0, 1.0, 0.01)


def softmax(z, derivative=False):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.ones_like(z) if derivative else e / e.sum(axis=-1, keepdims=True)
"""
