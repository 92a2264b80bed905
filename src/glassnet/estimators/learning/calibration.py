"""Calibration by one temperature: probabilities p become p^(1/T), divided by their sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from glassnet.estimators.learning.rows import Rows
from glassnet.network.network import Network
from glassnet.support.arrays import Floats

# Logarithms of the temperatures that are looked at: from a twentieth to 20.
_WIDEST = np.log(20.0)
_LEAST = float(np.finfo(np.float64).tiny)


def temperature_of(estimator: Any, held: Sequence[tuple[Network, Rows]]) -> float:
    """The T that makes the cross-entropy of the rows that were held back least.

    Guo, Pleiss, Sun, Weinberger 2017, On Calibration of Modern Neural Networks, ICML, section 4.2.
    """
    logarithms, places, weights = [], [], []
    for network, rows in held:
        model = estimator._model([network])
        probabilities, true = _questions(model.predict_proba(rows.table), estimator._encoded(rows.y))
        logarithms.append(np.log(np.maximum(probabilities, _LEAST)))
        places.append(true)
        weights.append(np.repeat(rows.weighted, len(true) // len(rows.weighted)))
    log_p, true, counted = np.concatenate(logarithms), np.concatenate(places), np.concatenate(weights)

    def cross_entropy(log_temperature: float) -> float:
        z = log_p / np.exp(log_temperature)
        surprise = np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), true]
        return float((counted * surprise).sum() / counted.sum())

    optimum = minimize_scalar(cross_entropy, bounds=(-_WIDEST, _WIDEST), method="bounded")
    return float(np.exp(optimum.x))


def _questions(probabilities: Floats, encoded: Any) -> tuple[Floats, NDArray[np.int64]]:
    """Probabilities and the place of what is true; of labels, yes and no to each of them."""
    if encoded.ndim == 1:
        return probabilities, encoded
    yes = probabilities.ravel()
    return np.stack([1 - yes, yes], axis=1), encoded.ravel().astype(np.int64)
