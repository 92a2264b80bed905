"""A model of a table: preprocessing, networks and target in one, from raw columns to what was asked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.arrays import Array, Floats
from glassnet.support.calls import explained
from glassnet.tables.intervals import checked_misses, half_width, level_at
from glassnet.tables.members import Member, checked_networks, mean_output
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.target import CLASSES, QUANTILES, Target


def _plain(description: Any) -> Mapping[str, Any]:
    if description is None:
        return {}
    if not isinstance(description, Mapping):
        raise ArgumentError(f"description must be a dict; got {checks.shown(description)}")
    return description


class TableModel:
    """What predicts from a table: the preprocessing of its columns, one network or several, and the target.

    Several networks are an ensemble: the mean of their probabilities or values. All is computed in float64.

    Parameters
    ----------
    preprocessing : Preprocessing
    networks : sequence of Network
        Built; each reads the features of the preprocessing. A loss that contains an activation, such as the softmax of
        logits, is known by ``network.loss``.
    target : Target
    misses : array_like, (n_rows, n_values), optional
        Of "values" and "counts": how far predictions for rows that no network was trained on lay from the truth; then
        there are intervals.
    temperature : float, optional
        Probabilities p become p^(1/temperature), divided by their sum: calibration, > 0.
    description : dict, optional
        Plain data that goes with the model, such as what training promised.
    """

    @explained
    def __init__(
        self,
        preprocessing: Preprocessing,
        networks: Sequence[Network],
        target: Target,
        *,
        temperature: float | None = None,
        misses: Any = None,
        description: Mapping[str, Any] | None = None,
    ) -> None:
        self.preprocessing = checks.instance("preprocessing", preprocessing, Preprocessing)
        self.target = checks.instance("target", target, Target)
        two = target.task == CLASSES and len(target.classes) == 2
        n_outputs = (1, 2) if two else (target.n_outputs,)
        self.networks = checked_networks(
            networks, preprocessing.n_features, preprocessing.index_columns, n_outputs
        )
        self.temperature = None if temperature is None else checks.number("temperature", temperature, above=0)
        self.misses = None if misses is None else checked_misses(misses, target)
        self.description = dict(_plain(description))
        if self.temperature is not None and not target.classifies:
            raise ArgumentError(f"a temperature is for probabilities, and the target is of {target.task}")
        self.members = [Member(network) for network in self.networks]

    @explained
    def predict(self, X: Any) -> Array:
        """What the target was, for each row: classes, rows of labels, values, counts, or the middle quantile."""
        return self.target.decode(self.outputs(X))

    @explained
    def predict_proba(self, X: Any) -> Floats:
        """Probabilities of the classes (n_rows, n_classes), or of the labels (n_rows, n_labels).

        Raises
        ------
        ArgumentError
            If the target is neither.
        """
        if not self.target.classifies:
            raise ArgumentError(f"a target of {self.target.task} has no probabilities")
        return self.outputs(X)

    @explained
    def predict_quantiles(self, X: Any) -> Floats:
        """The quantiles of ``target.levels``, (n_rows, n_levels), or (n_rows, n_values, n_levels); none cross.

        Raises
        ------
        ArgumentError
            If the target is not of quantiles.
        """
        if self.target.task != QUANTILES:
            raise ArgumentError(f"a target of {self.target.task} has no quantiles")
        values = self.target.values(self.outputs(X))
        return values[:, 0] if self.target.is_column else values

    @explained
    def predict_interval(self, X: Any, coverage: float = 0.9) -> Floats:
        """The ends between which this share of targets is expected to lie, (n_rows, 2) or (n_rows, n_values, 2).

        Of quantiles, those of ``(1 - coverage) / 2`` and ``(1 + coverage) / 2``. Of values and counts the prediction
        less and plus the ceil((n + 1) coverage)-th smallest of n misses: split conformal prediction, whose share is
        right on average for rows like those that were held back (Lei et al. 2018, JASA 113).

        Raises
        ------
        ArgumentError
            If the model has no such quantiles, no misses, or too few.
        """
        share = checks.number("coverage", coverage, above=0, below=1)
        if self.target.task == QUANTILES:
            ends = [level_at(self.target, (1 - share) / 2), level_at(self.target, (1 + share) / 2)]
            return self.predict_quantiles(X)[..., ends]
        half = half_width(self.target, self.misses, share)
        values = self.target.values(self.outputs(X))
        interval = np.stack([values - half, values + half], axis=-1)
        return interval[:, 0] if self.target.is_column else interval

    def outputs(self, X: Any) -> Floats:
        """What the networks say of each row: probabilities (n_rows, n_classes or n_labels), or scaled values."""
        return np.concatenate([self.of_features(part) for part in self.preprocessing.parts(X)])

    def of_features(self, features: Floats) -> Floats:
        """The same of features as the preprocessing makes them, (n_rows, n_features)."""
        output = mean_output(self.members, features)
        if not self.target.classifies:
            return output
        probabilities = self.target.probabilities(output)
        return (
            probabilities if self.temperature is None else self._tempered(probabilities, 1 / self.temperature)
        )

    def _tempered(self, p: Floats, power: float) -> Floats:
        """p^power, divided by the sum over the classes, or over being of a label and not."""
        raised = p**power
        others = (
            raised.sum(axis=1, keepdims=True) if self.target.task == CLASSES else raised + (1 - p) ** power
        )
        return np.asarray(raised / others)

    @explained
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one ``.safetensors`` file; see :func:`glassnet.tables.load`."""
        from glassnet.tables.model_file import save

        save(self, path)

    @explained
    def to_onnx(self, path: str | os.PathLike[str]) -> None:
        """Write the model to an ONNX file that reads raw columns; see :func:`glassnet.tables.to_onnx`."""
        from glassnet.tables.export.onnx import to_onnx

        to_onnx(self, path)

    @explained
    def to_python(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one Python file that needs NumPy alone; see :func:`glassnet.tables.to_python`."""
        from glassnet.tables.export.python import to_python

        to_python(self, path)

    def __repr__(self) -> str:
        return f"TableModel({self.preprocessing!r}, {len(self.networks)} networks, {self.target.task})"
