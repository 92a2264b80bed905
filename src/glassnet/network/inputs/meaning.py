"""What columns, classes and outputs are called: learned from tables and text, remembered with a network."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, DataError
from glassnet.losses import Loss
from glassnet.metrics.targets import several_hot
from glassnet.support.arrays import Array

Name = str | int

MOST_NAMED = 10


@dataclass(frozen=True)
class Meaning:
    """What is known of a network's data beside numbers; it stands in ``net.metadata``, and goes with it into files."""

    # features, outputs: names of the columns of X, and of those of y that are values;
    # ``metadata["feature_names"]`` and ``["output_names"]``. Empty where they were not named.
    features: tuple[Name, ...] = ()
    outputs: tuple[Name, ...] = ()
    # Names of the classes, in the order in which the network counts them; ``metadata["class_names"]``
    classes: tuple[Any, ...] = ()
    # Whether a sample may be of several classes, or of none; ``metadata["multi_label"]``
    multi_label: bool = False
    # Whether outputs are values that stand for no classes: the loss compares values, and those that the
    # network was trained on were not a column of 0 and 1 or one-hot rows; ``metadata["values"]``
    values: bool = False

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Meaning:
        """What a network's metadata say; names of classes may stand under "data", where the command keeps them."""
        data = metadata.get("data")
        classes = _listed(metadata, "class_names") or (
            _listed(data, "class_names") if isinstance(data, dict) else ()
        )
        features, outputs = _listed(metadata, "feature_names"), _listed(metadata, "output_names")
        flags = {name: metadata.get(name) is True for name in ("multi_label", "values")}
        return cls(features, outputs, classes, **flags)

    def note(self, metadata: MutableMapping[str, Any]) -> None:
        """Write into a network's metadata what they do not say yet."""
        before = Meaning.of(metadata)
        for key, mine, recorded in (
            ("feature_names", self.features, before.features),
            ("output_names", self.outputs, before.outputs),
            ("class_names", self.classes, before.classes),
        ):
            if mine and not recorded:
                metadata[key] = list(mine)
        if self.multi_label:
            metadata["multi_label"] = True
        metadata.pop("values", None)
        if self.values:
            metadata["values"] = True

    def learned(self, X: Any, y: Any, loss: Loss) -> Meaning:
        """With the names that the columns of these data have, where none are known."""
        meaning = self if self.features else replace(self, features=columns_of(X))
        columns = columns_of(y)
        if loss.targets == "values" and len(columns) > 1:
            if loss.domain == (0.0, 1.0):
                return meaning if self.classes else replace(meaning, classes=tuple(map(str, columns)))
            return meaning if self.outputs else replace(meaning, outputs=columns)
        return meaning

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

        Raises `ArgumentError` if there are no names, or not one for each class.
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
        named = np.empty(len(classes), object)
        for row, members in enumerate(classes):
            named[row] = tuple(self.classes[place] for place in np.flatnonzero(members))
        return named

    def check_features(self, name: str, X: Any) -> None:
        """Raise `DataError` where the columns of a table are not those that the network knows, in their order."""
        _check_columns(name, columns_of(X), self.features)

    def check_outputs(self, name: str, y: Any, loss: Loss) -> None:
        """The same for the columns of targets."""
        of_classes = loss.domain == (0.0, 1.0)
        columns, learned = columns_of(y), self.classes if of_classes else self.outputs
        if len(columns) > 1 and loss.targets == "values":
            _check_columns(name, columns, tuple(learned), as_text=of_classes)


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
    name: str, columns: tuple[Name, ...], learned: tuple[Name, ...], as_text: bool = False
) -> None:
    if as_text:
        columns, learned = tuple(map(str, columns)), tuple(map(str, learned))
    if not columns or not learned or columns == learned:
        return
    same = sorted(map(repr, columns)) == sorted(map(repr, learned))
    if not same and (_are_places(columns) or _are_places(learned)):
        return
    if same:
        reason = f"has them in another order, {some(columns)}"
    else:
        missing = [column for column in learned if column not in columns]
        added = [column for column in columns if column not in learned]
        reason = (
            " and ".join(
                [f"lacks {some(missing)}"] * bool(missing) + [f"has {some(added)} beside"] * bool(added)
            )
            or "has them another number of times"
        )
    raise DataError(
        f"the columns of {name} are not those that were learned, {some(learned)}: {name} {reason}. "
        "Select the columns by these names, in this order"
    )


def _are_places(names: tuple[Name, ...]) -> bool:
    """Whether names only count the columns, as those of a table that was made of an array do."""
    return names in (tuple(range(len(names))), tuple(map(str, range(len(names)))))


def some(names: Sequence[Any]) -> str:
    """A few of these names, and how many there are, for messages."""
    shown = ", ".join(map(repr, names[:MOST_NAMED]))
    return shown + (f" … ({len(names)} in all)" if len(names) > MOST_NAMED else "")
