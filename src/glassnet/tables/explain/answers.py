"""What a model of a table says about a row, as a function of its networks' outputs: a probability, or a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.tables.members import mean_output
from glassnet.tables.target import CLASSES, QUANTILES, Target

if TYPE_CHECKING:
    from glassnet.tables.model import TableModel

_LEAST = 1e-300  # a probability below is taken for this before a logarithm


@dataclass(frozen=True)
class Answer:
    """One of the numbers that a model says about a row.

    Attributes
    ----------
    target : Target
    place : int
        Of the class, the label or the value.
    temperature : float or None
        By which the logarithms of probabilities are divided.
    """

    target: Target
    place: int
    temperature: float | None = None

    @classmethod
    def of(cls, model: TableModel, name: str | int | None, place: int = 0) -> Answer:
        """That of the class, label or value of this name; without a name that in this place.

        Raises
        ------
        ArgumentError, UnknownNameError
            If there is none.
        """
        names = answer_names(model.target)
        if name is not None:
            place = names.index(checks.choice("output", str(name), names))
        return cls(model.target, place, model.temperature)

    @property
    def name(self) -> str:
        """What it is, in words."""
        one = answer_names(self.target)[self.place]
        if self.target.classifies:
            return f"probability of {one}"
        return one

    def value(self, outputs: Floats) -> Floats:
        """From the mean outputs of the networks, (n_rows,)."""
        if not self.target.classifies:
            values = self._unbounded(outputs)
            return np.clip(values, *self._ends) if self.target.low else values
        probabilities = self._told(self.target.probabilities(outputs))
        return np.asarray(probabilities[:, self.place])

    def gradient(self, outputs: Floats) -> Floats:
        """Of :meth:`value` with respect to the outputs, (n_rows, n_outputs)."""
        slopes = np.zeros_like(outputs)
        if not self.target.classifies:
            _, scale, column = self._scaling
            slopes[:, column] = scale
            if self.target.low:  # beyond the ends nothing changes
                low, high = self._ends
                values = self._unbounded(outputs)
                slopes[(values < low) | (values > high)] = 0.0
            return slopes
        probabilities = self.target.probabilities(outputs)
        by_given = self._slope(probabilities)
        if outputs.shape[1] < probabilities.shape[1]:  # of two classes, from the probability of the second
            return by_given[:, 1:] - by_given[:, :1]
        return by_given

    def _unbounded(self, outputs: Floats) -> Floats:
        """The value before it is held between the smallest and the largest of training."""
        center, scale, column = self._scaling
        return outputs[:, column] * scale + center

    @property
    def _ends(self) -> tuple[float, float]:
        """Between which values are held."""
        return self.target.low[self.place], self.target.high[self.place]

    @property
    def _scaling(self) -> tuple[float, float, int]:
        """Center, scale, and the column of the outputs: of quantiles that nearest to the median."""
        column = self.place
        if self.target.task == QUANTILES:
            levels = np.array(self.target.levels)
            column = self.place * len(levels) + int(np.abs(levels - 0.5).argmin())
        return self.target.center[self.place], self.target.scale[self.place], column

    def _told(self, probabilities: Floats) -> Floats:
        """Probabilities at the model's temperature."""
        if self.temperature is None:
            return probabilities
        both = (
            probabilities
            if self.target.task == CLASSES
            else np.stack([1 - probabilities, probabilities], axis=-1)
        )
        logarithms = np.log(np.maximum(both, _LEAST)) / self.temperature
        shares = np.exp(logarithms - logarithms.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        return np.asarray(shares if self.target.task == CLASSES else shares[..., 1])

    def _slope(self, probabilities: Floats) -> Floats:
        """Of the probability that is told with respect to those that are given."""
        is_place = np.zeros_like(probabilities)
        is_place[:, self.place] = 1.0
        if self.temperature is None:
            return is_place
        answers = self._told(probabilities)
        own = answers[:, self.place][:, None]
        probabilities = np.maximum(probabilities, _LEAST)
        if self.target.task == CLASSES:
            return np.asarray(own * (is_place - answers) / (self.temperature * probabilities))
        return np.asarray(
            is_place
            * own
            * (1 - own)
            / (self.temperature * probabilities * np.maximum(1 - probabilities, _LEAST))
        )


def answer_names(target: Target) -> list[str]:
    """What the numbers are called that a model says about a row."""
    if target.task == CLASSES:
        return [str(value) for value in target.classes]
    n_values = len(target.names) if target.classifies else len(target.center)
    named = list(target.names) or [f"value {place}" for place in range(n_values)]
    return named if len(named) > 1 or target.names else ["prediction"]


def outputs_of(model: TableModel, features: Floats) -> Floats:
    """The mean outputs of the networks, (n_rows, n_outputs), before any temperature."""
    return mean_output(model.members, features)


def check_model(model: object) -> None:
    """Raise `ArgumentError` unless it is a model of a table."""
    if not hasattr(model, "preprocessing") or not hasattr(model, "networks"):
        raise ArgumentError(
            f"model must be a TableModel, such as gn.tables.load('model.safetensors'); got {checks.shown(model)}"
        )
