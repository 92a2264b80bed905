"""Networks from scikit-learn's MLPs, and back."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from glassnet import activations
from glassnet.activations import ActivationFunction
from glassnet.bridges.comparison import as_rows, largest_difference, prediction, random_rows
from glassnet.bridges.outputs import note
from glassnet.bridges.pieces import Piece, assembled
from glassnet.errors import ArgumentError
from glassnet.layers import Dense
from glassnet.network.network import Network
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.support.optional import require

_NAMES: dict[str, ActivationFunction] = {
    part.facts.sklearn: part
    for part in map(activations.get, activations.names())
    if part.facts is not None and part.facts.sklearn is not None
}
_HIDDEN = ("identity", "logistic", "tanh", "relu")


@explained
def from_sklearn(model: Any) -> Network:
    """The network of a fitted ``MLPClassifier`` or ``MLPRegressor``.

    ``predict`` of the network gives what ``predict_proba`` of a classifier gives (for two classes, the probability of
    the second), or ``predict`` of a regressor: both are compared, in float64, on 72 random rows of both signs and
    several sizes. Names of classes and features go into ``net.metadata``.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Fitted.

    Returns
    -------
    Network
        Of the dtype of the model's coefficients.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.
    ArgumentError
        If it is another model, is not fitted, ends with an activation that glassnet has not, or predicts something
        else than its coefficients say.
    """
    neural_network = require("sklearn.neural_network", extra="data", purpose="from_sklearn")
    if not isinstance(model, (neural_network.MLPClassifier, neural_network.MLPRegressor)):
        raise ArgumentError(
            f"from_sklearn takes an MLPClassifier or MLPRegressor; got {type(model).__name__}"
        )
    if not hasattr(model, "coefs_"):
        raise ArgumentError(f"this {type(model).__name__} is not fitted; call its fit first")
    if model.out_activation_ not in _NAMES:
        raise ArgumentError(
            f"this {type(model).__name__} ends with {model.out_activation_!r}; glassnet has {', '.join(_NAMES)}"
        )
    named = [model.activation] * (len(model.coefs_) - 1) + [model.out_activation_]
    pieces = [
        Piece(
            Dense(weights.shape[1], _NAMES[name]),
            f"coefs_[{index}]",
            {"weights": weights, "bias": bias},
            len(weights),
        )
        for index, (weights, bias, name) in enumerate(
            zip(model.coefs_, model.intercepts_, named, strict=True)
        )
    ]
    network = assembled(pieces, None, model.coefs_[0].dtype)
    _refuse_difference(model, pieces, network.layout.input_shape)
    network.metadata = _metadata(model)
    note(network, _LOSSES[model.out_activation_])
    return network


def _refuse_difference(model: Any, pieces: list[Piece], shape: tuple[int, ...]) -> None:
    """Raise `ArgumentError` where the network of these pieces does not give what the model gives."""
    rows = random_rows(shape)
    ours, theirs = prediction(pieces, shape, rows), _asked(model, rows)
    if theirs is None or theirs.shape != ours.shape or largest_difference(ours, theirs) is not None:
        raise ArgumentError(
            f"the coefs_ and intercepts_ of this {type(model).__name__} do not give what its prediction gives on "
            "random rows; from_sklearn takes models whose prediction is scikit-learn's own"
        )


def _asked(model: Any, rows: Array) -> Array | None:
    """What the model predicts: probabilities of a classifier, of two classes that of the second."""
    nameless = copy.copy(model)
    vars(nameless).pop("feature_names_in_", None)
    try:
        output = nameless.predict_proba(rows) if hasattr(model, "predict_proba") else nameless.predict(rows)
    except Exception as error:  # a model may be of anybody's class, and fail in any way
        raise ArgumentError(
            f"this {type(model).__name__} cannot be compared with what was read of it: its prediction fails ({error})"
        ) from error
    rows_of_output = as_rows(output, len(rows))
    of_second = model.out_activation_ == "logistic" and model.n_outputs_ == 1
    return rows_of_output if rows_of_output is None or not of_second else rows_of_output[:, 1:]


_LOSSES = {
    "softmax": "sparse_categorical_cross_entropy", "logistic": "binary_cross_entropy", "identity": "mean_squared_error",
}  # fmt: skip


def _metadata(model: Any) -> dict[str, Any]:
    lists = {
        "class_names": getattr(model, "classes_", None),
        "feature_names": getattr(model, "feature_names_in_", None),
    }
    return {name: np.asarray(names).tolist() for name, names in lists.items() if names is not None}


def to_sklearn(network: Network) -> Any:
    """The network as a fitted ``MLPClassifier`` or ``MLPRegressor`` of scikit-learn.

    It must be made of Dense layers whose hidden activations are one of linear, sigmoid, tanh and relu, the same in all,
    and end with softmax or sigmoid (classifier) or linear (regressor). Classes are the ``class_names`` of the network's
    metadata, or integers from 0. A softmax over two classes becomes scikit-learn's one logistic output, which is the
    same function.

    Parameters
    ----------
    network : Network
        Built.

    Returns
    -------
    MLPClassifier or MLPRegressor
        Its ``partial_fit`` goes on with a fresh optimizer.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.
    NotBuiltError, ArgumentError
        If the network is not built, or scikit-learn has nothing of its kind, naming the layer.
    """
    neural_network = require("sklearn.neural_network", extra="data", purpose="to_sklearn")
    dense = [_dense(index, layer) for index, layer in enumerate(network.layers)]
    coefs, intercepts = [layer.weights.copy() for layer in dense], [layer.bias.copy() for layer in dense]
    options = {"hidden_layer_sizes": tuple(layer.units for layer in dense[:-1]), "activation": _hidden(dense)}
    output, n_outputs = _name(len(dense) - 1, dense[-1]), dense[-1].units
    X = np.zeros((max(2, n_outputs), network.layout.n_features), network.dtype)
    if output == "identity":
        model = neural_network.MLPRegressor(**options).partial_fit(X, np.zeros((len(X), n_outputs)).squeeze())
    elif output == "logistic" and n_outputs > 1:
        labels = np.repeat([[0], [1]], n_outputs, axis=1)
        model = neural_network.MLPClassifier(**options).partial_fit(
            X[:2], labels, classes=np.arange(n_outputs)
        )
    elif output in ("softmax", "logistic"):
        classes = _classes(network, max(2, n_outputs))
        model = neural_network.MLPClassifier(**options).partial_fit(X, classes, classes=classes)
        coefs[-1], intercepts[-1] = (
            _sorted(array, np.argsort(classes)) for array in (coefs[-1], intercepts[-1])
        )
    else:
        raise _refused(
            len(dense) - 1, dense[-1], "an MLP of scikit-learn ends with softmax, sigmoid or linear"
        )
    return _filled(model, coefs, intercepts)


def _classes(network: Network, n: int) -> Array:
    names = network.meaning.classes
    return np.array(list(names)) if len(set(names)) == n else np.arange(n)


def _sorted(columns: Array, order: Array) -> Array:
    """The columns of the last layer as scikit-learn has them: classes sorted, one column for two classes."""
    if columns.shape[-1] == 1:
        return columns if order[0] == 0 else -columns
    columns = columns[..., order]
    return columns[..., 1:] - columns[..., :1] if len(order) == 2 else columns


def _dense(index: int, layer: object) -> Dense:
    if not isinstance(layer, Dense):
        raise _refused(index, layer, "an MLP of scikit-learn has Dense layers only")
    if not layer.use_bias:
        raise _refused(index, layer, "every layer of scikit-learn's MLPs has a bias")
    return layer


def _name(index: int, layer: Dense) -> str:
    own_name = next((name for name, activation in _NAMES.items() if activation == layer.activation), None)
    if own_name is None:
        raise _refused(index, layer, f"the activations of scikit-learn are {', '.join(_NAMES)}")
    return own_name


def _hidden(dense: list[Dense]) -> str:
    names = [_name(index, layer) for index, layer in enumerate(dense[:-1])] or ["relu"]
    for index, name in enumerate(names):
        if name != names[0] or name not in _HIDDEN:
            reason = f"hidden layers of scikit-learn have one activation in all, of {', '.join(_HIDDEN)}"
            raise _refused(index, dense[index], reason)
    return names[0]


def _filled(model: Any, coefs: list[Array], intercepts: list[Array]) -> Any:
    """A model that has taken one step on nothing, with these parameters in the place of its own, and no past."""
    model.coefs_, model.intercepts_ = coefs, intercepts
    model.n_iter_, model.t_, model.loss_curve_, model.best_loss_ = 0, 0, [], np.inf
    vars(model).pop("_optimizer", None)
    return model


def _refused(index: int, layer: object, reason: str) -> ArgumentError:
    return ArgumentError(f"layer {index}, {layer!r}, cannot go to scikit-learn: {reason}")
