"""Classes that targets mention by name: text, and integers that a network knows as names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError
from glassnet.losses import Loss, SparseCategoricalCrossEntropy
from glassnet.network.inputs.meaning import MOST_NAMED, some
from glassnet.support import checks
from glassnet.support.arrays import Array


def text_of(name: str, values: Any) -> NDArray[np.str_] | None:
    """`values` as an array of text (n,), where they are text and nothing else."""
    array = checks.array(name, values)
    if array.dtype.kind in "OT" and array.size:
        array = _all_text(name, array.astype(object))
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    return array.reshape(-1) if array.dtype.kind == "U" and array.size == len(np.atleast_1d(array)) else None


def _all_text(name: str, array: Array) -> Array:
    is_text = [isinstance(entry, str) for entry in array.flat]
    if all(is_text):
        return array.astype(np.str_)
    if any(is_text):
        place = is_text.index(False)
        raise DataError(
            f"{name} must hold real numbers, or text alone; its dtype is object, and beside text it holds "
            f"{checks.shown(array.flat[place])} in row {place // max(array[0].size if array.ndim > 1 else 1, 1)}; "
            "fill or remove such entries"
        )
    return array


def are_names(name: str, integers: Iterable[int], classes: Sequence[Any], n_classes: int) -> bool:
    """Whether these integers are names of classes, which are integers too; else they number the classes from 0 on.

    Raises `DataError` if they may be either, and mean different classes.
    """
    integers = sorted(set(integers))
    if not classes or not all(isinstance(c, Integral) and not isinstance(c, bool) for c in classes):
        return False
    place = {int(name): index for index, name in enumerate(classes)}
    if not set(integers) <= set(place):
        return False
    if set(integers) <= set(range(n_classes)) and any(place[integer] != integer for integer in integers):
        raise DataError(
            f"{name} holds {some(integers)}, which may be names of classes, {some(classes)}, or their numbers, 0 to "
            f"{n_classes - 1}. For names give text, such as {str(integers[0])!r}; for numbers make "
            "net.metadata['class_names'] text, too"
        )
    return any(place[integer] != integer for integer in integers)


def named_integers(
    name: str, values: Any, loss: Loss, n_outputs: int, classes: Sequence[Any]
) -> NDArray[np.str_] | None:
    """A column of integers that are names of classes as their text (n,); None for all other targets.

    Raises `DataError` if it is not known whether they are names or numbers of classes.
    """
    if loss.domain != (0.0, 1.0) or not classes:
        return None
    array = checks.array(name, values)
    if array.dtype.kind not in "iuf" or not array.size or array.size != len(np.atleast_1d(array)):
        return None
    column = array.reshape(-1)
    if not np.isfinite(column).all() or not np.array_equal(column, np.trunc(column)):
        return None
    whole = column.astype(np.int64)
    if not are_names(name, np.unique(whole).tolist(), classes, max(n_outputs, 2)):
        return None
    return whole.astype(np.str_)


def numbered(name: str, text: NDArray[np.str_], loss: Loss, n_outputs: int, classes: Sequence[Any]) -> Array:
    """Text as targets of this loss: integers, a column of 0 and 1, or one-hot rows.

    Raises `DataError` if the loss takes no classes, their names are not known, or not one for each output, or
    others are found.
    """
    distinct, places = np.unique(text, return_inverse=True)
    names = [str(name) for name in classes]
    if loss.domain != (0.0, 1.0) or not names:
        raise DataError(
            f"{name} must hold real numbers; its dtype is {text.dtype}; {_hint_for_text(name, distinct.tolist(), loss)}"
        )
    unknown = sorted(set(distinct.tolist()) - set(names))
    if unknown:
        raise DataError(f"{name} holds {some(unknown)}; the classes of this network are {some(names)}")
    if len(set(names)) < len(names):
        raise DataError(f"net.metadata['class_names'] must name each class once; it holds {some(names)}")
    if len(names) != max(n_outputs, 2):
        raise DataError(
            f"net.metadata['class_names'] names {len(names)} classes, {some(names)}, and a network with {n_outputs} "
            f"output{'s' * (n_outputs > 1)} tells {max(n_outputs, 2)} apart; {name} holds text, so they must be equal"
        )
    place = {name: index for index, name in enumerate(names)}
    classes_found = np.array([place[name] for name in distinct.tolist()])[places]
    if loss.takes_classes:
        return classes_found
    return classes_found[:, None] if n_outputs == 1 else np.eye(n_outputs)[classes_found]


def by_number(name: str, y: Any, n_outputs: int, classes: Sequence[Any]) -> Any:
    """The number of each sample's class, where `y` names them by text or by integers; anything else as it is.

    Raises `DataError` if names are not known, or may be numbers.
    """
    loss = SparseCategoricalCrossEntropy()
    text = text_of(name, y)
    if text is None:
        text = named_integers(name, y, loss, n_outputs, classes)
    return y if text is None else numbered(name, text, loss, max(n_outputs, 2), classes)


def _hint_for_text(name: str, names: list[str], loss: Loss) -> str:
    if loss.domain == (0.0, 1.0):
        return (
            "encode text as numbers, or name the classes, in the order of the outputs: net.metadata['class_names'] = "
            f"{names if len(names) <= MOST_NAMED else f'sorted(set({name}))'}; from then on text is taken, and "
            "predict_class_names answers by name"
        )
    if loss.targets == "labels":
        return f"encode text as numbers: numpy.unique({name}, return_inverse=True)[1]"
    return "encode text as numbers; for classes use softmax and sparse_categorical_cross_entropy"
