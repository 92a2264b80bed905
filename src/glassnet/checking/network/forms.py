"""The containers in which learners keep gradients, taken apart into one pair of arrays for each layer.

Where a container can be taken apart in several ways, the shapes of the network's parameters tell; where they do not,
all ways are kept and the numbers tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np

from glassnet.checking.network.slips.building import trained
from glassnet.checking.numerics.rounding import Array
from glassnet.errors import ArgumentError
from glassnet.layers import Dense
from glassnet.network.network import Network
from glassnet.support.arrays import as_array

FORM = "gradients must be a list of pairs [(dW1, db1), (dW2, db2), ...], one for each Dense layer"
WEIGHTS = r"(?:weights?|theta|kernel|syn|gamma|scale|w)"
BIAS = r"(?:bias(?:es)?|beta|shift|b)"
GRADIENT = r"(?:d_?|grads?_?|gradients?_?|nabla_?|delta_?|g_)"


class Entries(NamedTuple):
    """One way to take a container apart: an entry for each layer, usually a pair, and the way in words."""

    entries: list[Any]
    words: str = ""


def ways(net: Network, gradients: Any) -> list[Entries]:
    """Every way to take the gradients apart that fits the network's shapes best; at least one.

    Raises `ArgumentError` if they are in no container that is known.
    """
    first, *others = _all_ways(net, gradients)
    fitting = [way for way in others if _weights_fit(net, way.entries)]
    readings = [first, *fitting]
    scores = [_score(net, way.entries) for way in readings]
    return [way for way, score in zip(readings, scores, strict=True) if score == max(scores)]


def _all_ways(net: Network, gradients: Any) -> list[Entries]:
    if isinstance(gradients, Mapping):
        return _of_mapping(gradients)
    if not hasattr(gradients, "shape") and isinstance(gradients, Iterable):
        entries = list(gradients)
    else:
        array = as_array(gradients) if hasattr(gradients, "shape") else np.asarray(None)
        if array.shape == net.parameters.shape and array.dtype != object:
            return [Entries(_cut(net, array))]
        if array.dtype != object or array.ndim == 0:
            raise ArgumentError(f"{FORM}; got {type(gradients).__name__}")
        entries = list(array)
    if entries and all(isinstance(entry, Mapping) for entry in entries):
        return [Entries([_pair_of(entry) for entry in entries])]
    if entries and all(_is_array(entry) for entry in entries):
        return [*_in_turn(net, entries), *_of_arrays(entries)]
    if any(map(_is_array, entries)):
        entries = [(entry, None) if _is_array(entry) else entry for entry in entries]
    if entries and all(_is_layer(entry) for entry in entries):
        return [Entries([_pair_of(vars(entry), of_gradients=True) for entry in entries])]
    readings = [Entries(entries)]
    if len(entries) == 2 and all(_is_list_of_arrays(entry) for entry in entries):
        first, second = (list(entry) for entry in entries)
        if len(first) == len(second):
            readings += _halves(first, second)
    return readings


def _is_array(entry: Any) -> bool:
    return hasattr(entry, "shape") and getattr(entry, "dtype", np.dtype(float)) is not np.dtype(object)


def _is_layer(entry: Any) -> bool:
    """Whether it is an object that keeps things as attributes, such as a layer of the learner's."""
    return hasattr(entry, "__dict__") and not isinstance(entry, Iterable) and not hasattr(entry, "shape")


def _is_list_of_arrays(entry: Any) -> bool:
    return isinstance(entry, (list, tuple, np.ndarray)) and not _is_array(entry)


def _halves(first: list[Any], second: list[Any]) -> list[Entries]:
    return [
        Entries(list(zip(first, second, strict=True)), "all weights, then all biases"),
        Entries(list(zip(second, first, strict=True)), "all biases, then all weights"),
    ]


def _of_arrays(arrays: list[Any]) -> list[Entries]:
    """A flat list: in turn, one kind after the other, weights alone, or weights with a bias in a row or column."""
    readings = []
    if len(arrays) % 2 == 0:
        half = len(arrays) // 2
        readings.append(
            Entries(list(zip(arrays[::2], arrays[1::2], strict=True)), "weights and biases in turn")
        )
        readings.append(
            Entries(list(zip(arrays[1::2], arrays[::2], strict=True)), "biases and weights in turn")
        )
        readings += _halves(arrays[:half], arrays[half:])
    readings.append(Entries([(array, None) for array in arrays], "weights alone"))
    matrices = [as_array(array) for array in arrays]
    if all(matrix.ndim == 2 and min(matrix.shape) > 0 for matrix in matrices):
        for where, inner, bias in (
            ("first row", np.s_[1:], np.s_[0]), ("last row", np.s_[:-1], np.s_[-1]),
            ("first column", np.s_[:, 1:], np.s_[:, 0]), ("last column", np.s_[:, :-1], np.s_[:, -1]),
        ):  # fmt: skip
            pairs: list[Any] = [(matrix[inner], matrix[bias]) for matrix in matrices]
            readings.append(Entries(pairs, f"weights with the bias in the {where}"))
    return readings


def _in_turn(net: Network, arrays: list[Any]) -> list[Entries]:
    """A flat list in the order of the parameters, of a network some of whose layers have no bias."""
    of_layers = [
        [part.name for part in layer.parameters(layer.view("weights").shape[:1])] for layer in trained(net)
    ]
    if all(len(names) == 2 for names in of_layers) or sum(map(len, of_layers)) != len(arrays):
        return []
    remaining = iter(arrays)
    by_layer = [[next(remaining) for _ in names] for names in of_layers]
    pairs = [(entry[0], entry[1] if len(entry) > 1 else None) for entry in by_layer]
    return [Entries(pairs, "the parameters in their order")]


def _cut(net: Network, flat: Array) -> list[Any]:
    """Pairs from one flat vector in the order of ``net.parameters``."""
    by_layer: dict[str, dict[str, Array]] = {}
    for slot in net.layout.parameters:
        array = flat[slot.start : slot.stop].reshape(slot.parameter.shape)
        inside, _, name = slot.parameter.name.rpartition(".")
        by_layer.setdefault(f"{slot.layer}.{inside}", {})[name] = array
    return [(arrays["weights"], arrays.get("bias")) for arrays in by_layer.values()]


# ---- dictionaries


def _of_mapping(gradients: Mapping[Any, Any]) -> list[Entries]:
    """By the keys dW1, db1, ..., W and b with lists, or a dictionary for each layer."""
    if gradients and all(isinstance(value, Mapping) for value in gradients.values()):
        return [Entries([_pair_of(gradients[key]) for key in _in_order(gradients)])]
    named = _named(gradients)
    keys = sorted({key for _, key in named}, key=list(dict.fromkeys(key for _, key in named)).index)
    if keys and all(re.search(r"\d", key) for key in keys):
        keys.sort(key=_number)
    if not keys or any(("weights", key) not in named for key in keys):
        raise _no_names(gradients)
    if keys == [""] and all(_is_list_of_arrays(value) for value in named.values()):
        weights, biases = list(named["weights", ""]), list(named.get(("bias", ""), ()))
        if any(_shape(array) is None for array in (*weights, *biases)):
            raise _no_names(gradients)
        return [Entries(list(zip_longest(weights, biases)))]
    pairs = [(named["weights", key], named.get(("bias", key))) for key in keys]
    return [Entries(pairs), Entries(pairs[::-1], "the last layer first")]


def _no_names(gradients: Mapping[Any, Any]) -> ArgumentError:
    return ArgumentError(
        f"{FORM}, or a dictionary with the keys dW1, db1, dW2, ...; got the keys {list(gradients)}"
    )


def _pair_of(arrays: Mapping[Any, Any], of_gradients: bool = False) -> tuple[Any, Any]:
    """One layer's pair from its own dictionary; `of_gradients` leaves out names that do not say that they are one."""
    by_name, plain = _by_name(arrays)
    named = by_name if of_gradients else by_name or plain
    weights = next((value for (kind, _), value in named.items() if kind == "weights"), None)
    if weights is None:
        raise _no_names(arrays)
    return weights, next((value for (kind, _), value in named.items() if kind == "bias"), None)


def _named(gradients: Mapping[Any, Any]) -> dict[tuple[str, str], Any]:
    """The arrays by kind and what else their name says; a name with a d or grad in front wins over one without."""
    by_name, plain = _by_name(gradients)
    return by_name or plain


def _by_name(gradients: Mapping[Any, Any]) -> tuple[dict[tuple[str, str], Any], dict[tuple[str, str], Any]]:
    """Those whose name says that they are gradients, and the others."""
    named: dict[tuple[str, str], Any] = {}
    plain: dict[tuple[str, str], Any] = {}
    for key, value in gradients.items():
        for kind, pattern in (("weights", WEIGHTS), ("bias", BIAS)):
            where = _place(str(key).lower(), pattern)
            if where is not None:
                is_gradient, rest = where
                (named if is_gradient else plain).setdefault((kind, rest), value)
                break
    return named, plain


def _place(name: str, pattern: str) -> tuple[bool, str] | None:
    """Whether a name says gradient, and what it says beside its kind: "dw1", "grad_w1", "w1_grad", "fc1.weight"."""
    match = re.fullmatch(rf"({GRADIENT})?{pattern}_?([a-z]?\d*|\d*_\w+|out|hidden)(_?grad(?:ient)?)?", name)
    if match is not None:
        return bool(match[1] or match[3]), match[2].strip("_")
    match = re.fullmatch(rf"(.+?)[._]({GRADIENT})?{pattern}(_?grad)?", name)
    return None if match is None else (bool(match[2] or match[3]), match[1])


def _in_order(keys: Iterable[Any]) -> list[Any]:
    ordered = list(keys)
    return sorted(ordered, key=_number) if all(re.search(r"\d", str(key)) for key in ordered) else ordered


def _number(key: Any) -> int:
    return int(re.findall(r"\d+", str(key))[-1])


# ---- shapes


def _shapes_of_layers(net: Network, n: int) -> list[tuple[int, ...]] | None:
    """The shapes of the weights of n layers: the dense ones, or all with parameters; None where n are neither."""
    learned = trained(net)
    shapes = [layer.view("weights").shape for layer in learned]
    dense = [shape for layer, shape in zip(learned, shapes, strict=True) if isinstance(layer, Dense)]
    return next((group for group in (dense, shapes) if len(group) == n), None)


def _weights_fit(net: Network, entries: Sequence[Any]) -> bool:
    shapes = _shapes_of_layers(net, len(entries))
    return shapes is not None and all(
        _fitting(shape, entry) >= 2 for shape, entry in zip(shapes, entries, strict=True)
    )


def _score(net: Network, entries: Sequence[Any]) -> tuple[bool, int]:
    """How well the entries' shapes fit the parameters: whether their number does, and how many arrays do."""
    shapes = _shapes_of_layers(net, len(entries))
    if shapes is None:
        return False, 0
    return True, sum(_fitting(shape, entry) for shape, entry in zip(shapes, entries, strict=True))


def _fitting(shape: tuple[int, ...], entry: Any) -> int:
    """How well the shapes of an entry fit a layer: 2 for its weights, 1 for its bias."""
    if not isinstance(entry, (tuple, list)) or len(entry) != 2:
        return 0
    weights, bias = (_shape(array) for array in entry)
    n = shape[-1]
    of_bias = entry[1] is None or bias in ((n,), (1, n), (n, 1)) or (n == 1 and bias == ())
    return 2 * (weights in (shape, shape[::-1])) + of_bias


def _shape(array: Any) -> tuple[int, ...] | None:
    try:
        return as_array(array).shape
    except ValueError:
        return None
