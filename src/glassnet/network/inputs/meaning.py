"""What columns, classes and outputs are called: learned from tables and text, remembered with a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, DataError
from glassnet.losses import Loss
from glassnet.metrics.targets import several_hot
from glassnet.support import checks

Name = str | int
Array = NDArray[Any]

_MOST_NAMED = 10


@dataclass(frozen=True)
class Meaning:
    """What is known of a network's data beside numbers; it stands in ``net.metadata``, and goes with it into files.

    Attributes
    ----------
    features, outputs : tuple of str or int
        Names of the columns of X, and of those of y that are values; ``metadata["feature_names"]`` and
        ``["output_names"]``. Empty where they were not named.
    classes : tuple
        Names of the classes, in the order in which the network counts them; ``metadata["class_names"]``.
    multi_label : bool
        Whether a sample may be of several classes, or of none; ``metadata["multi_label"]``.
    values : bool
        Whether outputs are values that stand for no classes: the loss compares values, and those that the network was
        trained on were not a column of 0 and 1 or one-hot rows; ``metadata["values"]``.
    """

    features: tuple[Name, ...] = ()
    outputs: tuple[Name, ...] = ()
    classes: tuple[Any, ...] = ()
    multi_label: bool = False
    values: bool = False

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Meaning:
        """What a network's metadata say; names of classes may stand under "data", where the command keeps them."""
        data = metadata.get("data")
        classes = _listed(metadata, "class_names") or (
            _listed(data, "class_names") if isinstance(data, dict) else ()
        )
        features, outputs = _listed(metadata, "feature_names"), _listed(metadata, "output_names")
        told = {name: metadata.get(name) is True for name in ("multi_label", "values")}
        return cls(features, outputs, classes, **told)

    def note(self, metadata: MutableMapping[str, Any]) -> None:
        """Write into a network's metadata what they do not say yet."""
        before = Meaning.of(metadata)
        for key, mine, known in (
            ("feature_names", self.features, before.features),
            ("output_names", self.outputs, before.outputs),
            ("class_names", self.classes, before.classes),
        ):
            if mine and not known:
                metadata[key] = list(mine)
        if self.multi_label:
            metadata["multi_label"] = True
        metadata.pop("values", None)
        if self.values:
            metadata["values"] = True

    def learned(self, X: Any, y: Any, loss: Loss) -> Meaning:
        """With the names that the columns of these data have, where none are known."""
        found = self if self.features else replace(self, features=columns_of(X))
        columns = columns_of(y)
        if loss.targets == "values" and len(columns) > 1:
            if loss.domain == (0.0, 1.0):
                return found if self.classes else replace(found, classes=tuple(map(str, columns)))
            return found if self.outputs else replace(found, outputs=columns)
        return found

    def with_rows(self, y: Array, loss: Loss) -> Meaning:
        """With what checked targets tell: rows of 0 and 1 that are not one-hot are of several classes, or of none.

        Of a loss that compares values, all that is not a column of 0 and 1 or one-hot rows is values, and stays so.
        """
        if loss.targets == "values" and loss.domain != (0.0, 1.0):
            return replace(self, values=self.values or not _are_classes(y))
        self = replace(self, values=False)
        independent = loss.domain == (0.0, 1.0) and loss.targets == "values" and not loss.rows_sum_to_one
        return replace(self, multi_label=True) if independent and several_hot(y) else self

    def named(self, classes: NDArray[np.int64]) -> NDArray[Any]:
        """The names of predicted classes (n,); of rows of 0 and 1, tuples of names.

        Raises
        ------
        ArgumentError
            If there are no names, or not one for each class.
        """
        several = classes.ndim == 2
        n_classes = classes.shape[1] if several else int(classes.max(initial=0)) + 1
        if len(self.classes) < n_classes:
            raise ArgumentError(
                "this network knows no names of its classes; train it on text, or set "
                "net.metadata['class_names'] = ['...', '...'], one for each class in order"
            )
        if not several:
            return np.array(self.classes)[classes]
        found = np.empty(len(classes), object)
        for row, chosen in enumerate(classes):
            found[row] = tuple(self.classes[place] for place in np.flatnonzero(chosen))
        return found

    def check_features(self, name: str, X: Any) -> None:
        """Raise `DataError` where the columns of a table are not those that the network knows, in their order."""
        _check_columns(name, columns_of(X), self.features)

    def check_outputs(self, name: str, y: Any, loss: Loss) -> None:
        """The same for the columns of targets."""
        of_classes = loss.domain == (0.0, 1.0)
        columns, known = columns_of(y), self.classes if of_classes else self.outputs
        if len(columns) > 1 and loss.targets == "values":
            _check_columns(name, columns, tuple(known), as_text=of_classes)


UNNAMED = Meaning()


def _are_classes(y: Array) -> bool:
    return bool(((y == 0) | (y == 1)).all()) and (y.shape[1] == 1 or not several_hot(y))


def columns_of(table: Any) -> tuple[Name, ...]:
    """Names of a table's columns: text and integers as they are, others as text; empty for what is no table."""
    columns = getattr(
        table, "column_names", getattr(table, "columns", None)
    )  # PyArrow's columns are the data
    if columns is None or len(getattr(table, "shape", ())) != 2:
        return ()
    return tuple(_name(column) for column in columns)


def _name(column: Any) -> Name:
    if isinstance(column, Integral) and not isinstance(column, bool):
        return int(column)
    return column if isinstance(column, str) else str(column)


def _listed(place: Mapping[str, Any], key: str) -> tuple[Any, ...]:
    names = place.get(key)
    if isinstance(names, np.ndarray):
        names = names.tolist()
    return tuple(names) if isinstance(names, list | tuple) else ()


def _check_columns(
    name: str, found: tuple[Name, ...], known: tuple[Name, ...], as_text: bool = False
) -> None:
    if as_text:
        found, known = tuple(map(str, found)), tuple(map(str, known))
    if not found or not known or found == known:
        return
    same = sorted(map(repr, found)) == sorted(map(repr, known))
    if not same and (_are_places(found) or _are_places(known)):
        return
    if same:
        reason = f"has them in another order, {_some(found)}"
    else:
        missing = [column for column in known if column not in found]
        added = [column for column in found if column not in known]
        reason = (
            " and ".join(
                [f"lacks {_some(missing)}"] * bool(missing) + [f"has {_some(added)} beside"] * bool(added)
            )
            or "has them another number of times"
        )
    raise DataError(
        f"the columns of {name} are not those that were learned, {_some(known)}: {name} {reason}. "
        "Select the columns by these names, in this order"
    )


def _are_places(names: tuple[Name, ...]) -> bool:
    """Whether names only count the columns, as those of a table that was made of an array do."""
    return names in (tuple(range(len(names))), tuple(map(str, range(len(names)))))


def _some(names: Sequence[Any]) -> str:
    shown = ", ".join(map(repr, names[:_MOST_NAMED]))
    return shown + (f" … ({len(names)} in all)" if len(names) > _MOST_NAMED else "")


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


def are_names(name: str, found: Iterable[int], classes: Sequence[Any], n_classes: int) -> bool:
    """Whether these integers are names of classes, which are integers too; else they number the classes from 0 on.

    Raises
    ------
    DataError
        If they may be either, and mean different classes.
    """
    found = sorted(set(found))
    if not classes or not all(isinstance(c, Integral) and not isinstance(c, bool) for c in classes):
        return False
    place = {int(name): index for index, name in enumerate(classes)}
    if not set(found) <= set(place):
        return False
    if set(found) <= set(range(n_classes)) and any(place[integer] != integer for integer in found):
        raise DataError(
            f"{name} holds {_some(found)}, which may be names of classes, {_some(classes)}, or their numbers, 0 to "
            f"{n_classes - 1}. For names give text, such as {str(found[0])!r}; for numbers make "
            "net.metadata['class_names'] text, too"
        )
    return any(place[integer] != integer for integer in found)


def named_integers(
    name: str, values: Any, loss: Loss, n_outputs: int, classes: Sequence[Any]
) -> NDArray[np.str_] | None:
    """A column of integers that are names of classes as their text (n,); None for all other targets.

    Raises
    ------
    DataError
        If it is not known whether they are names or numbers of classes.
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

    Raises
    ------
    DataError
        If the loss takes no classes, their names are not known, or not one for each output, or others are found.
    """
    found, places = np.unique(text, return_inverse=True)
    known = [str(name) for name in classes]
    if loss.domain != (0.0, 1.0) or not known:
        raise DataError(
            f"{name} must hold real numbers; its dtype is {text.dtype}; {_hint_for_text(name, found.tolist(), loss)}"
        )
    unknown = sorted(set(found.tolist()) - set(known))
    if unknown:
        raise DataError(f"{name} holds {_some(unknown)}; the classes of this network are {_some(known)}")
    if len(set(known)) < len(known):
        raise DataError(f"net.metadata['class_names'] must name each class once; it holds {_some(known)}")
    if len(known) != max(n_outputs, 2):
        raise DataError(
            f"net.metadata['class_names'] names {len(known)} classes, {_some(known)}, and a network with {n_outputs} "
            f"output{'s' * (n_outputs > 1)} tells {max(n_outputs, 2)} apart; {name} holds text, so they must be equal"
        )
    place = {name: index for index, name in enumerate(known)}
    classes_found = np.array([place[name] for name in found.tolist()])[places]
    if loss.takes_classes:
        return classes_found
    return classes_found[:, None] if n_outputs == 1 else np.eye(n_outputs)[classes_found]


def _hint_for_text(name: str, found: list[str], loss: Loss) -> str:
    if loss.domain == (0.0, 1.0):
        return (
            "encode text as numbers, or name the classes, in the order of the outputs: net.metadata['class_names'] = "
            f"{found if len(found) <= _MOST_NAMED else f'sorted(set({name}))'}; from then on text is taken, and "
            "predict_class_names answers by name"
        )
    if loss.targets == "labels":
        return f"encode text as numbers: numpy.unique({name}, return_inverse=True)[1]"
    return "encode text as numbers; for classes use softmax and sparse_categorical_cross_entropy"
